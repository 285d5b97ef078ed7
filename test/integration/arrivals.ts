// The instants at which something arrives at a server, and the promise of those to come.
import { EventEmitter, once } from 'node:events';

export type Arrival = {
  /** Milliseconds since the epoch by the monotonic clock of this process. */
  readonly at: number;
  /** How much of the time since the last arrival the machine took from the daemon and us: so late it may have been seen. */
  readonly lateMs: number;
};

export type Arrivals = {
  /** One more, now. */
  note(): void;
  /** The next so many from now on. @throws when they have not come within that time. */
  next(count: number, withinMs: number): Promise<readonly Arrival[]>;
};

export const now = (): number => performance.timeOrigin + performance.now();

/** @param waitedMs for how long the machine has let the daemon and us wait so far. */
export function watchArrivals(name: string, waitedMs: () => number): Arrivals {
  const all: Arrival[] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  let waitedBefore = 0;
  return {
    note() {
      const waited = waitedMs();
      all.push({ at: now(), lateMs: waited - waitedBefore });
      waitedBefore = waited;
      arrivals.emit('one');
    },
    async next(count, withinMs) {
      const begin = all.length;
      const signal = AbortSignal.timeout(withinMs);
      try {
        while (all.length < begin + count) await once(arrivals, 'one', { signal });
      } catch (error) {
        throw new Error(`${name}: ${all.length - begin} of ${count} within ${withinMs} ms`, { cause: error });
      }
      return all.slice(begin, begin + count);
    },
  };
}

/** Something measured, and by how much the machine may have made it more, or less. */
export type Measured = { readonly ms: number; readonly moreMs: number; readonly lessMs: number };

/** Between each arrival and the next: one that is seen late is longer, and the one after it shorter. */
export const gapsOf = (arrivals: readonly Arrival[]): readonly Measured[] =>
  arrivals.slice(1).map(({ at, lateMs }, index) => {
    const before = arrivals[index] as Arrival;
    return { ms: at - before.at, moreMs: lateMs, lessMs: before.lateMs };
  });

/** Between the least and the most of them, where each may be less by what the machine added. */
export const spreadOf = (values: readonly Measured[]): number =>
  Math.max(...values.map(({ ms, moreMs }) => ms - moreMs)) - Math.min(...values.map(({ ms }) => ms));
