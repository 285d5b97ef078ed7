// What comes by files, without a signal: a broken configuration and a good one, a mount that was swapped, secrets. Each
// daemon has what it changes to itself, so that their waits for the watch of the file run side by side.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import type { Sidewarden } from '../servers/sidewarden.ts';
import { startEcho } from './echoes.ts';
import { createMount } from './mount.ts';
import { authorization, type Checks, fast, fileWith, startReloading, token, written } from './reloading.ts';

let database: PostgresServer;
let redis: RedisServer;
/** Whose password is changed. */
let rotated: RedisServer;
const daemons: Sidewarden[] = [];

beforeAll(async () => {
  [database, redis, rotated] = await Promise.all([startPostgres(), startRedis(), startRedis()]);
  await database.query("CREATE ROLE kept LOGIN PASSWORD 'of-kept'");
});
afterAll(async () => {
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  await Promise.all([database, redis, rotated].map((server) => server?.remove()));
});

async function start(...given: Parameters<typeof startReloading>) {
  const started = await startReloading(...given);
  daemons.push(started.daemon);
  return started;
}

const both = (): Checks => ({
  database: { type: 'postgres', url: database.url, expect: 'primary', ...fast },
  sessions: { type: 'redis', url: redis.url, ...fast },
});
/** Connections of the role that one daemon alone has. */
const backends = () =>
  database.query("SELECT pid, backend_start::text AS begun FROM pg_stat_activity WHERE usename = 'kept' ORDER BY pid");
const redisCheck = (over: Record<string, unknown> = {}) => ({ type: 'redis', url: redis.url, ...fast, ...over });

describe.concurrent('by files alone', () => {
  test('a broken file keeps the old one, and shows in /metrics and the log; a good one is taken again', async ({
    expect,
  }) => {
    const { sessions = {}, database: shared } = both();
    const url = `postgres://kept:of-kept@${database.host}:${database.port}/shop`;
    const right = written({ database: { ...shared, url, statistics: { mode: 'off' } }, sessions });
    const { file, write } = await fileWith(right);
    const { daemon, good, reloads, hangUp, names } = await start(file);
    const before = await backends();
    expect(before).toHaveLength(1);
    expect(await good()).toBe(1);
    write(
      `log_levle: info\nchecks:\n  database:\n    type: postgres\n    url: ${database.url}\n    interval: 5\n  x:\n    type: redsi\n    url: redis://x\n`,
    );
    await expect.poll(good).toBe(0); // by itself, without any signal
    await expect.poll(() => reloads('failure')).toHaveLength(4);
    const said = reloads('failure').map(({ message }) => String(message));
    expect(said[0]).toContain('3 mistakes');
    expect(said.join('\n')).toContain(`${file}:1:1 log_levle: unknown key`);
    expect(said.join('\n')).toContain(`${file}:6:15 checks.database.interval`);
    expect(said.join('\n')).toContain('did you mean `redis`?');
    expect(await names()).toEqual(['database', 'sessions']);
    expect((await daemon.get('/health/ready')).code).toBe(200);

    await hangUp('failure');
    await expect.poll(() => reloads('failure').length, { message: 'who asks hears it again' }).toBe(8);
    write(right);
    await expect.poll(good).toBe(1);
    expect(await backends()).toEqual(before);
  });

  test('a file that is gone is a mistake, and no reason to check nothing', async ({ expect }) => {
    const mount = await createMount({ 'sidewarden.yaml': written(both()) });
    const { good, reloads, names } = await start(mount.path('sidewarden.yaml'));
    mount.swap({});
    await expect.poll(good).toBe(0);
    const said = () => reloads('failure').map(({ message }) => message);
    await expect.poll(() => said().join()).toContain('cannot be read: ENOENT');
    expect(await names()).toEqual(['database', 'sessions']);
  });

  test('token, log level and drain delay are taken over; what is not says so and stays', async ({ expect }) => {
    const { file, write } = await fileWith(written(both()));
    const { daemon, lines, hangUp, good } = await start(file);
    expect(lines().some((line) => line['event.action'] === 'check-run')).toBe(false);
    const other = 'another-token-of-this-test';
    write(
      written(both(), {
        token: other,
        log_level: 'debug',
        drain_delay: '700ms',
        service: 'other',
        control: '/nowhere/x',
        log_format: 'text',
        metrics: { detail: 'full' },
      }),
    );
    await hangUp();
    const detailed = async (bearer: string) =>
      (await daemon.get('/health/detailed', { authorization: `Bearer ${bearer}` })).code;
    expect(await detailed(token)).toBe(401);
    expect(await detailed(other)).toBe(200);
    await expect.poll(() => lines().some((line) => line['event.action'] === 'check-run')).toBe(true);
    const notes = lines().map(({ message }) => String(message));
    expect(notes).toContain('service was changed: it keeps its value until a restart.');
    expect(notes).toContain('control was changed: it keeps its value until a restart.');
    expect(notes).toContain('log_format was changed: it keeps its value until a restart.');
    expect(notes).toContain('metrics was changed: it keeps its value until a restart.');
    expect(lines().at(-1)?.['service.name']).toBe('sidewarden');
    expect(await good()).toBe(1);
    write(written({}, { token: other, drain_delay: '700ms' }));
    await hangUp();
    const warned = () =>
      lines()
        .filter((line) => line['log.level'] === 'warn')
        .map(({ message }) => String(message));
    await expect.poll(() => warned().join()).toContain('No check is configured');
    expect((await daemon.get('/health/ready')).text).toContain('no check is configured');
    const begin = performance.now();
    await daemon.stop();
    expect(performance.now() - begin).toBeGreaterThan(690);
  });
});

