// What a kms check costs: calls, their price, and the quotas that they share with everything else in the account.
import type { Cost, Price, Quota } from '../../core/cost.ts';

/** Of one account in one region; the free 20,000 requests a month are not counted here, the service needs them too. */
const price: Price = { usdPer10000: 0.03, asOf: '2026-06', source: 'https://aws.amazon.com/kms/pricing/' };

const quotas = 'https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html';
const describeQuota: Quota = { perSecond: 2000, asOf: '2026-06', source: quotas };
/** Shared by all symmetric operations. The lowest default: some regions have 20,000 or 100,000. */
const symmetricQuota: Quota = { perSecond: 10_000, asOf: '2026-06', source: quotas };

/** @param roundTripMs how long a passed round trip rests; undefined without one. */
export function costOf(roundTripMs: number | undefined): Cost {
  const describe = { name: 'DescribeKey', count: 1, per: 'run', quota: describeQuota, price } as const;
  if (roundTripMs === undefined) return { logIns: 0, calls: [describe] };
  const symmetric = {
    name: 'Encrypt and Decrypt',
    count: 2,
    per: { restMs: roundTripMs },
    quota: symmetricQuota,
    price,
  };
  return { logIns: 0, calls: [describe, symmetric] };
}
