// How long things take at worst: what is printed at the start, exported, and what expiry rests on.
import type { Policy } from './check.ts';

/** A run may lie this share of the interval off its place on the grid, so that pods do not fall into step. */
export const jitter = 0.1;

/**
 * The longest time from a fault to an answer that says so, in milliseconds: the wait for the next run, the runs that
 * confirm it, their timeouts, and what a costly phase may rest.
 */
export function detectionBoundMs(policy: Policy): number {
  return boundWithoutRestMs(policy) + policy.restMs;
}

/** How long one pass is believed, in milliseconds. */
export function expiryMs(policy: Policy): number {
  return Math.max(3 * policy.intervalMs, boundWithoutRestMs(policy));
}

function boundWithoutRestMs(policy: Policy): number {
  const { intervalMs, timeoutMs, failureThreshold: runs } = policy;
  const confirming = policy.confirmsSlowly ? intervalMs : policy.confirmMs;
  return intervalMs * (1 + jitter) + (runs - 1) * confirming * (1 + jitter) + runs * timeoutMs;
}
