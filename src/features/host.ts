// The features at work. A reload begins those that are new, ends those that are gone, and replaces those that changed.
import { aborted } from '../core/aborted.ts';
import type { Instant } from '../core/clock.ts';
import type { Consumer } from '../core/event.ts';
import type { FamilyText } from '../core/exposition.ts';
import { errorFields } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import type { OwnFamily } from '../core/own-family.ts';
import { secretsOf } from '../core/redact.ts';
import { same } from '../core/same.ts';
import type { Secret } from '../core/secret.ts';
import type { Routes } from '../http/mount.ts';
import type { Job } from '../schedule/job.ts';
import { createReconciler } from '../schedule/reconciler.ts';
import {
  type ConfiguredFeature,
  type Feature,
  type House,
  type Live,
  type Others,
  othersOf,
  type Working,
} from './define.ts';
import { createFamilies } from './families.ts';
import { tasksOf } from './tasks.ts';

export type HostOptions = Omit<House, 'show' | 'meter' | 'nudge' | 'appPage' | 'inherited'> & {
  readonly scheduler: { add(job: Job): void; nudge(job: Job): void; remove(job: Job): Promise<void> };
  readonly events: { add(consumer: Consumer): void; remove(consumer: Consumer): void };
  readonly shown: {
    put(owner: string, part: string, texts: readonly FamilyText[], until: number): void;
    drop(owner: string): void;
  };
  readonly meters: { add(family: OwnFamily): Meter; remove(family: OwnFamily): void };
  /** Makes an app with these routes beside our own, which answers once it begins. @throws as a plugin does */
  mount(routes: readonly Routes[]): Promise<{ begin(): void; drop(): void }>;
};

/** Features that are made and not yet at work. One of the two is to be called, once, before the next are prepared. */
export type Prepared = {
  /** Makes them the features at work. @returns the keys of those that began, changed or ended. */
  begin(): readonly string[];
  /** They are not wanted: all is as it was. */
  drop(): void;
};

export interface FeatureHost {
  /**
   * Imports what is configured and makes what is new, so that nothing can fail afterwards.
   * @throws when that fails, or after the close; nothing has changed then.
   */
  prepare(wanted: readonly ConfiguredFeature[]): Promise<Prepared>;
  /** What the features have for the page of the service's own metrics. */
  page(now: Instant): readonly Uint8Array[];
  /** Of every feature at work, or just ending, and of what it reads of others. */
  secrets(): readonly Secret[];
  /** Ends all. Never rejects; waits 5 s at most for what they still send, and as long for what they let go. */
  close(): Promise<void>;
}

/** How long an ending feature may take to send what it holds, and to let go. */
const endMs = 5000;

/** A feature that does something in the daemon. */
type Loadable = Feature & { load(settings: unknown): Promise<Working<unknown>> };
type Wanted = { readonly feature: Loadable; readonly settings: unknown; readonly others: Others };

/** Without those that are only generated from. */
const loadable = (wanted: readonly ConfiguredFeature[]): readonly Wanted[] =>
  wanted.flatMap(({ feature, settings }) =>
    isLoadable(feature) ? [{ feature, settings, others: othersOf(feature, wanted) }] : [],
  );
const isLoadable = (feature: Feature): feature is Loadable => feature.load !== undefined;

/** A feature that was made. */
type Member = {
  readonly feature: Feature;
  readonly settings: unknown;
  readonly others: Others;
  readonly live: Live;
  readonly tasks: ReturnType<typeof tasksOf>;
  /** It is over: what it still does reaches nobody. */
  ended: boolean;
};

