// When each collector of one check is due: at once, then on its own grid; after a break of the connection, not too soon.
import type { Instant } from '../core/clock.ts';
import type { DependencyClass } from '../core/failure.ts';
import type { Collector } from '../dependencies/statistics.ts';
import { createRetry, longestWaitMs } from '../schedule/retry.ts';

export interface Slots {
  /** When the next is due. */
  next(): Instant;
  /** Those that are due now: the type's own in their order, then those of the settings, the longest due first. */
  due(now: Instant): readonly Collector[];
  /** It has been run. What failed is tried ever more seldom; what was refused neither soon nor late. */
  ran(collector: Collector, now: Instant, outcome: 'read' | 'failed' | 'refused'): void;
  /** These are due at once. */
  hurry(collectors: readonly string[], now: Instant): void;
  /** Due at once, since nothing of it is known any more: those that are read more often than this, or all. */
  restart(now: Instant, moreOftenMs?: number): void;
  /** The connection broke: nothing is due before it is tried again. */
  broke(errorClass: DependencyClass, now: Instant): void;
  /** A round went through. */
  fixed(): void;
}

/** Between tries of what was refused: each is counted against us, and a grant should show the same day. */
const refusedMs = { least: 60_000, most: 900_000 } as const;
/** Of what fails again and again, as what a service does not offer: each try is a line in its log. */
const failedMs = 300_000;

type Slot = { readonly collector: Collector; readonly custom: boolean; dueAt: Instant; failures: number };

/** @param custom those that the settings define. */
export function createSlots(own: readonly Collector[], custom: readonly Collector[], start: Instant): Slots {
  const slotOf = (collector: Collector, custom: boolean): Slot => ({ collector, custom, dueAt: start, failures: 0 });
  const slots = [...own.map((one) => slotOf(one, false)), ...custom.map((one) => slotOf(one, true))];
  const shortestMs = Math.min(longestWaitMs, ...slots.map(({ collector }) => collector.intervalMs));
  const retry = createRetry(shortestMs, start);
  return {
    next: () => Math.max(retry.notBefore, Math.min(...slots.map(({ dueAt }) => dueAt))),
    due(now) {
      const due = slots.filter(({ dueAt }) => dueAt <= now);
      const first = due.filter((slot) => !slot.custom);
      const then = due.filter((slot) => slot.custom).sort((one, other) => one.dueAt - other.dueAt);
      return [...first, ...then].map(({ collector }) => collector);
    },
    ran(collector, now, outcome) {
      const slot = slots.find((one) => one.collector === collector);
      if (slot === undefined) return;
      const { intervalMs } = collector;
      slot.failures = outcome === 'failed' ? slot.failures + 1 : 0;
      if (outcome === 'refused') {
        slot.dueAt = now + Math.min(refusedMs.most, Math.max(refusedMs.least, intervalMs));
      } else if (slot.failures > 1) {
        slot.dueAt = now + Math.max(intervalMs, Math.min(failedMs, intervalMs * 2 ** (slot.failures - 1)));
      } else slot.dueAt += intervalMs * Math.max(1, Math.floor((now - slot.dueAt) / intervalMs) + 1);
    },
    hurry(collectors, now) {
      for (const slot of slots) if (collectors.includes(slot.collector.name)) slot.dueAt = now;
    },
    restart(now, moreOftenMs = Number.POSITIVE_INFINITY) {
      for (const slot of slots) if (slot.collector.intervalMs < moreOftenMs) slot.dueAt = Math.min(slot.dueAt, now);
    },
    broke: retry.broke,
    fixed: retry.fixed,
  };
}
