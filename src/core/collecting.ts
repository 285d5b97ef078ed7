// Who reads statistics, and what is told of it: between the room that reads and the room that counts.
import type { DependencyClass } from './failure.ts';

/** Who reads the statistics of a dependency: one replica, every replica, none. */
export const statisticsModes = ['leader', 'all', 'off'] as const;
export type StatisticsMode = (typeof statisticsModes)[number];

/** One run of a collector, ended. */
export type CollectorRun = {
  /** Whether it read all that it reads. */
  readonly ok: boolean;
  readonly durationMs: number;
  readonly errorClass?: DependencyClass;
  /** Rows and series that a cap left out. */
  readonly cut: number;
  readonly time: Date;
};

export interface StatisticsMetrics {
  ran(check: string, collector: string, run: CollectorRun): void;
  /** It was not run, and yet can, or cannot, be relied on: the connection came back, or broke. */
  up(check: string, collector: string, up: boolean): void;
  /** The check is not read here any more: nothing of its collectors and privileges is left. */
  forget(check: string): void;
  /** What the collector needs, as its last answer shows it. */
  privilege(check: string, collector: string, privilege: string, granted: boolean): void;
  /** How the check is read, and whether here; undefined: there is no such check any more. */
  standing(check: string, standing: { readonly mode: StatisticsMode; readonly reads: boolean } | undefined): void;
}
