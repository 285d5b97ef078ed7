// The connection of the statistics on a real primary and its standby: what it learns, its caps, how it ends.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { postgres } from '../../../src/dependencies/postgres/index.ts';
import { UnreadableAnswer } from '../../../src/dependencies/statistics.ts';
import { eventually, loopTime } from '../../patience.ts';
import { type PostgresServer, type PostgresStandby, startPostgres } from '../../servers/postgres.ts';
import { runFolder } from '../../servers/process.ts';
import { limits, makeReader, openReader, parse, statementsDuring } from './reading.ts';

let server: PostgresServer;
let standby: PostgresStandby;
beforeAll(async () => {
  server = await startPostgres({ standby: true, tls: true, settings: { log_statement: 'all' } });
  if (server.standby === undefined) throw new Error('started without a standby');
  standby = server.standby;
  await server.query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (1); GRANT ALL ON kept TO app');
  await server.query(`CREATE ROLE watcher LOGIN PASSWORD '${server.password}' IN ROLE pg_monitor;
    CREATE ROLE reads_all LOGIN PASSWORD '${server.password}' IN ROLE pg_read_all_stats`);
});
afterAll(() => server?.remove());

const urlOf = (user: string, host = server.host, parameters = ''): string =>
  `postgres://${user}:${encodeURIComponent(server.password)}@${host}:${server.port}/shop${parameters}`;
const named = (name: string) =>
  server.query(`SELECT pid, query FROM pg_stat_activity WHERE application_name = '${name}'`);
const ours = 'sidewarden statistics';

describe('the connection', () => {
  test('is made when it is opened, once, under a name of its own', async () => {
    const reader = makeReader({ url: server.url });
    expect(await named(ours)).toEqual([]);
    await reader.open(limits());
    const [first] = await named(ours);
    await reader.open(limits());
    expect(await named(ours)).toMatchObject([{ pid: first?.pid }]);
    reader.destroy();
    expect(reader.closed).toBe(true);
    await eventually(async () => expect(await named(ours)).toEqual([]));
  });
  test('has the name of the URL where that says one', async () => {
    await openReader({ url: `${server.url}?application_name=mine` });
    expect(await named('mine')).toHaveLength(1);
  });
  test('learns the server, a standby too', async () => {
    const [{ version } = {}] = await server.query("SELECT current_setting('server_version_num')::int AS version");
    const { source } = await openReader({ url: server.url });
    expect(source.instance).toBe(`127.0.0.1:${server.port}`);
    expect(source.facts).toEqual({
      ...{ version, database: 'shop', user: 'app' },
      ...{ monitor: false, listsWal: false, member: false, inherits: true },
    });
    const other = await openReader({ url: standby.url });
    expect(other.source.facts).toEqual(source.facts);
  });
  test.each([
    ['watcher', { monitor: true, listsWal: true, member: true }],
    ['reads_all', { monitor: true, listsWal: false, member: false }],
    ['app', { monitor: false, listsWal: false, member: false }],
  ])('learns what %s may read', async (user, facts) => {
    const { source } = await openReader({ url: urlOf(user) });
    expect(source.facts).toMatchObject({ user, ...facts });
  });
  test('learns again every two minutes what has changed', async () => {
    const { reader, source } = await openReader({ url: server.url });
    await server.query('GRANT pg_monitor TO app');
    onTestFinished(async () => void (await server.query('REVOKE pg_monitor FROM app')));
    await reader.open(limits());
    expect(source.facts.monitor).toBe(false);
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 121_000);
    onTestFinished(() => clock.mockRestore());
    await reader.open(limits());
    expect(source.facts.monitor).toBe(true);
  });
  test('names the server as the URL does, of several the one that let it in', async () => {
    const there = await openReader({ url: urlOf('app', `localhost:1,localhost`) });
    expect(there.source.instance).toBe(`localhost:${server.port}`);
    const socket = `host=${server.socket} port=${server.port} user=app dbname=shop`;
    const { source } = await openReader({ url: socket, password: server.password });
    expect(source.instance).toBe(`${server.socket}:${server.port}`);
  });
  test('that cannot be made says why, and is closed', async () => {
    const refused = makeReader({ url: 'postgres://app@127.0.0.1:1/shop' });
    await expect(refused.open(limits())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(refused.closed).toBe(true);
    const stranger = makeReader({ url: `postgres://app:wrong@${server.host}:${server.port}/shop` });
    await expect(stranger.open(limits())).rejects.toMatchObject({ code: '28P01' });
    await expect(stranger.open(limits())).rejects.toMatchObject({ errorClass: 'refused' });
  });
  test('that the server ends is closed', async () => {
    const { reader, source } = await openReader({ url: server.url });
    const asked = source.rows('SELECT pg_sleep(30)', limits());
    const ended = expect(asked).rejects.toMatchObject({ code: '57P01' });
    await server.until("SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'");
    await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'");
    await ended;
    expect(reader.closed).toBe(true);
    await expect(source.rows('SELECT 1', limits())).rejects.toMatchObject({ errorClass: 'refused' });
  });
});

