// Policies and results for tests of the pure core.
import type { CheckResult, Policy } from '../../src/core/check.ts';
import type { ErrorClass } from '../../src/core/failure.ts';

export const makePolicy = (over: Partial<Policy> = {}): Policy => ({
  intervalMs: 5000,
  timeoutMs: 2000,
  failureThreshold: 3,
  successThreshold: 2,
  slowAfterMs: 1000,
  confirmMs: 1000,
  confirmsSlowly: true,
  restMs: 0,
  ...over,
});

export type Outcome = 'passed' | 'self' | 'throttled' | ErrorClass;

/** A result of a run that began at `at`: an outcome is `passed`, the class of a failure, or an inconclusive one. */
export function makeResult(outcome: Outcome, at: number, durationMs = 2): CheckResult {
  const run = {
    at,
    end: at + durationMs,
    durationMs,
    lateMs: 0,
    time: new Date(0),
    phases: [],
    warnings: [],
    expiries: {},
  };
  if (outcome === 'passed') return { ...run, kind: 'passed' };
  if (outcome === 'self' || outcome === 'throttled') {
    return { ...run, kind: 'inconclusive', errorClass: outcome, message: outcome };
  }
  return { ...run, kind: 'failed', errorClass: outcome, message: outcome };
}
