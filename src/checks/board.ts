// The latest of every check: what http and metrics read.
import type { Belief, CheckResult, Expiries, Gate, Policy, Status } from '../core/check.ts';
import type { Instant } from '../core/clock.ts';
import type { ErrorClass } from '../core/failure.ts';

/** One run in the bounded history of a check. */
export type PastRun = {
  readonly time: Date;
  readonly kind: CheckResult['kind'];
  readonly errorClass?: ErrorClass;
  readonly durationMs: number;
};

export type Transition = {
  readonly time: Date;
  readonly from: Status;
  readonly to: Status;
  readonly errorClass?: ErrorClass;
};

/** Everything known of one check; a live view, not a copy. */
export type BoardEntry = {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly gates: readonly Gate[];
  readonly waitForHealthy: boolean;
  /** host:port or the like; no secret. */
  readonly target: string;
  readonly policy: Policy;
  readonly detectionBoundMs: number;
  readonly expiryMs: number;
  readonly lastResult: CheckResult | undefined;
  /** Whether at least one run has ended. */
  readonly finishedRun: boolean;
  /** Whether the check of this name was healthy at least once since the start, also before its settings changed. */
  readonly everHealthy: boolean;
  readonly lastSuccess: Date | undefined;
  /** As the last run saw them that could: one that fails before it may see none. */
  readonly expiries: Expiries;
  /** Bounded, newest last. */
  readonly history: readonly PastRun[];
  /** Bounded, newest last. */
  readonly transitions: readonly Transition[];
  readonly nextRunAt: Instant | undefined;
  readonly connection: { readonly openedAt: Date } | undefined;
  belief(now: Instant): Belief;
};

export interface Board {
  /** Goes up whenever anything that can be read here has changed, but for what changes by time alone. */
  readonly version: number;
  entries(): readonly BoardEntry[];
  get(name: string): BoardEntry | undefined;
}

export interface WritableBoard extends Board {
  /** These and no others, in this order. */
  show(entries: readonly BoardEntry[]): void;
  changed(): void;
}

export function createBoard(): WritableBoard {
  let entries = new Map<string, BoardEntry>();
  let version = 0;
  return {
    get version() {
      return version;
    },
    entries: () => [...entries.values()],
    get: (name) => entries.get(name),
    show(shown) {
      entries = new Map(shown.map((entry) => [entry.name, entry]));
      version += 1;
    },
    changed() {
      version += 1;
    },
  };
}
