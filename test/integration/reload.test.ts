// The running daemon takes over a changed configuration: under load, without touching what did not change, and only a good one.
import { writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ask } from '../faults/ask.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { runFolder } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type Sidewarden, type SidewardenOptions, startSidewarden } from '../servers/sidewarden.ts';
import { startEcho } from './echoes.ts';
import { createMount } from './mount.ts';

const token = 'the-token-of-this-test';
const authorization = `Bearer ${token}`;
const fast = { interval: '500ms', timeout: '400ms' };
const preload = fileURLToPath(new URL('../faults/report-on-signal.mjs', import.meta.url));

let database: PostgresServer;
let redis: RedisServer;
let daemon: Sidewarden;

beforeAll(async () => {
  [database, redis] = await Promise.all([startPostgres(), startRedis()]);
}, 60_000);
afterEach(() => daemon?.stop());
afterAll(async () => {
  await Promise.all([database?.remove(), redis?.remove()]);
});

type Checks = Readonly<Record<string, Record<string, unknown>>>;

const both = (): Checks => ({
  database: { type: 'postgres', url: database.url, expect: 'primary', ...fast },
  sessions: { type: 'redis', url: redis.url, ...fast },
});
const redisCheck = (over: Record<string, unknown> = {}) => ({ type: 'redis', url: redis.url, ...fast, ...over });
const written = (checks: Checks, top: Record<string, unknown> = {}): string => stringify({ token, ...top, checks });

/** A daemon on a file of ours, everything that it says, and reloads that are awaited. */
async function start(file: string, options: Pick<SidewardenOptions, 'environment' | 'node'> = {}) {
  let heard = '';
  let rest = '';
  const records: Record<string, unknown>[] = [];
  const hear = (text: string): void => {
    heard += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    records.push(...lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)));
  };
  daemon = await startSidewarden({ args: [`--config=${file}`], hear, ...options });
  await daemon.until((_, code) => code === 200, 20_000);
  const reloads = (outcome = 'success') =>
    records.filter((line) => line['event.action'] === 'reload' && line['event.outcome'] === outcome);
  return {
    lines: (): readonly Record<string, unknown>[] => records,
    reloads,
    heard: () => heard,
    /** SIGHUP, and the answer in the log. */
    async hangUp(outcome?: string) {
      const before = reloads(outcome).length;
      process.kill(daemon.pid, 'SIGHUP');
      await expect.poll(() => reloads(outcome).length).toBeGreaterThan(before);
    },
    good: () => daemon.metric('sidewarden_config_last_reload_successful'),
    names: async () => Object.keys((await daemon.get('/health')).body.checks),
  };
}

async function fileWith(text: string) {
  const file = join(await runFolder('reload'), 'sidewarden.yaml');
  const write = (next: string): void => writeFileSync(file, next);
  write(text);
  return { file, write };
}

type Backend = { readonly pid: number; readonly begun: string };
const backends = async (): Promise<Backend[]> =>
  (await database.query(
    "SELECT pid, backend_start::text AS begun FROM pg_stat_activity WHERE application_name = 'sidewarden' ORDER BY pid",
  )) as Backend[];
const clientsNamed = async (name: string): Promise<string[]> =>
  [...String(await redis.command('CLIENT', 'LIST')).matchAll(new RegExp(`^id=(\\d+) .*name=${name} `, 'gm'))].map(
    ([, id = '']) => id,
  );
const clients = () => clientsNamed('sidewarden');
const readers = () => clientsNamed('sidewarden-statistics');

type Detailed = { readonly checks: Readonly<Record<string, { readonly history: readonly unknown[] }>> };
const historyOf = async (name: string): Promise<readonly unknown[]> =>
  (await daemon.get<Detailed>('/health/detailed', { authorization })).body.checks[name]?.history ?? [];
const runs = (check: string) => daemon.metric('sidewarden_check_runs_total', { check, result: 'passed' });

