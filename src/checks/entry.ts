// What the board shows of one check: a live view of its monitor.
import { believe, type CheckState } from '../core/believe.ts';
import { detectionBoundMs, expiryMs } from '../core/bounds.ts';
import type { Expiries } from '../core/check.ts';
import type { Instant } from '../core/clock.ts';
import type { KnownCheck, PastRun, Transition } from '../core/known-check.ts';
import type { CheckPlan } from './plan-of.ts';

/** What a monitor lets its entry read. */
export type MonitorView = {
  state(): CheckState;
  everHealthy(): boolean;
  nextRunAt(): Instant | undefined;
  lastSuccess(): Date | undefined;
  expiries(): Expiries;
  openedAt(): Date | undefined;
  readonly history: readonly PastRun[];
  readonly transitions: readonly Transition[];
};

export function entryOf(check: CheckPlan, view: MonitorView): KnownCheck {
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
    history: view.history,
    transitions: view.transitions,
    get target() {
      return definition.target(check.settings as never); // a URL in a file is known once it was read
    },
    get lastResult() {
      return view.state().last;
    },
    get finishedRun() {
      return view.state().last !== undefined;
    },
    get everHealthy() {
      return view.everHealthy();
    },
    get lastSuccess() {
      return view.lastSuccess();
    },
    get expiries() {
      return view.expiries();
    },
    get nextRunAt() {
      return view.nextRunAt();
    },
    get connection() {
      const openedAt = view.openedAt();
      return openedAt && { openedAt };
    },
    belief: (now) => believe(view.state(), now, policy),
  };
}
