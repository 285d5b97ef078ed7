// One monotonic timer for each job; no check waits for another job.
import type { Clock, Instant } from '../core/clock.ts';
import { type Job, jobClasses } from './job.ts';
import { createTurns, type Turns } from './turns.ts';

/** A waiting job is asked anew after this long, so that a moved wall clock is seen. */
const rereadMs = 60_000;

export interface Scheduler {
  add(job: Job): void;
  /** Something has changed that decides when this job is to run: it is asked anew. */
  nudge(job: Job): void;
  /** No new run of this job; aborts the one in flight and resolves when it has ended, or its time for that has. */
  remove(job: Job): Promise<void>;
  /** Milliseconds that the most overdue check is late now; 0 when none is. */
  latenessMs(): number;
  /** No new run; aborts those in flight and resolves when they have ended, or their time for that has. */
  stop(): Promise<void>;
}

export function createScheduler(clock: Clock): Scheduler {
  const entries = new Map<Job, Entry>();
  let stopped = false;
  const turns = new Map<string, Turns>();
  const turnsOf = (job: Job): Turns => {
    const line = `${job.class} ${job.line ?? ''}`;
    const found = turns.get(line) ?? createTurns(jobClasses[job.class].atATime);
    turns.set(line, found);
    return found;
  };
  return {
    add(job) {
      if (!stopped) entries.set(job, start(job, clock, turnsOf(job)));
    },
    nudge: (job) => entries.get(job)?.nudge(),
    async remove(job) {
      const entry = entries.get(job);
      entries.delete(job);
      await entry?.end();
    },
    latenessMs() {
      const now = clock.now();
      const told = [...entries].filter(([job]) => jobClasses[job.class].feedsLiveness);
      return Math.max(0, ...told.map(([, entry]) => now - entry.due()));
    },
    async stop() {
      stopped = true;
      await Promise.all([...entries.values()].map((entry) => entry.end()));
    },
  };
}

type Entry = { due(): Instant; nudge(): void; end(): Promise<void> };

function start(job: Job, clock: Clock, turns: Turns): Entry {
  const ending = new AbortController();
  const { signal } = ending;
  let timer: NodeJS.Timeout | undefined;
  let flight: Promise<void> | undefined;
  /** Lets another job of the line go, once. */
  let giveTurn = (): void => undefined;
  let ended: Promise<void> | undefined;
  let due = job.next(clock.now());

  const arm = (): void => {
    if (signal.aborted) return;
    // Rounded up: Node drops the fraction, and most timers would fire early.
    timer = setTimeout(wake, Math.min(rereadMs, Math.max(0, Math.ceil(due - clock.now()))));
  };
  /** A timer can still fire a millisecond early, and the wall clock may have moved: the job says whether it is due. */
  const wake = (): void => {
    const now = clock.now();
    due = job.next(now);
    if (now < due) arm();
    else flight = fly();
  };
  const fly = async (): Promise<void> => {
    const turn = turns.take(signal);
    if (turn === true || (await turn)) {
      let given = false;
      giveTurn = () => {
        if (!given) turns.give();
        given = true;
      };
      due = clock.now() + (job.limitMs ?? Number.POSITIVE_INFINITY);
      if (!signal.aborted) await job.run(signal);
      giveTurn();
    }
    flight = undefined;
    due = job.next(clock.now());
    arm();
  };
  const end = async (): Promise<void> => {
    ending.abort();
    clearTimeout(timer);
    await within(flight, job.endMs ?? jobClasses[job.class].endMs);
    giveTurn(); // one that does not end keeps no other waiting
  };
  arm();
  return {
    due: () => due,
    nudge() {
      if (flight !== undefined) return; // asked when it has landed
      clearTimeout(timer);
      due = job.next(clock.now());
      arm();
    },
    end() {
      ended ??= end();
      return ended;
    },
  };
}

/** Waits no longer than that. */
async function within(flight: Promise<void> | undefined, ms: number): Promise<void> {
  if (flight === undefined || ms === Number.POSITIVE_INFINITY) return flight;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([flight, late]);
  clearTimeout(timer);
}
