// What pg_stat_statements counts, on a real server: sums that only grow, whatever is evicted, reset or restarted.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PostgresSource } from '../../../src/dependencies/postgres/statistics/source.ts';
import { createStatements, topStatements } from '../../../src/dependencies/postgres/statistics/statements.ts';
import { createTotals } from '../../../src/dependencies/postgres/statistics/statements-totals.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { type Run, runOf, settingsOf } from './collecting.ts';
import { limits, makeReader } from './reading.ts';

let server: PostgresServer;
let major: number;
beforeAll(async () => {
  const settings = { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': '100' };
  server = await startPostgres({ settings: { ...settings, track_io_timing: 'on', max_connections: '30' } });
  const [row] = await server.query("SELECT current_setting('server_version_num')::int / 10000 AS major");
  major = Number(row?.major);
  await server.query('CREATE DATABASE warehouse');
  await server.query('CREATE SCHEMA "Ext"');
});
afterAll(() => server?.remove());

const settings = settingsOf({ statements: { top: 3 } });
type Check = { readonly source: PostgresSource; readonly statements: ReturnType<typeof createStatements> };
/** A check of its own, unless its collector is given. */
const open = async (statements = createStatements()): Promise<Check> => ({
  source: await makeReader({ url: server.url }).open(limits()),
  statements,
});
const read = ({ source, statements }: Check): Promise<Run> => runOf(statements, source, settings);
const readTop = ({ source }: Check): Promise<Run> => runOf(topStatements, source, settings);

/** Runs in a database where nothing else is run: statements that differ in how many columns they give, so an entry each. */
async function work(widths: readonly number[], times = 1): Promise<void> {
  const client = new Client({
    host: server.socket,
    port: server.port,
    user: 'app',
    password: server.password,
    database: 'warehouse',
  });
  await client.connect();
  try {
    for (const width of widths) {
      const sql = `SELECT ${new Array(width).fill('n').join(', ')} FROM generate_series(1, 7) n`;
      for (let time = 0; time < times; time += 1) await client.query(sql);
    }
  } finally {
    await client.end();
  }
}

const columns = ['calls', 'seconds', 'rows', 'blocks_hit', 'blocks_read', 'temp_blocks_written'] as const;
const totalsIn = ({ values }: Run, database = 'warehouse'): (number | undefined)[] =>
  columns.map((name) => values.get(`sidewarden_postgres_statements_${name}_total{datname="${database}"}`));
const skippedIn = ({ values }: Run): number | undefined => values.get('sidewarden_postgres_statements_skipped_total');

const theServers = async (): Promise<number[]> => {
  const [row] = await server.query(`SELECT sum(calls)::float8 AS calls, sum(total_exec_time)::float8 / 1000 AS seconds,
    sum(rows)::float8 AS rows, sum(shared_blks_hit)::float8 AS blocks_hit, sum(shared_blks_read)::float8 AS blocks_read,
    sum(temp_blks_written)::float8 AS temp_blocks_written
    FROM "Ext".pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = 'warehouse'`);
  return columns.map((name) => Number(row?.[name]));
};

describe('what is missing is named', () => {
  test('the extension, what it must be loaded by, its version, and the schema that it is in', async () => {
    const check = await open();
    expect((await read(check)).lacks).toEqual({
      privilege: 'pg_stat_statements',
      statement:
        'CREATE EXTENSION pg_stat_statements; -- in the database "shop"; first add pg_stat_statements to shared_preload_libraries in postgresql.conf and restart the server, if it is not there',
    });
    await server.query(`CREATE EXTENSION pg_stat_statements SCHEMA "Ext" VERSION '1.7'`);
    expect((await read(check)).lacks?.statement).toBe(
      'ALTER EXTENSION pg_stat_statements UPDATE; -- in the database "shop"',
    );
    await server.query('ALTER EXTENSION pg_stat_statements UPDATE');
    const { lacks } = await read(check);
    expect(lacks?.statement).toBe('GRANT USAGE ON SCHEMA "Ext" TO "app";');
    await server.query(lacks?.statement ?? '');
    expect((await read(check)).lacks).toBeUndefined();

    const top = await readTop(check);
    expect(top.samples).toEqual([]);
    expect(top.lacks).toEqual({ privilege: 'pg_monitor', statement: 'GRANT pg_monitor TO "app";' });
    await server.query(top.lacks?.statement ?? '');
    const granted = await open();
    expect((await readTop(granted)).lacks).toBeUndefined();
    await server.query('REVOKE pg_monitor FROM app');
    expect(await readTop(granted)).toMatchObject({ samples: [], lacks: { privilege: 'pg_monitor' } });
    await server.query(top.lacks?.statement ?? '');
  });

  test('that the server has not loaded it', async () => {
    await server.stop();
    await server.start({ shared_preload_libraries: '' });
    expect((await read(await open())).lacks?.statement).toBe(
      'add pg_stat_statements to shared_preload_libraries in postgresql.conf and restart the server',
    );
    await server.restart();
  });
});

describe('sums', () => {
  test('begin at 0 and grow as the server’s do', async () => {
    await work([1, 2], 3);
    const check = await open();
    const before = await theServers();
    expect(totalsIn(await read(check))).toEqual([0, 0, 0, 0, 0, 0]);
    await work([2, 3], 5);
    const run = await read(check);
    const after = await theServers();
    const grown = after.map((sum, index) => sum - (before[index] ?? 0));
    expect(grown[0]).toBe(10);
    expect(grown[2]).toBe(70);
    for (const [index, total] of totalsIn(run).entries()) expect(total).toBeCloseTo(grown[index] ?? Number.NaN, 9);
    expect(run.values.get('sidewarden_postgres_statements{datname="warehouse"}')).toBe(3);
    expect(skippedIn(run)).toBe(0);
  });

  test('never shrink by an eviction: that reading is skipped and counted, the next one counts again', async () => {
    const check = await open();
    await read(check);
    await work([1], 200);
    const before = totalsIn(await read(check));
    const [sum] = await theServers();
    await work(Array.from({ length: 150 }, (_, index) => index + 10));
    expect((await theServers())[0]).not.toBe((sum ?? 0) + 150); // some went with their entries
    const skipping = await read(check);
    if (major >= 14) {
      const [info] = await server.query('SELECT dealloc::int FROM "Ext".pg_stat_statements_info');
      expect(info?.dealloc).toBeGreaterThan(0);
      expect(skipping.values.get('sidewarden_postgres_statements_evictions_total')).toBe(info?.dealloc);
      expect(totalsIn(skipping)).toEqual(before);
      expect(skippedIn(skipping)).toBe(1);
    }
    for (const [index, total] of totalsIn(skipping).entries()) expect(total).toBeGreaterThanOrEqual(before[index] ?? 0);
    await work([1], 4);
    const next = await read(check);
    expect(totalsIn(next)[0]).toBe((totalsIn(skipping)[0] ?? 0) + 4);
    expect(skippedIn(next)).toBe(skippedIn(skipping));
  });

  test('never shrink by a reset', async () => {
    await work([1], 50);
    const check = await open();
    await read(check);
    await work([1], 2);
    const before = totalsIn(await read(check));
    expect(before[0]).toBe(2);
    await server.query('SELECT "Ext".pg_stat_statements_reset()');
    await work([1], 3);
    const reset = await read(check);
    expect(totalsIn(reset)).toEqual(before);
    expect(skippedIn(reset)).toBe(1);
    await work([1], 4);
    expect(totalsIn(await read(check))[0]).toBe(6);
  });

  test('begin at 0 by another connection, and miss nothing that grew in between', async () => {
    const check = await open();
    await read(check);
    await work([1], 30);
    expect(totalsIn(await read(check))[0]).toBe(30);
    await work([1], 4);
    const next = await open(check.statements);
    expect(totalsIn(await read(next))[0]).toBe(4);
    await work([1], 1);
    expect(totalsIn(await read(next))[0]).toBe(5);
  });

  test('begin at 0 again when the server comes back, whether it kept what it had counted or not', async () => {
    for (const end of ['stop', 'kill'] as const) {
      await work([1], 20);
      await server[end]();
      await server.start();
      await server.until('SELECT true');
      const check = await open();
      expect(totalsIn(await read(check)).every((total) => total === 0 || (end === 'kill' && total === undefined))).toBe(
        true,
      );
      await work([1], 4);
      const run = await read(check);
      expect([end, totalsIn(run)[0], skippedIn(run)]).toEqual([end, 4, 0]);
    }
  });
});

describe('the statements with the most execution time', () => {
  test('have series of their own under the exporter’s names, and no text', async () => {
    await work([1], 30);
    const run = await readTop(await open());
    const rows =
      await server.query(`SELECT pg_get_userbyid(userid) AS "user", datname, queryid::text, sum(calls)::float8 AS calls,
      sum(total_exec_time)::float8 / 1000 AS seconds, sum(rows)::float8 AS rows,
      sum(${major >= 17 ? 'shared_' : ''}blk_read_time)::float8 / 1000 AS block_read_seconds,
      sum(${major >= 17 ? 'shared_' : ''}blk_write_time)::float8 / 1000 AS block_write_seconds
      FROM "Ext".pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid GROUP BY 1, 2, 3`);
    const names = ['calls', 'seconds', 'rows', 'block_read_seconds', 'block_write_seconds'];
    expect(run.samples.length).toBe(3 * names.length);
    expect(new Set(run.samples.map(({ family }) => family.name))).toEqual(
      new Set(names.map((name) => `pg_stat_statements_${name}_total`)),
    );
    for (const { labels, family, value } of run.samples) {
      expect(family.labels).toEqual(['user', 'datname', 'queryid']);
      const row = rows.find((one) => labels.join() === [one.user, one.datname, one.queryid].join());
      const name = /^pg_stat_statements_(.*)_total$/.exec(family.name)?.[1] ?? '';
      expect(value).toBeCloseTo(Number(row?.[name]), 9);
    }
  });

  test('are off unless `top` says how many', () => {
    const wanted = (statistics: object) =>
      [createStatements(), topStatements].map((collector) => collector.wanted?.(settingsOf(statistics)));
    expect(wanted({})).toEqual([false, false]);
    expect(wanted({ statements: {} })).toEqual([true, false]);
    expect(wanted({ statements: { top: 1 } })).toEqual([true, true]);
    expect(() => settingsOf({ statements: { top: 101 } })).toThrow();
  });
});

test('an extension that was not updated since an upgrade of the server is read as what it is', async () => {
  await server.query('DROP EXTENSION pg_stat_statements');
  const known = await server.query(
    "SELECT version FROM pg_available_extension_versions WHERE name = 'pg_stat_statements'",
  );
  const versions = known.map(({ version }) => Number(String(version).slice(2))).filter((version) => version >= 8);
  expect(versions.length).toBeGreaterThan(0);
  for (const version of versions.sort((one, other) => one - other)) {
    await server.query(`CREATE EXTENSION pg_stat_statements VERSION '1.${version}'`);
    const check = await open();
    await work([1], 2);
    const [all, top] = [await read(check), await readTop(check)];
    expect([version, all.lacks, top.lacks, top.samples.length]).toEqual([version, undefined, undefined, 15]);
    expect(all.values.has('sidewarden_postgres_statements_evictions_total')).toBe(version >= 9);
    await server.query('DROP EXTENSION pg_stat_statements');
  }
});

describe('made of readings', () => {
  const of = (shop: readonly number[], evictions?: number, reset = '') => ({
    evictions,
    reset,
    sums: new Map([['shop', shop]]),
  });
  const totalsOf = (...readings: Parameters<ReturnType<typeof createTotals>['read']>[0][]) => {
    const totals = createTotals();
    return readings.map((reading) => {
      totals.read(reading);
      return [...(totals.sums.get('shop') ?? []), totals.skipped];
    });
  };

  test('a sum that shrinks is skipped, with all the others, also where nothing tells of evictions', () => {
    expect(totalsOf(of([100, 5]), of([110, 6]), of([120, 1]), of([125, 3]))).toEqual([
      [0, 0, 0],
      [10, 1, 0],
      [10, 1, 1],
      [15, 3, 1],
    ]);
  });

  test('what grew while entries were evicted or reset is skipped too: by how much is unknown', () => {
    const readings = [of([100], 0, 'monday'), of([110], 1, 'monday'), of([120], 1, 'monday'), of([130], 1, 'tuesday')];
    expect(totalsOf(...readings)).toEqual([
      [0, 0],
      [0, 1],
      [10, 1],
      [10, 2],
    ]);
  });

  test('another order of adding up is no eviction', () => {
    expect(totalsOf(of([1e6]), of([1e6 - 1e-7]), of([1e6 + 1]))).toEqual([
      [0, 0],
      [0, 0],
      [expect.closeTo(1, 6), 0],
    ]);
  });

  test('a database that comes counts from its first statement, one that goes is gone', () => {
    const totals = createTotals();
    totals.read(of([10], 0));
    totals.read({
      evictions: 0,
      reset: '',
      sums: new Map([
        ['shop', [11]],
        ['new', [4]],
      ]),
    });
    expect([...totals.sums]).toEqual([
      ['shop', [1]],
      ['new', [4]],
    ]);
    totals.read(of([12], 0));
    expect([[...totals.sums], totals.skipped]).toEqual([[['shop', [1]]], 1]);
  });
});
