// Requests to ourselves, counted by route and code. Numbers alone while they are served: text is made when it is asked for.
import { headerOf, renderSamples } from '../core/exposition.ts';
import type { Sample } from '../core/family.ts';
import { families } from '../core/names.ts';
import { type ServedRoute, servedBuckets, servedRoutes, usualRoutes } from '../core/served.ts';

export interface ServedMetrics {
  answered(route: ServedRoute, code: number, seconds: number): void;
  /** In the text format: the usual routes, and what else was asked for. */
  text(): string;
}

type Tally = { readonly codes: Map<number, number>; readonly buckets: number[]; sum: number; count: number };

const freshTally = (route: ServedRoute): Tally => ({
  codes: new Map(servedRoutes[route].map((code) => [code, 0])),
  buckets: servedBuckets.map(() => 0),
  sum: 0,
  count: 0,
});

export function createServedMetrics(): ServedMetrics {
  const tallies = new Map<ServedRoute, Tally>(usualRoutes.map((route) => [route, freshTally(route)]));
  return {
    answered(route, code, seconds) {
      let tally = tallies.get(route);
      if (tally === undefined) {
        tally = freshTally(route);
        tallies.set(route, tally);
      }
      tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
      tally.sum += seconds;
      tally.count += 1;
      for (let i = servedBuckets.length - 1; i >= 0 && seconds <= (servedBuckets[i] as number); i -= 1)
        tally.buckets[i] = (tally.buckets[i] ?? 0) + 1;
    },
    text() {
      const all = [...tallies].flatMap(([route, tally]) => [...countsOf(route, tally), ...durationsOf(route, tally)]);
      return renderSamples(all, {})
        .map(({ family, lines }) => `${headerOf(family)}\n${lines.map((line) => `${line}\n`).join('')}`)
        .join('');
    },
  };
}

const countsOf = (route: ServedRoute, { codes }: Tally): Sample[] =>
  [...codes].map(([code, value]) => ({ family: families.httpRequests, labels: [route, String(code)], value }));

function durationsOf(route: ServedRoute, { buckets, sum, count }: Tally): Sample[] {
  const sample = (value: number, part: NonNullable<Sample['part']>): Sample => ({
    family: families.httpRequestDuration,
    labels: [route],
    value,
    part,
  });
  return [
    ...servedBuckets.map((bound, i) => sample(buckets[i] ?? 0, { suffix: '_bucket', bound: String(bound) })),
    sample(count, { suffix: '_bucket', bound: '+Inf' }),
    sample(sum, { suffix: '_sum' }),
    sample(count, { suffix: '_count' }),
  ];
}
