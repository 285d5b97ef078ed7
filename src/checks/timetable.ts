// Where the runs of one check lie: its pod's grid, or the instants of its cron expression plus the pod's offset.
import type { Clock, Instant } from '../core/clock.ts';
import type { Timetable } from '../core/plan.ts';
import type { Cron } from '../schedule/cron.ts';

/** A cron check's runs lie this much after its instants at most, by pod. */
const longestCronOffsetMs = 30_000;

/** How many runs of a cron expression are looked at: enough for the longest wait to find one. */
const cronRunsAhead = 128;

/**
 * @param phase the pod's place, in [0, 1): pods that start together do not run together.
 * @returns the timetable as it is at an instant; a cron expression follows the wall clock.
 */
export function createTimetable(
  intervalMs: number,
  cron: Cron | undefined,
  clock: Clock,
  phase: number,
): (now: Instant) => Timetable {
  if (cron === undefined) {
    const origin = clock.now() + phase * intervalMs;
    return () => ({ kind: 'grid', origin });
  }
  const offset = phase * Math.min(0.1 * cron.shortestGapMs, longestCronOffsetMs);
  const clearanceMs = 0.5 * cron.shortestGapMs;
  let pending: readonly number[] = [];
  return (now) => {
    const wall = clock.wall().getTime();
    // node-cron knows only what comes after now: an instant that has passed, but not yet by this pod's offset, is kept.
    const passed = pending.filter((run) => run <= wall && run + offset > wall);
    pending = [...passed, ...cron.nextRuns(cronRunsAhead).map((run) => run.getTime())];
    return { kind: 'cron', clearanceMs, runs: pending.map((run) => now + run - wall + offset) };
  };
}