/** Asks without a pause, on kept connections, until it is stopped. @returns how many answers were not 200, and all of them. */
function load(paths: readonly string[]) {
  const agent = new Agent({ keepAlive: true });
  const wrong: string[] = [];
  let count = 0;
  let stopped = false;
  const line = async (path: string): Promise<void> => {
    while (!stopped) {
      const answer = await ask(daemon.url + path, { agent }).catch((error: Error) => ({
        code: 0,
        text: error.message,
      }));
      count += 1;
      if (answer.code !== 200) wrong.push(`${path} ${answer.code} ${answer.text}`);
    }
  };
  const lines = Promise.all(paths.map(line));
  return {
    async stop() {
      stopped = true;
      await lines;
      agent.destroy();
      return { wrong, count };
    },
  };
}

test('under load no request is lost, ready stays, and what did not change keeps connection, history and counters', async () => {
  const { file, write } = await fileWith(written(both()));
  const { hangUp, reloads, names } = await start(file);
  const before = { backends: await backends(), clients: await clients(), database: await runs('database') };
  expect(before.backends).toHaveLength(1);
  expect(before.clients).toHaveLength(1);
  const history = (await historyOf('database')).length;
  const asking = load(['/health', '/health/ready', '/health/ready', '/health/checks/database', '/metrics']);
  for (let round = 1; round <= 12; round += 1) {
    const added = { [`extra-${round % 3}`]: redisCheck({ timeout: `${100 + round}ms` }) };
    write(written({ ...added, ...both(), changing: redisCheck({ failure_threshold: round }) }));
    await hangUp();
    await expect.poll(names).toEqual([...Object.keys(added), 'database', 'sessions', 'changing']);
  }
  write(written(both()));
  await hangUp();
  const { wrong, count } = await asking.stop();
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(500);
  expect(reloads('failure')).toEqual([]);
  expect(await backends()).toEqual(before.backends);
  await expect.poll(clients).toEqual(before.clients);
  expect(await runs('database')).toBeGreaterThan(before.database as number);
  expect((await historyOf('database')).length).toBeGreaterThan(history);
  for (const check of ['database', 'sessions']) {
    expect(await daemon.metric('sidewarden_check_transitions_total', { check, to: 'healthy' }), check).toBe(1);
  }
}, 60_000);

test('a role with room for one connection stays healthy while its check is changed', async () => {
  await database.query('ALTER ROLE app CONNECTION LIMIT 1');
  try {
    const alone = { statistics: { mode: 'off' } }; // they want a connection of their own
    const { file, write } = await fileWith(written(both(), alone));
    const { hangUp } = await start(file);
    const before = await backends();
    const asking = load(['/health', '/health/ready']);
    write(written({ ...both(), database: { ...both().database, timeout: '450ms' } }, alone));
    await hangUp();
    await expect.poll(async () => (await backends())[0]?.pid ?? before[0]?.pid).not.toBe(before[0]?.pid);
    await expect.poll(async () => (await historyOf('database')).at(0)).toMatchObject({ error: 'capacity' });
    expect((await asking.stop()).wrong).toEqual([]);
  } finally {
    await database.query('ALTER ROLE app CONNECTION LIMIT -1');
  }
}, 30_000);

test('a broken file keeps the old one, and shows in /metrics and the log; a good one is taken again', async () => {
  const { file, write } = await fileWith(written(both()));
  const { good, reloads, hangUp, names } = await start(file);
  const before = await backends();
  expect(await good()).toBe(1);
  write(
    `log_levle: info\nchecks:\n  database:\n    type: postgres\n    url: ${database.url}\n    interval: 5\n  x:\n    type: redsi\n`,
  );
  await expect.poll(good).toBe(0); // by itself, without any signal
  const said = reloads('failure').map(({ message }) => String(message));
  expect(said[0]).toContain('3 mistakes');
  expect(said).toHaveLength(4);
  expect(said.join('\n')).toContain(`${file}:1:1 log_levle: unknown key`);
  expect(said.join('\n')).toContain(`${file}:6:15 checks.database.interval`);
  expect(said.join('\n')).toContain('did you mean `redis`?');
  expect(await names()).toEqual(['database', 'sessions']);
  expect((await daemon.get('/health/ready')).code).toBe(200);

  await hangUp('failure');
  await expect.poll(() => reloads('failure').length, { message: 'who asks hears it again' }).toBe(8);
  write(written(both()));
  await expect.poll(good).toBe(1);
  expect(await backends()).toEqual(before);
}, 60_000);

