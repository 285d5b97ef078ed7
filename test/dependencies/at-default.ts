// One run of a collector as the daemon runs it, with as many series as it may give unless a configuration says otherwise.
import { topShape } from '../../src/config/schema.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { Collector, Source } from '../../src/dependencies/statistics.ts';
import { collect } from '../../src/statistics/collect.ts';

export type AtDefault = { readonly samples: number; readonly cut: number; readonly lines: readonly string[] };

/** `samples`: how many the collector gave; those beyond what it may give are in `cut`. @throws when it fails. */
export async function atDefault<Settings, From extends Source>(
  collector: Collector<Settings, From>,
  source: From,
  settings?: Settings,
): Promise<AtDefault> {
  let samples = 0;
  const observed: Collector = {
    ...(collector as unknown as Collector),
    async collect(...given) {
      const found = await collector.collect(given[0] as From, given[1] as Settings, given[2]);
      samples = found.length;
      return found;
    },
  };
  const collectors = {
    check: 'one',
    settings,
    timeoutMs: 60_000,
    maxSeries: topShape.statistics.parse(undefined).max_series,
    clock: systemClock,
    redact: (text: string) => text,
    definition: { classes: {} } as never,
    driver: { classify: () => undefined },
  };
  const found = await collect(collectors, observed, source, new AbortController().signal);
  if (found.kind === 'failed') throw new Error(found.fault.message);
  return { samples, cut: found.cut, lines: found.texts.flatMap(({ lines }) => lines) };
}
