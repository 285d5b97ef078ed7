// When a check runs next. Pure: the instant and the random number are arguments.
import type { CheckState } from './believe.ts';
import { jitter } from './bounds.ts';
import type { Policy } from './check.ts';
import type { Instant } from './clock.ts';
import type { ErrorClass } from './failure.ts';

/** Off the grid (after a confirmation) the next run keeps this share of the interval clear of the last one. */
const clearance = 0.5;

/** How far the wait grows, by class, once a check is unhealthy (or throttled): a weak server is left in peace. */
const longestWaitMs: Partial<Record<ErrorClass, number>> = {
  starting: 15_000,
  auth: 60_000,
  permission: 60_000,
  capacity: 60_000,
  throttled: 60_000,
};

/** Classes of which the next run would only add to the load: confirmed at the interval. */
const confirmedSlowly: readonly ErrorClass[] = ['capacity', 'starting'];

/** Where the runs of one check lie. */
export type Timetable =
  /** A grid of its pod. */
  | { readonly kind: 'grid'; readonly origin: Instant }
  /** The instants of a cron expression that have had no run yet: the first that is not before `earliest`. */
  | { readonly kind: 'cron'; from(earliest: Instant): Instant | undefined };

/** Whether the next run confirms a first failure or a first success after unhealthy. */
function confirms(state: CheckState): boolean {
  if (state.last === undefined || state.last.kind === 'inconclusive') return false;
  return state.status === 'unhealthy' ? state.passes > 0 : state.failures > 0;
}

/**
 * When to run next.
 * @param state after at least one run.
 * @param random uniform in [0, 1); the same number gives the same plan, so that it can be asked again.
 * @returns an instant, never before `now`.
 */
export function planNext(
  policy: Policy,
  state: CheckState,
  timetable: Timetable,
  now: Instant,
  random: number,
): Instant {
  const { last } = state;
  if (last === undefined) return now;
  const spread = (2 * random - 1) * jitter;
  const slowly = last.kind === 'failed' && confirmedSlowly.includes(last.errorClass);
  if (confirms(state) && !slowly) return Math.max(now, last.end + policy.confirmMs * (1 + spread));

  const wait = waitMs(policy, state);
  if (timetable.kind === 'cron') {
    // Only a longer wait skips instants: one that passed without a run, as when the loop was late, is made up for.
    const earliest = wait > policy.intervalMs ? last.at + wait - policy.intervalMs : Number.NEGATIVE_INFINITY;
    return Math.max(now, timetable.from(earliest) ?? last.at + wait);
  }
  const latest = last.at + wait + jitter * policy.intervalMs;
  const earliest = last.at + wait - (1 - clearance) * policy.intervalMs;
  const place = gridBefore(latest, timetable.origin, policy.intervalMs) + spread * policy.intervalMs;
  return Math.max(now, Math.min(latest, Math.max(earliest, place)));
}

/** The last place on the grid that is not after `latest`; a hair of tolerance for floating-point sums. */
function gridBefore(latest: Instant, origin: Instant, intervalMs: number): Instant {
  return origin + Math.floor((latest - origin) / intervalMs + 1e-6) * intervalMs;
}

/** From the begin of the last run to the next, without jitter: the interval, or longer for the classes above. */
function waitMs(policy: Policy, state: CheckState): number {
  const { last } = state;
  if (last === undefined || last.kind === 'passed') return policy.intervalMs;
  const limit = longestWaitMs[last.errorClass];
  if (limit === undefined || state.backoffs === 0) return policy.intervalMs;
  const grown = Math.min(policy.intervalMs * 2 ** Math.min(state.backoffs, 32), Math.max(limit, policy.intervalMs));
  if (last.kind === 'failed' || state.status !== 'healthy') return grown;
  // Inconclusive while healthy: be done before belief ends, so that it does not end for want of a run.
  const leaves = state.goodUntil - policy.timeoutMs - jitter * policy.intervalMs - last.at;
  return Math.max(policy.intervalMs, Math.min(grown, leaves));
}
