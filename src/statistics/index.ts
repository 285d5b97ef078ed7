// The statistics of all checks: their readings, and whose turn each is. A reload replaces those whose settings changed.

import type { Clock } from '../core/clock.ts';
import type { StatisticsMetrics, StatisticsMode } from '../core/collecting.ts';
import type { Log } from '../core/log.ts';
import type { Redact } from '../core/redact.ts';
import { secretsOf } from '../core/redact.ts';
import type { Request } from '../core/request.ts';
import { same } from '../core/same.ts';
import type { Secret } from '../core/secret.ts';
import type { Driver, Session } from '../dependencies/define.ts';
import { type Seat, seatsOf } from '../dependencies/seats.ts';
import { familiesOf } from '../dependencies/statistics.ts';
import type { Leadership } from '../leadership/index.ts';
import type { Job } from '../schedule/job.ts';
import { createReconciler } from '../schedule/reconciler.ts';
import { createReading, type Reading, type Room, type StatisticsCheck } from './reading.ts';
import type { Snapshots } from './snapshots.ts';
import { createTeller } from './tell.ts';
import { everybodysTurn, followersTurn, placesTurn, type Turn } from './turns.ts';

export type StatisticsSettings = {
  readonly mode: StatisticsMode;
  /** Of one question, in milliseconds. */
  readonly timeoutMs: number;
  /** Of one collector. */
  readonly maxSeries: number;
};

export type StatisticsOptions = {
  readonly settings: StatisticsSettings;
  /** Who leads where. */
  readonly leadership: Pick<Leadership, 'at' | 'follow'>;
  readonly snapshots: Snapshots;
  readonly metrics: StatisticsMetrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: () => number;
  readonly redact: Redact;
  /** Takes the requests of the check's collectors, of a type whose requests are counted. */
  readonly count?: (check: string, type: string, request: Request) => void;
  readonly scheduler: { add(job: Job): void; nudge(job: Job): void; remove(job: Job): Promise<void> };
};

export interface StatisticsRoom {
  /** Imports what reads them. @throws when a library cannot be had; nothing has changed then. */
  load(checks: readonly StatisticsCheck[]): Promise<void>;
  /** Makes these, once loaded, the checks whose statistics are read; what has not changed goes on. */
  replace(checks: readonly StatisticsCheck[]): void;
  /** Whether some replica reads a family of this name. */
  knows(family: string): boolean;
  /** Of the settings that are read with: what is learnt later, such as a rotated password, is learnt there. */
  secrets(): readonly Secret[];
  /** Cuts every connection. */
  close(): void;
}

type Wanted = { readonly check: StatisticsCheck; readonly seat: Seat };

type Member = Wanted & {
  /** Absent together when nobody reads it. */
  readonly turn?: Turn;
  readonly reading?: Reading;
};

export function createStatistics(options: StatisticsOptions): StatisticsRoom {
  const { settings, scheduler, metrics, log, leadership } = options;
  const rooms = new Map<string, Room>();

  /** After any change of a place: those who follow it begin or end, and all are asked anew when they run. */
  const placeChanged = (name: string): void => {
    for (const { seat, turn, reading, check } of members.all()) {
      if (seat.mode !== 'leader' || seat.place !== name || turn === undefined || reading === undefined) continue;
      metrics.standing(check.name, { mode: 'leader', reads: turn.reads() });
      if (reading.shows && !turn.answers()) reading.standDown();
      scheduler.nudge(reading);
    }
  };
  const turnOf = (check: string, seat: Seat): Turn => {
    if (seat.mode !== 'leader') return everybodysTurn;
    return seat.place === check ? placesTurn(leadership, check) : followersTurn(leadership, seat.place);
  };
  const enlist = ({ check, seat }: Wanted): Member => {
    const { name, definition } = check;
    const room = rooms.get(definition.type);
    if (seat.mode === 'off' || room === undefined) return { check, seat };
    const teller = createTeller({ check: name, log, metrics, wall: options.clock.wall });
    const turn = turnOf(name, seat);
    const reading = createReading(check, room, {
      ...options,
      ...settings,
      ...{ turn, teller },
      count: (request) => options.count?.(name, definition.type, request),
    });
    return { check, seat, turn, reading };
  };
  const members = createReconciler<Wanted, Member>({
    nameOf: ({ check }) => check.name,
    same: (one, other) => sameCheck(one.check, other.check) && same(one.seat, other.seat),
    begin(wanted) {
      const member = enlist(wanted);
      const { check, seat, turn, reading } = member;
      metrics.standing(check.name, { mode: seat.mode, reads: turn?.reads() ?? false });
      if (reading !== undefined) scheduler.add(reading);
      return member;
    },
    end({ check, reading }) {
      metrics.standing(check.name, undefined);
      if (reading === undefined) return;
      void scheduler.remove(reading);
      reading.close();
    },
  });

  /** Made when it is asked for, after each change of what is read. */
  let names: ReadonlySet<string> | undefined;
  const namesOf = ({ check, reading }: Member): readonly string[] => {
    const { settings: ofCheck, definition } = check;
    const statistics = reading === undefined ? undefined : rooms.get(definition.type)?.statistics;
    if (statistics === undefined) return [];
    const custom = statistics.custom?.(ofCheck) ?? [];
    return [...familiesOf(statistics), ...custom.flatMap(({ families }) => families)].map(({ name }) => name);
  };

  leadership.follow({
    changed(place) {
      if (leadership.at(place)?.lease.standing === 'lost') members.get(place)?.reading?.lose();
      placeChanged(place);
    },
    unreachable: (place, error) => members.get(place)?.reading?.unreachable(error),
  });

  return {
    load: (checks) => importRooms(checks, seatsOf(checks, settings.mode), rooms),
    replace(checks) {
      const seats = seatsOf(checks, settings.mode);
      members.replace(
        checks.flatMap((check) => {
          const seat = seats.get(check.name);
          return seat === undefined ? [] : [{ check, seat }];
        }),
      );
      names = undefined;
    },
    knows(family) {
      names ??= new Set(members.all().flatMap(namesOf));
      return names.has(family);
    },
    secrets: () => secretsOf(members.all().map(({ check }) => check.settings)),
    close() {
      for (const { reading } of members.all()) reading?.close();
    },
  };
}

async function importRooms(
  checks: readonly StatisticsCheck[],
  seats: ReadonlyMap<string, Seat>,
  rooms: Map<string, Room>,
): Promise<void> {
  for (const { name, definition } of checks) {
    if ((seats.get(name)?.mode ?? 'off') === 'off' || rooms.has(definition.type)) continue;
    const driver = (await definition.load()) as Driver<unknown, string, Session>;
    const statistics = await definition.statistics?.();
    if (statistics !== undefined) rooms.set(definition.type, { driver, statistics });
  }
}

const sameCheck = (one: StatisticsCheck, other: StatisticsCheck): boolean =>
  one.definition === other.definition &&
  one.maxConnectionAgeMs === other.maxConnectionAgeMs &&
  same(one.settings, other.settings);
