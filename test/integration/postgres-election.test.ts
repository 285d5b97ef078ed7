// Who reads the statistics where processes die and poolers stand between: a lock that only the one who took it holds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { driver } from '../../src/dependencies/postgres/driver.ts';
import type { Phase } from '../../src/dependencies/postgres/settings.ts';
import { makeAttempt } from '../dependencies/attempt.ts';
import { limits, openReader, parse } from '../dependencies/postgres/reading.ts';
import { type PoolMode, poolModes } from '../servers/pgbouncer.ts';
import type { PostgresServer } from '../servers/postgres.ts';
import { type Poolers, startPoolers } from './poolers.ts';

let poolers: Poolers;
let server: PostgresServer;
beforeAll(async () => {
  poolers = await startPoolers();
  ({ server } = poolers);
  await server.query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (1); GRANT ALL ON kept TO app');
});
afterAll(() => poolers?.stop());

const key = 5n;
const urlOf = (mode: PoolMode, parameters = ''): string => {
  const { host, port } = poolers.bouncers[mode];
  return `postgres://app:${encodeURIComponent(server.password)}@${host}:${port}/shop${parameters}`;
};
const locks = () => server.query("SELECT pid FROM pg_locks WHERE locktype = 'advisory'");

/** What one run of the probe tells of the key. */
async function seen(url: string): Promise<boolean[]> {
  const given = parse({ url, expect: 'primary' });
  const session = driver.session(given);
  const told: boolean[] = [];
  const election = { key, tell: (held: boolean) => void told.push(held) };
  await driver.probe(session, given, { ...makeAttempt<Phase>(), election });
  session.destroy();
  return told;
}

describe.each(poolModes)('behind a PgBouncer in %s mode', (mode) => {
  test('nobody leads, no lock is left, and it is said what to do', async () => {
    for (const _ of [1, 2]) {
      const { reader } = await openReader({ url: urlOf(mode) });
      for (const _ of [1, 2]) {
        expect(await reader.elect(key, limits())).toEqual({
          kind: 'cannot',
          why: expect.stringMatching(/^a pooler stands between.*`statistics_url` is to name a direct connection/),
        });
      }
      reader.destroy();
    }
    expect(await locks()).toEqual([]);
  });

  test('it is read all the same, within limits that nothing outlives', async () => {
    const { reader, source } = await openReader({ url: urlOf(mode) });
    expect(source).toMatchObject({ instance: `127.0.0.1:${poolers.bouncers[mode].port}`, facts: { database: 'shop' } });
    const sql = `SELECT pg_backend_pid() AS pid, current_setting('statement_timeout') AS "limit",
      current_setting('lock_timeout') AS wait, current_setting('transaction_read_only') AS read`;
    const [row] = await source.rows(sql, limits());
    expect(row).toMatchObject({ limit: expect.stringMatching(/^4\d{3}ms$/), wait: '1s', read: 'on' });
    await expect(source.rows('DELETE FROM kept', limits())).rejects.toMatchObject({ code: '25006' });
    const slow = source.rows('SELECT pg_sleep(30)', limits({ timeoutMs: 600 }));
    await expect(slow).rejects.toMatchObject({ code: '57014' });
    expect(await source.rows(sql, limits())).toMatchObject([{ pid: row?.pid }]);
    reader.destroy();
    const next = new Client({ connectionString: urlOf(mode, '?application_name=next') });
    await next.connect();
    onTestFinished(() => next.end());
    const { rows } = await next.query(`SELECT pg_backend_pid() AS pid,
      (SELECT array_agg(name::text) FROM pg_settings WHERE source = 'session') AS "set"`);
    expect(rows).toEqual([{ pid: row?.pid, set: ['application_name'] }]);
  });

  test(`SQL of others ${mode === 'statement' ? 'is refused: it needs a transaction' : 'can only read'}`, async () => {
    const { reader, source } = await openReader({ url: urlOf(mode) });
    const asked = source.cursor('SELECT n FROM kept', limits());
    if (mode === 'statement') {
      await expect(asked).rejects.toThrow(/transaction/i);
      return;
    }
    expect(await asked).toEqual({ columns: ['n'], rows: [{ n: 1 }], more: false });
    for (const sql of ['SELECT 1; DELETE FROM kept', 'COMMIT', 'DELETE FROM kept']) {
      await expect(source.cursor(sql, limits())).rejects.toMatchObject({ code: '42601' });
    }
    expect(await server.query('SELECT n FROM kept')).toEqual([{ n: 1 }]);
    expect(await source.cursor('SELECT n FROM kept', limits())).toMatchObject({ rows: [{ n: 1 }] });
    reader.destroy();
  });

  test('with `statistics_url` past it one leads, and probes through the pooler see that', async () => {
    expect(await seen(urlOf(mode))).toEqual([false]);
    const { reader, source } = await openReader({ url: urlOf(mode), statistics_url: server.url });
    expect(source.instance).toBe(`127.0.0.1:${server.port}`);
    expect(await reader.elect(key, limits())).toEqual({ kind: 'leads' });
    expect(await seen(urlOf(mode))).toEqual([true]);
    reader.destroy();
    await expect.poll(locks).toEqual([]);
    expect(await seen(urlOf(mode))).toEqual([false]);
  });
});

test('a process that is killed leads no more, and the next who asks does', async () => {
  const holder = spawn(process.execPath, [fileURLToPath(new URL('lead.mjs', import.meta.url)), server.url, `${key}`]);
  onTestFinished(() => void holder.kill('SIGKILL'));
  const [said] = await once(holder.stdout, 'data');
  expect(String(said)).toBe('leads\n');
  const { reader } = await openReader({ url: server.url });
  expect(await reader.elect(key, limits())).toEqual({ kind: 'follows' });
  holder.kill('SIGKILL');
  await expect.poll(() => reader.elect(key, limits())).toEqual({ kind: 'leads' });
});

test('a session that the server ends leads no more', async () => {
  const [first, second] = [await openReader({ url: server.url }), await openReader({ url: server.url })];
  expect(await first.reader.elect(key, limits())).toEqual({ kind: 'leads' });
  const [{ pid } = {}] = await locks();
  await server.query(`SELECT pg_terminate_backend(${pid})`);
  await expect.poll(() => second.reader.elect(key, limits())).toEqual({ kind: 'leads' });
  await expect.poll(() => first.reader.closed).toBe(true);
});

test('a server that freezes and thaws: the leader whose connection was given up leads no more', async () => {
  const { reader, source } = await openReader({ url: server.url });
  await reader.elect(key, limits());
  server.freeze();
  try {
    await expect(source.rows('SELECT 1', limits({ timeoutMs: 300 }))).rejects.toMatchObject({ errorClass: 'timeout' });
  } finally {
    server.thaw();
  }
  const next = await openReader({ url: server.url });
  await expect.poll(() => next.reader.elect(key, limits())).toEqual({ kind: 'leads' });
});