test('a file that is gone is a mistake, and no reason to check nothing', async () => {
  const mount = await createMount({ 'sidewarden.yaml': written(both()) });
  const { good, reloads, names } = await start(mount.path('sidewarden.yaml'));
  mount.swap({});
  await expect.poll(good).toBe(0);
  expect(
    reloads('failure')
      .map(({ message }) => message)
      .join(),
  ).toContain('cannot be read: ENOENT');
  expect(await names()).toEqual(['database', 'sessions']);
}, 30_000);

test('the kubelet’s swap of ..data is seen; a removed check’s connection and series are gone, the order is the file’s', async () => {
  const mount = await createMount({ 'sidewarden.yaml': written(both()) });
  const { names } = await start(mount.path('sidewarden.yaml'));
  expect(await clients()).toHaveLength(1);
  const { database: kept } = both();
  mount.swap({ 'sidewarden.yaml': written({ cache: redisCheck({ url: redis.url }), database: kept ?? {} }) });
  await expect.poll(names).toEqual(['cache', 'database']);
  const { text } = await daemon.get('/metrics');
  expect(text).not.toContain('check="sessions"');
  expect(text).toMatch(/sidewarden_check_runs_total\{check="cache",type="redis",result="passed"\} [1-9]/);
  expect(text).toContain('sidewarden_check_failures_total{check="cache",type="redis",class="auth"} 0');
  expect((await daemon.get('/health/checks/sessions')).code).toBe(404);
  await expect.poll(clients).toHaveLength(1);
}, 30_000);

