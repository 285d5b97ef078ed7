// Which series a line is for.
import { type AppMetric, latency } from '../../../core/app-catalogue.ts';
import type { Instant } from '../../../core/clock.ts';
import type { Mapping, StatsdReason, StatsdSettings } from '../settings.ts';
import { createCatalogue } from './catalogue.ts';
import { labelsOf, sorted } from './labels.ts';
import type { Head, LineType } from './line.ts';
import { createMapper } from './mappings.ts';
import type { Kind, Made, Metric, Series } from './metric.ts';
import { metricNameOf } from './names.ts';
import type { Store } from './series.ts';

export const kinds: Readonly<Record<LineType, Kind>> = {
  c: 'counter',
  g: 'gauge',
  ms: 'histogram',
  h: 'histogram',
  d: 'histogram',
  s: 'set',
};

export type Place = { readonly series: Series; readonly overflow: boolean };
export type Resolve = (head: Head, now: Instant) => Place | StatsdReason;

type Options = { readonly prefix: string; readonly metrics: readonly AppMetric[]; readonly now: Instant };

/** The metrics of the catalogue are made at once, with the series that are there from the start. */
export function createResolve(settings: StatsdSettings, store: Store, { prefix, metrics, now }: Options): Resolve {
  const map = createMapper(settings.mappings);
  const catalogue = createCatalogue(metrics, prefix);
  for (const { name, metric, fromStart } of catalogue.all) {
    const made = store.make({ ...{ name, type: metric.type, help: metric.help }, buckets: bucketsOf(metric) }, true);
    if (typeof made === 'string' || metric.type === 'gauge') continue;
    for (const labels of fromStart) store.series(made, metric.type, labels, now);
  }
  const place = (metric: Metric, kind: Kind, labels: string, now: Instant): Place | StatsdReason => {
    if (metric.type !== typeOf(kind)) return 'wrong_type';
    if (metric.kind !== undefined && metric.kind !== kind) return 'wrong_type'; // a set and a gauge
    const series = store.series(metric, kind, labels, now);
    return { series, overflow: series.labels !== labels };
  };
  return (head, now) => {
    const kind = kinds[head.type];
    const mapped = map(head.name, typeOf(kind));
    if (mapped === 'wrong_type') return 'wrong_type';
    if (mapped?.mapping.drop === true) return 'dropped';
    const name = mapped?.name ?? metricNameOf(head.name);
    if (name === '') return 'bad_line';
    const tags = mapped === undefined ? head.tags : joined(mapped.labels, head.tags);
    const known = catalogue.get(name);
    if (known !== undefined) {
      const metric = store.get(known.name);
      if (metric === undefined) return 'reserved';
      if (head.type === 'ms' && known.metric.unit !== 'seconds') return 'wrong_type';
      return place(metric, kind, known.labelsOf(tags), now);
    }
    const metric = store.get(name) ?? store.make(madeOf(name, kind, mapped?.mapping), false);
    return typeof metric === 'string' ? metric : place(metric, kind, labelsOf(sorted(tags)), now);
  };
}

const typeOf = (kind: Kind): Made['type'] => (kind === 'set' ? 'gauge' : kind);

const madeOf = (name: string, kind: Kind, mapping: Mapping | undefined): Made => ({
  name,
  type: typeOf(kind),
  help: 'Sent as StatsD lines.',
  buckets: kind === 'histogram' ? bucketsOf(mapping ?? {}) : [],
});

const bucketsOf = ({ buckets = latency }: { readonly buckets?: readonly number[] | undefined }): number[] =>
  [...new Set(buckets)].sort((one, two) => one - two);

/** A label of the mapping goes before a tag of the same name, as in statsd_exporter. */
const joined = (labels: ReadonlyMap<string, string>, tags: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...labels, ...[...tags].filter(([name]) => !labels.has(name))]);
