// What the beliefs add up to for each endpoint: the rules of the health semantics, each once.
import type { Belief, CheckResult, Gate } from './check.ts';
import type { Instant } from './clock.ts';

/** What a report needs to know of a check; an entry of the board is one. */
export type ReportedCheck = {
  readonly name: string;
  readonly required: boolean;
  readonly gates: readonly Gate[];
  /** Its `startup` gate waits for a pass, not only for a run. */
  readonly waitForHealthy: boolean;
  readonly lastResult: CheckResult | undefined;
  /** At least one run has ended. */
  readonly finishedRun: boolean;
  /** Healthy at least once since the daemon's start. */
  readonly everHealthy: boolean;
  belief(now: Instant): Belief;
};

/** The questions that have an answer over several checks, apart from our own liveness. */
export const views = ['health', 'ready', 'app', 'startup'] as const;
export type View = (typeof views)[number];

/** Why a view says no whatever its checks are. */
export const reasons = ['draining', 'starting'] as const;
export type Reason = (typeof reasons)[number];

/** A check as it was read for one report. */
export type Finding<Check extends ReportedCheck = ReportedCheck> = {
  readonly check: Check;
  readonly belief: Belief;
  /** Whether it lets the report be ok: an optional check that fails does. */
  readonly holds: boolean;
};

export type HealthReport<Check extends ReportedCheck = ReportedCheck> = {
  /** 200 or 503. */
  readonly ok: boolean;
  /** `healthy` when it is ok and every check in it is healthy. */
  readonly status: 'healthy' | 'degraded';
  readonly reason?: Reason;
  readonly findings: readonly Finding<Check>[];
  /** Until when it holds if nothing new happens. */
  readonly until: Instant;
};

type Rule = { includes(check: ReportedCheck): boolean; holds(check: ReportedCheck, belief: Belief): boolean };

const healthy = (belief: Belief): boolean => belief.status === 'healthy';
const gated = (check: ReportedCheck, gate: Gate): boolean => check.gates.includes(gate);

/**
 * Whether a check lets the daemon count as started. It stays so: what fails later is for `ready`, else a check that
 * gates startup alone would take a running pod out of service.
 */
const started = (check: ReportedCheck): boolean =>
  !gated(check, 'startup') || (check.waitForHealthy ? check.everHealthy : check.finishedRun);

const rules: Record<View, Rule> = {
  health: { includes: () => true, holds: (check, belief) => !check.required || healthy(belief) },
  ready: {
    includes: (check) => gated(check, 'ready') || gated(check, 'admit'),
    holds: (check, belief) =>
      (!gated(check, 'ready') || healthy(belief)) && (!gated(check, 'admit') || check.everHealthy),
  },
  // Unknown and stale hold: our own freeze must not restart the app.
  app: { includes: (check) => gated(check, 'live'), holds: (_, belief) => belief.status !== 'unhealthy' },
  startup: { includes: (check) => gated(check, 'startup'), holds: started },
};

/** The answer of one view over these checks at one instant. */
export function report<Check extends ReportedCheck>(
  view: View,
  checks: readonly Check[],
  { now, draining }: { readonly now: Instant; readonly draining: boolean },
): HealthReport<Check> {
  const rule = rules[view];
  const findings = checks
    .filter((check) => rule.includes(check))
    .map((check) => {
      const belief = check.belief(now);
      return { check, belief, holds: rule.holds(check, belief) };
    });
  return sum(findings, reasonOf(view, checks, draining));
}

/** The answer over one check, whatever it gates. */
export function reportOne<Check extends ReportedCheck>(check: Check, now: Instant): HealthReport<Check> {
  const belief = check.belief(now);
  return sum([{ check, belief, holds: healthy(belief) }], undefined);
}

function reasonOf(view: View, checks: readonly ReportedCheck[], draining: boolean): Reason | undefined {
  if (view === 'ready' && draining) return 'draining';
  const gate = view === 'ready' || view === 'startup';
  return gate && !checks.every(started) ? 'starting' : undefined;
}

function sum<Check extends ReportedCheck>(
  findings: readonly Finding<Check>[],
  reason: Reason | undefined,
): HealthReport<Check> {
  const ok = reason === undefined && findings.every((finding) => finding.holds);
  return {
    ok,
    status: ok && findings.every((finding) => healthy(finding.belief)) ? 'healthy' : 'degraded',
    ...(reason === undefined ? {} : { reason }),
    findings,
    until: findings.reduce((earliest, { belief }) => Math.min(earliest, belief.until), Number.POSITIVE_INFINITY),
  };
}

/** Our own liveness: a scheduler later than this runs no checks any more. */
export const latestSchedulerMs = 30_000;

/** The answer about ourselves: no check can change it. */
export function reportOwn(alive: boolean): HealthReport<never> {
  return { ok: alive, status: alive ? 'healthy' : 'degraded', findings: [], until: Number.POSITIVE_INFINITY };
}
