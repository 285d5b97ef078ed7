// The running daemon takes over a changed configuration: under load, and hundreds of times, without touching what did not
// change.
import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { ask } from '../faults/ask.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import type { Sidewarden, SidewardenOptions } from '../servers/sidewarden.ts';
import { createMount } from './mount.ts';
import { authorization, type Checks, fast, fileWith, startReloading, written } from './reloading.ts';

const preload = fileURLToPath(new URL('../faults/report-on-signal.mjs', import.meta.url));

let database: PostgresServer;
let redis: RedisServer;
let daemon: Sidewarden;

beforeAll(async () => {
  [database, redis] = await Promise.all([startPostgres(), startRedis()]);
});
afterEach(() => daemon?.stop());
afterAll(async () => {
  await Promise.all([database?.remove(), redis?.remove()]);
});

async function start(file: string, options: Pick<SidewardenOptions, 'node'> = {}) {
  const started = await startReloading(file, options);
  daemon = started.daemon;
  return started;
}

const both = (): Checks => ({
  database: { type: 'postgres', url: database.url, expect: 'primary', ...fast },
  sessions: { type: 'redis', url: redis.url, ...fast },
});
const redisCheck = (over: Record<string, unknown> = {}) => ({ type: 'redis', url: redis.url, ...fast, ...over });

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

/** Asks again and again, on kept connections, until it is stopped. @returns the answers that were not 200. */
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
      await wait(2);
      if (answer.code !== 200) wrong.push(`${path} ${answer.code} ${answer.text}`);
    }
  };
  const lines = Promise.all(paths.map(line));
  return {
    /** Resolves once so many more were answered. */
    async answers(more: number) {
      const until = count + more;
      await vi.waitUntil(() => count >= until, { timeout: 30_000, interval: 5 });
    },
    async stop() {
      stopped = true;
      await lines;
      agent.destroy();
      return wrong;
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
  for (let round = 1; round <= 8; round += 1) {
    const added = { [`extra-${round % 3}`]: redisCheck({ timeout: `${300 + round}ms` }) };
    write(written({ ...added, ...both(), changing: redisCheck({ failure_threshold: 10 + round }) }));
    await hangUp();
    await expect.poll(names).toEqual([...Object.keys(added), 'database', 'sessions', 'changing']);
    await asking.answers(65); // however slow the machine is, each reload is among so many
  }
  write(written(both()));
  await hangUp();
  expect(await asking.stop()).toEqual([]);
  expect(reloads('failure')).toEqual([]);
  expect(await backends()).toEqual(before.backends);
  await expect.poll(clients).toEqual(before.clients);
  expect(await runs('database')).toBeGreaterThan(before.database as number);
  expect((await historyOf('database')).length).toBeGreaterThan(history);
  for (const check of ['database', 'sessions']) {
    expect(await daemon.metric('sidewarden_check_transitions_total', { check, to: 'healthy' }), check).toBe(1);
  }
});

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
    expect(await asking.stop()).toEqual([]);
  } finally {
    await database.query('ALTER ROLE app CONNECTION LIMIT -1');
  }
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
          changing: redisCheck({ failure_threshold: 10 + (round % 90) }),
        }),
      );
      await hangUp();
    }
    write(written(both()));
    await hangUp();
    await expect.poll(clients).toHaveLength(1);
    await expect.poll(readers).toHaveLength(1);
  };
  // V8 drops the code of the start only when it was not run between several collections.
  for (let collections = 0; collections < 6; collections += 1) {
    await churn(10);
    await report();
  }
  const warm = await report();
  await churn(150);
  const end = await report();
  expect(await backends()).toEqual(before);
  expect(end.descriptors).toBeLessThanOrEqual(warm.descriptors + 3);
  expect(end.resources.Timeout ?? 0).toBeLessThanOrEqual((warm.resources.Timeout ?? 0) + 2);
  expect(end.heapUsed / warm.heapUsed, `${warm.heapUsed} ${end.heapUsed}`).toBeLessThan(1.03);
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
  process.kill(daemon.pid, 'SIGWINCH');
  const find = (): Report | undefined =>
    [...daemon.output().matchAll(/^report (\{.*\})$/gm)]
      .map(([, text = '']) => JSON.parse(text) as Report)
      .find(({ count }) => count === reports);
  await expect.poll(find).toBeDefined();
  return find() as Report;
}
