// What one replica of a service holds and no other, as whoever works under it sees it.
import type { Instant } from './clock.ts';

/**
 * `leads`: the place said so last. `lost`: it led when its connection broke, and no other is known to lead. `follows`: another
 * leads, or nobody is known to.
 */
export type Standing = 'follows' | 'leads' | 'lost';

export interface Lease {
  /** The check at whose server the replicas elect. Undefined: there is none, and every replica holds a lease of its own at once. */
  readonly place: string | undefined;
  readonly standing: Standing;
  /** For what must happen at least once: this replica leads, or was the last that did. Two can speak for a moment. */
  readonly speaks: boolean;
  /**
   * For what must happen at most once: no other replica holds it now. It is decided when it is read, by two clocks, so a
   * process that was frozen reads false. Read it right before each step that cannot be undone. A hold begins 10 s after the
   * lead was won, each time: also where the same replica wins it again.
   */
  readonly held: boolean;
  /**
   * Aborts when this hold ends, as soon as this process can know; aborted while it is not held. Each hold has a signal of its
   * own. A child process outlives our freeze: give it a deadline too.
   */
  readonly signal: AbortSignal;
  /** What happened before this instant, another replica had the time to tell. A new speaker tells what came later. */
  readonly toldUntil: Instant;
  /** Called after every change, until the signal aborts. The listener must not throw. */
  onChange(listener: () => void, until: AbortSignal): void;
}
