// Which checks live. A reload replaces those whose settings changed; a successor shows only once something is known.
import { detectionBoundMs } from '../core/bounds.ts';
import type { Observation } from '../core/check.ts';
import type { Instant } from '../core/clock.ts';
import type { Event } from '../core/event.ts';
import { secretsOf } from '../core/redact.ts';
import { same } from '../core/same.ts';
import type { Secret } from '../core/secret.ts';
import type { Definition } from '../dependencies/define.ts';
import type { Job } from '../schedule/job.ts';
import type { WritableBoard } from './board.ts';
import { type Changes, changesOf, sameCheck } from './changes.ts';
import { createMonitor, type Monitor, type Surroundings } from './monitor.ts';
import { type ConfiguredCheck, planOf } from './plan-of.ts';

type Counted = { readonly name: string } & Pick<Definition, 'type' | 'classes' | 'warnings'> & {
    readonly requests?: ReturnType<NonNullable<Definition['requests']>>;
  };

export type RosterOptions = Surroundings & {
  readonly board: WritableBoard;
  readonly scheduler: { add(job: Job): void; remove(job: Job): Promise<void> };
  /** Told which checks there are, whether they show already or not. */
  readonly counters: { add(check: Counted): void; remove(check: Counted): void };
};

export interface Roster {
  /** Imports the client libraries, and schedules the checks given at the beginning. @throws when one cannot be had. */
  start(): Promise<void>;
  /**
   * Makes these the checks, all or none. One whose settings are the same lives on, untouched; one that is gone is cut.
   * A changed one runs beside its predecessor, and a new one unseen, until it is healthy or unhealthy, for at most its
   * detection bound: no answer changes before something is known.
   * @throws when a client library cannot be had; nothing has changed then.
   */
  replace(checks: readonly ConfiguredCheck[]): Promise<Changes>;
  /** Of every check that lives or is just ending. */
  secrets(): readonly Secret[];
  /** Cuts every connection. */
  close(): void;
}

type Member = { readonly check: ConfiguredCheck; readonly monitor: Monitor; readonly showsBy: Instant };

/** Who is on the board under one name, and who is to follow. */
type Succession = { readonly shown?: Member | undefined; readonly next?: Member | undefined };

