// How many series a check and a pod have on /metrics: counted from the families and from what their labels can be.
import { type ExpiryKind, expiryKinds, resultKinds, statuses } from '../core/check.ts';
import { type Detail, durationBuckets, isShown, loopFamilies, promFamilies, requestBuckets } from '../core/detail.ts';
import { families } from '../core/names.ts';
import type { OwnFamily } from '../core/own-family.ts';
import { servedBuckets, servedRoutes, usualRoutes } from '../core/served.ts';
import type { Collector } from '../dependencies/statistics.ts';
import { type DeclaredCheck, modesOf, requestResults, statesOf, warningsOf } from './labels.ts';
import type { Operations } from './requests.ts';

/** A check, with what can occur in it. */
export type CountableCheck = DeclaredCheck & {
  readonly phases: readonly string[];
  readonly requests?: Operations | undefined;
  /** Whether its statistics are read by some replica; undefined where its type has none. */
  readonly isRead: boolean | undefined;
};

/** What is added for its buckets, sum and count. */
const ofHistogram = (buckets: readonly number[]): number => buckets.length + 3;

const shown = (family: OwnFamily, detail: Detail): boolean => isShown(family.detail, detail);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Of one check in each pod, once it has passed; over TLS, where its type can. */
export function seriesOfCheck(check: CountableCheck, detail: Detail): number {
  const { requests, isRead, phases, classes } = check;
  const named = new Set([...(requests?.runs ?? []), ...(isRead ? (requests?.statistics ?? []) : [])]);
  const operations = named.size;
  const kinds: readonly ExpiryKind[] = classes.includes('tls') ? expiryKinds : [];
  const standing = isRead === undefined ? 0 : 1;
  const counts: Readonly<Partial<Record<keyof typeof families, number>>> = {
    checkUp: 1,
    checkState: statesOf(detail).length,
    checkDuration: ofHistogram(durationBuckets[detail]),
    checkPhaseDuration: phases.length,
    checkRuns: resultKinds.length,
    checkFailures: classes.length,
    checkLastSuccess: 1,
    checkTransitions: statuses.length,
    checkWarning: warningsOf(check).length,
    checkDetectionBound: 1,
    checkExpiry: 1,
    checkInfo: 1,
    expiry: kinds.length,
    statisticsLeader: standing,
    statisticsMode: standing * modesOf(detail, 'leader').length,
    kmsRequests: sum([...named].map((operation) => requestResults(check, operation).length)),
    kmsThrottles: operations,
    kmsRequestAttempts: operations,
    kmsRequestDuration: operations * ofHistogram(requestBuckets),
  };
  return sum(
    Object.entries(counts).map(([key, count]) => (shown(families[key as keyof typeof families], detail) ? count : 0)),
  );
}

/** Of the collectors of one check, in a pod that reads its statistics; without errors, which come one by one. */
export function seriesOfReader(collectors: readonly Pick<Collector, 'privilege'>[], detail: Detail): number {
  const { collectorUp, collectorDuration, collectorLastSuccess, collectorCut } = families;
  const each = [collectorUp, collectorDuration, collectorLastSuccess, collectorCut];
  const privileges = collectors.filter(({ privilege }) => privilege !== undefined);
  return collectors.length * each.filter((family) => shown(family, detail)).length + privileges.length;
}

/** Of a pod itself, whatever its checks; `full` has those of garbage collection too. */
export function seriesOfPod(detail: Detail, sinks: number): number {
  const { ready, live, draining, buildInfo, configReload, configInForce, tlsReload } = families;
  const process = [...promFamilies, ...loopFamilies].filter((family) => isShown(family.detail, detail));
  const kinds = detail === 'full' ? garbageCollections * ofHistogram(garbageBuckets) - 1 : 0;
  const served = usualRoutes.map((route) => servedRoutes[route].length + ofHistogram(servedBuckets));
  return (
    [ready, live, draining, buildInfo, configReload, configInForce, tlsReload].length +
    sinks +
    process.length +
    kinds +
    sum(served)
  );
}

/** Kinds that a running process comes to see: minor, incremental, major. */
const garbageCollections = 3;
/** https://github.com/siimon/prom-client/blob/master/lib/metrics/gc.js */
const garbageBuckets = [0.001, 0.01, 0.1, 1, 2, 5];
