// Events as counters and gauges; the states of checks are read from the board when scraped.
import type { Consumer, Event } from '../core/event.ts';
import type { Registry } from '../metrics/registry.ts';

type Counting = Pick<Registry, 'run' | 'transition' | 'request' | 'configRead' | 'certificateRead'>;

export function createMetricsSink(registry: Counting): Consumer {
  return {
    name: 'metrics',
    accept(event: Event) {
      if (event.kind === 'request') registry.request(event.check, event.type, event.request);
      else if (event.kind === 'configuration') registry.configRead(event.good);
      else if (event.kind === 'certificate') registry.certificateRead(event.good);
      else if (event.kind === 'observation') {
        const { check, type, before, after, result } = event;
        if (result !== undefined) registry.run(check, type, result);
        if (before.status !== after.status) registry.transition(check, type, after.status);
      }
    },
  };
}