describe.concurrent('secrets in files', () => {
  test('a changed password of a mounted Secret is used at the next connect; nothing is replaced', async ({
    expect,
  }) => {
    const mount = await createMount({ password: rotated.password });
    const url = `redis://${rotated.host}:${rotated.port}`;
    const checks = { sessions: { type: 'redis', url, password_file: mount.path('password'), ...fast } };
    const { file } = await fileWith(written(checks));
    const { daemon, hangUp, heard } = await start(file);
    const next = `pw-${crypto.randomUUID()}`;
    const runs = () => daemon.metric('sidewarden_check_runs_total', { check: 'sessions', result: 'passed' });
    const before = (await runs()) as number;
    try {
      await rotated.command('CONFIG', 'SET', 'requirepass', next);
      mount.swap({ password: next });
      const [connection = ''] = await clientsWith(next);
      await ordered(next, 'CLIENT', 'KILL', 'ID', connection);
      await expect.poll(async () => (await clientsWith(next)).some((id) => id !== connection)).toBe(true);
      await hangUp();
      expect(await daemon.metric('sidewarden_check_up', { check: 'sessions' })).toBe(1);
      expect(await runs()).toBeGreaterThan(before);
      expect(heard()).not.toContain(next);
    } finally {
      await ordered(next, 'CONFIG', 'SET', 'requirepass', rotated.password);
    }
  });

  test('a value that a file gives to a part of the URL is taken when that file changes', async () => {
    const mount = await createMount({ password: 'not-the-right-one' });
    const checks = {
      ...both(),
      other: redisCheck({ url: `redis://:\${REDIS_PW}@${redis.host}:${redis.port}`, required: false }),
    };
    const { file } = await fileWith(written(checks));
    const { daemon } = await start(file, { environment: { REDIS_PW_FILE: mount.path('password') } });
    await daemon.until((body) => body.checks.other?.error === 'auth', 50_000);
    mount.swap({ password: redis.password });
    await daemon.until((body) => body.checks.other?.status === 'healthy', 50_000);
  });

  test('those that come with a reload are unknown to no line: a server that quotes them is redacted', async ({
    expect,
  }) => {
    const echo = await startEcho('redis');
    const secrets = ['the-first-secret-of-all', 'the-second-secret-of-all', 'the-third-secret-of-all'] as const;
    const { file, write } = await fileWith(written(both(), { log_level: 'debug' }));
    const mount = await createMount({ password: secrets[1] });
    const { daemon, hangUp, heard } = await start(file);
    const url = `redis://${echo.host}:${echo.port}`;
    const quoted = { type: 'redis', required: false, ...fast, failure_threshold: 3 };
    try {
      write(written({ ...both(), quoted: { ...quoted, url, password: secrets[0] } }, { log_level: 'debug' }));
      await hangUp();
      await expect.poll(() => echo.received()).toContain(secrets[0]);
      write(
        written(
          { ...both(), quoted: { ...quoted, url, password_file: mount.path('password') } },
          { log_level: 'debug' },
        ),
      );
      await hangUp();
      await expect.poll(() => echo.received()).toContain(secrets[1]);
      mount.swap({ password: secrets[2] });
      await expect.poll(() => echo.received()).toContain(secrets[2]);
      await daemon.until((body) => body.checks.quoted?.status === 'unhealthy', 50_000);
      await expect.poll(heard).toContain('ERR echo');
      expect(heard()).toContain('***');
      const { text } = await daemon.get('/health/detailed', { authorization });
      for (const secret of secrets) expect(heard() + text, secret).not.toContain(secret);
    } finally {
      await echo.stop();
    }
  });
});

/** Orders to Redis while its password is another than the one that the test server knows. */
async function ordered(password: string, ...args: string[]): Promise<string> {
  const { Redis } = await import('ioredis');
  const client = new Redis({ path: rotated.socket, password, protocol: 2, disableClientInfo: true });
  try {
    return String(await client.call(args[0] ?? '', ...args.slice(1)));
  } finally {
    client.disconnect();
  }
}
const clientsWith = async (password: string): Promise<string[]> =>
  [...(await ordered(password, 'CLIENT', 'LIST')).matchAll(/^id=(\d+) .*name=sidewarden/gm)].map(([, id = '']) => id);