test('token, log level and drain delay are taken over; what is not says so and stays', async () => {
  const { file, write } = await fileWith(written(both()));
  const { lines, hangUp, good } = await start(file);
  expect(lines().some((line) => line['event.action'] === 'check-run')).toBe(false);
  const other = 'another-token-of-this-test';
  write(
    written(both(), {
      token: other,
      log_level: 'debug',
      drain_delay: '700ms',
      service: 'other',
      control: '/nowhere/x',
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
  expect(lines().at(-1)?.['service.name']).toBe('sidewarden');
  expect(await good()).toBe(1);
  const begin = performance.now();
  await daemon.stop();
  expect(performance.now() - begin).toBeGreaterThan(690);
}, 30_000);

describe('secrets in files', () => {
  test('a changed password of a mounted Secret is used at the next connect; nothing is replaced', async () => {
    const mount = await createMount({ password: redis.password });
    const url = `redis://${redis.host}:${redis.port}`;
    const checks = { sessions: { type: 'redis', url, password_file: mount.path('password'), ...fast } };
    const { file } = await fileWith(written(checks));
    const { hangUp, heard } = await start(file);
    const next = `pw-${crypto.randomUUID()}`;
    const before = (await runs('sessions')) as number;
    try {
      await redis.command('CONFIG', 'SET', 'requirepass', next);
      mount.swap({ password: next });
      const [connection = ''] = await clientsWith(next);
      await ordered(next, 'CLIENT', 'KILL', 'ID', connection);
      await expect.poll(async () => (await clientsWith(next)).some((id) => id !== connection)).toBe(true);
      await hangUp();
      expect(await daemon.metric('sidewarden_check_up', { check: 'sessions' })).toBe(1);
      expect(await runs('sessions')).toBeGreaterThan(before);
      expect(heard()).not.toContain(next);
    } finally {
      await ordered(next, 'CONFIG', 'SET', 'requirepass', redis.password);
    }
  }, 30_000);

  test('a value that a file gives to a part of the URL is taken when that file changes', async () => {
    const mount = await createMount({ password: 'not-the-right-one' });
    const checks = {
      ...both(),
      other: redisCheck({ url: `redis://:\${REDIS_PW}@${redis.host}:${redis.port}`, required: false }),
    };
    const { file } = await fileWith(written(checks));
    await start(file, { environment: { REDIS_PW_FILE: mount.path('password') } });
    await daemon.until((body) => body.checks.other?.error === 'auth', 10_000);
    mount.swap({ password: redis.password });
    await daemon.until((body) => body.checks.other?.status === 'healthy', 10_000);
  }, 30_000);

  test('those that come with a reload are unknown to no line: a server that quotes them is redacted', async () => {
    const echo = await startEcho('redis');
    const secrets = ['the-first-secret-of-all', 'the-second-secret-of-all', 'the-third-secret-of-all'] as const;
    const { file, write } = await fileWith(written(both(), { log_level: 'debug' }));
    const mount = await createMount({ password: secrets[1] });
    const { hangUp, heard } = await start(file);
    const url = `redis://${echo.host}:${echo.port}`;
    const quoted = { type: 'redis', required: false, ...fast };
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
      await daemon.until((body) => body.checks.quoted?.status === 'unhealthy', 10_000);
      await expect.poll(heard).toContain('ERR echo');
      expect(heard()).toContain('***');
      const { text } = await daemon.get('/health/detailed', { authorization });
      for (const secret of secrets) expect(heard() + text, secret).not.toContain(secret);
    } finally {
      await echo.stop();
    }
  }, 30_000);
});

/** Orders to Redis while its password is another than the one that the test server knows. */
async function ordered(password: string, ...args: string[]): Promise<string> {
  const { Redis } = await import('ioredis');
  const client = new Redis({ path: redis.socket, password, protocol: 2, disableClientInfo: true });
  try {
    return String(await client.call(args[0] ?? '', ...args.slice(1)));
  } finally {
    client.disconnect();
  }
}
const clientsWith = async (password: string): Promise<string[]> =>
  [...(await ordered(password, 'CLIENT', 'LIST')).matchAll(/^id=(\d+) .*name=sidewarden/gm)].map(([, id = '']) => id);

test('hundreds of reloads leave nothing behind: no connection, descriptor, timer or memory', async () => {
  const { file, write } = await fileWith(written(both()));
  const { hangUp } = await start(file, { node: ['--expose-gc', `--import=${preload}`] });
  const before = await backends();
  const churn = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      write(
        written({
          ...both(),
          [`extra-${round % 5}`]: redisCheck({ timeout: `${100 + (round % 300)}ms` }),
          changing: redisCheck({ failure_threshold: 1 + (round % 90) }),
        }),
      );
      await hangUp();
    }
    write(written(both()));
    await hangUp();
    await expect.poll(clients).toHaveLength(1);
    await expect.poll(readers).toHaveLength(1);
  };
  await churn(150);
  const warm = await report();
  await churn(450);
  const end = await report();
  expect(await backends()).toEqual(before);
  expect(end.descriptors).toBeLessThanOrEqual(warm.descriptors + 3);
  expect(end.resources.Timeout ?? 0).toBeLessThanOrEqual((warm.resources.Timeout ?? 0) + 2);
  expect(end.heapUsed / warm.heapUsed, `${warm.heapUsed} ${end.heapUsed}`).toBeLessThan(1.1);
}, 180_000);

type Report = {
  readonly count: number;
  readonly heapUsed: number;
  readonly descriptors: number;
  readonly resources: Readonly<Record<string, number>>;
};
let reports = 0;
async function report(): Promise<Report> {
  reports += 1;
  process.kill(daemon.pid, 'SIGUSR2');
  const find = (): Report | undefined =>
    [...daemon.output().matchAll(/^report (\{.*\})$/gm)]
      .map(([, text = '']) => JSON.parse(text) as Report)
      .find(({ count }) => count === reports);
  await expect.poll(find).toBeDefined();
  return find() as Report;
}
