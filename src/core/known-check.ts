// Everything that is known of one check: what the board shows, reports add up, pages and bodies tell.
import type { Belief, CheckResult, Expiries, Gate, Policy, Status } from './check.ts';
import type { Instant } from './clock.ts';
import type { ErrorClass } from './failure.ts';

/** One run in the bounded history of a check. */
export type PastRun = {
  readonly time: Date;
  readonly kind: CheckResult['kind'];
  readonly errorClass?: ErrorClass;
  readonly durationMs: number;
};

/** One change of a check's status. */
export type Transition = {
  readonly time: Date;
  readonly from: Status;
  readonly to: Status;
  readonly errorClass?: ErrorClass;
};

/** A live view, not a copy. */
export type KnownCheck = {
  readonly name: string;
  readonly type: string;
  /** host:port without any secret; of a URL in a file that nobody has read yet, what the type says instead. */
  readonly target: string;
  readonly required: boolean;
  readonly gates: readonly Gate[];
  /** Its `startup` gate waits for a pass, not only for a run. */
  readonly waitForHealthy: boolean;
  readonly policy: Policy;
  readonly detectionBoundMs: number;
  readonly expiryMs: number;
  readonly lastResult: CheckResult | undefined;
  /** At least one run has ended. */
  readonly finishedRun: boolean;
  /** The check of this name was healthy at least once since the daemon's start, also before its settings changed. */
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
