// The driver on a real primary and its standby: roles, log-ins, sessions that end.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { eventually } from '../../patience.ts';
import { type PostgresServer, type PostgresStandby, startPostgres } from '../../servers/postgres.ts';
import { runFolder } from '../../servers/process.ts';
import { makeAttempt } from '../attempt.ts';
import { createTrial, once } from './trial.ts';

let server: PostgresServer;
let standby: PostgresStandby;
beforeAll(async () => {
  server = await startPostgres({ standby: true });
  if (server.standby === undefined) throw new Error('started without a standby');
  standby = server.standby;
});
afterAll(() => server?.remove());

const trial = (given: object, timeoutMs?: number): ReturnType<typeof createTrial> => {
  const made = createTrial(given, timeoutMs);
  onTestFinished(made.end);
  return made;
};
const sessions = async (): Promise<unknown> =>
  (await server.query("SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'sidewarden'"))[0]?.n;

describe('one connection', () => {
  test('is opened by the first run and kept by the next ones', async () => {
    const one = trial({ url: server.url });
    expect(await one.run()).toMatchObject({ outcome: 'passed', phases: 'connect auth query' });
    expect(await one.run()).toMatchObject({ outcome: 'passed', phases: 'query' });
    expect(await sessions()).toBe(1);
    one.end();
    await eventually(async () => expect(await sessions()).toBe(0));
    expect(one.current.closed).toBe(true);
  });

  test('by a Unix socket', async () => {
    const url = `postgres:///shop?host=${server.socket}&port=${server.port}&user=app`;
    expect(await once({ url, password: server.password })).toMatchObject({ outcome: 'passed' });
  });

  test('ended by the server, is closed, and the next run opens another', async () => {
    const one = trial({ url: server.url });
    await one.run();
    const first = one.current;
    await server.restart();
    await eventually(() => expect(first.closed).toBe(true));
    expect(await one.run()).toMatchObject({ outcome: 'passed', phases: 'connect auth query' });
  });

  test('ended under a query is refused', async () => {
    const one = trial({ url: server.url });
    await one.run();
    const query = one.current.query('SELECT pg_sleep(20)', makeAttempt());
    const broken = expect(query).rejects.toMatchObject({ code: '57P01' });
    const closed = query.catch(() => one.current.closed);
    await eventually(async () => {
      await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)'");
      await broken;
    });
    expect(await closed).toBe(true);
  });

  test('has a time limit for each message, and none beyond it', async () => {
    const one = trial({ url: server.url });
    await one.run();
    const slow = one.current.query('SELECT pg_sleep(20)', makeAttempt({ timeoutMs: 1500 }));
    await expect(slow).rejects.toMatchObject({ code: '57014' });
    expect(await one.run()).toMatchObject({ outcome: 'passed', phases: 'query' });
    const [row] = await server.query("SELECT query FROM pg_stat_activity WHERE application_name = 'sidewarden'");
    expect(row?.query).toMatch(/^SET LOCAL statement_timeout = \d+; SELECT 1$/);
  });

  test('goes on while the postmaster alone is frozen, and a new one hangs until it is cut', async () => {
    const one = trial({ url: server.url });
    await one.run();
    server.freezePostmaster();
    onTestFinished(() => server.thaw());
    expect(await one.run()).toMatchObject({ outcome: 'passed' });
    const other = trial({ url: server.url });
    const run = other.run();
    expect(await Promise.race([run, new Promise((resolve) => setTimeout(resolve, 300, 'hangs'))])).toBe('hangs');
    other.end();
    expect(await run).toMatchObject({ outcome: 'refused', phases: 'connect' });
  });
});

describe('expect', () => {
  test.each([
    ['primary', 'primary', 'passed'],
    ['primary', 'replica', 'readonly'],
    ['standby', 'primary', 'readonly'],
    ['standby', 'replica', 'passed'],
  ])('the %s, when %s is expected: %s', async (which, expected, outcome) => {
    const { url } = which === 'primary' ? server : standby;
    expect(await once({ url, expect: expected })).toMatchObject({ outcome, phases: 'connect auth query role' });
  });

  test('any asks for no role', async () => {
    expect(await once({ url: standby.url })).toMatchObject({ outcome: 'passed', phases: 'connect auth query' });
  });

  test('a primary that takes no writes is none', async () => {
    await server.query('ALTER DATABASE shop SET default_transaction_read_only = on');
    onTestFinished(async () => {
      await server.query('ALTER DATABASE shop RESET default_transaction_read_only', 'postgres');
    });
    expect(await once({ url: server.url, expect: 'primary' })).toMatchObject({ outcome: 'readonly' });
  });
});

