// Where the runs of one check lie: its pod's grid, or the instants of its cron expression plus the pod's offset.
import type { Clock, Instant } from '../core/clock.ts';
import type { Timetable } from '../core/plan.ts';
import type { Cron } from '../schedule/cron.ts';

/** A cron check's runs lie this much after its instants at most, by pod. */
const longestCronOffsetMs = 30_000;

/** How many runs of a cron expression are asked for together: each takes node-cron some 50 µs, while other checks wait. */
const askedTogether = 4;
/** So many are known ahead: node-cron tells only what comes after now, and one that passes during a run has its run too. */
const knownAhead = 2;
/** The most that are known: enough for the longest wait to find one. */
const mostAhead = 64;

/** A wall clock that went back by this much at most, and by a gap at most, is waited for: no instant has two runs. */
const littleMs = 60_000;

export interface Timetables {
  /** As it is now; a cron expression follows the wall clock. */
  read(now: Instant): Timetable;
  /** A run begins, for whatever reason: what was due when the timetable was last read has its run. */
  began(): void;
}

/** @param spread the pod's place, in [0, 1): pods that start together do not run together. */
export function createTimetables(intervalMs: number, cron: Cron | undefined, clock: Clock, spread: number): Timetables {
  if (cron !== undefined) return cronTimetables(cron, clock, spread);
  const origin = clock.now() + spread * intervalMs;
  return { read: () => ({ kind: 'grid', origin }), began: () => undefined };
}

/**
 * Which instants have had their run is kept, and not guessed from the times: the wall clock knows no fractions of a
 * millisecond, timers fire early, and clocks are moved, each by enough to leave one out or to take it twice.
 */
function cronTimetables(cron: Cron, clock: Clock, spread: number): Timetables {
  // Whole milliseconds, as the wall clock has: an instant is due at an exact one.
  const offset = Math.floor(spread * Math.min(0.1 * cron.shortestGapMs, longestCronOffsetMs));
  /** The wall time when it was last read. */
  let wall: number;
  /** Instants until this wall time have had their run. */
  let served: number;
  /** Those after it: the first, and what follows without a gap. */
  let coming: readonly number[];

  const ask = (count: number): number[] => cron.nextRuns(count).map((run) => run.getTime());
  const know = (count: number): void => {
    if (coming.length >= count) return;
    const known = coming.at(-1) ?? served;
    coming = [...coming, ...ask(Math.max(count, askedTogether)).filter((run) => run > known)];
  };
  /** What was before is none of ours. The clock is read last: an instant that passes meanwhile is no gap then. */
  const begin = (): void => {
    const runs = ask(askedTogether);
    wall = clock.wall().getTime();
    served = wall;
    coming = runs.filter((run) => run > served);
  };
  begin();
  return {
    read(now) {
      wall = clock.wall().getTime();
      // To wait for one that went back by more would stop the check.
      if (served - wall > Math.min(cron.shortestGapMs, littleMs)) begin();
      know(knownAhead);
      return {
        kind: 'cron',
        from(earliest) {
          const waits = Math.ceil((earliest - now) / cron.shortestGapMs);
          know(Math.min(mostAhead, knownAhead + waits));
          return coming.map((run) => now + (run - wall + offset)).find((due) => due >= earliest);
        },
      };
    },
    began() {
      served = Math.max(served, wall - offset);
      coming = coming.filter((run) => run > served);
    },
  };
}
