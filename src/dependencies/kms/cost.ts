// What a kms check costs: calls, their price, and the quotas that they share with everything else in the account.
import type { Call, Cost, Price, Quota } from '../../core/cost.ts';
import type { KmsSettings } from './settings.ts';

/** Of one account in one region; the free 20,000 requests a month are not counted here, the service needs them too. */
const price: Price = { usdPer10000: 0.03, asOf: '2026-06', source: 'https://aws.amazon.com/kms/pricing/' };

const quotas = 'https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html';
const describeQuota: Quota = { perSecond: 2000, asOf: '2026-06', source: quotas };
/** Shared by all symmetric operations. The lowest default: some regions have 20,000 or 100,000. */
const symmetricQuota: Quota = { perSecond: 10_000, asOf: '2026-06', source: quotas };

const hourMs = 3_600_000;

export function costOf({ round_trip: roundTrip, statistics }: KmsSettings): Cost {
  const describe = { name: 'DescribeKey', count: 1, quota: describeQuota, price };
  const calls: Call[] = [{ ...describe, per: 'run' }];
  if (roundTrip !== undefined) {
    const per = { restMs: roundTrip.interval };
    calls.push({ name: 'Encrypt and Decrypt', count: 2, per, quota: symmetricQuota, price });
  }
  // As often as the collectors of statistics/ run, which are not imported for this.
  calls.push({ ...describe, name: 'DescribeKey of the statistics', per: { readerMs: 60_000 } });
  calls.push({ name: 'GetKeyRotationStatus', count: 1, per: { readerMs: 6 * hourMs }, price });
  if (statistics.rotations) calls.push({ name: 'ListKeyRotations', count: 1, per: { readerMs: 24 * hourMs }, price });
  return { logIns: 0, calls };
}
