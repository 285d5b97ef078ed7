// What the board shows of one check: a live view of its monitor.
import { believe, type CheckState } from '../core/believe.ts';
import { detectionBoundMs, expiryMs } from '../core/bounds.ts';
import type { Expiries } from '../core/check.ts';
import type { Instant } from '../core/clock.ts';
import type { KnownCheck, PastRun, Transition } from '../core/known-check.ts';
import type { CheckPlan } from './plan-of.ts';

/** What a monitor lets its entry read. */
export type Reading = {
  state(): CheckState;
  everHealthy(): boolean;
  nextRunAt(): Instant | undefined;
  lastSuccess(): Date | undefined;
  expiries(): Expiries;
  openedAt(): Date | undefined;
  readonly history: readonly PastRun[];
  readonly transitions: readonly Transition[];
};

export function entryOf(check: CheckPlan, reading: Reading): KnownCheck {
  const { name, policy, definition, required, gates, waitForHealthy } = check;
  return {
    name,
    type: definition.type,
    required,
    gates,
    waitForHealthy,
    policy,
    detectionBoundMs: detectionBoundMs(policy),
    expiryMs: expiryMs(policy),
    history: reading.history,
    transitions: reading.transitions,
    get target() {
      return definition.target(check.settings as never); // a URL in a file is known once it was read
    },
    get lastResult() {
      return reading.state().last;
    },
    get finishedRun() {
      return reading.state().last !== undefined;
    },
    get everHealthy() {
      return reading.everHealthy();
    },
    get lastSuccess() {
      return reading.lastSuccess();
    },
    get expiries() {
      return reading.expiries();
    },
    get nextRunAt() {
      return reading.nextRunAt();
    },
    get connection() {
      const openedAt = reading.openedAt();
      return openedAt && { openedAt };
    },
    belief: (now) => believe(reading.state(), now, policy),
  };
}
