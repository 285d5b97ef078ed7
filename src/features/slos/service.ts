// What Prometheus knows of the objectives for the whole service: asked every few minutes, one question at a time.
import type { Instant } from '../../core/clock.ts';
import type { DependencyClass } from '../../core/failure.ts';
import { same } from '../../core/same.ts';
import { brief, classify, messageOf } from '../../dependencies/fault.ts';
import { withLimits } from '../../schedule/limits.ts';
import type { FeatureJob, House } from '../define.ts';
import type { Scope } from '../prometheus/expression.ts';
import type { AskedSettings } from '../prometheus/settings.ts';
import type { Standing } from './budget.ts';
import { failureClasses, serviceFamilies as families } from './service/families.ts';
import {
  type Ask,
  type Found,
  type LastMonth,
  monthsOf,
  type Objective,
  type Reading,
  readRaw,
  readRecorded,
} from './service/reading.ts';
import type { SlosSettings } from './settings.ts';

const minute = 60_000;
/** Between two rounds, give or take a tenth, so that replicas do not ask together. */
const everyMs = 5 * minute;
/** After a round in which nothing was answered. */
const againMs = minute;
/** Within which the first round begins. */
const firstWithinMs = 30_000;
/** An answer that is older is told no more. */
const maxAgeMs = 15 * minute;
/** The month before changes no more, but for what comes late. */
const lastMonthAgeMs = 60 * minute;
/** After this long a round leaves the rest to the next one. */
const longestRoundMs = 4 * minute;

/** Only who asks needs the client. */
const importQuery = () => import('../prometheus/query.ts');

const labels = { 'labels.feature': 'slos' } as const;

/** What one service keeps for its successor. */
export type ServiceHeritage = {
  readonly settings: ServiceSettings;
  readonly known: ReadonlyMap<string, Known>;
};

/** What its answers depend on. */
export type ServiceSettings = {
  readonly objectives: SlosSettings;
  readonly prometheus: AskedSettings;
  readonly scope: Scope;
};

export type ServiceOptions = ServiceSettings & {
  readonly house: Pick<House, 'clock' | 'random' | 'log' | 'redact' | 'meter'>;
  /** Of the predecessor: what is still right is told until Prometheus was asked. */
  readonly inherited?: ServiceHeritage | undefined;
};

/** The objectives as Prometheus has them. */
export interface Service {
  /** Each run is one round of questions. */
  readonly job: FeatureJob;
  /** Undefined before the first answer, and once the last one is too old. */
  standing(name: string, now: Instant): Standing | undefined;
  readonly heritage: ServiceHeritage;
}

type Known = {
  readonly standing: Standing;
  readonly at: Instant;
  readonly lastMonth: LastMonth & { readonly begin: number; readonly at: Instant };
};

