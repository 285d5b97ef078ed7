// Series of the service's own metrics, as two of its pods have them.
import { counter, type Line, steady } from '../../case.ts';

/** @param labels as in a selector; may be empty */
export const of = (name: string, labels = '', pod = 1): string =>
  `$app_${name}{${labels === '' ? '' : `${labels},`}instance="shop-${pod}:8080"}`;

/** Of both pods alike. @param quiet what both add each minute */
export const both = (name: string, labels: string, quiet: number, loud = quiet): readonly Line[] =>
  [1, 2].map((pod) => counter(of(name, labels, pod), quiet / 2, loud / 2));

/** How many of `total` observations a minute are at most so much: quiet and loud. */
export type Buckets = Readonly<Record<string, readonly [quiet: number, loud: number]>>;
export const histogram = (name: string, labels: string, total: number, buckets: Buckets): readonly Line[] => [
  ...Object.entries(buckets).flatMap(([le, [quiet, loud]]) =>
    both(`${name}_bucket`, labels === '' ? `le="${le}"` : `${labels},le="${le}"`, quiet, loud),
  ),
  ...both(`${name}_bucket`, labels === '' ? 'le="+Inf"' : `${labels},le="+Inf"`, total),
  ...both(`${name}_count`, labels, total),
];
/** The same with so many times less. */
export const fewer = (buckets: Buckets, times: number): Buckets =>
  Object.fromEntries(
    Object.entries(buckets).map(([le, [quiet, loud]]) => [le, [quiet / times, loud / times]] as const),
  );

/** Of so many replicas so many find it healthy. */
const check = (type: string, required: boolean, [up, all]: readonly [number, number]): readonly Line[] => [
  steady(
    `sidewarden_check_info{check="database",type="${type}",required="${required}",gates="ready",instance="shop-1:9090"}`,
    1,
  ),
  ...Array.from({ length: all }, (_, pod) =>
    steady(`sidewarden_check_up{check="database",type="${type}",instance="shop-${pod}:9090"}`, pod < up ? 1 : 0),
  ),
];
/** A required check is down, just so, and it is no database. */
export const down: readonly Line[] = check('http', true, [3, 7]);
/** A required check is down on half of the replicas, and so is not. */
export const halfDown: readonly Line[] = check('http', true, [1, 2]);
/** The database is down, just so, and the service can do without it. */
export const databaseDown: readonly Line[] = check('postgres', false, [3, 7]);
/** The database is down on half of the replicas, and so is not. */
export const databaseHalfDown: readonly Line[] = check('postgres', false, [1, 2]);
/** Another alert fires. */
export const firing = (alertname: string, severity = 'critical'): Line =>
  steady(`ALERTS{alertname="${alertname}",alertstate="firing",severity="${severity}"}`, 1);
