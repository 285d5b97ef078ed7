// The tables with the most dead tuples, and the largest, on a real server: their numbers are those of the server's own views, and no table
// is locked for them.
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statistics } from '../../../src/dependencies/postgres/statistics/index.ts';
import { createTables } from '../../../src/dependencies/postgres/statistics/tables.ts';
import { collectorsFor } from '../../../src/dependencies/statistics.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { runOf, settingsOf } from './collecting.ts';
import { limits, makeReader } from './reading.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres({ settings: { autovacuum: 'off', track_counts: 'on' } });
  // Table n of 8 has 100 × n rows, of which 10 × n die; the 8th has no index.
  const made = Array.from({ length: 8 }, (_, index) => {
    const n = index + 1;
    return `CREATE TABLE shelf_${n} (id int ${n === 8 ? '' : 'PRIMARY KEY'}, word text);
      INSERT INTO shelf_${n} SELECT g, 'w' FROM generate_series(1, ${100 * n}) g;
      DELETE FROM shelf_${n} WHERE id <= ${10 * n};`;
  });
  await server.query(made.join('\n'));
  await server.query('VACUUM ANALYZE shelf_1');
  await server.query('SELECT count(*) FROM shelf_8; SELECT * FROM shelf_7 WHERE id = 300');
  await settled();
});
afterAll(() => server?.remove());

/** Backends report what they did a moment later, at the latest when they end. */
const settled = (): Promise<void> =>
  server.until('SELECT sum(n_tup_del) = 360 AND sum(n_dead_tup) = 350 FROM pg_stat_user_tables');

const rank = async (most: number): Promise<string[]> =>
  (await server.query(`SELECT relname FROM pg_stat_user_tables ORDER BY n_dead_tup DESC LIMIT ${most}`)).map(
    ({ relname }) => String(relname),
  );

const shownIn = (values: ReadonlyMap<string, number>): string[] =>
  [...values.keys()].flatMap((key) => /^pg_stat_user_tables_n_dead_tup.*relname="(.*)"/.exec(key)?.[1] ?? []).sort();

const open = () => makeReader({ url: server.url }).open(limits());

test('values are those of the views, of the tables with the most dead tuples, which are the largest here', async () => {
  const { values } = await runOf(createTables(), await open(), settingsOf({ tables: 3 }));
  expect(shownIn(values)).toEqual((await rank(3)).sort());
  const rows = await server.query(`SELECT *, extract(epoch FROM last_vacuum)::float8 AS last_vacuum,
    extract(epoch FROM last_analyze)::float8 AS last_analyze, extract(epoch FROM last_autovacuum)::float8 AS last_autovacuum,
    extract(epoch FROM last_autoanalyze)::float8 AS last_autoanalyze
    FROM pg_stat_user_tables ORDER BY n_dead_tup DESC LIMIT 3`);
  const names = [
    ...[
      'seq_scan',
      'seq_tup_read',
      'idx_scan',
      'idx_tup_fetch',
      'n_tup_ins',
      'n_tup_upd',
      'n_tup_del',
      'n_tup_hot_upd',
    ],
    ...['n_live_tup', 'n_dead_tup', 'n_mod_since_analyze', 'last_vacuum', 'last_autovacuum', 'last_analyze'],
    ...['last_autoanalyze', 'vacuum_count', 'autovacuum_count', 'analyze_count', 'autoanalyze_count'],
  ];
  for (const row of rows) {
    for (const name of names) {
      const key = `pg_stat_user_tables_${name}{datname="shop",schemaname="public",relname="${row.relname}"}`;
      // As the exporter has it, a time that never was is 0; what else the server does not say is absent.
      const unsaid = name.startsWith('last_') ? 0 : undefined;
      expect([key, values.get(key)]).toEqual([key, row[name] === null ? unsaid : Number(row[name])]);
    }
  }
  expect(values.has('pg_stat_user_tables_idx_scan{datname="shop",schemaname="public",relname="shelf_8"}')).toBe(false);
  const blocks = await server.query('SELECT * FROM pg_statio_user_tables ORDER BY relname');
  for (const name of ['heap', 'idx', 'toast', 'tidx'].flatMap((kind) => [`${kind}_blks_read`, `${kind}_blks_hit`])) {
    const key = `pg_statio_user_tables_${name.replace('blks', 'blocks')}{datname="shop",schemaname="public",relname="shelf_7"}`;
    const row = blocks.find(({ relname }) => relname === 'shelf_7');
    expect([key, values.get(key)]).toEqual([key, Number(row?.[name])]);
  }
});

test('the time of a vacuum, and the size that it found', async () => {
  const { values } = await runOf(createTables(), await open(), settingsOf({ tables: 8 }));
  const of = '{datname="shop",schemaname="public",relname="shelf_1"}';
  const [row] = await server.query(`SELECT extract(epoch FROM last_vacuum)::float8 AS at, relpages::int * 8192 AS bytes
    FROM pg_stat_user_tables JOIN pg_class ON oid = relid WHERE pg_class.relname = 'shelf_1'`);
  expect(values.get(`pg_stat_user_tables_last_vacuum${of}`)).toBe(row?.at);
  expect(values.get(`pg_stat_user_tables_last_autovacuum${of}`)).toBe(0);
  expect(values.get(`sidewarden_postgres_table_estimated_bytes${of}`)).toBe(row?.bytes);
  expect(row?.bytes).toBeGreaterThan(0);
});

