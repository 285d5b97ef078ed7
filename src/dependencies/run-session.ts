// The session of a type that keeps nothing: it holds what the one run has open, so that the run can be cut.
import type { Session } from './define.ts';

export interface RunSession extends Session {
  /** Destroyed with the session, at once if that is destroyed already; replaces what was held before. */
  hold(open: { destroy(): void }): void;
}

export function createRunSession(): RunSession {
  let held: { destroy(): void } | undefined;
  let closed = false;
  return {
    get closed() {
      return closed;
    },
    hold(open) {
      if (closed) open.destroy();
      else held = open;
    },
    destroy() {
      closed = true;
      held?.destroy();
      held = undefined;
    },
  };
}
