// Who is let in when: the gates of a pod's start, and draining by hand, with the token, the control socket, or neither.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runFolder } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type Sidewarden, type SidewardenOptions, startSidewarden } from '../servers/sidewarden.ts';
import { type Asked, type AskOptions, ask } from './ask.ts';

const token = 'a-token-of-enough-length';
let redis: RedisServer;
const daemons: Sidewarden[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  await redis?.remove();
});

async function start(configuration: NonNullable<SidewardenOptions['configuration']>): Promise<Sidewarden> {
  const daemon = await startSidewarden({ configuration });
  daemons.push(daemon);
  return daemon;
}

type Drained = Asked<{ draining?: boolean; error?: string }>;
const drain = (daemon: Sidewarden, options: AskOptions): Promise<Drained> => ask(`${daemon.url}/drain`, options);
const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });

/** Whether /health/ready says that it drains; anything but that or plain ready is a failure. */
async function drains(daemon: Sidewarden): Promise<boolean> {
  const { code, body } = await daemon.get('/health/ready');
  expect([`200 undefined`, `503 draining`]).toContain(`${code} ${body.reason}`);
  expect((await daemon.get('/health/live')).code).toBe(200);
  return code === 503;
}

describe('draining by hand', () => {
  test('with the token, and undone; never without, never by reading', async () => {
    const daemon = await start({ token, checks: {} });
    for (const method of ['GET', 'HEAD', 'PUT'])
      expect((await drain(daemon, { method, ...bearer(token) })).code).toBe(405);
    expect((await drain(daemon, { method: 'POST' })).code).toBe(401);
    expect((await drain(daemon, { method: 'POST', ...bearer(`${token}r`) })).code).toBe(401);
    expect(await drains(daemon)).toBe(false);

    expect((await drain(daemon, { method: 'POST', ...bearer(token) })).body).toEqual({ draining: true });
    expect(await drains(daemon)).toBe(true);
    expect((await drain(daemon, { method: 'DELETE' })).code).toBe(401);
    expect(await drains(daemon)).toBe(true);

    expect((await drain(daemon, { method: 'DELETE', ...bearer(token) })).body).toEqual({ draining: false });
    expect(await drains(daemon)).toBe(false);
  });

  test('no token configured: refused on TCP with a way out, and open by the control socket', async () => {
    const control = join(await runFolder('control'), 'control.sock');
    const daemon = await start({ control, checks: {} });
    for (const method of ['POST', 'DELETE']) {
      expect((await drain(daemon, { method, ...bearer(token) })).code).toBe(403);
      const refused = await drain(daemon, { method });
      expect([refused.code, refused.body.error]).toEqual([403, 'no_token']);
      expect(refused.text).toContain('SIDEWARDEN_TOKEN');
    }
    expect(await drains(daemon)).toBe(false);

    expect((await drain(daemon, { method: 'GET', socketPath: control })).code).toBe(405);
    expect((await drain(daemon, { method: 'POST', socketPath: control })).body).toEqual({ draining: true });
    expect(await drains(daemon)).toBe(true);
    expect((await drain(daemon, { method: 'DELETE', socketPath: control })).body).toEqual({ draining: false });
    expect(await drains(daemon)).toBe(false);
  });
});

test('admit lets in once and never throws out; ready does; startup waits for a pass when told to', async () => {
  await redis.stop();
  const check = { type: 'redis', url: redis.url, interval: '200ms', timeout: '150ms' };
  const admitting = await start({ checks: { redis: { ...check, gates: ['admit'] } } });
  const gating = await start({ checks: { redis: { ...check, gates: ['ready', 'startup'], wait_for: 'healthy' } } });
  const codes = async (path: string) => [(await admitting.get(path)).code, (await gating.get(path)).code];
  const all = (status: string) =>
    Promise.all(
      [admitting, gating].map((daemon) => daemon.until(({ checks }) => checks.redis?.status === status, 10_000)),
    );

  await all('unhealthy');
  expect(await codes('/health/ready')).toEqual([503, 503]);
  expect(await codes('/health/startup')).toEqual([200, 503]);
  expect((await gating.get('/health/ready')).body.reason).toBe('starting');

  await redis.start();
  await all('healthy');
  expect(await codes('/health/ready')).toEqual([200, 200]);
  expect(await codes('/health/startup')).toEqual([200, 200]);

  await redis.stop();
  await all('unhealthy');
  expect(await codes('/health/ready')).toEqual([200, 503]);
  expect(await codes('/health/startup')).toEqual([200, 200]);
  expect(await codes('/health/live')).toEqual([200, 200]);
  expect(await codes('/health')).toEqual([503, 503]);
});
