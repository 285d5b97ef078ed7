// One step with a deadline: it ends in time, whatever it does.
import { type Clock, setDeadline } from '../core/clock.ts';
import { overdue } from '../dependencies/fault.ts';
import type { Limits } from '../dependencies/statistics.ts';

export type Timed = {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Takes the requests that are made, of a type whose requests are counted. */
  readonly count?: Limits['count'];
};

/**
 * @throws `overdue` at the deadline or when the signal aborts, whatever the step does then; else what the step throws.
 */
export async function withLimits<T>(
  { clock, timeoutMs, count }: Timed,
  signal: AbortSignal,
  step: (limits: Limits) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const deadline = clock.now() + timeoutMs;
  const limits: Limits = { signal: ending.signal, remainingMs: () => Math.max(0, deadline - clock.now()), count };
  const end = Promise.withResolvers<never>();
  const onEnd = (): void => end.reject(overdue);
  const timer = setDeadline(onEnd, timeoutMs);
  signal.addEventListener('abort', onEnd);
  if (signal.aborted) onEnd();
  try {
    return await Promise.race([step(limits), end.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onEnd);
    ending.abort();
  }
}
