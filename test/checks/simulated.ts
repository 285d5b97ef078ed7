// A world with its own time, as Node sees it: timers know whole milliseconds and fire early by up to one of them and more,
// the wall clock tells whole milliseconds, stands at a fraction beside the monotonic one, and is moved.
import { vi } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import type { Cron } from '../../src/schedule/cron.ts';

type Timer = { readonly id: number; readonly at: number; readonly call: () => void };

export type WorldOptions = {
  /** The wall clock beside the monotonic one, in milliseconds. */
  readonly skewMs: number;
  /** What the next timer comes too late by, in milliseconds. */
  readonly latencyMs: () => number;
};

export function createWorld({ skewMs, latencyMs }: WorldOptions) {
  let now = 0;
  let skew = skewMs;
  let ids = 0;
  const timers = new Map<number, Timer>();
  const add = (at: number, call: () => void): number => {
    ids += 1;
    timers.set(ids, { id: ids, at, call });
    return ids;
  };
  const clock: Clock = {
    now() {
      now += 0.001; // to look takes time
      return now;
    },
    wall: () => new Date(Math.floor(now + skew)),
  };
  /** libuv counts whole milliseconds from the begin of the one in which a timer is set, and Node drops the fraction. */
  const setTimer = (call: () => void, ms = 1): number => add(Math.floor(now) + Math.max(1, Math.trunc(ms)), call);

  return {
    clock,
    /** The wall clock with its fraction. */
    wallMs: () => now + skew,
    /** The wall clock is moved, at a monotonic instant. */
    step: (at: number, byMs: number) => void add(at, () => (skew += byMs)),
    /** The loop does something else, from a monotonic instant on. */
    block: (at: number, forMs: number) => void add(at, () => (now += forMs)),
    /** Everything that is timed from now on is timed here. */
    install() {
      vi.stubGlobal('setTimeout', (call: () => void, ms?: number) => setTimer(call, ms));
      vi.stubGlobal('clearTimeout', (id: number) => void timers.delete(id));
    },
    /** Lets time go by until that monotonic instant. */
    async pass(end: number): Promise<void> {
      for (;;) {
        const next = [...timers.values()].reduce<Timer | undefined>(
          (first, one) => (first === undefined || one.at < first.at ? one : first),
          undefined,
        );
        if (next === undefined || next.at > end) break;
        timers.delete(next.id);
        now = Math.max(now, next.at + latencyMs());
        next.call();
        await new Promise((resolve) => setImmediate(resolve));
      }
      now = Math.max(now, end);
    },
    /** A cron expression that comes round every `gapMs`, and what it was asked for. */
    cron(gapMs: number): Cron & { readonly asked: number[] } {
      const asked: number[] = [];
      return {
        expression: `every ${gapMs} ms`,
        longestGapMs: gapMs,
        shortestGapMs: gapMs,
        asked,
        nextRuns(count) {
          asked.push(count);
          const last = Math.floor(Math.floor(now + skew) / gapMs);
          return Array.from({ length: count }, (_, index) => new Date((last + 1 + index) * gapMs));
        },
      };
    },
  };
}
