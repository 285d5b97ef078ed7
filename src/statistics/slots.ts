// When each collector of one check is due: at once, then on its own grid; after a break of the connection, not too soon.
import type { Instant } from '../core/clock.ts';
import type { DependencyClass } from '../core/failure.ts';
import type { Collector } from '../dependencies/statistics.ts';

export interface Slots {
  /** When the next is due. */
  next(): Instant;
  /** Those that are due now, in their order. */
  due(now: Instant): readonly Collector[];
  /** It has been run. @param refused it gave nothing for want of a privilege: that is tried again neither soon nor late. */
  ran(collector: Collector, now: Instant, refused?: boolean): void;
  /** All are due at once, since nothing is known any more. */
  restart(now: Instant): void;
  /** The connection broke: nothing is due before it is tried again. */
  broke(errorClass: DependencyClass, now: Instant): void;
  mended(): void;
}

/** Classes of a server that is there and does not want us: it is asked ever more seldom. */
const patient: readonly DependencyClass[] = ['auth', 'permission', 'capacity', 'throttled', 'starting', 'misconfig'];
const longestWaitMs = 60_000;
/** Between tries of what was refused: each is counted against us, and a grant should show the same day. */
const earliestRetryMs = 60_000;
const latestRetryMs = 900_000;

export function createSlots(collectors: readonly Collector[], start: Instant): Slots {
  const slots = collectors.map((collector) => ({ collector, dueAt: start }));
  const shortestMs = Math.min(longestWaitMs, ...collectors.map(({ intervalMs }) => intervalMs));
  let notBefore = start;
  let breaks = 0;
  return {
    next: () => Math.max(notBefore, Math.min(...slots.map(({ dueAt }) => dueAt))),
    due: (now) => slots.filter(({ dueAt }) => dueAt <= now).map(({ collector }) => collector),
    ran(collector, now, refused = false) {
      for (const slot of slots) {
        if (slot.collector !== collector) continue;
        const { intervalMs } = collector;
        if (refused) {
          slot.dueAt = now + Math.min(latestRetryMs, Math.max(earliestRetryMs, intervalMs));
          continue;
        }
        slot.dueAt += intervalMs * Math.max(1, Math.floor((now - slot.dueAt) / intervalMs) + 1);
      }
    },
    restart(now) {
      for (const slot of slots) slot.dueAt = now;
    },
    broke(errorClass, now) {
      breaks = patient.includes(errorClass) ? breaks + 1 : 1;
      notBefore = now + Math.min(longestWaitMs, shortestMs * 2 ** (breaks - 1));
    },
    mended() {
      breaks = 0;
    },
  };
}