describe('write', () => {
  const write = { interval: '1h' };

  test('leaves one session at most behind while a synchronous standby is away', async () => {
    const waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    await server.query("ALTER SYSTEM SET synchronous_standby_names = 'away'");
    await server.query('SELECT pg_reload_conf()');
    await server.until("SELECT current_setting('synchronous_standby_names') = 'away'");
    const first = trial({ url: server.url, write });
    void first.run(); // it is cut
    await eventually(async () => expect(await server.query(waiting)).toHaveLength(1));
    first.end();
    await server.until(
      "SELECT clock_timestamp() - query_start > '3s' FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
    );
    const next = trial({ url: server.url, write }, 2500);
    for (let run = 0; run < 3; run += 1) {
      expect(await next.run()).toMatchObject({ outcome: 'timeout', phases: expect.stringMatching(/write$/) });
    }
    expect(await server.query(waiting)).toHaveLength(1);

    await server.query('ALTER SYSTEM RESET synchronous_standby_names');
    await server.query('SELECT pg_reload_conf()');
    await eventually(async () => expect(await server.query(waiting)).toEqual([]));
    expect(await next.run()).toMatchObject({ outcome: 'passed' });
  });
  test('passes and leaves nothing behind', async () => {
    const one = trial({ url: server.url, write });
    expect(await one.run()).toMatchObject({ outcome: 'passed', phases: 'connect auth query write' });
    expect(await one.run()).toMatchObject({ outcome: 'passed', phases: 'query write' });
    expect(await server.query("SELECT relname FROM pg_class WHERE relname LIKE 'sidewarden%'")).toEqual([]);
  });
  test('on a standby is readonly', async () => {
    expect(await once({ url: standby.url, write })).toMatchObject({
      outcome: 'readonly',
      phases: 'connect auth query write',
    });
  });
});

describe('log-in', () => {
  const url = (): string => `postgres://app@${server.host}:${server.port}/shop`;

  test('without a password is auth', async () => {
    expect(await once({ url: url() })).toMatchObject({ outcome: 'auth', phases: 'connect auth' });
  });
  test('of a user who may not connect to the database is permission', async () => {
    await server.query('REVOKE CONNECT ON DATABASE shop FROM PUBLIC');
    onTestFinished(async () => void (await server.query('GRANT CONNECT ON DATABASE shop TO PUBLIC')));
    expect(await once({ url: server.url })).toMatchObject({ outcome: 'permission', phases: 'connect auth' });
  });
  test('of a user who may not log in is auth', async () => {
    await server.query('ALTER ROLE app NOLOGIN');
    onTestFinished(async () => void (await server.query('ALTER ROLE app LOGIN')));
    expect(await once({ url: server.url })).toMatchObject({ outcome: 'auth', phases: 'connect auth' });
  });
  test('reads a password file and a URL file at each connect', async () => {
    const folder = await runFolder('password');
    const files = { password: join(folder, 'password'), url: join(folder, 'url') };
    await writeFile(files.password, 'an old one\n');
    await writeFile(files.url, 'postgres://app@127.0.0.1:1/shop\n');
    const one = trial({ url: Secret.fromFile(files.url), password_file: files.password });
    expect(await one.run()).toMatchObject({ outcome: 'refused', phases: 'connect' });
    await writeFile(files.url, `${url()}\n`);
    expect(await one.run()).toMatchObject({ outcome: 'auth', phases: 'connect auth' });
    await writeFile(files.password, `${server.password}\n`);
    expect(await one.run()).toMatchObject({ outcome: 'passed' });
    one.end();
    for (const wrong of ['postgres://app:very-secret@a,,b/shop', 'postgres://:very-secret@127.0.0.1/shop']) {
      await writeFile(files.url, wrong);
      expect(await one.run()).toMatchObject({
        outcome: 'misconfig',
        phases: 'connect',
        message: expect.not.stringContaining('very-secret'),
      });
    }
  });
  test('when all connections are taken is capacity', async () => {
    const small = await startPostgres({
      settings: { max_connections: '5', superuser_reserved_connections: '2', max_wal_senders: '1' },
    });
    onTestFinished(() => small.remove());
    const taken = [1, 2, 3].map(() => trial({ url: small.url }));
    for (const one of taken) expect(await one.run()).toMatchObject({ outcome: 'passed' });
    expect(await once({ url: small.url })).toMatchObject({ outcome: 'capacity', phases: 'connect auth' });
  });
});

// The last: it makes the standby a primary for good.
test('a promoted standby becomes the primary under a live session', async () => {
  const one = trial({ url: standby.url, expect: 'primary', write: { interval: '1h' } });
  expect(await one.run()).toMatchObject({ outcome: 'readonly' });
  await standby.promote();
  expect(await one.run()).toMatchObject({ outcome: 'passed', phases: 'query role write' });
});
