// Each of the four stopped, frozen and blackholed: said within the bound, with the right class, and nobody else suffers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HealthBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { checksOf, type Four, type Name, names, type Stoppable, startFour } from './four.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

const common = { interval: '1s', timeout: '800ms' };
/** A server may take its time to start; the check must notice within two runs. */
const recoveryMs = 60_000;

let four: Four;
let proxies: Record<Name, FaultProxy>;
let direct: Sidewarden;
let proxied: Sidewarden;

beforeAll(async () => {
  four = await startFour();
  const made = await Promise.all(names.map(async (name) => [name, await startProxy(four[name])] as const));
  proxies = Object.fromEntries(made) as Record<Name, FaultProxy>;
  const { environment } = four.kms;
  direct = await startSidewarden({ configuration: { checks: checksOf(four, common) }, environment });
  proxied = await startSidewarden({ configuration: { checks: checksOf(four, common, proxies) }, environment });
}, 240_000);
afterAll(async () => {
  await Promise.all([direct?.stop(), proxied?.stop()]);
  await Promise.all(Object.values(proxies ?? {}).map((proxy) => proxy.stop()));
  await four?.stop();
});

const healthy = ({ checks }: HealthBody, code: number): boolean =>
  code === 200 && Object.values(checks).every(({ status }) => status === 'healthy');

/** The fault is in force: waits for the answer that says so, and checks all that must hold until then and beside it. */
async function expectDetected(daemon: Sidewarden, name: Name, errorClass: string): Promise<void> {
  const bound = (await daemon.metric('sidewarden_check_detection_bound_seconds', { check: name })) as number;
  const others = names.filter((other) => other !== name);
  const harmed: string[] = [];
  const took = await daemon.until((body, code) => {
    for (const other of others) if (body.checks[other]?.status !== 'healthy') harmed.push(JSON.stringify(body));
    return code === 503 && body.status === 'degraded' && body.checks[name]?.status === 'unhealthy';
  }, bound * 1000);
  expect(took).toBeLessThanOrEqual(bound * 1000);
  expect(harmed).toEqual([]);
  expect((await daemon.get('/health')).body.checks[name]).toMatchObject({ status: 'unhealthy', error: errorClass });
  expect((await daemon.get('/health/live')).code).toBe(200);
  expect((await daemon.get('/health/ready')).code).toBe(503);
}

async function median(measure: () => Promise<unknown>, times = 200): Promise<number> {
  const took: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const begin = performance.now();
    await measure();
    took.push(performance.now() - begin);
  }
  return took.sort((a, b) => a - b)[times / 2] as number;
}

describe.each(names)('%s', (name) => {
  test('stopped: refused, and back by itself', async () => {
    const server: Stoppable = four[name];
    await direct.until(healthy, recoveryMs);
    await server.stop();
    try {
      await expectDetected(direct, name, 'refused');
    } finally {
      await server.start();
    }
    await direct.until(healthy, recoveryMs);
  }, 200_000);

  test('frozen: timeout, and back by itself', async () => {
    const server: Stoppable = four[name];
    await direct.until(healthy, recoveryMs);
    server.freeze();
    try {
      await expectDetected(direct, name, 'timeout');
    } finally {
      server.thaw();
    }
    await direct.until(healthy, recoveryMs);
  }, 200_000);

  test('blackholed: timeout, answers as quick as before, and back by itself', async () => {
    await proxied.until(healthy, recoveryMs);
    const before = await median(() => proxied.get('/health'));
    await proxies[name].set('silent');
    try {
      await expectDetected(proxied, name, 'timeout');
      expect(await median(() => proxied.get('/health'))).toBeLessThan(before * 4);
    } finally {
      await proxies[name].set('pass');
    }
    await proxied.until(healthy, recoveryMs);
  }, 200_000);
});