/** The checks are on the board at once, as unknown. */
export function createRoster(checks: readonly ConfiguredCheck[], options: RosterOptions): Roster {
  const { board, clock, scheduler, counters } = options;
  let places = new Map<string, Succession>();
  let counted: readonly Counted[] = [];
  let secrets: readonly Secret[] = [];
  const leaving = new Set<Member>();
  /** Those that no longer run. */
  const dismissed = new WeakSet<Member>();
  let closed = false;

  const enlist = (check: ConfiguredCheck): Member => {
    const plan = planOf(check);
    const monitor = createMonitor(plan, { ...options, emit: (event) => hear(member, event) });
    const member: Member = { check, monitor, showsBy: clock.now() + detectionBoundMs(plan.policy) };
    return member;
  };
  const learnSecrets = (): void => {
    secrets = secretsOf([...membersOf(places), ...leaving].map(({ check }) => check.settings));
  };
  /** After any change: the board, the counters and the redactor follow. */
  const publish = (): void => {
    board.show([...places.values()].flatMap(({ shown }) => shown?.monitor.entry ?? []));
    const before = counted;
    counted = countedIn(places);
    for (const one of before) if (!counted.some((other) => alike(one, other))) counters.remove(one);
    for (const one of counted) if (!before.some((other) => alike(one, other) && same(one, other))) counters.add(one);
    learnSecrets();
  };
  const dismiss = (member: Member): void => {
    if (dismissed.has(member)) return;
    dismissed.add(member);
    leaving.add(member);
    const gone = scheduler.remove(member.monitor);
    member.monitor.close();
    void gone.then(() => {
      leaving.delete(member);
      learnSecrets();
    });
  };
  const takeOver = (member: Member, { shown }: Succession): void => {
    places.set(member.check.name, { shown: member });
    if (shown !== undefined) {
      member.monitor.succeed(shown.monitor.entry);
      dismiss(shown);
    }
    publish();
  };
  /** What the sinks hear of one name is one story: a successor's runs change nothing until it shows. */
  const hear = (member: Member, event: Event): void => {
    if (event.kind === 'observation') observe(member, event);
    else options.emit(event);
  };
  const observe = (member: Member, observation: Observation): void => {
    const place = places.get(member.check.name);
    if (place?.next !== member) {
      if (place?.shown === member) options.emit(observation);
      return;
    }
    const now = clock.now();
    const before = place.shown?.monitor.entry.belief(now);
    const shows = observation.after.status !== 'unknown' || now >= member.showsBy;
    if (shows) takeOver(member, place);
    // No room for a second connection beside its own says nothing yet: it makes room, and still shows what it found.
    else if (place.shown !== undefined && lacksRoom(observation)) dismiss(place.shown);
    if (before === undefined) options.emit(observation);
    else options.emit({ ...observation, before, ...(shows ? {} : { after: before }) });
  };

  /** The member that has these settings already. */
  const livesAs = (check: ConfiguredCheck): Member | undefined =>
    inPlace(places.get(check.name)).find((member) => !dismissed.has(member) && sameCheck(member.check, check));
  const enlistMissing = async (wanted: readonly ConfiguredCheck[]): Promise<ReadonlyMap<string, Member>> => {
    const fresh = new Map<string, Member>();
    for (;;) {
      const missing = wanted.filter((check) => !livesAs(check) && !fresh.has(check.name)).map(enlist);
      if (missing.length === 0) return fresh;
      for (const member of missing) fresh.set(member.check.name, member);
      await Promise.all(missing.map(({ monitor }) => monitor.load())); // meanwhile another may have been dismissed
    }
  };

  places = new Map(checks.map((check) => [check.name, { shown: enlist(check) }]));
  publish();
  return {
    async start() {
      await Promise.all(membersOf(places).map(({ monitor }) => monitor.load()));
      for (const { monitor } of membersOf(places)) scheduler.add(monitor);
    },
    async replace(wanted) {
      const fresh = await enlistMissing(wanted);
      const changes = changesOf([...places.values()].flatMap(latestOf), wanted);
      if (closed) return changes;
      const before = membersOf(places);
      places = new Map(
        wanted.map((check) => {
          const shown = places.get(check.name)?.shown;
          const next = livesAs(check) ?? fresh.get(check.name);
          return [check.name, next === shown ? { shown } : { shown, next }];
        }),
      );
      const after = new Set(membersOf(places));
      for (const member of before) if (!after.has(member)) dismiss(member);
      publish();
      for (const { monitor } of fresh.values()) scheduler.add(monitor);
      return changes;
    },
    secrets: () => secrets,
    close() {
      closed = true;
      for (const { monitor } of membersOf(places)) monitor.close();
    },
  };
}

const inPlace = ({ next, shown }: Succession = {}): Member[] => [next, shown].filter((member) => member !== undefined);
const membersOf = (places: ReadonlyMap<string, Succession>): Member[] => [...places.values()].flatMap(inPlace);

/** The settings that a name was last given. */
const latestOf = ({ next, shown }: Succession): readonly ConfiguredCheck[] => {
  const latest = next ?? shown;
  return latest === undefined ? [] : [latest.check];
};

const lacksRoom = ({ result }: Observation): boolean => result?.kind === 'failed' && result.errorClass === 'capacity';

/** Once for each name and type: a successor goes on with its predecessor's counters. */
function countedIn(places: ReadonlyMap<string, Succession>): readonly Counted[] {
  const all = membersOf(places).map(({ check: { name, definition, settings } }) => {
    const { type, classes, warnings } = definition;
    const requests = definition.requests?.(settings as never);
    return { name, type, classes, ...(warnings && { warnings }), ...(requests && { requests }) };
  });
  return all.filter((one, index) => all.findIndex((other) => alike(one, other)) === index);
}

const alike = (one: Counted, other: Counted): boolean => one.name === other.name && one.type === other.type;
