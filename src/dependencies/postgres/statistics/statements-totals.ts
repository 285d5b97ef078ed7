// Sums that only grow, made of sums that shrink when entries are evicted or reset. A sum that shrinks would look like a
// counter that began anew, and a rate would count all that is left of it a second time.

/** As they were read at one instant. */
export type StatementSums = {
  /** Times that entries were evicted; undefined where the server does not say. */
  readonly evictions: number | undefined;
  /** When all entries were reset last; empty where the server does not say. */
  readonly reset: string;
  /** Of each database, in one order. */
  readonly sums: ReadonlyMap<string, readonly number[]>;
};

export interface Totals {
  /** The last reading. */
  readonly last: StatementSums | undefined;
  read(reading: StatementSums): void;
  /** Of the databases that the last reading named. They begin at 0. */
  readonly sums: ReadonlyMap<string, readonly number[]>;
  /** Readings whose growth is unknown. */
  readonly skipped: number;
}

/** @param last what they grow from; unless given, the first reading. */
export function createTotals(last?: StatementSums): Totals {
  let sums = new Map<string, readonly number[]>();
  let skipped = 0;
  return {
    get last() {
      return last;
    },
    read(reading) {
      const grown = last === undefined ? new Map<string, readonly number[]>() : growth(last, reading);
      if (grown === undefined) skipped += 1;
      sums = new Map(
        [...reading.sums].map(([database, now]) => {
          const sum = sums.get(database);
          return [database, now.map((_, index) => (sum?.[index] ?? 0) + (grown?.get(database)?.[index] ?? 0))];
        }),
      );
      last = reading;
    },
    get sums() {
      return sums;
    },
    get skipped() {
      return skipped;
    },
  };
}

/**
 * All sums of all databases, or none: what was executed and the time that it took stay those of the same statements.
 * Before PostgreSQL 14 nothing tells of an eviction, unless a sum shrinks.
 */
function growth(last: StatementSums, reading: StatementSums): ReadonlyMap<string, readonly number[]> | undefined {
  if (last.evictions !== reading.evictions || last.reset !== reading.reset) return undefined;
  const none: readonly number[] = [];
  if ([...last.sums].some(([database, before]) => shrank(before, reading.sums.get(database) ?? none))) return undefined;
  return new Map(
    [...reading.sums].map(([database, now]) => {
      const before = last.sums.get(database) ?? none;
      return [database, now.map((sum, index) => Math.max(0, sum - (before[index] ?? 0)))];
    }),
  );
}

/** Sums of times differ in their last digits by the order in which they were added up. */
const noise = 1e-9;
const shrank = (before: readonly number[], now: readonly number[]): boolean =>
  before.some((sum, index) => (now[index] ?? 0) < sum * (1 - noise));
