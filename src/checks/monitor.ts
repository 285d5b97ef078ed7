// One check alive: runs it as a job, reduces its results, shows it on the board and tells the sinks.
import { believe, type CheckState, initialState, reduce, settle } from '../core/believe.ts';
import type { Belief, CheckResult, Expiries } from '../core/check.ts';
import type { Clock, Instant } from '../core/clock.ts';
import type { Emit } from '../core/event.ts';
import type { KnownCheck, PastRun, Transition } from '../core/known-check.ts';
import { planNext } from '../core/plan.ts';
import type { Redact } from '../core/redact.ts';
import type { Driver, Election, Session } from '../dependencies/define.ts';
import type { Job } from '../schedule/job.ts';
import { createLane } from '../schedule/lane.ts';
import type { WritableBoard } from './board.ts';
import { entryOf } from './entry.ts';
import type { CheckPlan } from './plan-of.ts';
import { type Running, runCheck } from './run-check.ts';
import { createTimetables } from './timetable.ts';

/** How many runs and transitions a check remembers. */
const historyLength = 100;
const transitionsLength = 50;

/** The first run comes within this time of the start. */
const firstRunMs = 1000;

/** What setTimeout can wait at most: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestTimerMs = 2 ** 31 - 1;

export type Surroundings = {
  readonly clock: Clock;
  readonly random: () => number;
  /** Is told of every change of what the entry says. */
  readonly board: Pick<WritableBoard, 'changed'>;
  readonly redact: Redact;
  /** Of a check at whose server replicas elect who reads statistics. */
  election?(check: string): Election | undefined;
  emit: Emit;
};

export interface Monitor extends Job {
  /** What the board shows of it: unknown at first. */
  readonly entry: KnownCheck;
  /** Imports the client library, before the first run: that is not the dependency's time. */
  load(): Promise<void>;
  /** It takes the place of one that was healthy before: what waits for that once has not to wait again. */
  succeed(predecessor: Pick<KnownCheck, 'everHealthy'>): void;
  /** Cuts its connection and forgets its timers. */
  close(): void;
}

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
  let expiries: Expiries = {};
  let healthyBefore = false;
  const history: PastRun[] = [];
  const transitions: Transition[] = [];
  const firstRun = clock.now() + random() * firstRunMs;
  const timetables = createTimetables(policy.intervalMs, check.cron, clock, random());

  const become = (next: CheckState, now: Instant, result?: CheckResult): void => {
    const before = told;
    const after = believe(next, now, policy);
    const time = clock.wall();
    state = next;
    told = after;
    if (result?.kind === 'passed') lastSuccess = time;
    if (result?.kind === 'passed' || Object.keys(result?.expiries ?? {}).length > 0) expiries = result?.expiries ?? {};
    if (result !== undefined) push(history, pastRun(result), historyLength);
    if (before.status !== after.status) push(transitions, transition(before, after, time), transitionsLength);
    board.changed();
    const named = { check: check.name, type: definition.type };
    surroundings.emit({ kind: 'observation', ...named, before, after, time, ...(result && { result }) });
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

  const entry = entryOf(check, {
    state: () => state,
    everHealthy: () => state.everHealthy || healthyBefore,
    nextRunAt: () => nextRunAt,
    lastSuccess: () => lastSuccess,
    expiries: () => expiries,
    openedAt: () => running?.lane.openedAt,
    history,
    transitions,
  });

  return {
    name: check.name,
    entry,
    class: 'check',
    limitMs: policy.timeoutMs,
    next(now) {
      const timetable = timetables.read(now);
      nextRunAt = state.last === undefined ? Math.max(now, firstRun) : planNext(policy, state, timetable, now, dice);
      return nextRunAt;
    },
    async load() {
      const driver = (await definition.load()) as Driver<unknown, string, Session>;
      running = runningOf(check, driver, surroundings);
    },
    async run(signal) {
      if (running === undefined) throw new Error(`${check.name} runs before its driver is loaded`);
      timetables.began();
      const result = await runCheck(running, signal);
      dice = random();
      if (result === undefined || signal.aborted) return;
      expire(result.end);
      become(reduce(state, result, policy), result.end, result);
      watchExpiry();
    },
    succeed(predecessor) {
      healthyBefore = predecessor.everHealthy;
      board.changed();
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
  const { timeoutMs } = check.policy;
  return {
    ...{ definition, driver, settings, lane, rests: new Map(), timeoutMs, clock, redact },
    count: (request) => surroundings.emit({ kind: 'request', check: check.name, type: definition.type, request }),
    get election() {
      return surroundings.election?.(check.name);
    },
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