export function createFeatureHost(options: HostOptions): FeatureHost {
  const { scheduler, events, shown, meters, mount, ...ofHouse } = options;
  const { log, clock } = ofHouse;
  const families = createFamilies(meters);
  const ending = new Map<Member, Promise<void>>();
  /** Made, and not yet at work. */
  let waiting: readonly Member[] = [];
  let closed = false;

  const failed = (key: string, error: unknown): void =>
    log.error({ ...errorFields(error), 'labels.feature': key }, `the feature ${key} failed`);
  /** One step of an end: whatever comes of it, the next one follows. */
  const settle = async (key: string, step: () => Promise<void> | void): Promise<void> => {
    try {
      await Promise.race([step(), aborted(AbortSignal.timeout(endMs))]);
    } catch (error) {
      failed(key, error);
    }
  };
  const end = async (member: Member): Promise<void> => {
    const { feature, live, tasks } = member;
    const { key } = feature;
    if (live.consumer !== undefined) events.remove(live.consumer);
    await Promise.all(tasks.all.map((task) => scheduler.remove(task)));
    for (const name of tasks.running())
      log.warn({ 'labels.feature': key }, `${name}, a job of the feature ${key}, did not end in its time`);
    await settle(key, () => live.consumer?.close?.(AbortSignal.timeout(endMs)));
    await settle(key, () => live.close?.());
    member.ended = true;
    const successor = [...members.all(), ...waiting].find((one) => one.feature.key === key);
    if (successor === undefined) forget(feature);
    else families.retain(feature, successor.settings);
  };
  const members = createReconciler<Member, Member>({
    nameOf: ({ feature }) => feature.key,
    same: (one, other) => one === other, // what goes on untouched is not made again
    begin(member) {
      const { feature, live, tasks } = member;
      if (live.consumer !== undefined) events.add(live.consumer);
      const before = [...ending].flatMap(([one, ended]) => (one.feature.key === feature.key ? [ended] : []));
      const start = (): void => {
        if (members.get(feature.key) === member) for (const task of tasks.all) scheduler.add(task);
      };
      void Promise.all(before).then(start); // its jobs do not run beside those of a predecessor
      return member;
    },
    end(member) {
      const ended = end(member).finally(() => ending.delete(member));
      ending.set(member, ended);
    },
  });
  const forget = (feature: Feature): void => {
    families.retain(feature, undefined);
    shown.drop(feature.key);
  };
  /** @param of is undefined while the feature is being made */
  const houseOf = (feature: Feature, of: () => Member | undefined): House => ({
    ...ofHouse,
    nudge(job) {
      const task = of()?.tasks.of(job);
      if (task !== undefined) scheduler.nudge(task);
    },
    show(name, texts, until) {
      if (of()?.ended !== true) shown.put(feature.key, name, texts, until);
    },
    meter: ({ name }) => families.meter(feature, name),
    appPage: () => page(clock.now()),
    get inherited() {
      // once it is made, what its predecessors were is let go: each reload would keep one more
      return of() === undefined ? members.get(feature.key)?.live.heritage : undefined;
    },
  });
  const page = (now: Instant): readonly Uint8Array[] =>
    members.all().flatMap(({ feature, live }) => {
      try {
        return live.page?.parts(now) ?? [];
      } catch (error) {
        failed(feature.key, error);
        return []; // one that fails costs nobody else the page
      }
    });
  const make = async ({ feature, settings, others }: Wanted): Promise<Member> => {
    const going = members.get(feature.key);
    if (going !== undefined && same([going.settings, going.others], [settings, others])) return going;
    let member: Member | undefined;
    try {
      const working = await feature.load(settings);
      families.add(feature, settings);
      const live = working.begin(
        settings,
        houseOf(feature, () => member),
        others,
      );
      const tasks = tasksOf(feature.key, live.jobs ?? [], (error) => failed(feature.key, error));
      member = { feature, settings, others, live, tasks, ended: false };
      return member;
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`the feature ${feature.key} cannot begin: ${message}`, { cause: error });
    }
  };
  /** What was made for nothing leaves nothing. */
  const drop = (wanted: readonly ConfiguredFeature[]): void => {
    waiting = [];
    for (const { feature } of wanted) {
      const going = members.get(feature.key);
      if (going !== undefined) families.retain(feature, going.settings);
      else if (!isEnding(feature.key)) forget(feature);
    }
  };
  const isEnding = (key: string): boolean => [...ending.keys()].some(({ feature }) => feature.key === key);

  return {
    async prepare(configured) {
      const wanted = loadable(configured);
      if (closed) throw new Error('the features have ended');
      try {
        for (const one of wanted) waiting = [...waiting, await make(one)];
        const made = waiting;
        const routes = made.flatMap(({ live }) => live.routes ?? []);
        const mounted = members.changes(made).length === 0 ? undefined : await mount(routes);
        return {
          begin() {
            const changed = members.replace(made);
            waiting = [];
            mounted?.begin();
            return changed;
          },
          drop() {
            mounted?.drop();
            drop(wanted);
          },
        };
      } catch (error) {
        drop(wanted);
        throw error;
      }
    },
    page,
    secrets: () =>
      secretsOf([...members.all(), ...waiting, ...ending.keys()].map(({ settings, others }) => [settings, others])),
    async close() {
      closed = true;
      members.replace([]);
      await Promise.all(ending.values());
    },
  };
}