describe('statistics_url', () => {
  const elsewhere = 'postgres://app@127.0.0.1:1/shop';

  test('is where the statistics are read', async () => {
    const { source } = await openReader({ url: elsewhere, statistics_url: server.url });
    expect(source.instance).toBe(`127.0.0.1:${server.port}`);
    expect((await server.query('SELECT 1 AS n')).length).toBe(1);
  });
  test('what it says itself wins, the rest is the check’s', async () => {
    const { host, port, password } = server;
    const own = await openReader({
      url: elsewhere,
      username: 'nobody',
      password: 'x',
      statistics_url: urlOf('watcher'),
    });
    expect(own.source.facts.user).toBe('watcher');
    const plain = `postgres://watcher@${host}:${port}/shop`;
    expect((await openReader({ url: elsewhere, password, statistics_url: plain })).source.facts.user).toBe('watcher');
    const bare = `postgres://${host}:${port}/shop`;
    const check = { url: elsewhere, username: 'app', password, statistics_url: bare };
    expect((await openReader(check)).source.facts.user).toBe('app');
  });
  test('in a file is read at the connect, and a password in it is a secret', async () => {
    const file = join(await runFolder('statistics-url'), 'url');
    await writeFile(file, `${server.url}\n`);
    const given = parse({ url: elsewhere, statistics_url: Secret.fromFile(file) });
    await openReader({ url: elsewhere, statistics_url: given.statistics_url });
    expect(given.statistics_url?.known).toContain(server.password);
    await writeFile(file, 'postgres://a,,b/shop');
    await expect(openReader({ url: elsewhere, statistics_url: given.statistics_url })).rejects.toMatchObject({
      errorClass: 'misconfig',
    });
  });
  test('that is none is refused', () => {
    expect(() => parse({ url: elsewhere, statistics_url: 'postgres:///shop' })).toThrow(/names no host/);
  });
  test.each([
    ['postgres://127.0.0.1/shop', {}, /names no user/],
    ['postgres://app@127.0.0.1/shop?sslmode=disable', { tls: {} }, /sslmode=disable/],
    ['postgres://app:pw@127.0.0.1/shop?sslmode=require', { auth: 'aws-iam' }, /holds a password/],
    ['postgres://app@127.0.0.1/shop?sslmode=disable', { auth: 'aws-iam' }, /needs TLS/],
  ])('%s with %j contradicts', (statistics_url, others, message) => {
    const url = 'postgres://app@127.0.0.1/shop?sslmode=require';
    expect(postgres.problems?.(parse({ url, ...others }))).toEqual([]);
    expect(postgres.problems?.(parse({ url, statistics_url, ...others }))).toEqual([
      { path: ['statistics_url'], message: expect.stringMatching(message) },
    ]);
  });
});

