// Where the replicas of a service elect, and who leads. A lease is for whatever one replica does and no other.
import type { Clock } from '../core/clock.ts';
import type { Emit } from '../core/event.ts';
import type { Lease, Standing } from '../core/lease.ts';
import { type LeaseTimes, leaseTimes } from '../core/lease-times.ts';
import type { Log } from '../core/log.ts';
import { secretsOf } from '../core/redact.ts';
import { same } from '../core/same.ts';
import type { Secret } from '../core/secret.ts';
import type { Definition, Driver, Election, Session } from '../dependencies/define.ts';
import { classify } from '../dependencies/fault.ts';
import type { Reader } from '../dependencies/statistics.ts';
import type { Job } from '../schedule/job.ts';
import { createChosen } from './chosen.ts';
import { keyOf } from './key.ts';
import { createSeat, type Seat } from './seat.ts';

/** A check at whose server the replicas elect. */
export type PlaceCheck = {
  readonly name: string;
  readonly definition: Definition;
  readonly settings: Record<string, unknown>;
};

export type LeadershipOptions = {
  /** With the service and the check it says which replicas elect together. */
  readonly namespace: string;
  readonly service: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly scheduler: { add(job: Job): void; nudge(job: Job): void; remove(job: Job): Promise<void> };
  readonly emit?: Emit;
  /** Others only in tests. */
  readonly times?: LeaseTimes;
};

/** What those who follow a place are told. */
export type Follower = {
  /** Who leads there, or whether this replica answers for it, may have changed. */
  changed(place: string): void;
  /** It cannot be reached, and this replica answers for it. */
  unreachable(place: string, error: unknown): void;
};

export interface Leadership {
  /** Imports what asks there. @throws when a library cannot be had; nothing has changed then. */
  load(places: readonly PlaceCheck[]): Promise<void>;
  /**
   * Makes these, once loaded, the places. Who leads at one goes on, unless the way there has changed.
   * @param own the place of `lease`; undefined: there is none.
   */
  replace(places: readonly PlaceCheck[], own?: string): void;
  /** Of the features, at their place; where there is none, each replica is alone. */
  readonly lease: Lease;
  at(place: string): Pick<Seat, 'lease' | 'answers'> | undefined;
  /** What a probe is to look for; undefined for a check that is no place. */
  election(check: string): Election | undefined;
  follow(follower: Follower): void;
  /** Of the settings that are asked with: what is learnt later, such as a rotated password, is learnt there. */
  secrets(): readonly Secret[];
  /** Gives every lead up. */
  close(): void;
}

type Member = { readonly check: PlaceCheck; readonly seat: Seat };

export function createLeadership(options: LeadershipOptions): Leadership {
  const { scheduler, times = leaseTimes } = options;
  const drivers = new Map<string, Driver<unknown, string, Session>>();
  const followers = new Set<Follower>();
  let members: ReadonlyMap<string, Member> = new Map();
  let own: string | undefined;
  const chosen = createChosen(() => (own === undefined ? undefined : members.get(own)?.seat.lease));

  const driverOf = ({ definition }: PlaceCheck): Driver<unknown, string, Session> => {
    const driver = drivers.get(definition.type);
    if (driver === undefined) throw new Error('a place is loaded before it is used');
    return driver;
  };
  const openAt = (check: PlaceCheck) => (): Reader => {
    const reader = driverOf(check).reader?.(check.settings, times);
    if (reader === undefined) throw new Error('a place of election has a driver with a reader');
    return reader;
  };
  const begin = (check: PlaceCheck): Member => {
    const { name: place, definition } = check;
    let standing: Standing = 'follows';
    const seat: Seat = createSeat({
      ...options,
      ...{ place, times, key: keyOf(options.namespace, options.service, place), open: openAt(check) },
      classOf: (error) => classify({ definition, driver: driverOf(check) }, error).errorClass,
      nudge: scheduler.nudge,
      changed: () => {
        if (seat.lease.standing !== standing) {
          standing = seat.lease.standing;
          options.emit?.({ kind: 'leadership', place, standing });
        }
        for (const follower of followers) follower.changed(place);
      },
      unreachable: (error) => {
        for (const follower of followers) follower.unreachable(place, error);
      },
    });
    seat.lease.onChange(() => place === own && chosen.changed(), new AbortController().signal);
    scheduler.add(seat.job);
    return { check, seat };
  };
  const end = ({ seat, check: { name: place } }: Member): void => {
    const { standing } = seat.lease;
    seat.close();
    if (standing !== 'follows') options.emit?.({ kind: 'leadership', place, standing: 'follows' });
    void scheduler.remove(seat.job);
  };
  /** Who leads keeps the lead where the way there is the same. */
  const goOn = ({ seat, check: before }: Member, check: PlaceCheck): Member => {
    if (before.definition === check.definition && sameWay(before, check)) return { check: before, seat };
    seat.aim(openAt(check));
    return { check, seat };
  };

  return {
    lease: chosen.lease,
    async load(places) {
      for (const { definition } of places) {
        if (!drivers.has(definition.type)) drivers.set(definition.type, await definition.load());
      }
    },
    replace(places, place) {
      const before = members;
      const wanted = new Set(places.map(({ name }) => name));
      for (const [name, member] of before) if (!wanted.has(name)) end(member);
      members = new Map(
        places.map((check) => {
          const known = before.get(check.name);
          return [check.name, known === undefined ? begin(check) : goOn(known, check)];
        }),
      );
      own = place;
      chosen.changed();
    },
    at: (place) => members.get(place)?.seat,
    election(check) {
      const seat = members.get(check)?.seat;
      return seat && { key: seat.key, tell: seat.seen };
    },
    secrets: () => secretsOf([...members.values()].map(({ check }) => check.settings)),
    follow: (follower) => void followers.add(follower),
    close() {
      for (const { seat } of members.values()) seat.close();
    },
  };
}

/** Whether both lead to the same server in the same way: what is read there does not matter. */
function sameWay({ settings: one }: PlaceCheck, { settings: other }: PlaceCheck): boolean {
  const { statistics: _, ...way } = one;
  const { statistics: __, ...otherWay } = other;
  return same(way, otherWay);
}
