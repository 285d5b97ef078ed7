// What the beliefs add up to for each endpoint: the rules of the health semantics, each once.
import type { Belief, Gate } from './check.ts';
import type { Instant } from './clock.ts';
import type { KnownCheck } from './known-check.ts';

/** What a report needs to know of a check. */
export type ReportedCheck = Pick<
  KnownCheck,
  'name' | 'required' | 'gates' | 'waitForHealthy' | 'lastResult' | 'finishedRun' | 'everHealthy' | 'belief'
>;

/** The questions that have an answer over several checks, apart from our own liveness. */
export const views = ['health', 'ready', 'app', 'startup'] as const;
export type View = (typeof views)[number];

/**
 * Why an answer is `degraded`, the first that is true. `draining`, `starting`: whatever the checks are. `required`: a check
 * that the answer needs. `optional`: only checks that it does not need. `self`: our own scheduler is late.
 */
export const reasons = ['draining', 'starting', 'required', 'optional', 'self'] as const;
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
  /** Present exactly when it is degraded. */
  readonly why?: Why;
  readonly findings: readonly Finding<Check>[];
  /** Until when it holds if nothing new happens. */
  readonly until: Instant;
};

/** What `degraded` means. */
export type Why = {
  readonly reason: Reason;
  /** Names of the checks that keep the answer from 200; where it is 200, of those that are not healthy. */
  readonly failing: readonly string[];
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

/** When an answer is given, and what is true of the daemon then. */
export type Moment = {
  readonly now: Instant;
  readonly draining: boolean;
  /** The checks of the configuration are not in force yet. */
  readonly starting?: boolean;
};

/** The answer of one view over these checks at one instant. */
export function report<Check extends ReportedCheck>(
  view: View,
  checks: readonly Check[],
  { now, draining, starting = false }: Moment,
): HealthReport<Check> {
  const rule = rules[view];
  const findings = checks
    .filter((check) => rule.includes(check))
    .map((check) => {
      const belief = check.belief(now);
      return { check, belief, holds: rule.holds(check, belief) };
    });
  return sum(findings, overriding(view, checks, { draining, starting }));
}

/** The answer over one check, whatever it gates. */
export function reportOne<Check extends ReportedCheck>(check: Check, now: Instant): HealthReport<Check> {
  const belief = check.belief(now);
  return sum([{ check, belief, holds: healthy(belief) }], undefined);
}

/** What says no whatever the checks of the view are, and which checks it waits for. */
type Overriding = { readonly reason: Reason; readonly awaited: readonly ReportedCheck[] };

function overriding(
  view: View,
  checks: readonly ReportedCheck[],
  { draining, starting = false }: Omit<Moment, 'now'>,
): Overriding | undefined {
  if (view === 'app') return undefined; // what nobody knows yet must not restart the service
  if (starting && !(view === 'ready' && draining)) return { reason: 'starting', awaited: [] };
  if (view === 'health') return undefined;
  const awaited = checks.filter((check) => !started(check));
  if (view === 'ready' && draining) return { reason: 'draining', awaited };
  return awaited.length === 0 ? undefined : { reason: 'starting', awaited };
}

function sum<Check extends ReportedCheck>(
  findings: readonly Finding<Check>[],
  first: Overriding | undefined,
): HealthReport<Check> {
  const ill = findings.filter(({ belief }) => !healthy(belief));
  const refusing = findings.filter(({ holds }) => !holds);
  const ok = first === undefined && refusing.length === 0;
  const names = (ok ? ill : [...refusing, ...(first?.awaited ?? []).map((check) => ({ check }))]).map(
    ({ check }) => check.name,
  );
  const why = { reason: first?.reason ?? (ok ? 'optional' : 'required'), failing: [...new Set(names)] } as const;
  return {
    ok,
    ...(ok && ill.length === 0 ? { status: 'healthy' } : { status: 'degraded', why }),
    findings,
    until: findings.reduce((earliest, { belief }) => Math.min(earliest, belief.until), Number.POSITIVE_INFINITY),
  };
}

/** Our own liveness: a scheduler later than this runs no checks any more. */
export const latestSchedulerMs = 30_000;

const late: Why = { reason: 'self', failing: [] };

/** The answer about ourselves: no check can change it. */
export function reportOwn(alive: boolean): HealthReport<never> {
  const said = alive ? { status: 'healthy' as const } : { status: 'degraded' as const, why: late };
  return { ok: alive, ...said, findings: [], until: Number.POSITIVE_INFINITY };
}
