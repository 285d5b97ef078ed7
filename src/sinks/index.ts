// Hands every event to every consumer; one that throws harms neither the others nor whoever emits.
import { aborted } from '../core/aborted.ts';
import type { Consumer, Emit } from '../core/event.ts';
import { errorFields, type Log } from '../core/log.ts';

export type SinksOptions = {
  readonly log: Log;
  /** Counts events that a sink could not take; called with 0 for each sink when it is added. */
  readonly failed: (sink: string, times: number) => void;
  /** Told of a sink that was removed. */
  readonly gone: (sink: string) => void;
};

export interface Sinks {
  readonly emit: Emit;
  /** It hears what happens from now on. */
  add(sink: Consumer): void;
  /** It hears nothing more. What it holds is its owner's to close. */
  remove(sink: Consumer): void;
  /** Closes all at the same time; returns when they are closed or the signal aborts. Never rejects. */
  close(signal: AbortSignal): Promise<void>;
}

export function createSinks(first: readonly Consumer[], { log, failed, gone }: SinksOptions): Sinks {
  const told = new Set<string>();
  const sinks = new Set<Consumer>();
  const add = (sink: Consumer): void => {
    sinks.add(sink);
    failed(sink.name, 0);
  };
  for (const sink of first) add(sink);

  /** Counted always; logged the first time only, else a broken sink would fill the log. */
  const caught = (sink: Consumer, error: unknown): void => {
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
    add,
    remove(sink) {
      sinks.delete(sink);
      if ([...sinks].some(({ name }) => name === sink.name)) return; // its successor
      told.delete(sink.name);
      gone(sink.name);
    },
    emit(event) {
      for (const sink of sinks) {
        try {
          sink.accept(event);
        } catch (error) {
          caught(sink, error);
        }
      }
    },
    async close(signal) {
      const closing = [...sinks].map(async (sink) => {
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
