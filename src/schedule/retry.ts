// When a connection that broke is tried again: soon at first, and ever more seldom where the server does not want us.
import type { Instant } from '../core/clock.ts';
import type { DependencyClass } from '../core/failure.ts';

export interface Retry {
  /** Nothing is tried before. */
  readonly notBefore: Instant;
  /** It broke, or could not be had. */
  broke(errorClass: DependencyClass, now: Instant): void;
  /** It works. */
  fixed(): void;
}

/** Classes of a server that is there and does not want us: it is asked ever more seldom. */
const patient: readonly DependencyClass[] = ['auth', 'permission', 'capacity', 'throttled', 'starting', 'misconfig'];
export const longestWaitMs = 60_000;
/** The first try after a break: most are over by then, as after a restart. */
const soonMs = 1000;

/** @param shortestMs between two tries, but for the first. */
export function createRetry(shortestMs: number, start: Instant): Retry {
  let notBefore = start;
  let breaks = 0;
  return {
    get notBefore() {
      return notBefore;
    },
    broke(errorClass, now) {
      const isPatient = patient.includes(errorClass);
      const waitMs = isPatient ? shortestMs * 2 ** breaks : breaks === 0 ? soonMs : shortestMs;
      breaks += 1;
      notBefore = now + Math.min(longestWaitMs, waitMs);
    },
    fixed() {
      breaks = 0;
    },
  };
}
