// A session with one user at a time: opened when wanted, replaced when it is closed or old.
import type { Clock, Instant } from '../core/clock.ts';

/** The part of a session that a lane needs. */
type Closable = { readonly closed: boolean; destroy(): void };

export interface Lane<S extends Closable> {
  /** The session to use now: the one at hand, or a new one when there is none or it was closed meanwhile. */
  session(): S;
  /** Whether the session at hand is older than it may become: then its successor is to be tried first. */
  readonly aged: boolean;
  /** Opens a successor beside the session at hand. */
  successor(): S;
  /** The successor takes over and the old session is destroyed. */
  adopt(): void;
  /** The successor is given up; the old session goes on for another age. */
  postpone(): void;
  /** Cuts whatever is open, at once. */
  cut(): void;
  /** Since when the session at hand is open. */
  readonly openedAt: Date | undefined;
}

type Held<S> = { readonly session: S; readonly openedAt: Date; expires: Instant };

/**
 * @param open makes a session, without I/O.
 * @param maxAgeMs no session is used for longer; each gets 80 to 100 % of it, so that pods do not log in together.
 */
export function createLane<S extends Closable>(
  open: () => S,
  { maxAgeMs, clock, random }: { maxAgeMs: number; clock: Clock; random: () => number },
): Lane<S> {
  let held: Held<S> | undefined;
  let next: Held<S> | undefined;
  const age = (): number => maxAgeMs * (0.8 + 0.2 * random());
  const hold = (): Held<S> => ({ session: open(), openedAt: clock.wall(), expires: clock.now() + age() });
  const usable = (): boolean => held !== undefined && !held.session.closed;
  return {
    session() {
      if (held === undefined || held.session.closed) {
        held?.session.destroy();
        held = hold();
      }
      return held.session;
    },
    get aged() {
      return usable() && clock.now() >= (held as Held<S>).expires;
    },
    successor() {
      next?.session.destroy();
      next = hold();
      return next.session;
    },
    adopt() {
      held?.session.destroy();
      held = next;
      next = undefined;
    },
    postpone() {
      next?.session.destroy();
      next = undefined;
      if (held !== undefined) held.expires = clock.now() + age();
    },
    cut() {
      held?.session.destroy();
      next?.session.destroy();
      held = undefined;
      next = undefined;
    },
    get openedAt() {
      return usable() ? (held as Held<S>).openedAt : undefined;
    },
  };
}
