// The wall clock jumps by an hour under the running daemon: nothing stops, nothing floods, nothing is believed wrongly.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWallClock, type WallClock } from '../servers/faketime.ts';
import { type HttpServer, startHttpServer } from '../servers/http.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type HealthBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';
import { boundOf } from './bound.ts';

const hourMs = 3_600_000;
const watchedMs = 6000;
const perSecond = { steady: 2, cron: 1 } as const;
type Name = keyof typeof perSecond;
const names = Object.keys(perSecond) as Name[];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

type Look = { readonly at: number; readonly code: number; readonly body: HealthBody };

describe.concurrent.each([
  ['forward', 1],
  ['backward', -1],
] as const)('an hour %s', (_, direction) => {
  let clock: WallClock;
  let redis: RedisServer;
  let quota: HttpServer;
  let daemon: Sidewarden;

  beforeAll(async () => {
    clock = await createWallClock();
    redis = await startRedis();
    quota = await startHttpServer((_request, response) => response.end('ok'));
    const limited = { type: 'http', url: `http://127.0.0.1:${quota.port}/`, required: false };
    const checks = {
      steady: { type: 'redis', url: redis.url, interval: '500ms', timeout: '450ms' },
      cron: { type: 'redis', url: redis.url, cron: '* * * * * *', timeout: '450ms' },
      limited: { ...limited, interval: '500ms', timeout: '450ms' },
    };
    daemon = await startSidewarden({ configuration: { checks }, environment: clock.environment });
  });
  afterAll(async () => {
    await daemon?.stop();
    await Promise.all([redis?.remove(), quota?.stop()]);
  });

  const runs = async (check: Name): Promise<number> => {
    const found = await daemon.metric('sidewarden_check_runs_total', { check, result: 'passed' });
    return found ?? 0;
  };
  const secondsOf = async (family: string, check: string): Promise<number> =>
    (await daemon.metric(`sidewarden_check_${family}_seconds`, { check })) as number;
  const look = async (): Promise<Look> => {
    const { code, body } = await daemon.get('/health');
    return { at: performance.now(), code, body };
  };

  test('every schedule goes on at its rate, what expires expires, and a fault is seen in time', async () => {
    await daemon.until(({ status }) => status === 'healthy', 20_000);
    const [expiry, before] = [await secondsOf('expiry', 'limited'), await look()];
    const counted = { steady: await runs('steady'), cron: await runs('cron') };

    // From here on `limited` neither passes nor fails: only its belief's end can be seen, and the clock jumps before it.
    quota.answer = (_request, response) => response.writeHead(429).end();
    clock.shift((direction * hourMs) / 1000);
    const waited = waitedSince(daemon);
    const begin = performance.now();
    const looks: Look[] = [];
    while (performance.now() - begin < watchedMs) {
      looks.push(await look());
      await pause(100);
    }
    const seconds = (performance.now() - begin) / 1000;
    const waitedMs = waited();

    const jumped = Date.parse((looks.at(-1) as Look).body.timestamp) - Date.parse(before.body.timestamp);
    expect(Math.abs(jumped - direction * hourMs), 'the daemon sees the other clock').toBeLessThan(60_000);
    expect(looks.filter(({ code }) => code !== 200)).toEqual([]);

    for (const name of names) {
      const ran = (await runs(name)) - counted[name];
      const wanted = seconds * perSecond[name];
      expect(ran, `${name}: runs in ${seconds} s`).toBeGreaterThanOrEqual(Math.floor(wanted * 0.7));
      expect(ran, `${name}: runs in ${seconds} s`).toBeLessThanOrEqual(Math.ceil(wanted * 1.3) + 1);
    }

    // Its last pass lies at most one interval and its jitter before the jump.
    const expired = looks.find(({ body }) => body.checks.limited?.status !== 'healthy');
    expect(expired?.body.checks.limited).toMatchObject({ status: 'unknown', error: 'stale' });
    const took = ((expired as Look).at - begin) / 1000;
    expect(took).toBeGreaterThan(expiry - 0.55 - 0.5);
    expect(took - waitedMs / 1000).toBeLessThan(expiry + 0.5);

    const bounds = await Promise.all(names.map((name) => boundOf(daemon, name)));
    await redis.stop();
    await Promise.all(bounds.map((bound) => bound.seen('refused')));
  });
});
