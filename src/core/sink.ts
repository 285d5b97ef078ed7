// What consumes observations: metrics, the log, and later windows and notifications.
import type { Observation } from './check.ts';

export interface Sink {
  readonly name: string;
  /** Synchronous and quick: it runs between a result and the next answer. */
  accept(observation: Observation): void;
  /** Writes what it still holds; gives up when the signal aborts. */
  close?(signal: AbortSignal): Promise<void>;
}
