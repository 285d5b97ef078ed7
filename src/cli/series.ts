// How many series N pods have on /metrics, as check-config says it: what this process says of itself and of its checks.
import type { ConfiguredCheck } from '../checks/plan-of.ts';
import type { Configuration } from '../config/configuration.ts';
import { nobody, type Pods } from '../core/cost.ts';
import { collectorsFor } from '../dependencies/statistics.ts';
import type { ConfiguredFeature } from '../features/define.ts';
import { seriesOfCheck, seriesOfPod, seriesOfReader } from '../metrics/series.ts';
import { counted } from './terminal.ts';

export type CheckSeries = {
  /** In each pod. */
  readonly perPod: number;
  /** Of its collectors, in each pod that reads its statistics. */
  readonly reading: number;
};

export type Series = {
  readonly checks: ReadonlyMap<string, CheckSeries>;
  /** Of a pod itself, whatever its checks. */
  readonly process: number;
  /** Of a pod with all its checks, one that reads no statistics. */
  readonly perPod: number;
  /** Of all pods together, readers among them. */
  readonly all: number;
};

/** Log and metrics. */
const sinks = 2;

/** How many pods read the statistics of each check. */
type Readers = ReadonlyMap<string, { readonly readers: Pods }>;

/**
 * Of the configuration in force. The statistics themselves are as many as the servers have, and the service's own metrics
 * as many as it has: they are not counted.
 */
export async function seriesOf(configuration: Configuration, pods: Pods, readers: Readers): Promise<Series> {
  const { checks, metrics, features } = configuration;
  const found = await Promise.all(
    checks.map(async (check) => [check.name, await ofCheck(check, configuration, readers)] as const),
  );
  const process = seriesOfPod(metrics.detail, sinks) + features.reduce((total, one) => total + ofFeature(one), 0);
  const perPod = found.reduce((total, [, series]) => total + series.perPod, process);
  const reading = found.map(([name, series]) => series.reading * (readers.get(name)?.readers ?? nobody).replicas);
  const all = reading.reduce((total, one) => total + one, perPod * pods.replicas);
  return { checks: new Map(found), process, perPod, all };
}

const ofFeature = ({ feature, settings }: ConfiguredFeature): number =>
  feature.series?.(settings) ?? feature.families?.length ?? 0;

async function ofCheck(
  { name, definition, settings }: ConfiguredCheck,
  { metrics: { detail } }: Configuration,
  readers: Readers,
): Promise<CheckSeries> {
  const statistics = await definition.statistics?.();
  const isRead = statistics && (readers.get(name)?.readers ?? nobody).replicas > 0;
  const requests = definition.requests?.(settings as never);
  const perPod = seriesOfCheck({ ...definition, requests, isRead }, detail);
  if (statistics === undefined || isRead !== true) return { perPod, reading: 0 };
  const collectors = [
    ...collectorsFor(statistics, settings as never),
    ...(statistics.custom?.(settings as never) ?? []),
  ];
  return { perPod, reading: seriesOfReader(collectors, detail) };
}

export function seriesText({ process, perPod, all }: Series, { replicas }: Pods): string {
  const each = `${perPod} in each pod, ${process} of them of the pod itself`;
  return `series on /metrics, beside those of the statistics and of the service: ${each}; ${all} in ${counted(replicas, 'pod')}\n`;
}

/** Of one check, as in its `cost`. */
export const checkSeriesJson = ({ perPod, reading }: CheckSeries): object => ({ per_pod: perPod, reading });

export const seriesJson = ({ process, perPod, all }: Series): object => ({ process, per_pod: perPod, all });
