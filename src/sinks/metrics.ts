// Observations as counters and a histogram; the states themselves are read from the board when scraped.
import type { Sink } from '../core/sink.ts';
import type { Registry } from '../metrics/registry.ts';

export function createMetricsSink(registry: Pick<Registry, 'run' | 'transition'>): Sink {
  return {
    name: 'metrics',
    accept({ check, type, before, after, result }) {
      if (result !== undefined) registry.run(check, type, result);
      if (before.status !== after.status) registry.transition(check, type, after.status);
    },
  };
}
