// What objectives know of the service's own metrics by the configuration: their names, types and buckets.
import type { AppMetric, AppPreset } from '../../core/app-catalogue.ts';
import type { FetchSettings } from '../../dependencies/http/fetching.ts';
import { type CatalogueMetric, catalogue, usualBuckets } from './known-metrics.ts';

/** What is read of the settings of the feature `app`. */
export type AppFacts = {
  readonly prefix?: string | undefined;
  readonly presets: readonly AppPreset[];
  readonly metrics?: (FetchSettings & { readonly timeout: number }) | undefined;
  readonly statsd?: { readonly mappings: readonly MappingFacts[] } | undefined;
};
type MappingFacts = {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly buckets?: readonly number[] | undefined;
};

/** A metric of which the configuration says what it is. */
export type KnownMetric = {
  readonly type: AppMetric['type'];
  readonly labels: CatalogueMetric['labels'];
  readonly buckets: readonly number[];
  /** Who says so, for people. */
  readonly by: string;
};

/** What ends the names of a histogram's series. */
export const histogramPart = /_(?:bucket|count|sum)$/;

/** @returns undefined where only the service's page knows */
export function knownMetric(app: AppFacts | undefined, name: string): KnownMetric | undefined {
  const mapping = app?.statsd?.mappings.find((one) => one.name === name);
  if (mapping !== undefined && (mapping.type === 'histogram' || mapping.buckets !== undefined)) {
    const buckets = (mapping.buckets ?? usualBuckets).toSorted((one, two) => one - two);
    return { type: 'histogram', labels: {}, buckets, by: 'app.statsd.mappings' };
  }
  const begin = app?.prefix === undefined ? '' : `${app.prefix}_`;
  const short = name.startsWith(begin) ? name.slice(begin.length) : '';
  const metric = Object.hasOwn(catalogue, short) ? catalogue[short] : undefined;
  if (metric === undefined || app?.presets.includes(metric.preset) !== true) return undefined;
  const { type, labels, buckets = [] } = metric;
  return { type, labels, buckets, by: `the preset ${metric.preset}` };
}

/** The buckets on both sides of a bound; one where it lies beyond them. */
export function nearestBuckets(buckets: readonly number[], bound: number): readonly number[] {
  const above = buckets.find((one) => one > bound);
  const below = buckets.findLast((one) => one < bound);
  return [below, above].filter((one) => one !== undefined);
}
