// The features at work. A reload begins those that are new, ends those that are gone, and replaces those that changed.
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
import type { ConfiguredFeature, Feature, FeatureJob, House, Live, Working } from './define.ts';

export type HostOptions = Omit<House, 'show' | 'meter' | 'nudge'> & {
  readonly scheduler: { add(job: Job): void; nudge(job: Job): void; remove(job: Job): Promise<void> };
  readonly events: { add(consumer: Consumer): void; remove(consumer: Consumer): void };
  readonly shown: {
    put(owner: string, part: string, texts: readonly FamilyText[], until: number): void;
    drop(owner: string): void;
  };
  readonly meters: { add(family: OwnFamily): Meter; remove(family: OwnFamily): void };
  /** Makes an app with these routes beside our own. @returns what lets it answer from now on. @throws as a plugin does */
  mount(routes: readonly Routes[]): Promise<() => Promise<void>>;
};

export interface FeatureHost {
  /**
   * Imports what is configured and makes what is new, so that nothing can fail afterwards.
   * @returns what makes these the features at work, and gives the keys of those that changed. To be called once, at once.
   * @throws when that fails; nothing has changed then.
   */
  prepare(wanted: readonly ConfiguredFeature[]): Promise<() => Promise<readonly string[]>>;
  /** Of every feature at work, or just ending. */
  secrets(): readonly Secret[];
  /** Ends all. Never rejects; waits 5 s at most for what they still send. */
  close(): Promise<void>;
}

type Member = { readonly feature: Feature; readonly live: Live; readonly jobs: ReadonlyMap<FeatureJob, Job> };

/** How long an ending feature may take to send what it holds and to let go, each. */
const endMs = 5000;

export function createFeatureHost(options: HostOptions): FeatureHost {
  const { scheduler, events, shown, meters, log } = options;
  const loaded = new Map<string, Working<unknown>>();
  /** By key: a successor goes on with its predecessor's counters. */
  const families = new Map<string, ReadonlyMap<string, Meter>>();
  const jobs = new Map<FeatureJob, Job>();
  const ending = new Set<Promise<void>>();
  let secrets: readonly Secret[] = [];

  const metersOf = ({ key, families: named = [] }: Feature): ReadonlyMap<string, Meter> => {
    const found = families.get(key) ?? new Map(named.map((family) => [family.name, meters.add(family)]));
    families.set(key, found);
    return found;
  };
  const forget = ({ key, families: named = [] }: Feature): void => {
    if (families.delete(key)) for (const family of named) meters.remove(family);
    shown.drop(key);
  };
  const houseOf = (feature: Feature): House => ({
    ...{ service: options.service, version: options.version, clock: options.clock, random: options.random },
    ...{ log, redact: options.redact, board: options.board, draining: options.draining, emit: options.emit },
    lease: options.lease,
    nudge(job) {
      const known = jobs.get(job);
      if (known !== undefined) scheduler.nudge(known);
    },
    show: (name, texts, until) => shown.put(feature.key, name, texts, until),
    meter({ name }) {
      const meter = metersOf(feature).get(name);
      if (meter === undefined) throw new Error(`the feature ${feature.key} does not name the family ${name}`);
      return meter;
    },
  });
  const failed = (key: string, error: unknown): void =>
    log.error({ ...errorFields(error), 'labels.feature': key }, `the feature ${key} failed`);
  const members = createReconciler<Made, Member>({
    nameOf: ({ wanted }) => wanted.feature.key,
    same: (one, other) => same(one.wanted.settings, other.wanted.settings),
    begin({ wanted: { feature }, live }) {
      if (live === undefined) throw new Error(`the feature ${feature.key} begins before it is made`);
      if (live.consumer !== undefined) events.add(live.consumer);
      const own = new Map((live.jobs ?? []).map((job) => [job, taskOf(job, (error) => failed(feature.key, error))]));
      for (const [job, task] of own) {
        jobs.set(job, task);
        scheduler.add(task);
      }
      return { feature, live, jobs: own };
    },
    end(member) {
      const ended = end(member)
        .catch((error: unknown) => failed(member.feature.key, error))
        .finally(() => ending.delete(ended));
      ending.add(ended);
    },
  });
  const end = async ({ feature, live, jobs: own }: Member): Promise<void> => {
    if (live.consumer !== undefined) events.remove(live.consumer);
    for (const job of own.keys()) jobs.delete(job);
    await Promise.all([...own.values()].map((task) => scheduler.remove(task)));
    const signal = AbortSignal.timeout(endMs);
    await unlessAborted(signal, live.consumer?.close?.(signal));
    await unlessAborted(AbortSignal.timeout(endMs), live.close?.());
    if (members.all().every((one) => one.feature.key !== feature.key)) forget(feature);
  };
  const make = async (wanted: ConfiguredFeature): Promise<Made> => {
    const { feature, settings } = wanted;
    const going = members.living({ wanted });
    if (going !== undefined) return { wanted, live: going.live };
    const working = loaded.get(feature.key) ?? (await feature.load());
    loaded.set(feature.key, working);
    return { wanted, live: working.begin(settings, houseOf(feature)) };
  };

  return {
    async prepare(wanted) {
      const known = secrets;
      secrets = [...new Set([...known, ...secretsOf(wanted.map(({ settings }) => settings))])];
      try {
        const made: Made[] = [];
        for (const one of wanted) made.push(await make(one));
        const changes = members.changes(made);
        const swap =
          changes.length === 0 ? undefined : await options.mount(made.flatMap(({ live }) => live?.routes ?? []));
        return async () => {
          const changed = members.replace(made);
          await swap?.();
          const ofThese = secretsOf(wanted.map(({ settings }) => settings));
          void Promise.all(ending).then(() => {
            if (ending.size === 0) secrets = ofThese; // those that ended do not need theirs hidden any more
          });
          return changed;
        };
      } catch (error) {
        for (const { feature } of wanted) if (members.all().every((one) => one.feature !== feature)) forget(feature);
        secrets = known;
        throw error;
      }
    },
    secrets: () => secrets,
    async close() {
      members.replace([]);
      await Promise.all(ending);
    },
  };
}

/** A configured feature, and what works for it. */
type Made = { readonly wanted: ConfiguredFeature; readonly live?: Live };

/** As the scheduler takes it. */
function taskOf(job: FeatureJob, failed: (error: unknown) => void): Job {
  return {
    ...{ name: job.name, class: 'task', limitMs: job.limitMs, next: (now) => job.next(now) },
    ...(job.endMs !== undefined && { endMs: job.endMs }),
    run: (signal) => job.run(signal).catch(failed),
  };
}

async function unlessAborted(signal: AbortSignal, work: Promise<void> | void | undefined): Promise<void> {
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([work, aborted]);
}