export function createService({ objectives, prometheus, scope, house, inherited }: ServiceOptions): Service {
  const { clock, log, redact, random } = house;
  const settings: ServiceSettings = { objectives, prometheus, scope };
  const known = new Map(inherited === undefined ? [] : stillRight(inherited, settings));
  const meters = {
    up: house.meter(families.up),
    duration: house.meter(families.duration),
    failures: house.meter(families.failures),
  };
  for (const errorClass of failureClasses) meters.failures.add({ class: errorClass }, 0);
  let due = clock.now() + random() * firstWithinMs;
  /** What was said of failures since Prometheus answered everything. */
  const said = new Set<string>();
  /** Of which it was said that their series are added up, or are none of ours. */
  const added = new Set<string>();
  let unrecorded = '';
  /** Objectives without recorded series, the next one first. */
  let next = '';

  const tellFailure = (errorClass: DependencyClass, error: unknown, name?: string): DependencyClass => {
    const message = brief(messageOf(error, prometheus.timeout), redact);
    meters.failures.add({ class: errorClass }, 1);
    const key = `${errorClass} ${name ?? ''}`;
    if (said.has(key)) return errorClass;
    said.add(key);
    const fields = { 'error.type': errorClass, 'error.message': message, ...labels };
    const of = name === undefined ? 'the objectives' : `the objective ${name}`;
    log.warn(fields, `Prometheus gives no answer about ${of}: ${message}`);
    return errorClass;
  };
  const learn = (name: string, { standing, groups }: Found, { wall }: Reading, at: Instant): void => {
    const begin = monthsOf(wall).begin.getTime();
    const before = known.get(name)?.lastMonth;
    const kept = before !== undefined && before.begin === begin && at - before.at <= lastMonthAgeMs;
    known.set(name, { standing, at, lastMonth: kept ? before : { counts: standing.lastMonth, begin, at } });
    if (groups < 2) added.delete(name);
    else if (!added.has(name)) {
      added.add(name);
      const fix = 'write `namespace`, or `alerts.select`, if only some are of this service';
      log.warn(
        labels,
        `Prometheus has ${groups} groups of series of the objective ${name}, which are added up: ${fix}`,
      );
    }
  };
  const tellUnrecorded = (rest: readonly Objective[]): void => {
    const names = rest.map(([name]) => name).join(', ');
    if (names !== '' && names !== unrecorded)
      log.info(
        labels,
        `Prometheus has no recorded series of ${names}: it is asked for the events of the whole window, which costs it more; ` +
          'load the rules of `sidewarden generate rules` there',
      );
    unrecorded = names;
  };
  /** @returns whether all was answered */
  const round = async (signal: AbortSignal): Promise<boolean> => {
    const begun = clock.now();
    const { askInstant, askKnowing } = await importQuery();
    const failed = (error: unknown, name?: string) => tellFailure(classify(askKnowing, error).errorClass, error, name);
    const ask: Ask = (query, at) =>
      withLimits({ clock, timeoutMs: prometheus.timeout }, signal, (limits) =>
        askInstant(prometheus, limits, query, at),
      );
    const wall = clock.wall();
    const month = monthsOf(wall).begin.getTime();
    const lastMonth = (name: string): LastMonth | undefined => {
      const one = known.get(name)?.lastMonth;
      return one?.begin === month && begun - one.at <= lastMonthAgeMs ? one : undefined;
    };
    const reading: Reading = { ask, scope, wall, lastMonth };
    let recorded: ReadonlyMap<string, Found>;
    try {
      recorded = await readRecorded(Object.entries(objectives), reading);
    } catch (error) {
      if (signal.aborted) throw error;
      failed(error);
      due = begun + againMs * (0.9 + 0.2 * random());
      return false;
    }
    for (const [name, found] of recorded) learn(name, found, reading, begun);
    const rest = Object.entries(objectives).filter(([name]) => !recorded.has(name));
    tellUnrecorded(rest);
    const from = Math.max(
      0,
      rest.findIndex(([name]) => name === next),
    );
    let whole = true;
    for (const objective of [...rest.slice(from), ...rest.slice(0, from)]) {
      const [name] = objective;
      next = name;
      if (clock.now() - begun > longestRoundMs) return whole;
      try {
        const found = await readRaw(objective, reading);
        if (found !== undefined) learn(name, found, reading, begun);
      } catch (error) {
        if (signal.aborted) throw error;
        whole = false;
        const errorClass = failed(error, name);
        const index = rest.indexOf(objective);
        next = rest[(index + 1) % rest.length]?.[0] ?? '';
        if (errorClass !== 'server') return false; // others would not fare better
      }
    }
    next = '';
    return whole;
  };

  return {
    job: {
      name: 'the questions to Prometheus',
      next: () => due,
      async run(signal) {
        const begun = clock.now();
        due = begun + everyMs * (0.9 + 0.2 * random());
        try {
          const whole = await round(signal);
          meters.up.set({}, whole ? 1 : 0);
          meters.duration.set({}, (clock.now() - begun) / 1000);
          if (whole && said.size > 0) {
            said.clear();
            log.info(labels, 'Prometheus answers again about the objectives');
          }
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      },
    },
    standing(name, now) {
      const one = known.get(name);
      return one !== undefined && now - one.at <= maxAgeMs ? one.standing : undefined;
    },
    heritage: { settings, known },
  };
}

/** Answers to the same questions. */
function stillRight({ settings, known }: ServiceHeritage, now: ServiceSettings): readonly [string, Known][] {
  if (!same([settings.prometheus, settings.scope], [now.prometheus, now.scope])) return [];
  return [...known].filter(([name]) => same(settings.objectives[name], now.objectives[name]));
}
