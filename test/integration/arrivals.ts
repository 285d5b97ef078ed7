// The instants at which something arrives at a server, and the promise of those to come.
import { EventEmitter, once } from 'node:events';

export type Arrivals = {
  /** One more, now. */
  note(): void;
  /** The next so many from now on. @throws when they have not come within that time. */
  next(count: number, withinMs: number): Promise<readonly number[]>;
};

/** Instants are milliseconds since the epoch by the monotonic clock of this process. */
export const now = (): number => performance.timeOrigin + performance.now();

export function watchArrivals(name: string): Arrivals {
  const instants: number[] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  return {
    note() {
      instants.push(now());
      arrivals.emit('one');
    },
    async next(count, withinMs) {
      const begin = instants.length;
      const signal = AbortSignal.timeout(withinMs);
      try {
        while (instants.length < begin + count) await once(arrivals, 'one', { signal });
      } catch (error) {
        throw new Error(`${name}: ${instants.length - begin} of ${count} within ${withinMs} ms`, { cause: error });
      }
      return instants.slice(begin, begin + count);
    },
  };
}

export const gapsOf = (instants: readonly number[]): number[] =>
  instants.slice(1).map((instant, at) => instant - (instants[at] as number));

/** Between the least and the most of them. */
export const spreadOf = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
