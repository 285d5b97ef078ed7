// Anything that runs on a schedule, one flight at a time.
import type { Instant } from '../core/clock.ts';

/**
 * What sets kinds of jobs apart: how many of them run at a time in each line, whether one that is late says that this process is stuck,
 * and how long an end waits for a run whose signal has aborted, in milliseconds.
 */
export const jobClasses = {
  /** A check: none waits for another, and each ends soon. */
  check: { atATime: Number.POSITIVE_INFINITY, feedsLiveness: true, endMs: Number.POSITIVE_INFINITY },
  /** What reads statistics, or takes part in an election. */
  reading: { atATime: Number.POSITIVE_INFINITY, feedsLiveness: false, endMs: Number.POSITIVE_INFINITY },
  /** Work of a feature, which can take hours. */
  task: { atATime: 2, feedsLiveness: false, endMs: 5000 },
} as const;
export type JobClass = keyof typeof jobClasses;

export interface Job {
  readonly name: string;
  readonly class: JobClass;
  /** Jobs of a class wait for one another within their line only. */
  readonly line?: string;
  /** The longest that one run may take, in milliseconds; a longer one is late. Of what feeds liveness alone. */
  readonly limitMs?: number;
  /** In place of the `endMs` of its class. */
  readonly endMs?: number;
  /**
   * When to run next. Asked after each run, at least once a minute, and once more when it is due, right before the run:
   * a cron expression follows the wall clock.
   */
  next(now: Instant): Instant;
  /** One run; never throws nor rejects, and resolves soon after the signal. */
  run(signal: AbortSignal): Promise<void>;
}
