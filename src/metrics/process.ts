// What the process says of itself: prom-client's families of core/detail.ts, and the delay of the event loop.
import { collectDefaultMetrics, Registry as PromRegistry } from 'prom-client';
import { isShown, processPrefix, promFamilies } from '../core/detail.ts';
import { registerEventLoop } from './event-loop.ts';
import type { Place } from './family-settings.ts';

/** prom-client cannot be told to leave its sampling of the loop: hourly. */
export function registerProcess({ prom, detail }: Place): void {
  const all = new PromRegistry();
  collectDefaultMetrics({ register: all, prefix: processPrefix, eventLoopMonitoringPrecision: 3_600_000 });
  for (const { name, detail: needed } of promFamilies) {
    const metric = all.getSingleMetric(`${processPrefix}${name}`);
    if (metric !== undefined && isShown(needed, detail)) prom.registerMetric(metric); // open descriptors: Linux only
  }
  registerEventLoop(prom);
}
