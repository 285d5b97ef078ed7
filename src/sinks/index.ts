// Hands every observation to every sink; a sink that throws harms neither the others nor the check.
import type { Observation } from '../core/check.ts';
import { errorFields, type Log } from '../core/log.ts';
import type { Sink } from '../core/sink.ts';

export type SinksOptions = {
  readonly log: Log;
  /** Counts observations that a sink could not take; called with 0 for each sink at the start. */
  readonly failed: (sink: string, times: number) => void;
};

export interface Sinks {
  accept(observation: Observation): void;
  /** Closes all at the same time; returns when they are closed or the signal aborts. Never rejects. */
  close(signal: AbortSignal): Promise<void>;
}

export function createSinks(sinks: readonly Sink[], { log, failed }: SinksOptions): Sinks {
  const told = new Set<string>();
  for (const sink of sinks) failed(sink.name, 0);

  /** Counted always; logged the first time only, else a broken sink would fill the log. */
  const caught = (sink: Sink, error: unknown): void => {
    failed(sink.name, 1);
    if (told.has(sink.name)) return;
    told.add(sink.name);
    try {
      log.error({ ...errorFields(error), 'labels.sink': sink.name }, `sink ${sink.name} failed; this is said once`);
    } catch {
      // The log itself is what is broken: the counter alone can tell.
    }
  };

  return {
    accept(observation) {
      for (const sink of sinks) {
        try {
          sink.accept(observation);
        } catch (error) {
          caught(sink, error);
        }
      }
    },
    async close(signal) {
      const closing = sinks.map(async (sink) => {
        try {
          await sink.close?.(signal);
        } catch (error) {
          caught(sink, error);
        }
      });
      await Promise.race([Promise.all(closing), aborted(signal)]);
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
