// Series of the service's own metrics, as two of its pods have them.
import { counter, type Line, steady } from '../../case.ts';

/** @param labels as in a selector; may be empty */
export const of = (name: string, labels = '', pod = 1): string =>
  `$app_${name}{${labels === '' ? '' : `${labels},`}instance="shop-${pod}:8080"}`;

/** Of both pods alike. @param quiet what both add each minute */
export const both = (name: string, labels: string, quiet: number, loud = quiet): readonly Line[] =>
  [1, 2].map((pod) => counter(of(name, labels, pod), quiet / 2, loud / 2));

/** Prometheus scrapes the service. */
export const asked: Line = steady('up{job="app",instance="shop-1:9090"}', 1);

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

/** Another alert fires. */
export const firing = (alertname: string, severity = 'critical'): Line =>
  steady(`ALERTS{alertname="${alertname}",alertstate="firing",severity="${severity}"}`, 1);
/** The budget of an objective burns fast. */
export const budgetPage = (slo: string, severity = 'critical'): Line =>
  steady(`ALERTS{alertname="SloBurnsFast",alertstate="firing",severity="${severity}",slo="${slo}"}`, 1);
/** A page is out that tells of what the service needs. */
export const down: readonly Line[] = [firing('DependencyDown')];
/** It is no page: most replicas have what they need. */
export const halfDown: readonly Line[] = [
  firing('DependencyPartiallyDown', 'warning'),
  firing('DependencyDown', 'warning'),
  firing('ShopDependencyDown'),
];
/** The database answers, and is of no use. */
export const databaseDown: readonly Line[] = [firing('PostgresConnectionsExhausted')];
/** The database is of use still. */
export const databaseHalfDown: readonly Line[] = [firing('PostgresConnectionsHigh', 'warning')];