test('sums are those of all tables, without temporary ones', async () => {
  const other = new Client({ connectionString: server.url });
  await other.connect();
  try {
    await other.query('CREATE TEMPORARY TABLE passing AS SELECT generate_series(1, 500) AS id');
    await other.query('DELETE FROM passing');
    await server.until("SELECT count(*) = 1 FROM pg_stat_user_tables WHERE relname = 'passing'");
    const { values } = await runOf(createTables(), await open(), settingsOf({ tables: 1 }));
    const [row] =
      await server.query(`SELECT sum(n_live_tup)::int AS live, sum(n_dead_tup)::int AS dead, count(*)::int AS n
      FROM pg_stat_user_tables WHERE relname LIKE 'shelf%'`);
    expect(values.get('sidewarden_postgres_live_tuples{datname="shop"}')).toBe(row?.live);
    expect(values.get('sidewarden_postgres_dead_tuples{datname="shop"}')).toBe(row?.dead);
    expect(values.get('sidewarden_postgres_tables{datname="shop"}')).toBe(row?.n);
    expect(shownIn(values)).toEqual(['shelf_8']);
  } finally {
    await other.end();
  }
});

test('a database without tables has sums of 0', async () => {
  const reader = makeReader({ url: server.url.replace(/shop$/, 'postgres') });
  const { values } = await runOf(createTables(), await reader.open(limits()), settingsOf({}));
  expect([...values]).toEqual([
    ['sidewarden_postgres_live_tuples{datname="postgres"}', 0],
    ['sidewarden_postgres_dead_tuples{datname="postgres"}', 0],
    ['sidewarden_postgres_tables{datname="postgres"}', 0],
  ]);
});

test('a table that is locked against everything is read all the same', async () => {
  const other = new Client({ connectionString: server.url });
  await other.connect();
  try {
    await server.query('GRANT ALL ON shelf_8 TO app; ALTER TABLE shelf_8 OWNER TO app');
    await other.query('BEGIN; LOCK TABLE shelf_8 IN ACCESS EXCLUSIVE MODE');
    const { values } = await runOf(createTables(), await open(), settingsOf({ tables: 1 }));
    // The lock is held until the end, so whoever waits for it ends with lock_timeout and an error.
    expect(shownIn(values)).toEqual(['shelf_8']);
  } finally {
    await other.end();
  }
});

test('the largest are shown beside those with the most dead tuples', async () => {
  await server.query('CREATE TABLE big AS SELECT generate_series(1, 5000) AS id');
  await server.until("SELECT sum(n_live_tup) = 5000 FROM pg_stat_user_tables WHERE relname = 'big'");
  const { values } = await runOf(createTables(), await open(), settingsOf({ tables: 1 }));
  expect(shownIn(values)).toEqual(['big', 'shelf_8']);
  expect(values.get('pg_stat_user_tables_n_dead_tup{datname="shop",schemaname="public",relname="big"}')).toBe(0);
  await server.query('DROP TABLE big');
});

test('a table that was among the first stays until it is well outside', async () => {
  const source = await open();
  const tables = createTables();
  const settings = settingsOf({ tables: 2 });
  expect(shownIn((await runOf(tables, source, settings)).values)).toEqual(['shelf_7', 'shelf_8']);
  // They become the largest, and those with the most dead tuples.
  for (const name of ['shelf_5', 'shelf_6']) {
    await server.query(`INSERT INTO ${name} SELECT g, 'w' FROM generate_series(10001, 12000) g;
      DELETE FROM ${name} WHERE id > 11700`);
  }
  await server.until("SELECT sum(n_dead_tup) = 710 FROM pg_stat_user_tables WHERE relname IN ('shelf_5', 'shelf_6')");
  expect(await rank(4)).toEqual(['shelf_6', 'shelf_5', 'shelf_8', 'shelf_7']);
  const all = ['shelf_5', 'shelf_6', 'shelf_7', 'shelf_8'];
  expect(shownIn((await runOf(tables, source, settings)).values)).toEqual(all);
  expect(shownIn((await runOf(createTables(), source, settingsOf({ tables: 2 }))).values)).toEqual([
    'shelf_5',
    'shelf_6',
  ]);
  await server.query('TRUNCATE shelf_8'); // the last
  await server.until("SELECT n_live_tup + n_dead_tup = 0 FROM pg_stat_user_tables WHERE relname = 'shelf_8'");
  expect(shownIn((await runOf(tables, source, settings)).values)).toEqual(['shelf_5', 'shelf_6', 'shelf_7']);
});

test('0 turns it off', () => {
  const tables = createTables();
  expect(tables.wanted?.(settingsOf({ tables: 0 }))).toBe(false);
  expect(tables.wanted?.(settingsOf({}))).toBe(true);
});

test('each check has one of its own, which ends with it', () => {
  const [one, other] = [settingsOf({}), settingsOf({})].map((settings) =>
    collectorsFor(statistics, settings).find(({ name }) => name === 'tables'),
  );
  expect(one).toBeDefined();
  expect(one).not.toBe(other);
});
