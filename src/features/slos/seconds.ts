// Seconds that have passed, each counted once: one that is a little late is counted for the time that it is of.
import type { Instant } from '../../core/clock.ts';

const secondMs = 1000;
/** What is later than this was not observed: the time in between is a gap. */
const latestMs = 5000;

/** A clock that ticks once a second. */
export interface Seconds {
  /** When the next one is over. */
  readonly due: Instant;
  /** @returns how many are over since it was asked last */
  passed(now: Instant): number;
}

/** @param begin when it is asked at the earliest: its seconds begin with the first time that it is */
export function createSeconds(begin: Instant): Seconds {
  let due = begin;
  let begun = false;
  return {
    get due() {
      return due;
    },
    passed(now) {
      const late = now - due;
      if (late < 0) return 0;
      const isGap = !begun || late > latestMs;
      begun = true;
      const passed = isGap ? 1 : Math.floor(late / secondMs) + 1;
      due = isGap ? now + secondMs : due + passed * secondMs;
      return passed;
    },
  };
}
