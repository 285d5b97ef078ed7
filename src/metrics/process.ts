// What the process says of itself: prom-client's families of core/detail.ts, and the delay of the event loop.
import { collectDefaultMetrics, type Metric, Registry as PromRegistry } from 'prom-client';
import { isShown, ownPrefix, promFamilies } from '../core/detail.ts';
import { registerEventLoop } from './event-loop.ts';
import type { Registration } from './family-settings.ts';

/**
 * prom-client cannot be told to leave its sampling of the loop: hourly.
 * @returns reads the process, to be called before the page is made.
 */
export function registerProcess({ prom, detail }: Registration): () => Promise<void> {
  const all = new PromRegistry();
  collectDefaultMetrics({ register: all, prefix: ownPrefix, eventLoopMonitoringPrecision: 3_600_000 });
  const hidden: Metric[] = [];
  for (const { name, detail: needed } of promFamilies) {
    const metric = all.getSingleMetric(`${ownPrefix}${name}`);
    if (metric === undefined) continue; // open descriptors: Linux only
    if (isShown(needed, detail)) prom.registerMetric(metric);
    else hidden.push(metric);
  }
  registerEventLoop(prom);
  // One metric of a kind, such as the CPU of the user, sets the others when it is read, be it on the page or not.
  return async () => {
    for (const metric of hidden) await metric.get();
  };
}
