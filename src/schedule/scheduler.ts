// One monotonic timer for each job; no job waits for another.
import type { Clock, Instant } from '../core/clock.ts';
import type { Job } from './job.ts';

/** A waiting job is asked anew after this long, so that a moved wall clock is seen. */
const rereadMs = 60_000;

export interface Scheduler {
  add(job: Job): void;
  /** Milliseconds that the most overdue job is late now; 0 when none is. */
  latenessMs(): number;
  /** No new run; aborts those in flight and resolves when they have ended. */
  stop(): Promise<void>;
}

export function createScheduler(clock: Clock): Scheduler {
  const stopping = new AbortController();
  const entries: Entry[] = [];
  return {
    add(job) {
      if (!stopping.signal.aborted) entries.push(start(job, clock, stopping.signal));
    },
    latenessMs() {
      const now = clock.now();
      return entries.reduce((worst, entry) => Math.max(worst, now - entry.due()), 0);
    },
    async stop() {
      stopping.abort();
      for (const entry of entries) entry.cancel();
      await Promise.all(entries.map((entry) => entry.flight()));
    },
  };
}

type Entry = { due(): Instant; cancel(): void; flight(): Promise<void> | undefined };

function start(job: Job, clock: Clock, signal: AbortSignal): Entry {
  let timer: NodeJS.Timeout | undefined;
  let flight: Promise<void> | undefined;
  let due = job.next(clock.now());

  const arm = (): void => {
    if (signal.aborted) return;
    timer = setTimeout(wake, Math.min(rereadMs, Math.max(0, due - clock.now())));
  };
  const wake = (): void => {
    const now = clock.now();
    if (now < due - 0.5) due = job.next(now);
    if (now < due - 0.5) arm();
    else flight = fly();
  };
  const fly = async (): Promise<void> => {
    due = clock.now() + job.limitMs;
    await job.run(signal);
    flight = undefined;
    due = job.next(clock.now());
    arm();
  };
  arm();
  return { due: () => due, cancel: () => clearTimeout(timer), flight: () => flight };
}
