// The statistics of one check, alive: one connection, one job that runs the collectors that are due, one after the other.
import type { Clock, Instant } from '../core/clock.ts';
import { renderSamples } from '../core/exposition.ts';
import { samples } from '../core/family.ts';
import type { Redact } from '../core/redact.ts';
import type { Definition, Driver, Session } from '../dependencies/define.ts';
import type { Collector, Reader, Source, Statistics } from '../dependencies/statistics.ts';
import type { Job } from '../schedule/job.ts';
import { createLane } from '../schedule/lane.ts';
import { type Collected, type Collectors, collect, type Fault, faultOf, withLimits } from './collect.ts';
import { createSlots } from './slots.ts';
import type { Snapshots } from './snapshots.ts';
import type { Teller } from './tell.ts';

/** A check as the configuration has it. */
export type StatisticsCheck = {
  readonly name: string;
  readonly definition: Definition;
  readonly settings: Record<string, unknown>;
  readonly maxConnectionAgeMs: number;
};

/** What a collector gave is shown for so many of its intervals. */
const heldIntervals = 3;

/** Whether this check is read here, as far as others decide it. */
export interface Turn {
  /** Whether this replica reads now. */
  reads(): boolean;
  /** Whether it tells when the server cannot be reached: it reads, or nobody is known to. */
  answers(): boolean;
  /** When it may run at the earliest: Infinity while another replica reads and nothing is to be asked. */
  from(): Instant;
  /** Of a place of election: asks for the lead. @returns whether this replica has it. */
  ask?(reader: Reader, run: Running): Promise<boolean>;
  /** The connection broke. @returns whether what was read is void, since another may read it now. */
  broke(): boolean;
}

export type Running = Pick<Collectors, 'clock' | 'timeoutMs'> & { readonly signal: AbortSignal };

export type ReadingOptions = {
  /** Its next run may be sooner than it said. */
  nudge(): void;
  readonly turn: Turn;
  readonly teller: Teller;
  readonly snapshots: Snapshots;
  readonly timeoutMs: number;
  readonly maxSeries: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly redact: Redact;
  readonly count?: Collectors['count'];
};

export interface Reading extends Job {
  /** Whether anything of it is shown. */
  readonly shows: boolean;
  /** Shows nothing more, and gives its connection up: another replica reads. */
  standDown(): void;
  close(): void;
}

/** No collector begins later than this many timeouts after its round: then the next round asks who leads, and goes on. */
const roundTimeouts = 2;
/** What is read more seldom is costly: it outlives a break of the connection, hidden meanwhile. */
const costlyMs = 60_000;
/** A server needs a moment to see that a connection is closed, and to free the lead that it held. */
const settleMs = 250;

/** The driver and the statistics of the check's type, as imported. */
export type Room = { readonly driver: Driver<unknown, string, Session>; readonly statistics: Statistics };

