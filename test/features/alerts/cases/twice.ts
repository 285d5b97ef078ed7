// With `statistics: { mode: all }` every replica reads every server: what is said of a server is there once for each.
import type { Case } from '../case.ts';

/** The same case, in which two replicas read the servers: nothing is counted twice. Requests that a replica makes are its own. */
export const readTwice = (one: Case): Case => ({
  ...one,
  lines: one.lines.flatMap((line) =>
    line.series.startsWith('sidewarden_kms_requests_total')
      ? [line]
      : [line, { ...line, series: line.series.replace('{', '{pod="shop-2",') }],
  ),
});
