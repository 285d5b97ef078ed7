// The statistics of all checks: their readings, and whose turn each is. A reload replaces those whose settings changed.

import type { Clock } from '../core/clock.ts';
import type { StatisticsMetrics, StatisticsMode } from '../core/collecting.ts';
import type { Log } from '../core/log.ts';
import type { Redact } from '../core/redact.ts';
import type { Request } from '../core/request.ts';
import { same } from '../core/same.ts';
import type { Driver, Session } from '../dependencies/define.ts';
import { type Seat, seatsOf } from '../dependencies/seats.ts';
import type { Leadership } from '../leadership/index.ts';
import type { Job } from '../schedule/job.ts';
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
  /** Cuts every connection. */
  close(): void;
}

type Member = {
  readonly check: StatisticsCheck;
  readonly seat: Seat;
  /** Absent together when nobody reads it. */
  readonly turn?: Turn;
  readonly reading?: Reading;
};

export function createStatistics(options: StatisticsOptions): StatisticsRoom {
  const { settings, scheduler, metrics, log, leadership } = options;
  let members = new Map<string, Member>();
  const rooms = new Map<string, Room>();

  /** After any change of a place: those who follow it begin or end, and all are asked anew when they run. */
  const placeChanged = (name: string): void => {
    for (const { seat, turn, reading, check } of members.values()) {
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
  const enlist = (check: StatisticsCheck, seat: Seat): Member => {
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
  const begin = ({ check, seat, turn, reading }: Member): void => {
    metrics.standing(check.name, { mode: seat.mode, reads: turn?.reads() ?? false });
    if (reading !== undefined) scheduler.add(reading);
  };
  const end = ({ check, reading }: Member): void => {
    metrics.standing(check.name, undefined);
    if (reading === undefined) return;
    void scheduler.remove(reading);
    reading.close();
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
      const before = members;
      const after = new Map<string, Member>();
      for (const check of checks) {
        const seat = seats.get(check.name);
        if (seat === undefined) continue;
        const known = before.get(check.name);
        const goesOn = known !== undefined && sameCheck(known.check, check) && same(known.seat, seat);
        after.set(check.name, goesOn ? known : enlist(check, seat));
      }
      members = after;
      for (const member of before.values()) if (after.get(member.check.name) !== member) end(member);
      for (const member of after.values()) if (before.get(member.check.name) !== member) begin(member);
    },
    close() {
      for (const { reading } of members.values()) reading?.close();
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
