// The statistics of one check, alive: one connection, one job that runs the collectors that are due, one after the other.
import type { Clock } from '../core/clock.ts';
import type { Redact } from '../core/redact.ts';
import type { Definition, Driver, Session } from '../dependencies/define.ts';
import { collectorsFor, type Reader, type Statistics } from '../dependencies/statistics.ts';
import type { Job } from '../schedule/job.ts';
import { type Collectors, type Fault, faultOf } from './collect.ts';
import { createFlight } from './flight.ts';
import { createLink } from './link.ts';
import { runDue } from './round.ts';
import { createShown } from './shown.ts';
import { createSlots } from './slots.ts';
import type { Snapshots } from './snapshots.ts';
import type { Teller } from './tell.ts';
import type { Turn } from './turns.ts';

/** A check as the configuration has it. */
export type StatisticsCheck = {
  readonly name: string;
  readonly definition: Definition;
  readonly settings: Record<string, unknown>;
  readonly maxConnectionAgeMs: number;
};

export type ReadingOptions = {
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
  /** The server cannot be reached, as whoever asks there for the lead has found. */
  unreachable(error: unknown): void;
  /** The lead is lost: another may read from now on, so what was read is void. */
  lose(): void;
  /** Shows nothing more, and gives its connection up: another replica reads. */
  standDown(): void;
  close(): void;
}

/** What is read more seldom is costly: it outlives the loss of the lead, hidden meanwhile. */
const costlyMs = 60_000;

/** The driver and the statistics of the check's type, as imported. */
export type Room = { readonly driver: Driver<unknown, string, Session>; readonly statistics: Statistics };

export function createReading(check: StatisticsCheck, room: Room, options: ReadingOptions): Reading {
  const { turn, teller, snapshots, clock } = options;
  const { name, definition, settings } = check;
  const { driver, statistics } = room;
  const collectors: Collectors = { ...options, check: name, definition, driver, settings };
  const own = collectorsFor(statistics, settings);
  const costly = own.filter(({ intervalMs }) => intervalMs >= costlyMs);
  const slots = createSlots(own, statistics.custom?.(settings) ?? [], clock.now());
  const link = createLink({ ...options, open: () => openReader(driver, settings), maxAgeMs: check.maxConnectionAgeMs });
  const instance = (): string => statistics.instance?.(settings) ?? definition.target(settings as never);
  const shown = createShown({ check: name, statistics, snapshots, instance });
  const flight = createFlight();

  const down = (fault: Fault, due: readonly { readonly name: string }[]): void => {
    teller.unreachable(
      fault,
      due.map((collector) => collector.name),
    );
    shown.down();
  };
  const broke = (fault: Fault): void => {
    const now = clock.now();
    link.cut();
    const due = slots.due(now); // and they stay due
    slots.broke(fault.errorClass, now);
    if (turn.answers()) down(fault, due);
    else shown.unread();
  };
  /** @returns the fault after which the connection is of no more use. */
  const round = async (signal: AbortSignal): Promise<Fault | undefined> => {
    const source = await link.connect(signal);
    if (signal.aborted) return undefined;
    shown.begins(source.instance, costly);
    teller.reachable();
    const fault = await runDue({ ...options, collectors, slots, link, shown }, source, signal);
    if (fault !== undefined || signal.aborted) return fault;
    slots.fixed();
    shown.ended();
    return undefined;
  };
  const clear = (): void => {
    flight.abort();
    link.cut();
    shown.drop();
    teller.forget();
  };
  return {
    name: `statistics of ${name}`,
    class: 'reading',
    get shows() {
      return shown.any;
    },
    next: () => (turn.runs() ? slots.next() : Number.POSITIVE_INFINITY),
    async run(stopping) {
      if (!turn.runs()) return;
      const endedEarly = await flight.fly(async (signal) => {
        try {
          const fault = await round(signal);
          if (fault !== undefined && !signal.aborted) broke(fault);
        } catch (error) {
          if (!signal.aborted) broke(faultOf(collectors, error));
        }
      }, stopping);
      if (endedEarly) link.cut();
    },
    unreachable: (error) => down(faultOf(collectors, error), slots.due(clock.now())),
    lose() {
      flight.abort();
      link.cut();
      shown.hide();
      slots.restart(clock.now(), costlyMs);
    },
    standDown() {
      clear();
      slots.restart(clock.now());
    },
    close: clear,
  };
}

function openReader(driver: Room['driver'], settings: unknown): Reader {
  const reader = driver.reader?.(settings);
  if (reader === undefined) throw new Error('a type with statistics has a driver with a reader');
  return reader;
}
