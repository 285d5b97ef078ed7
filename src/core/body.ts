// The bodies that people and programs read: of one check in short, of one check with everything known, of a report.
import type { Belief, CheckResult, Expiries, Gate, PhaseRecord, Status, Warning } from './check.ts';
import type { Instant } from './clock.ts';
import type { ErrorClass } from './failure.ts';
import type { KnownCheck } from './known-check.ts';
import type { Redact } from './redact.ts';
import type { HealthReport, Reason, ReportedCheck } from './report.ts';

export type CheckBody = {
  readonly status: Status;
  /** Of the last run, in milliseconds; null before any. */
  readonly latency_ms: number | null;
  /** Why it is not healthy. */
  readonly error?: ErrorClass;
  /** The last phase that the last run reached; only while not healthy. */
  readonly phase?: string;
  readonly warnings?: readonly Warning[];
};

export type HealthBody<Body extends CheckBody = CheckBody> = {
  readonly status: 'healthy' | 'degraded';
  /** Why it is degraded; present exactly then, as is `failing`. */
  readonly reason?: Reason;
  /** Names of the checks that make it so. */
  readonly failing?: readonly string[];
  readonly version: string;
  /** When the body was rendered, ISO 8601 in UTC. */
  readonly timestamp: string;
  readonly checks: Readonly<Record<string, Body>>;
  /** What the asker should know, such as an excluded check that does not exist. */
  readonly notes?: readonly string[];
};

/** Milliseconds to hundredths: finer is noise. */
export const roundMs = (ms: number): number => Math.round(ms * 100) / 100;

export function checkBody({ lastResult }: ReportedCheck, belief: Belief): CheckBody {
  const phase = lastResult?.phases.at(-1)?.name;
  return {
    status: belief.status,
    latency_ms: lastResult === undefined ? null : roundMs(lastResult.durationMs),
    ...(belief.status === 'healthy' ? {} : { error: belief.errorClass ?? 'stale' }),
    ...(belief.status === 'healthy' || phase === undefined ? {} : { phase }),
    ...(belief.warnings.length === 0 ? {} : { warnings: belief.warnings }),
  };
}

/** The whole body of a report; `body` says how each check is shown. */
export function healthBody<Check extends ReportedCheck, Body extends CheckBody>(
  report: HealthReport<Check>,
  about: { readonly version: string; readonly time: Date; readonly notes: readonly string[] },
  body: (check: Check, belief: Belief) => Body,
): HealthBody<Body> {
  return {
    status: report.status,
    ...report.why,
    version: about.version,
    timestamp: about.time.toISOString(),
    checks: Object.fromEntries(report.findings.map(({ check, belief }) => [check.name, body(check, belief)])),
    ...(about.notes.length === 0 ? {} : { notes: about.notes }),
  };
}

export type DetailedBody = CheckBody & {
  readonly type: string;
  readonly target: string;
  readonly required: boolean;
  readonly gates: readonly Gate[];
  /** How long the status still holds if nothing new happens; null when it has no end. */
  readonly holds_for_ms: number | null;
  readonly last_run: null | {
    readonly result: CheckResult['kind'];
    readonly time: string;
    readonly duration_ms: number;
    readonly error?: ErrorClass;
    readonly message?: string;
    readonly phases: readonly PhaseRecord[];
  };
  readonly last_success: string | null;
  /** Until when what the check relies on lasts, of what is known. */
  readonly expires?: Readonly<Partial<Record<keyof Expiries, string>>>;
  readonly schedule: {
    readonly interval_ms: number;
    readonly timeout_ms: number;
    readonly slow_after_ms: number;
    readonly failure_threshold: number;
    readonly success_threshold: number;
    readonly expiry_ms: number;
    readonly detection_bound_ms: number;
    readonly next_run_in_ms: number | null;
  };
  readonly connection: { readonly opened: string } | null;
  readonly history: readonly {
    readonly time: string;
    readonly result: CheckResult['kind'];
    readonly error?: ErrorClass;
    readonly duration_ms: number;
  }[];
  readonly transitions: readonly {
    readonly time: string;
    readonly from: Status;
    readonly to: Status;
    readonly error?: ErrorClass;
  }[];
};

const errorOf = (errorClass: ErrorClass | undefined): { error?: ErrorClass } =>
  errorClass === undefined ? {} : { error: errorClass };

/** The one shape in which everything known of a check is shown. Its texts pass the redactor. */
export function detailedBody(check: KnownCheck, belief: Belief, now: Instant, redact: Redact): DetailedBody {
  const { policy } = check;
  return {
    ...checkBody(check, belief),
    type: check.type,
    // Made without any secret: a host may be the same word as one. Only what looks like a user's part is redacted.
    target: /:.*@/.test(check.target) ? redact(check.target) : check.target,
    required: check.required,
    gates: check.gates,
    holds_for_ms: Number.isFinite(belief.until) ? roundMs(Math.max(0, belief.until - now)) : null,
    last_run: lastRun(check.lastResult, redact),
    last_success: check.lastSuccess?.toISOString() ?? null,
    ...expiresOf(check.expiries),
    schedule: {
      interval_ms: policy.intervalMs,
      timeout_ms: policy.timeoutMs,
      slow_after_ms: policy.slowAfterMs,
      failure_threshold: policy.failureThreshold,
      success_threshold: policy.successThreshold,
      expiry_ms: check.expiryMs,
      detection_bound_ms: check.detectionBoundMs,
      next_run_in_ms: check.nextRunAt === undefined ? null : roundMs(Math.max(0, check.nextRunAt - now)),
    },
    connection: check.connection === undefined ? null : { opened: check.connection.openedAt.toISOString() },
    history: check.history.map(({ time, kind, errorClass, durationMs }) => ({
      time: time.toISOString(),
      result: kind,
      ...errorOf(errorClass),
      duration_ms: roundMs(durationMs),
    })),
    transitions: check.transitions.map(({ time, from, to, errorClass }) => ({
      time: time.toISOString(),
      from,
      to,
      ...errorOf(errorClass),
    })),
  };
}

function expiresOf(expiries: Expiries): Pick<DetailedBody, 'expires'> {
  const known = Object.entries(expiries).map(([kind, when]) => [kind, when.toISOString()]);
  return known.length === 0 ? {} : { expires: Object.fromEntries(known) };
}

function lastRun(result: CheckResult | undefined, redact: Redact): DetailedBody['last_run'] {
  if (result === undefined) return null;
  return {
    result: result.kind,
    time: result.time.toISOString(),
    duration_ms: roundMs(result.durationMs),
    ...(result.kind === 'passed' ? {} : { error: result.errorClass, message: redact(result.message) }),
    phases: result.phases.map(({ at, why, ...phase }) => ({
      ...phase,
      ms: roundMs(phase.ms),
      ...(at && { at: redact(at) }),
      ...(why && { why: redact(why) }),
    })),
  };
}
