// Who reads the statistics: an advisory lock of the reader's session, and what the probe sees of it.
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { driver } from '../../../src/dependencies/postgres/driver.ts';
import { electQuery } from '../../../src/dependencies/postgres/election.ts';
import type { PostgresSession } from '../../../src/dependencies/postgres/probe.ts';
import type { Phase } from '../../../src/dependencies/postgres/settings.ts';
import { eventually } from '../../patience.ts';
import { poolModes, startPgbouncer } from '../../servers/pgbouncer.ts';
import { type PostgresServer, type PostgresStandby, startPostgres } from '../../servers/postgres.ts';
import { makeAttempt } from '../attempt.ts';
import { limits, openReader, parse, seenBy, statementsDuring } from './reading.ts';

let server: PostgresServer;
let standby: PostgresStandby;
beforeAll(async () => {
  server = await startPostgres({ standby: true, settings: { log_statement: 'all' } });
  if (server.standby === undefined) throw new Error('started without a standby');
  standby = server.standby;
  await server.query('CREATE DATABASE other');
});
afterAll(() => server?.remove());
afterEach(() => eventually(async () => expect(await locks()).toEqual([])));

const key = -8_446_744_073_709_551_617n;
const keys = [key, 0n, -1n, 1n, 2n ** 63n - 1n, -(2n ** 63n), 0xffff_ffffn, 2n ** 32n];
const locks = () => server.query("SELECT pid FROM pg_locks WHERE locktype = 'advisory'");

const seen = (given: object, wanted = key, session?: PostgresSession) => seenBy(given, wanted, session);
/** As superuser, who may change the tables of the system: its functions can be renamed then. */
const asSystem = (sql: string) => server.query(`SET allow_system_table_mods = on; ${sql}`);

test.each([
  ['a primary', () => server.url],
  ['a standby', () => standby.url],
])('at %s one leads and the other follows, until the connection of the first ends', async (_, url) => {
  const [first, second] = [await openReader({ url: url() }), await openReader({ url: url() })];
  expect(await first.reader.elect(key, limits())).toEqual({ kind: 'leads' });
  expect(await second.reader.elect(key, limits())).toEqual({ kind: 'follows' });
  expect(await first.reader.elect(key, limits())).toEqual({ kind: 'leads' });
  expect(await first.source.rows("SELECT current_setting('transaction_read_only') AS now", limits())).toEqual([
    { now: 'on' },
  ]);
  first.reader.destroy();
  await eventually(async () => expect(await second.reader.elect(key, limits())).toEqual({ kind: 'leads' }));
  await expect(first.reader.elect(key, limits())).rejects.toMatchObject({ errorClass: 'refused' });
  second.reader.destroy();
});

test('each key is a lock of its own, and is seen as that', async () => {
  const { reader } = await openReader({ url: server.url });
  const other = await openReader({ url: server.url });
  for (const one of keys) {
    expect(await seen({ url: server.url }, one)).toEqual([false]);
    expect(await reader.elect(one, limits())).toEqual({ kind: 'leads' });
    expect(await seen({ url: server.url }, one)).toEqual([true]);
    expect(await other.reader.elect(one, limits())).toEqual({ kind: 'follows' });
  }
  expect(await locks()).toHaveLength(keys.length);
  for (const each of [reader, other.reader]) each.destroy();
});

test('another database elects apart', async () => {
  const elsewhere = server.url.replace(/shop$/, 'other');
  const [here, there] = [await openReader({ url: server.url }), await openReader({ url: elsewhere })];
  expect(await there.reader.elect(key, limits())).toEqual({ kind: 'leads' });
  expect(await seen({ url: server.url })).toEqual([false]);
  expect(await seen({ url: elsewhere })).toEqual([true]);
  expect(await here.reader.elect(key, limits())).toEqual({ kind: 'leads' });
  for (const each of [here.reader, there.reader]) each.destroy();
});

test('whoever leads takes the lock once, and takes it again when it was lost', async () => {
  const { reader, source } = await openReader({ url: server.url });
  for (const _ of [1, 2, 3]) expect(await reader.elect(key, limits())).toEqual({ kind: 'leads' });
  const release = `SELECT pg_advisory_unlock('${key}') AS released`;
  expect(await source.rows(release, limits())).toEqual([{ released: true }]);
  expect(await locks()).toEqual([]);
  expect(await reader.elect(key, limits())).toEqual({ kind: 'leads' });
  expect(await locks()).toHaveLength(1);
  reader.destroy();
});

