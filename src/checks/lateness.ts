// How late our own event loop was while something waited: a timeout during which we slept is nobody else's fault.
import type { Clock } from '../core/clock.ts';

export interface Lateness {
  /** Milliseconds that the loop was late so far, summed over all delays that are more than the usual unrest. */
  lateMs(): number;
  stop(): void;
}

/** Ticks for each wait: what a single delay can be underestimated by is a few of them. */
const ticks = 100;
const shortestTickMs = 5;

/** @param withinMs how long the wait may be. Ticks only meanwhile, so that it costs nothing at rest. */
export function watchLateness(clock: Clock, withinMs: number): Lateness {
  const periodMs = Math.max(shortestTickMs, withinMs / ticks);
  /** A tick that is a little late on a busy machine is no delay, however many there are. */
  const toleratedMs = 2 * periodMs;
  let late = 0;
  let expected = clock.now() + periodMs;
  const sinceExpected = (): number => {
    const delay = clock.now() - expected;
    return delay > toleratedMs ? delay : 0;
  };
  const timer = setInterval(() => {
    late += sinceExpected();
    expected = clock.now() + periodMs;
  }, periodMs);
  return { lateMs: () => late + sinceExpected(), stop: () => clearInterval(timer) };
}
