// The values that flow through the house: what one run found, what the runs add up to, what may be said of it now.
import type { Instant } from './clock.ts';
import type { ErrorClass } from './failure.ts';

export const statuses = ['healthy', 'unhealthy', 'unknown'] as const;
export type Status = (typeof statuses)[number];

export const warnings = ['intermittent', 'flapping', 'throttled', 'slow', 'yellow', 'expiring', 'skipped'] as const;
export type Warning = (typeof warnings)[number];
/** What a probe itself can find; the others follow from several runs or from the clock. */
export type ProbeWarning = Extract<Warning, 'yellow' | 'expiring' | 'skipped'>;

/** What a run can see the end of. */
export const expiryKinds = ['server_certificate'] as const;
export type ExpiryKind = (typeof expiryKinds)[number];
/** When each ends of what was seen. */
export type Expiries = Readonly<Partial<Record<ExpiryKind, Date>>>;

export const gates = ['ready', 'admit', 'live', 'startup'] as const;
export type Gate = (typeof gates)[number];

/** `rested`: a costly phase whose last pass still counts. `skipped`: the server does not offer the call. */
export const phaseNotes = ['rested', 'skipped'] as const;

/** One phase of one run. */
export type PhaseRecord = {
  readonly name: string;
  readonly ms: number;
  readonly note?: (typeof phaseNotes)[number];
  /** Of several servers, the one it ran on. */
  readonly at?: string;
  /** Why it was skipped, or why it did not run on a server that comes before that one. */
  readonly why?: string;
};

type Run = {
  /** When it began. */
  readonly at: Instant;
  /** When it ended. */
  readonly end: Instant;
  /** Wall time of its begin: a label. */
  readonly time: Date;
  readonly durationMs: number;
  /** How late our own event loop was meanwhile. */
  readonly lateMs: number;
  /** The phases it ran, in order; the last is the one reached, also when it failed there. */
  readonly phases: readonly PhaseRecord[];
  readonly warnings: readonly ProbeWarning[];
  readonly expiries: Expiries;
};

/** What one run found. Inconclusive: it neither renews nor ends belief. */
export type CheckResult = Run &
  (
    | { readonly kind: 'passed' }
    | { readonly kind: 'failed'; readonly errorClass: ErrorClass; readonly message: string }
    | { readonly kind: 'inconclusive'; readonly errorClass: 'throttled' | 'self'; readonly message: string }
  );
export const resultKinds = ['passed', 'failed', 'inconclusive'] as const;

/** How one check is run and believed; all durations in milliseconds. */
export type Policy = {
  /** Between runs; for a cron check the longest gap of its next runs. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  readonly slowAfterMs: number;
  /** Between the runs that confirm a first failure or success. */
  readonly confirmMs: number;
  /** Whether the type can say `capacity` or `starting`, which are confirmed at the interval. */
  readonly confirmsSlowly: boolean;
  /** The longest that a costly phase may rest; 0 without one. */
  readonly restMs: number;
};

/** What may be said of a check at one instant, and until when if nothing new happens. */
export type Belief = {
  readonly status: Status;
  /** Present exactly when the status is not healthy. */
  readonly errorClass?: ErrorClass;
  readonly warnings: readonly Warning[];
  readonly until: Instant;
};

/** The event of a change, or of a run without one. Without a result, belief ended by itself. */
export type Observation = {
  readonly kind: 'observation';
  readonly check: string;
  readonly type: string;
  readonly before: Belief;
  readonly after: Belief;
  readonly result?: CheckResult;
  /** Wall time: a label. */
  readonly time: Date;
};