describe('a question', () => {
  test('is one statement: what bounds it is set once, for the session', async () => {
    const { reader, source } = await openReader({ url: server.url });
    const settings = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
    const alive = ['tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count'];
    const names = [...settings, ...alive, 'default_transaction_read_only'];
    let row: unknown;
    const said = await statementsDuring(server, async () => {
      await reader.open(limits());
      await reader.elect(7n, limits());
      const sql = `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`;
      [row] = await source.rows(sql, limits());
    });
    expect(row).toEqual({
      ...{ statement_timeout: expect.stringMatching(/^36\d\dms$/), lock_timeout: '1s' },
      ...{ idle_in_transaction_session_timeout: '10s', default_transaction_read_only: 'on' },
      ...{ tcp_keepalives_idle: '10', tcp_keepalives_interval: '5', tcp_keepalives_count: '4' },
    });
    expect(said.match(/statement: /g)).toHaveLength(2);
    expect(said.match(/ SET /g)).toBeNull();
  });
  test('with less or more time than usual brings its own limit', async () => {
    const { source } = await openReader({ url: server.url });
    const limit = async (timeoutMs: number) =>
      (await source.rows("SELECT current_setting('statement_timeout') AS now", limits({ timeoutMs })))[0]?.now;
    expect(await limit(1000)).toMatch(/^(8\d\d|900)ms$/);
    expect(await limit(60_000)).toMatch(/^59(\d{3}ms|s)$/);
    expect(await limit(5000)).toMatch(/^36\d\dms$/);
  });
  test('is answered however long the connection was idle', async () => {
    const [row] = await server.query("SELECT current_setting('idle_session_timeout', true) AS known");
    if (row?.known != null) await server.query("ALTER ROLE watcher SET idle_session_timeout = '1500ms'"); // PostgreSQL 14
    const { reader, source } = await openReader({ url: urlOf('watcher') });
    const idle = "SELECT state_change < clock_timestamp() - interval '1800ms' FROM pg_stat_activity";
    await server.until(`${idle} WHERE application_name = '${ours}' AND usename = 'watcher'`);
    expect(await source.rows('SELECT 1 AS n', limits())).toEqual([{ n: 1 }]);
    expect(reader.closed).toBe(false);
  });
  test('cannot write, and what fails leaves the connection as it was', async () => {
    const { source } = await openReader({ url: server.url });
    for (const sql of ['DELETE FROM kept', 'CREATE TEMPORARY TABLE other ()']) {
      await expect(source.rows(sql, limits())).rejects.toMatchObject({ code: '25006', severity: 'ERROR' });
    }
    await expect(source.rows('SELECT none', limits())).rejects.toMatchObject({ code: '42703' });
    expect(await source.rows('SELECT n FROM kept', limits())).toEqual([{ n: 1 }]);
  });
  test('that takes too long is ended by the server in time, and the connection goes on', async () => {
    const { reader, source } = await openReader({ url: server.url });
    const slow = source.rows('SELECT pg_sleep(30)', limits({ timeoutMs: 2500 }));
    await expect(slow).rejects.toMatchObject({ code: '57014' });
    expect(reader.closed).toBe(false);
    expect(await source.rows('SELECT 1 AS n', limits())).toEqual([{ n: 1 }]);
  });
  test('waits a second for a lock at most', async () => {
    const { source } = await openReader({ url: server.url });
    const holder = new Client({ connectionString: server.url });
    await holder.connect();
    onTestFinished(() => holder.end());
    await holder.query('BEGIN; LOCK kept');
    await expect(source.rows('SELECT n FROM kept', limits())).rejects.toMatchObject({ code: '55P03' });
    const [limit] = await source.rows("SELECT current_setting('lock_timeout') AS now", limits());
    expect(limit).toEqual({ now: '1s' });
  });
  test('of several at once, each gets its own answer', async () => {
    const { source } = await openReader({ url: server.url });
    const asked = [1, 2, 3].map((n) => source.rows(`SELECT ${n} AS n, pg_sleep(0.${4 - n})`, limits()));
    expect((await Promise.all(asked)).map(([row]) => row?.n)).toEqual([1, 2, 3]);
    const small = source.rows('SELECT 1 AS n', limits());
    const large = source.rows("SELECT repeat('x', 9000000)", limits());
    const next = source.rows('SELECT 1 AS n', limits());
    const ends = await Promise.allSettled([small, large, next]);
    expect(ends).toMatchObject([
      { value: [{ n: 1 }] },
      { reason: { name: 'UnreadableAnswer' } },
      { reason: { errorClass: 'refused' } },
    ]);
  });
  test('has a cap of rows', async () => {
    const { source } = await openReader({ url: server.url });
    const rows = await source.rows('SELECT generate_series(1, 5) AS n', limits({ maxRows: 2 }));
    expect(rows).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await source.rows('SELECT generate_series(1, 3000) AS n', limits())).toHaveLength(1000);
  });
  test.each([
    ['one long row', 'disable', "SELECT repeat('x', 9000000) AS n"],
    ['many short rows', 'require', "SELECT repeat('x', 1000) FROM generate_series(1, 9000)"],
  ])('has a cap of bytes: %s, sslmode=%s', async (_, sslmode, sql) => {
    const url = `${server.url}?sslmode=${sslmode}`;
    const { reader, source } = await openReader({ url });
    const most = await source.rows("SELECT repeat('x', 4000000) AS n", limits());
    expect(String(most[0]?.n)).toHaveLength(4_000_000);
    await expect(source.rows(sql, limits())).rejects.toBeInstanceOf(UnreadableAnswer);
    expect(reader.closed).toBe(true);
    const again = await openReader({ url });
    await expect(again.source.cursor(sql, limits({ maxRows: 100_000 }))).rejects.toBeInstanceOf(UnreadableAnswer);
    expect(again.reader.closed).toBe(true);
  });
  test('to a server that is frozen ends at the deadline', async () => {
    const { reader, source } = await openReader({ url: server.url });
    server.freeze();
    onTestFinished(() => server.thaw());
    const took = await loopTime(() =>
      expect(source.rows('SELECT 1', limits({ timeoutMs: 300 }))).rejects.toMatchObject({ errorClass: 'timeout' }),
    );
    expect(took).toBeLessThan(1000);
    expect(reader.closed).toBe(true);
    const other = makeReader({ url: server.url });
    await expect(other.open(limits({ timeoutMs: 300 }))).rejects.toMatchObject({ errorClass: 'timeout' });
    expect(other.closed).toBe(true);
  });
});

