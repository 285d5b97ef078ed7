// The costly phase of kms on its own interval, and what throttling does: it keeps the last good result until that expires.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BorrowedKms, borrowKms } from '../servers/borrow.ts';
import { type KmsFaults, startKmsFaults } from '../servers/kms-faults.ts';
import { type CheckBody, type HealthBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';
import { boundMsOf, showsWithin } from './bound.ts';

const intervalMs = 1000;
const restMs = 2000;
/** Throttling doubles the wait each time; it may have come to 16 s when it ends. */
const recoveryMs = 30_000;
/** Of a fault seen and fixed. */
const timeout = 150_000;

let kms: BorrowedKms;
let faults: KmsFaults;
let daemon: Sidewarden;

beforeAll(async () => {
  kms = await borrowKms();
  faults = await startKmsFaults(kms);
  const common = { type: 'kms', key_id: await kms.createKey(), endpoint: faults.url, interval: '1s', timeout: '800ms' };
  const checks = {
    proven: { ...common, round_trip: { interval: '2s', context: { purpose: 'health' } } },
    described: common,
  };
  daemon = await startSidewarden({ configuration: { checks }, environment: kms.environment });
}, 240_000);
afterAll(async () => {
  await daemon?.stop();
  await faults?.stop();
});

const both = ['proven', 'described'] as const;
const read = async (check: string): Promise<CheckBody> => (await daemon.get('/health')).body.checks[check] as CheckBody;
const healthy = (): Promise<number> =>
  daemon.until(({ checks }) => both.every((check) => checks[check]?.status === 'healthy'), recoveryMs);
const seconds = async (name: string, check: string): Promise<number> =>
  (await daemon.metric(name, { check })) as number;

/** Operations asked for until this one has come so often again. */
async function operationsUntil(operation: string, times: number): Promise<readonly string[]> {
  faults.operations.length = 0;
  const count = (): number => faults.operations.filter((each) => each === operation).length;
  await expect.poll(count).toBeGreaterThanOrEqual(times);
  return [...faults.operations];
}

test('the round trip rests for its interval, and is no schedule of its own', async () => {
  await healthy();
  const operations = await operationsUntil('Decrypt', 2);
  const runs = operations.filter((operation) => operation === 'DescribeKey').length;
  expect(operations.filter((operation) => operation === 'Encrypt').length).toBe(2);
  expect(runs).toBeGreaterThanOrEqual(4); // of two checks, of which one pays for every second run
});

test(
  'Decrypt revoked while DescribeKey is allowed: permission at round_trip within the bound, and back by itself',
  async () => {
    await healthy();
    const [bound, without] = [await boundMsOf(daemon, 'proven'), await boundMsOf(daemon, 'described')];
    expect(bound - without).toBeCloseTo(restMs);
    const end = faults.inject({ operation: 'Decrypt', error: 'AccessDeniedException' });
    let harmed = false;
    try {
      const isUnhealthy = ({ status }: CheckBody): boolean => status === 'unhealthy';
      const beside = ({ checks }: HealthBody): void => {
        if (checks.described?.status !== 'healthy') harmed = true;
      };
      await showsWithin(daemon, 'proven', isUnhealthy, { boundMs: bound, beside });
      expect(await read('proven')).toMatchObject({ error: 'permission', phase: 'round_trip' });
      expect(harmed).toBe(false);
      // Once it has failed it does not rest: each run asks again.
      const failing = (await daemon.metric('sidewarden_check_failures_total', {
        check: 'proven',
        class: 'permission',
      })) as number;
      expect(failing).toBeGreaterThanOrEqual(3);
    } finally {
      end();
    }
    await healthy();
  },
  timeout,
);

test(
  'throttled: healthy with a warning until the last good result expires, then stale, and back when it ends',
  async () => {
    await healthy();
    const waited = waitedSince(daemon);
    const end = faults.inject({ error: 'ThrottlingException' });
    const expiryMs = (await seconds('sidewarden_check_expiry_seconds', 'described')) * 1000;
    try {
      await daemon.until(({ checks }) => checks.described?.warnings?.includes('throttled') === true, 3 * intervalMs);
      expect(await read('described')).toMatchObject({ status: 'healthy', warnings: ['throttled'] });
      const passed = await seconds('sidewarden_check_last_success_timestamp_seconds', 'described');
      const seen = new Set<string>();
      await daemon.until(({ checks }) => {
        seen.add(`${checks.described?.status}`);
        return checks.described?.status !== 'healthy';
      }, expiryMs + 500);
      const heldMs = Date.now() - passed * 1000;
      // The pass counts from its run's begin, which lies before the time at which it was noted.
      expect(heldMs).toBeGreaterThan(expiryMs - 900 - waited());
      expect(heldMs).toBeLessThan(expiryMs + 500 + waited());
      expect([...seen]).toEqual(['healthy', 'unknown']);
      expect(await read('described')).toMatchObject({ status: 'unknown', error: 'stale' });
      expect(await daemon.metric('sidewarden_check_warning', { check: 'described', warning: 'throttled' })).toBe(1);
      expect(await seconds('sidewarden_check_last_success_timestamp_seconds', 'described')).toBe(passed);
      expect((await daemon.get('/health')).code).toBe(503);
    } finally {
      end();
    }
    await healthy();
    expect((await read('described')).warnings ?? []).not.toContain('throttled');
    const failed = await daemon.metric('sidewarden_check_runs_total', { check: 'described', result: 'failed' });
    const late = await daemon.metric('sidewarden_check_failures_total', { check: 'described', class: 'timeout' });
    expect(failed, 'throttling was counted as a failure').toBe(late);
  },
  timeout,
);
