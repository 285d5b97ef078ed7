// The key by which the replicas of one service elect who reads the statistics of a check.
import { createHash } from 'node:crypto';

/** 64 bits, signed, as pg_try_advisory_lock takes them: two services on one server elect apart. */
export function keyOf(namespace: string, service: string, check: string): bigint {
  const digest = createHash('sha256').update([namespace, service, check].join('\0')).digest();
  return digest.readBigInt64BE(0);
}
