// What results add up to, and what may be said of a check at an instant. Pure: expiry needs no timer.
import { expiryMs } from './bounds.ts';
import type { Belief, CheckResult, Policy, ProbeWarning, Status, Warning } from './check.ts';
import type { Instant } from './clock.ts';
import type { ErrorClass } from './failure.ts';

/** Failures among this many last conclusive runs make a healthy check `intermittent`. */
const recentRuns = 10;
/** This many transitions within this time make a check `flapping`. */
const flappingTransitions = 4;
const flappingWindowMs = 600_000;

/** All that the results so far add up to. A value: every result makes a new one. */
export type CheckState = {
  readonly status: Status;
  /** Why it is not healthy; undefined exactly when the status is healthy. */
  readonly errorClass: ErrorClass | undefined;
  /** Consecutive passed and failed runs; an inconclusive run leaves both. */
  readonly passes: number;
  readonly failures: number;
  /** Consecutive runs of one class since unhealthy, or throttled ones: what the wait grows by (plan.ts). */
  readonly backoffs: number;
  /** When belief in `healthy` ends. */
  readonly goodUntil: Instant;
  readonly everHealthy: boolean;
  /** Of the last conclusive runs, newest last: whether it failed. */
  readonly recentFailures: readonly boolean[];
  /** Instants of the last transitions, newest last. */
  readonly transitions: readonly Instant[];
  readonly last: CheckResult | undefined;
};

/** Before any run: unknown, and nothing to believe. */
export const initialState: CheckState = {
  status: 'unknown',
  errorClass: 'stale',
  passes: 0,
  failures: 0,
  backoffs: 0,
  goodUntil: Number.NEGATIVE_INFINITY,
  everHealthy: false,
  recentFailures: [],
  transitions: [],
  last: undefined,
};

/** The state with expiry applied: the same value while nothing expired. */
export function settle(state: CheckState, now: Instant): CheckState {
  if (state.status !== 'healthy' || now < state.goodUntil) return state;
  return move(state, 'unknown', 'stale', state.goodUntil);
}

/** Adds one result. The pass of a run counts from the run's begin: what came later it did not see. */
export function reduce(before: CheckState, result: CheckResult, policy: Policy): CheckState {
  const state = { ...settle(before, result.end), last: result };
  switch (result.kind) {
    case 'passed':
      return passed(state, result, policy);
    case 'failed':
      return failed(state, result, policy, repeats(before, result));
    case 'inconclusive':
      return result.errorClass === 'throttled' ? { ...state, backoffs: repeats(before, result) } : state;
  }
}

function passed(state: CheckState, result: CheckResult, policy: Policy): CheckState {
  const next = { ...state, passes: state.passes + 1, failures: 0, backoffs: 0, recentFailures: remember(state, false) };
  const recovers = state.status !== 'unhealthy' || !state.everHealthy || next.passes >= policy.successThreshold;
  const goodUntil = result.at + expiryMs(policy);
  // We slept for so long during the run that what it saw is over already: the next one tells.
  if (!recovers || goodUntil <= result.end) return next;
  const healthy = { ...next, everHealthy: true, goodUntil };
  return state.status === 'healthy' ? healthy : move(healthy, 'healthy', undefined, result.end);
}

function failed(
  state: CheckState,
  result: CheckResult & { errorClass: ErrorClass },
  policy: Policy,
  backoffs: number,
): CheckState {
  const next = {
    ...state,
    passes: 0,
    failures: state.failures + 1,
    backoffs: 0,
    recentFailures: remember(state, true),
  };
  if (state.status === 'unhealthy') return { ...next, errorClass: result.errorClass, backoffs };
  if (next.failures >= policy.failureThreshold) {
    return move({ ...next, backoffs: 1 }, 'unhealthy', result.errorClass, result.end);
  }
  // Not yet enough to blame anybody. Only a check that was never healthy has no better class to show.
  return state.status === 'unknown' && !state.everHealthy ? { ...next, errorClass: result.errorClass } : next;
}

/** How often in a row this class has come, this time included, as far as it lengthens the wait. */
function repeats({ last, backoffs }: CheckState, result: CheckResult & { errorClass: ErrorClass }): number {
  return last !== undefined && last.kind !== 'passed' && last.errorClass === result.errorClass ? backoffs + 1 : 1;
}

const remember = (state: CheckState, failure: boolean): readonly boolean[] =>
  [...state.recentFailures, failure].slice(-recentRuns);

function move(state: CheckState, status: Status, errorClass: ErrorClass | undefined, at: Instant): CheckState {
  return { ...state, status, errorClass, transitions: [...state.transitions, at].slice(-flappingTransitions) };
}

/** What may be said now, and until when if nothing new happens. */
export function believe(state: CheckState, now: Instant, policy: Policy): Belief {
  const settled = settle(state, now);
  const flappingUntil = endOfFlapping(settled);
  const flapping = now < flappingUntil;
  const ends = [...(settled.status === 'healthy' ? [settled.goodUntil] : []), ...(flapping ? [flappingUntil] : [])];
  return {
    status: settled.status,
    ...(settled.errorClass === undefined ? {} : { errorClass: settled.errorClass }),
    warnings: warningsOf(settled, flapping, policy),
    until: Math.min(Number.POSITIVE_INFINITY, ...ends),
  };
}

function endOfFlapping({ transitions }: CheckState): Instant {
  const first = transitions[0];
  return transitions.length === flappingTransitions && first !== undefined
    ? first + flappingWindowMs
    : Number.NEGATIVE_INFINITY;
}

function warningsOf(state: CheckState, flapping: boolean, policy: Policy): readonly Warning[] {
  const { last } = state;
  const found: readonly ProbeWarning[] = last?.warnings ?? [];
  const throttled = last?.kind === 'inconclusive' && last.errorClass === 'throttled';
  const slow = last?.kind === 'passed' && last.durationMs - last.lateMs > policy.slowAfterMs;
  return [
    ...(state.status === 'healthy' && state.recentFailures.includes(true) ? (['intermittent'] as const) : []),
    ...(flapping ? (['flapping'] as const) : []),
    ...(throttled ? (['throttled'] as const) : []),
    ...(slow ? (['slow'] as const) : []),
    ...found,
  ];
}
