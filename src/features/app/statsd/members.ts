// How many different values came within the last minute. Kept is a number for each: two values have the same one in about
// 10^16 pairs.
import { hash } from 'node:crypto';
import type { Instant } from '../../../core/clock.ts';

const withinMs = 60_000;
/** Of one set, and of all. */
const most = 10_000;
const mostOfAll = 100_000;

/** The values of one set, each with when it came last; the oldest is first. */
export type Members = Map<number, Instant>;

/** Sets share what they may keep. */
export interface Sets {
  /** @returns false when there are too many values to keep one more. */
  add(set: Members, value: string, now: Instant): boolean;
  /** Forgets what is older than a minute. @returns whether there was any. */
  prune(set: Members, now: Instant): boolean;
  /** All of it. */
  drop(set: Members): void;
}

export function createSets(): Sets {
  let kept = 0;
  return {
    add(set, value, now) {
      const key = keyOf(value);
      if (set.delete(key)) kept -= 1;
      else if (set.size >= most || kept >= mostOfAll) {
        this.prune(set, now);
        if (set.size >= most || kept >= mostOfAll) return false;
      }
      set.set(key, now);
      kept += 1;
      return true;
    },
    prune(set, now) {
      const before = set.size;
      for (const [key, last] of set) {
        if (now - last < withinMs) break;
        set.delete(key);
      }
      kept -= before - set.size;
      return set.size < before;
    },
    drop(set) {
      kept -= set.size;
      set.clear();
    },
  };
}

/** 53 bits of a digest. */
function keyOf(value: string): number {
  const digest = hash('sha1', value, 'buffer');
  return (digest.readUInt32BE(0) & 0x1fffff) * 2 ** 32 + digest.readUInt32BE(4);
}
