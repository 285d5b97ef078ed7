// One check alive: runs it as a job, reduces its results, shows it on the board and tells the sinks.
import { believe, type CheckState, initialState, reduce, settle } from '../core/believe.ts';
import { detectionBoundMs, expiryMs } from '../core/bounds.ts';
import type { Belief, CheckResult, Gate, Observation, Policy } from '../core/check.ts';
import type { Clock, Instant } from '../core/clock.ts';
import { planNext, type Timetable } from '../core/plan.ts';
import type { Redact } from '../core/redact.ts';
import type { Definition, Driver, Session } from '../dependencies/define.ts';
import type { Cron } from '../schedule/cron.ts';
import type { Job } from '../schedule/job.ts';
import { createLane } from '../schedule/lane.ts';
import type { BoardEntry, PastRun, Transition, WritableBoard } from './board.ts';
import { type Running, runCheck } from './run-check.ts';

/** How many runs and transitions a check remembers. */
const historyLength = 100;
const transitionsLength = 50;

/** The first run comes within this time of the start. */
const firstRunMs = 1000;
/** A cron check's runs lie this much after its instants at most, by pod. */
const longestCronOffsetMs = 30_000;

/** How many runs of a cron expression are looked at: enough for the longest wait to find one. */
const cronRunsAhead = 128;

/** What setTimeout can wait at most: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestTimerMs = 2 ** 31 - 1;

/** One check of the configuration, as its monitor needs it. */
export type CheckPlan = {
  readonly name: string;
  readonly definition: Definition;
  readonly settings: unknown;
  readonly policy: Policy;
  readonly cron?: Cron;
  readonly maxConnectionAgeMs: number;
  readonly required: boolean;
  readonly gates: readonly Gate[];
  readonly waitForHealthy: boolean;
};

export type Surroundings = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly board: WritableBoard;
  readonly redact: Redact;
  emit(observation: Observation): void;
};

export interface Monitor extends Job {
  /** Imports the client library, before the first run: that is not the dependency's time. */
  load(): Promise<void>;
  /** Cuts its connection and forgets its timers. */
  close(): void;
}

/** The check is on the board at once, as unknown. */
export function createMonitor(check: CheckPlan, surroundings: Surroundings): Monitor {
  const { clock, random, board } = surroundings;
  const { policy, definition } = check;
  let running: Running | undefined;
  let state = initialState;
  /** What the sinks last heard. */
  let told = believe(state, clock.now(), policy);
  let dice = random();
  let nextRunAt: Instant | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let lastSuccess: Date | undefined;
  const history: PastRun[] = [];
  const transitions: Transition[] = [];
  const firstRun = clock.now() + random() * firstRunMs;
  const timetable = timetableOf(check, clock, random());

  const become = (next: CheckState, now: Instant, result?: CheckResult): void => {
    const before = told;
    const after = believe(next, now, policy);
    const time = clock.wall();
    state = next;
    told = after;
    if (result?.kind === 'passed') lastSuccess = time;
    if (result !== undefined) push(history, pastRun(result), historyLength);
    if (before.status !== after.status) push(transitions, transition(before, after, time), transitionsLength);
    board.changed();
    surroundings.emit({ check: check.name, type: definition.type, before, after, time, ...(result && { result }) });
  };

  /** Expiry is decided when belief is read; this only tells the sinks, soon after. */
  const expire = (now: Instant): void => {
    const settled = settle(state, now);
    if (settled !== state) become(settled, now);
  };
  const watchExpiry = (): void => {
    clearTimeout(expiry);
    if (state.status !== 'healthy') return;
    const ms = Math.min(longestTimerMs, state.goodUntil - clock.now() + 1);
    expiry = setTimeout(() => {
      expire(clock.now());
      watchExpiry();
    }, ms);
  };

  board.add(
    entryOf(check, {
      state: () => state,
      nextRunAt: () => nextRunAt,
      lastSuccess: () => lastSuccess,
      openedAt: () => running?.lane.openedAt,
      history,
      transitions,
    }),
  );

  return {
    name: check.name,
    limitMs: policy.timeoutMs,
    next(now) {
      nextRunAt =
        state.last === undefined ? Math.max(now, firstRun) : planNext(policy, state, timetable(now), now, dice);
      return nextRunAt;
    },
    async load() {
      const driver = (await definition.load()) as Driver<unknown, string, Session>;
      running = runningOf(check, driver, surroundings);
    },
    async run(signal) {
      if (running === undefined) throw new Error(`${check.name} runs before its driver is loaded`);
      const result = await runCheck(running, signal);
      dice = random();
      if (result === undefined) return;
      expire(result.end);
      become(reduce(state, result, policy), result.end, result);
      watchExpiry();
    },
    close() {
      clearTimeout(expiry);
      running?.lane.cut();
    },
  };
}

function runningOf(check: CheckPlan, driver: Driver<unknown, string, Session>, surroundings: Surroundings): Running {
  const { clock, random, redact } = surroundings;
  const { definition, settings, maxConnectionAgeMs: maxAgeMs } = check;
  const lane = createLane(() => driver.session(settings), { maxAgeMs, clock, random });
  return { definition, driver, settings, lane, rests: new Map(), timeoutMs: check.policy.timeoutMs, clock, redact };
}

function timetableOf(check: CheckPlan, clock: Clock, phase: number): (now: Instant) => Timetable {
  const { cron, policy } = check;
  if (cron === undefined) {
    const origin = clock.now() + phase * policy.intervalMs;
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

type Reading = {
  state(): CheckState;
  nextRunAt(): Instant | undefined;
  lastSuccess(): Date | undefined;
  openedAt(): Date | undefined;
  readonly history: readonly PastRun[];
  readonly transitions: readonly Transition[];
};

function entryOf(check: CheckPlan, reading: Reading): BoardEntry {
  const { name, policy, definition, required, gates, waitForHealthy } = check;
  return {
    name,
    type: definition.type,
    required,
    gates,
    waitForHealthy,
    target: definition.target(check.settings as never),
    policy,
    detectionBoundMs: detectionBoundMs(policy),
    expiryMs: expiryMs(policy),
    history: reading.history,
    transitions: reading.transitions,
    get lastResult() {
      return reading.state().last;
    },
    get finishedRun() {
      return reading.state().last !== undefined;
    },
    get everHealthy() {
      return reading.state().everHealthy;
    },
    get lastSuccess() {
      return reading.lastSuccess();
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

function transition(before: Belief, after: Belief, time: Date): Transition {
  const { errorClass } = after;
  return { time, from: before.status, to: after.status, ...(errorClass && { errorClass }) };
}

function pastRun(result: CheckResult): PastRun {
  const { time, kind, durationMs } = result;
  return { time, kind, durationMs, ...(result.kind === 'passed' ? {} : { errorClass: result.errorClass }) };
}

function push<T>(list: T[], item: T, length: number): void {
  list.push(item);
  if (list.length > length) list.shift();
}