describe('a cursor', () => {
  test('gives columns, and rows up to its cap', async () => {
    const { source } = await openReader({ url: server.url });
    const sql = 'SELECT generate_series(1, 3) AS n, NULL AS "Some" -- all;';
    expect(await source.cursor(sql, limits({ maxRows: 3 }))).toEqual({
      ...{ columns: ['n', 'Some'], more: false },
      rows: [1, 2, 3].map((n) => ({ n, Some: null })),
    });
    expect(await source.cursor(sql, limits({ maxRows: 2 }))).toMatchObject({ more: true, rows: [{ n: 1 }, { n: 2 }] });
    expect(await source.cursor('SELECT 1 AS n WHERE false;', limits())).toEqual({
      columns: ['n'],
      more: false,
      rows: [],
    });
    expect(await source.cursor('VALUES (7)', limits())).toMatchObject({ rows: [{ column1: 7 }] });
  });
  test.each([
    ['SELECT 1; DELETE FROM kept', '42601'],
    ['SELECT 1; COMMIT; DELETE FROM kept', '42601'],
    ['COMMIT; DELETE FROM kept', '42601'],
    ['DELETE FROM kept', '42601'],
    ['DELETE FROM kept RETURNING n', '42601'],
    ['WITH gone AS (DELETE FROM kept RETURNING n) SELECT n FROM gone', '0A000'],
    ['SELECT n FROM kept FOR UPDATE', '25006'],
    ['SELECT n INTO other FROM kept', '42601'],
    ["SELECT set_config('transaction_read_only', 'off', false)", '25001'],
    ['SELECT away()', '25006'],
    ['SELECT $1', '08P01'],
    ['SELECT pg_sleep(30)', '57014'],
  ])('lets nothing out: %s', async (sql, code) => {
    await server.query(
      "CREATE OR REPLACE FUNCTION away() RETURNS bigint LANGUAGE sql AS 'DELETE FROM kept; SELECT 1::bigint'",
    );
    const { reader, source } = await openReader({ url: server.url });
    await expect(source.cursor(sql, limits({ timeoutMs: 3000 }))).rejects.toMatchObject({ code });
    expect(await server.query('SELECT n FROM kept')).toEqual([{ n: 1 }]);
    expect(reader.closed).toBe(false);
    const [state] = await named(ours);
    expect(state?.query).toBe('ROLLBACK');
    expect(await source.cursor('SELECT n FROM kept', limits())).toMatchObject({ rows: [{ n: 1 }] });
  });
  test('leaves no setting behind', async () => {
    const { source } = await openReader({ url: server.url });
    await source.cursor("SELECT set_config('default_transaction_read_only', 'off', false)", limits());
    await expect(source.rows('DELETE FROM kept', limits())).rejects.toMatchObject({ code: '25006' });
    expect(await server.query('SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });
  test('on a standby too', async () => {
    const { source } = await openReader({ url: standby.url });
    await standby.until("SELECT to_regclass('kept') IS NOT NULL");
    expect(await source.cursor('SELECT 1 AS n', limits())).toMatchObject({ rows: [{ n: 1 }] });
  });
});
