// Objectives for the rules: a few for every case, and one of each kind of indicator.
import type { z } from 'zod';
import type { Facts } from '../../../src/features/generate.ts';
import { type SlosSettings, settings } from '../../../src/features/slos/settings.ts';

/** A configuration with these objectives. */
export const factsWith = (slos: SlosSettings): Facts => ({
  ...{ service: 'shop', detail: 'default', checks: [] },
  settingsOf: (key) =>
    ({ slos, app: { prefix: 'shop', presets: [] }, prometheus: { url: 'http://prometheus:9090' } })[key],
});

const slosOf = (written: z.input<typeof settings>): SlosSettings => settings.parse(written);

/** A page, a warning, and one that tells of the same users as AppErrorRateCritical. */
export const few = slosOf({
  availability: { indicator: { ready: true }, objective: 99.9, window: '7d', sla: 99.5 },
  database: { indicator: { check: 'database' }, objective: 99, window: '7d', page: false },
  orders: {
    indicator: { ratio: { bad: 'shop_http_requests_total{code=~"5.."}', total: 'shop_http_requests_total' } },
    objective: 99.5,
    window: '7d',
  },
});

export const ofEachKind: SlosSettings = {
  ...few,
  ...slosOf({
    queries: {
      indicator: { ratio: { good: 'shop_queries_total{status="success"}', total: 'shop_queries_total' } },
      objective: 99.5,
    },
    'orders-latency': {
      indicator: { histogram: 'shop_http_request_duration_seconds', selector: 'route="/orders"', threshold: 0.2 },
      objective: 95,
    },
    cpu: {
      indicator: {
        expression: {
          bad: 'sum(increase(container_cpu_cfs_throttled_periods_total{pod=~"shop-.*"}[$window]))',
          total: 'sum(increase(container_cpu_cfs_periods_total{pod=~"shop-.*"}[$window]))',
        },
      },
      objective: 90,
      min_bad_events: 100,
    },
  }),
};
