// How late our own event loop was while something waited: a timeout during which we slept is nobody else's fault.
import type { Clock } from '../core/clock.ts';

export interface Lateness {
  /** Milliseconds that the loop was late so far, summed. */
  lateMs(): number;
  stop(): void;
}

/** Ticks only while one run lasts, so that it costs nothing at rest. */
export function watchLateness(clock: Clock, periodMs: number): Lateness {
  let late = 0;
  let expected = clock.now() + periodMs;
  const read = (): void => {
    const now = clock.now();
    late += Math.max(0, now - expected);
    expected = now + periodMs;
  };
  const timer = setInterval(read, periodMs);
  return {
    lateMs: () => late + Math.max(0, clock.now() - expected),
    stop: () => clearInterval(timer),
  };
}
