// The daemon's event loop stands still for longer than any belief lasts: what it says at once afterwards, and of whom.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../servers/http.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type HealthBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';
import { type Asked, type Line, openLine } from './ask.ts';

const blockedMs = 4500;
const timeoutMs = 450;
const common = { interval: '500ms', timeout: `${timeoutMs}ms` };
/** Up all the time; of `lost` one answer is lost while the daemon is blocked. */
const innocent = ['database', 'app', 'lost'] as const;
const preload = fileURLToPath(new URL('block-on-signal.mjs', import.meta.url));

let database: PostgresServer;
let redis: RedisServer;
let app: HttpServer;
let lost: HttpServer;
let daemon: Sidewarden;
const lines: Line[] = [];

beforeAll(async () => {
  [database, redis, app, lost] = await Promise.all([
    startPostgres(),
    startRedis(),
    startHttpServer((_, response) => response.end('ok')),
    startHttpServer((_, response) => response.end('ok')),
  ]);
  daemon = await startSidewarden({
    node: [`--import=${preload}`],
    environment: { TEST_BLOCK_MS: String(blockedMs) },
    configuration: {
      checks: {
        database: { type: 'postgres', url: database.url, ...common },
        redis: { type: 'redis', url: redis.url, ...common },
        app: { type: 'http', url: `http://127.0.0.1:${app.port}/`, gates: ['live', 'ready'], ...common },
        lost: { type: 'http', url: `http://127.0.0.1:${lost.port}/`, ...common },
      },
    },
  });
  for (let n = 0; n < 4; n += 1) lines.push(await openLine(daemon.url));
}, 120_000);
afterAll(async () => {
  for (const line of lines) line.close();
  await daemon?.stop();
  await Promise.all([database?.remove(), redis?.remove(), app?.stop(), lost?.stop()]);
});

const said = (word: string) => expect.poll(() => daemon.output(), { timeout: 2 * blockedMs }).toContain(word);

/** Blocks the daemon while a run of `lost` waits for its answer, which never comes. Resolves when it is blocked. */
async function block(): Promise<void> {
  const answers = lost.answer;
  lost.answer = () => {
    process.kill(daemon.pid, 'SIGWINCH');
    lost.answer = answers;
  };
  await said('event loop: blocked');
}

type Round = { health: Asked; live: number; liveApp: number; redisFailures: number };

async function look(): Promise<Round> {
  const health = await daemon.get('/health');
  const [live, liveApp] = [await daemon.get('/health/live'), await daemon.get('/health/live/app')];
  const redisFailures =
    (await daemon.metric('sidewarden_check_runs_total', { check: 'redis', result: 'failed' })) ?? -1;
  return { health, live: live.code, liveApp: liveApp.code, redisFailures };
}

const redisOf = ({ health }: Round) => health.body.checks.redis;
const innocentUp = ({ checks }: HealthBody): boolean => innocent.every((name) => checks[name]?.status === 'healthy');

test('stale at once, nobody blamed, no restart asked for, and healthy again by itself', async () => {
  await daemon.until((_, code) => code === 200, 20_000);
  for (const check of ['redis', ...innocent]) {
    expect(await daemon.metric('sidewarden_check_expiry_seconds', { check })).toBeLessThan(blockedMs / 1000);
  }

  const waited = waitedSince(daemon);
  const before = (await runs('lost', 'inconclusive')) as number;
  await block();
  const paths = ['/health', '/health/ready', '/health/live', '/health/live/app'];
  const asked = Promise.all(paths.map((path, index) => (lines[index] as Line).ask(path)));
  await redis.stop();
  expect(daemon.output(), 'blocked until Redis was gone').not.toContain('released');
  const [health, ready, live, liveApp] = (await asked) as [Asked, Asked, Asked, Asked];

  // The very first answers.
  expect([health.code, ready.code, live.code, liveApp.code]).toEqual([503, 503, 200, 200]);
  for (const name of ['redis', ...innocent]) {
    expect(health.body.checks[name]).toMatchObject({ status: 'unknown', error: 'stale' });
  }

  await expect.poll(() => runs('lost', 'inconclusive')).toBe(before + 1); // its answer was lost

  // Until Redis is blamed and the others are believed again.
  const rounds: Round[] = [];
  const deadline = performance.now() + 45_000;
  do {
    rounds.push(await look());
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (
    performance.now() < deadline &&
    !(redisOf(rounds.at(-1) as Round)?.status === 'unhealthy' && innocentUp((rounds.at(-1) as Round).health.body))
  );
  const last = rounds.at(-1) as Round;
  expect(redisOf(last)).toMatchObject({ status: 'unhealthy', error: 'refused' });
  expect(innocentUp(last.health.body), last.health.text).toBe(true);

  const redisSaid = rounds.map((round) => `${redisOf(round)?.status} ${redisOf(round)?.error}`);
  expect(redisSaid.filter((words) => words !== 'unknown stale' && words !== 'unhealthy refused')).toEqual([]);
  const failedYetUnknown = rounds.filter((round) => round.redisFailures > 0 && redisOf(round)?.status === 'unknown');
  expect(failedYetUnknown.length, 'looked at between the first failed run and the threshold').toBeGreaterThan(0);
  expect(rounds.filter((round) => round.live !== 200 || round.liveApp !== 200)).toEqual([]);

  for (const name of innocent) {
    const seen = new Set(rounds.map(({ health: { body } }) => body.checks[name]?.status));
    expect(seen, name).not.toContain('unhealthy');
    await expectUnblamed(name);
  }
  // Another run may be inconclusive only if the machine was too busy for a quarter of its timeout.
  const more = ((await runs('lost', 'inconclusive')) as number) - before - 1;
  expect(more).toBeLessThanOrEqual(Math.floor(waited() / (timeoutMs / 4)));

  await redis.start();
  await daemon.until((_, code) => code === 200, 15_000);
}, 90_000);

const runs = (check: string, result: string) => daemon.metric('sidewarden_check_runs_total', { check, result });

async function expectUnblamed(check: string): Promise<void> {
  const { text } = await daemon.get('/metrics');
  const blamed = text
    .split('\n')
    .filter((line) => line.startsWith('sidewarden_check_failures_total{') && line.includes(`check="${check}"`))
    .filter((line) => !line.endsWith(' 0'));
  expect(blamed).toEqual([]);
  expect(await runs(check, 'failed')).toBe(0);
  expect(await daemon.metric('sidewarden_check_transitions_total', { check, to: 'unhealthy' })).toBe(0);
}
