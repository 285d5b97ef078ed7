// Anything that runs on a schedule, one flight at a time.
import type { Instant } from '../core/clock.ts';

export interface Job {
  readonly name: string;
  /** The longest that one run may take, in milliseconds; a longer one makes the scheduler late. */
  readonly limitMs: number;
  /**
   * When to run next. Asked after each run, at least once a minute, and once more when it is due, right before the run:
   * a cron expression follows the wall clock.
   */
  next(now: Instant): Instant;
  /** One run; never rejects, and resolves soon after the signal. */
  run(signal: AbortSignal): Promise<void>;
}
