// How many different values came within the last minute. Kept is a number for each: two values have the same one in about
// 10^16 pairs.
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

/** 53 bits, of two hashes: https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js */
function keyOf(value: string): number {
  let [one, two] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return (two & 0x1fffff) * 4294967296 + (one >>> 0);
}