test('a leader hears at once that its connection ended, and not when it ended it itself', async () => {
  const { reader } = await openReader({ url: server.url });
  const { reader: other } = await openReader({ url: server.url });
  const ended: string[] = [];
  reader.onEnd?.(() => ended.push('by the server'));
  other.onEnd?.(() => ended.push('by itself'));
  await reader.elect(key, limits());
  await server.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
  await eventually(() => expect(ended).toEqual(['by the server']));
  expect(reader.closed).toBe(true);
  other.destroy();
  await eventually(async () => expect(await locks()).toEqual([]));
  expect(ended).toEqual(['by the server']);
});

test('a backend that is not the one that let us in locks nothing', async () => {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const leads = async (pid: number) => (await client.query(electQuery(key, pid))).rows[0]?.leads;
  expect(await leads(rows[0].pid + 1)).toBeNull();
  expect(await locks()).toEqual([]);
  expect(await leads(rows[0].pid)).toBe(true);
  expect(await locks()).toEqual(rows);
  expect(await leads(rows[0].pid + 1)).toBeNull();
  await client.end();
});

test('a slow question costs the leader neither its connection nor the lead', async () => {
  const { reader, source } = await openReader({ url: server.url });
  await reader.elect(key, limits());
  const slow = source.rows('SELECT pg_sleep(30)', limits({ timeoutMs: 2500 }));
  await expect(slow).rejects.toMatchObject({ code: '57014' });
  expect(await locks()).toHaveLength(1);
  expect(await reader.elect(key, limits())).toEqual({ kind: 'leads' });
  reader.destroy();
});

test('a server without pg_locks, or without such locks, is no place: nobody leads, and the probe passes and tells nothing', async () => {
  const tried = 'pg_catalog.pg_try_advisory_xact_lock_shared(bigint)';
  await server.query(`REVOKE SELECT ON pg_locks FROM PUBLIC; REVOKE EXECUTE ON FUNCTION ${tried} FROM PUBLIC`);
  onTestFinished(async () => {
    await server.query(`GRANT SELECT ON pg_locks TO PUBLIC; GRANT EXECUTE ON FUNCTION ${tried} TO PUBLIC`);
  });
  const { reader } = await openReader({ url: server.url });
  expect(await reader.elect(key, limits())).toEqual({
    kind: 'cannot',
    why: expect.stringMatching(/permission denied for .* pg_locks$/),
  });
  expect(reader.closed).toBe(false);
  for (const expected of ['any', 'primary']) {
    const given = { url: server.url, expect: expected };
    const session = driver.session(parse(given));
    expect(await seen(given, key, session)).toEqual([]);
    const said = await statementsDuring(server, async () => expect(await seen(given, key, session)).toEqual([]));
    expect(said).not.toContain('advisory');
    session.destroy();
  }
  reader.destroy();
});

test.each(['any', 'primary'])(
  'a lock that hangs fails no probe that expects %s, and is not tried again',
  async (role) => {
    // A new function by its name: PostgreSQL goes on calling its own code for what it has itself, whatever its body says.
    await asSystem(`UPDATE pg_proc SET proname = 'not_here' WHERE proname = 'pg_try_advisory_xact_lock_shared' AND pronargs = 1;
    CREATE FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(bigint) RETURNS boolean LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(30); RETURN true; END'`);
    onTestFinished(async () => {
      await asSystem(`DROP FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(bigint);
      UPDATE pg_proc SET proname = 'pg_try_advisory_xact_lock_shared' WHERE proname = 'not_here'`);
    });
    const given = { url: server.url, expect: role };
    const session = driver.session(parse(given));
    const probed = () => statementsDuring(server, async () => expect(await seen(given, key, session)).toEqual([]));
    expect(await probed()).toContain('advisory');
    expect(await probed()).not.toContain('advisory');
  },
);