export function createReading(check: StatisticsCheck, room: Room, options: ReadingOptions): Reading {
  const { turn, teller, snapshots, timeoutMs, clock } = options;
  const { name, definition, settings } = check;
  const { driver, statistics } = room;
  const collectors: Collectors = { ...options, check: name, definition, driver, settings };
  const own = statistics.collectors.filter((collector) => collector.wanted?.(settings) ?? true);
  const slots = createSlots(own, statistics.custom?.(settings) ?? [], clock.now());
  const open = (): Reader => {
    const reader = openReader(driver, settings);
    // Another may lead from now on: what it was told by is void before the next round.
    reader.onEnd?.(() => {
      if (flight !== undefined || turn.ask === undefined) return;
      broke(ended);
      options.nudge();
    });
    return reader;
  };
  const lane = createLane(open, { maxAgeMs: check.maxConnectionAgeMs, clock, random: options.random });
  /** The round under way. It ends when this replica stands down, and shows nothing any more. */
  let flight: AbortController | undefined;
  let shows = false;
  /** Of the server that was read; before, what the settings tell as far as their files were read. */
  let instance: string | undefined;
  const instanceNow = (): string => instance ?? statistics.instance?.(settings) ?? definition.target(settings as never);

  /** Collectors whose last run failed. */
  const failing = new Set<string>();
  /** Whether the last round read all that it should; undefined before its end. */
  let lastError: 0 | 1 | undefined;

  const showUp = (up: 0 | 1): void => {
    const found = [
      { family: statistics.up, labels: [], value: up },
      ...(statistics.lastError === undefined ? [] : samples(statistics.lastError, lastError)),
    ];
    snapshots.put(name, 'up', renderSamples(found, { check: name, instance: instanceNow() }), Number.POSITIVE_INFINITY);
    shows = true;
  };
  const broke = (fault: Fault): void => {
    const now = clock.now();
    lane.cut();
    const due = slots.due(now); // and they stay due
    slots.broke(fault.errorClass, now);
    if (turn.broke()) {
      snapshots.hide(name);
      slots.restart(now, costlyMs);
    }
    lastError = turn.answers() ? 1 : undefined; // who shows nothing has read nothing: it may lead next
    if (lastError === undefined) return;
    teller.unreachable(
      fault,
      due.map((collector) => collector.name),
    );
    showUp(0);
  };

  /** @returns the fault after which this connection is of no more use. */
  const runOne = async (collector: Collector, source: Source, signal: AbortSignal): Promise<Fault | undefined> => {
    const begin = clock.now();
    const found = await collect(collectors, collector, source, signal);
    const end = clock.now();
    if (signal.aborted) return undefined;
    slots.ran(collector, end, outcomeOf(found));
    if (found.texts !== undefined) {
      snapshots.put(name, collector.name, found.texts, begin + heldIntervals * collector.intervalMs);
    }
    if (found.kind === 'failed') {
      failing.add(collector.name);
      teller.failed(collector.name, begin, end, found.fault);
      return found.fault.hangs || lane.openedAt === undefined ? found.fault : undefined;
    }
    failing.delete(collector.name);
    slots.hurry(teller.collected(collector, begin, end, found), end);
    return undefined;
  };

  /** @throws what `open` or the election throws. @returns undefined when this replica does not read. */
  const connect = async (signal: AbortSignal): Promise<Source | undefined> => {
    if (lane.aged) lane.cut();
    if (turn.ask !== undefined && turn.reads() && lane.openedAt === undefined) await sleep(settleMs);
    signal.throwIfAborted();
    const reader = lane.session();
    const limits = { clock, timeoutMs, signal, count: options.count };
    const source = await withLimits(limits, signal, (within) => reader.open(within));
    if (turn.ask === undefined || (await turn.ask(reader, limits))) return source;
    lane.cut(); // who follows holds no connection
    return undefined;
  };

  /** @returns the fault after which the connection is of no more use. */
  const round = async (signal: AbortSignal): Promise<Fault | undefined> => {
    const source = await connect(signal);
    if (source === undefined || signal.aborted) return undefined;
    instance = source.instance;
    snapshots.unhide(
      name,
      own.filter(({ intervalMs }) => intervalMs >= costlyMs).map((collector) => collector.name),
    );
    showUp(1);
    teller.reachable();
    const end = clock.now() + roundTimeouts * timeoutMs;
    for (;;) {
      const [collector] = slots.due(clock.now());
      if (collector === undefined || clock.now() > end) break;
      const fault = await runOne(collector, source, signal);
      if (fault !== undefined || signal.aborted) return fault;
    }
    slots.fixed();
    lastError = failing.size === 0 ? 0 : 1;
    showUp(1);
    return undefined;
  };

  const clear = (): void => {
    flight?.abort();
    lane.cut();
    snapshots.drop(name);
    teller.forget();
    failing.clear();
    lastError = undefined;
    shows = false;
  };
  return {
    name: `statistics of ${name}`,
    class: 'reading',
    limitMs: timeoutMs * (roundTimeouts + 3),
    get shows() {
      return shows;
    },
    next: () => Math.max(turn.from(), slots.next()),
    async run(stopping) {
      if (turn.from() === Number.POSITIVE_INFINITY) return;
      flight = new AbortController();
      const { signal } = flight;
      const stop = (): void => flight?.abort();
      stopping.addEventListener('abort', stop);
      if (stopping.aborted) stop();
      try {
        const fault = await round(signal);
        if (fault !== undefined && !signal.aborted) broke(fault);
      } catch (error) {
        if (!signal.aborted) broke(faultOf(collectors, error));
      } finally {
        stopping.removeEventListener('abort', stop);
        flight = undefined;
      }
      if (signal.aborted) lane.cut();
    },
    standDown() {
      clear();
      slots.restart(clock.now());
    },
    close: clear,
  };
}

function outcomeOf(found: Collected): 'read' | 'failed' | 'refused' {
  // Where some of it is wrong again and again, the rest must come as often as it is due.
  if (found.kind === 'failed') return found.texts === undefined ? 'failed' : 'read';
  return found.lacks !== undefined && found.texts.length === 0 ? 'refused' : 'read';
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const ended: Fault = { errorClass: 'refused', message: 'the connection was closed', hangs: false };

function openReader(driver: Room['driver'], settings: unknown): Reader {
  const reader = driver.reader?.(settings);
  if (reader === undefined) throw new Error('a type with statistics has a driver with a reader');
  return reader;
}
