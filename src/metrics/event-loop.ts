// The event loop's delay, in two gauges of the names that prom-client gives them. Its own also ask the histogram for its
// deviation and three percentiles, which takes a third of a whole scrape and is in none of our families.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';
import { ownPrefix } from '../core/detail.ts';

/** Milliseconds between two samples; every 10 ms would cost 0.6 % of a core. */
const resolution = 50;

/** Starts to sample; what is read is the time since the last scrape. */
export function registerEventLoop(registry: Registry): void {
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  const registers = [registry];
  const lag = new Gauge({
    name: `${ownPrefix}nodejs_eventloop_lag_seconds`,
    help: 'What the event loop took for one turn, at the last scrape.',
    registers,
    collect() {
      const begin = performance.now();
      setImmediate(() => lag.set((performance.now() - begin) / 1000));
    },
  });
  new Gauge({
    name: `${ownPrefix}nodejs_eventloop_lag_max_seconds`,
    help: 'The longest delay of the event loop since the last scrape.',
    registers,
    collect() {
      this.set(Math.max(0, delays.max / 1e9 - resolution / 1000)); // a sample is as late as it is long apart
      delays.reset();
    },
  });
}