test('what a server says at length is cut', async () => {
  const long = 'x'.repeat(2000);
  await asSystem(`UPDATE pg_proc SET proname = 'not_here' WHERE proname = 'pg_try_advisory_lock' AND pronargs = 1;
    CREATE FUNCTION pg_catalog.pg_try_advisory_lock(bigint) RETURNS boolean LANGUAGE plpgsql
    AS $$BEGIN RAISE feature_not_supported USING MESSAGE = '${long}'; END$$`);
  onTestFinished(async () => {
    await asSystem(`DROP FUNCTION pg_catalog.pg_try_advisory_lock(bigint);
      UPDATE pg_proc SET proname = 'pg_try_advisory_lock' WHERE proname = 'not_here'`);
  });
  const { reader } = await openReader({ url: server.url });
  const standing = await reader.elect(key, limits());
  expect(standing).toEqual({ kind: 'cannot', why: expect.stringMatching(/^the server offers no lock .*: x{400}…$/) });
  reader.destroy();
});

describe('through PgBouncer', () => {
  test.each(poolModes)('in %s mode the probe sees who leads past it, and holds nothing', async (mode) => {
    const bouncer = await startPgbouncer({
      ...{ mode, users: { app: server.password } },
      databases: { shop: { port: server.port, dbname: 'shop' } },
    });
    onTestFinished(() => bouncer.remove());
    const url = server.url.replace(`:${server.port}/`, `:${bouncer.port}/`);
    const given = { url, expect: 'primary' };
    for (const _ of [1, 2]) expect(await seen(given)).toEqual([false]);
    expect(await locks()).toEqual([]);
    const { reader } = await openReader({ url: server.url });
    expect(await reader.elect(key, limits())).toEqual({ kind: 'leads' });
    for (const _ of [1, 2]) expect(await seen(given)).toEqual([true]);
    reader.destroy();
  });
});

describe('the probe', () => {
  test.each(['any', 'primary'])('expecting %s sees whether the key is held, with no statement more', async (role) => {
    const given = { url: server.url, expect: role };
    const session = driver.session(parse(given));
    expect(await seen(given, key, session)).toEqual([false]);
    const { reader } = await openReader({ url: server.url });
    await reader.elect(key, limits());
    const said = await statementsDuring(server, async () => expect(await seen(given, key, session)).toEqual([true]));
    const statements = said.match(/statement: .*/g);
    expect(statements).toHaveLength(role === 'any' ? 1 : 2);
    expect(statements?.filter((statement) => statement.includes('advisory'))).toHaveLength(1);
    expect(said).not.toContain('pg_locks'); // which costs a second where there are many locks
    reader.destroy();
    await eventually(async () => expect(await seen(given, key, session)).toEqual([false]));
  });
  test('of another role than expected sees it all the same', async () => {
    const { reader } = await openReader({ url: standby.url });
    await reader.elect(key, limits());
    const told: boolean[] = [];
    const given = parse({ url: standby.url, expect: 'primary' });
    const session = driver.session(given);
    const election = { key, tell: (held: boolean) => void told.push(held) };
    await expect(driver.probe(session, given, { ...makeAttempt<Phase>(), election })).rejects.toMatchObject({
      errorClass: 'readonly',
    });
    expect(told).toEqual([true]);
    for (const each of [session, reader]) each.destroy();
  });
  test('where nobody elects does not ask', async () => {
    const given = parse({ url: server.url, expect: 'primary' });
    const session = driver.session(given);
    const said = await statementsDuring(server, () => driver.probe(session, given, makeAttempt<Phase>()));
    expect(said).toContain('pg_is_in_recovery');
    expect(said).not.toContain('advisory');
    session.destroy();
  });
  test('of a session that may only read sees it, and one more who asks at the same time does too', async () => {
    const given = { url: `${server.url}?options=${encodeURIComponent('-c default_transaction_read_only=on')}` };
    expect(await seen(given)).toEqual([false]);
    const other = new Client({ connectionString: server.url });
    await other.connect();
    await other.query(`BEGIN; SELECT pg_try_advisory_xact_lock_shared('${key}')`);
    expect(await seen(given)).toEqual([false]);
    await other.query('COMMIT');
    const { reader } = await openReader({ url: server.url });
    await reader.elect(key, limits());
    expect(await seen(given)).toEqual([true]);
    reader.destroy();
    await other.end();
  });
});
