// What Prometheus knows of the objectives for the whole service: asked each minute, one question at a time.
import type { Instant } from '../../core/clock.ts';
import { brief, classify, messageOf } from '../../dependencies/fault.ts';
import { withLimits } from '../../schedule/limits.ts';
import type { FeatureJob, House } from '../define.ts';
import { monthBegin, type Standing } from './budget.ts';
import { failureClasses, serviceFamilies as families } from './service/families.ts';
import { type ServiceHeritage, type ServiceSettings, standingOf, stillRight } from './service/known.ts';
import {
  type Ask,
  type Objective,
  type Reading,
  type Rolling,
  readMonths,
  readRaw,
  readRecorded,
  youngMonthMs,
} from './service/reading.ts';
import { createTelling, type Lack } from './service/telling.ts';
import type { Asking } from './view.ts';

const minute = 60_000;
/** Between two rounds, give or take a tenth, so that replicas do not ask together. */
const everyMs = minute;
/** Between two readings of the counters of objectives without recorded series. */
const rawEveryMs = 5 * minute;
/** Within which the first round begins. */
const firstWithinMs = 30_000;
/** An answer that is older is told no more. */
const maxAgeMs = 15 * minute;
/** Months of an objective are asked for once in this time, and not of many objectives in one round: they cost much. */
const monthsEveryMs = 60 * minute;
const monthsInRound = 2;
/** After this long a round leaves the rest to the next one. */
const longestRoundMs = 4 * minute;

/** Only who asks needs the client. */
const importQuery = () => import('../prometheus/query.ts');

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
  /** How the asking goes. */
  asking(): Asking;
  readonly heritage: ServiceHeritage;
}

export function createService({ objectives, prometheus, scope, house, inherited }: ServiceOptions): Service {
  const { clock, redact, random } = house;
  const settings: ServiceSettings = { objectives, prometheus, scope };
  const all = Object.entries(objectives);
  const known = new Map(inherited === undefined ? [] : stillRight(inherited, settings));
  const meters = {
    up: house.meter(families.up),
    duration: house.meter(families.duration),
    failures: house.meter(families.failures),
  };
  for (const errorClass of failureClasses) meters.failures.add({ class: errorClass }, 0);
  const telling = createTelling(house);
  const around = (ms: number): number => ms * (0.9 + 0.2 * random());
  let due = clock.now() + random() * firstWithinMs;
  let rawDue = clock.now();
  let asking: Asking = { state: 'waiting', since: undefined };
  /** Objectives without recorded series, the next one first. */
  let next = '';
  /** What was not answered when it was asked last: not all of it is asked in each round. */
  const failing = new Set<string>();
  const monthsAgain = new Map<string, Instant>();

  const learn = (name: string, rolling: Rolling): void => {
    known.set(name, { ...known.get(name), rolling: { ...rolling, answered: clock.now() } });
    telling.groups(name, rolling.groups);
  };
  /** @returns its class */
  type Fail = (error: unknown, name?: string) => string;
  /** @returns whether others would fare better than one that failed */
  const attempt = async (what: string, name: string, fail: Fail, signal: AbortSignal, ask: () => Promise<void>) => {
    try {
      await ask();
      failing.delete(what);
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      failing.add(what);
      return fail(error, name) === 'server';
    }
  };
  type Round = {
    readonly begun: Instant;
    readonly reading: Reading;
    readonly fail: Fail;
    readonly signal: AbortSignal;
  };
  /** @returns whether the round goes on */
  const askRaw = async (rest: readonly Objective[], { begun, reading, fail, signal }: Round): Promise<boolean> => {
    const from = Math.max(
      0,
      rest.findIndex(([name]) => name === next),
    );
    for (const [offset, objective] of [...rest.slice(from), ...rest.slice(0, from)].entries()) {
      const [name] = objective;
      next = name;
      if (clock.now() - begun > longestRoundMs) return false;
      const goesOn = await attempt(`raw ${name}`, name, fail, signal, async () => {
        const found = await readRaw(objective, reading);
        if (found !== undefined) learn(name, found);
      });
      next = rest[(from + offset + 1) % rest.length]?.[0] ?? '';
      if (!goesOn) return false;
    }
    next = '';
    return true;
  };
  const askMonths = async ({ begun, reading, fail, signal }: Round): Promise<void> => {
    const month = monthBegin(clock.wall());
    const dueOf = (name: string): Instant => {
      const one = known.get(name)?.months;
      return Math.max(one?.begin === month ? one.due : Number.NEGATIVE_INFINITY, monthsAgain.get(name) ?? begun);
    };
    const late = all.filter(([name]) => known.get(name)?.rolling !== undefined && dueOf(name) <= begun);
    late.sort(([a], [b]) => (known.get(a)?.months?.due ?? 0) - (known.get(b)?.months?.due ?? 0));
    for (const objective of late.slice(0, monthsInRound)) {
      const [name] = objective;
      monthsAgain.set(name, begun + rawEveryMs);
      const goesOn = await attempt(`months ${name}`, name, fail, signal, async () => {
        const months = await readMonths(objective, reading);
        const age = clock.wall().getTime() - months.begin;
        known.set(name, {
          ...known.get(name),
          months: { ...months, due: begun + (age < 2 * youngMonthMs ? youngMonthMs : monthsEveryMs) },
        });
        monthsAgain.delete(name);
      });
      if (!goesOn) return;
    }
  };
  const round = async (signal: AbortSignal): Promise<void> => {
    const begun = clock.now();
    const { askInstant, askKnowing } = await importQuery();
    const fail: Fail = (error, name) => {
      const { errorClass } = classify(askKnowing, error);
      meters.failures.add({ class: errorClass }, 1);
      telling.failure(errorClass, brief(messageOf(error, prometheus.timeout), redact), name);
      return errorClass;
    };
    const ask: Ask = (query, at) =>
      withLimits({ clock, timeoutMs: prometheus.timeout }, signal, (limits) =>
        askInstant(prometheus, limits, query, at),
      );
    const reading: Reading = { ask, scope, wall: () => clock.wall() };
    let recorded: Awaited<ReturnType<typeof readRecorded>>;
    try {
      recorded = await readRecorded(all, reading);
      failing.delete('recorded');
    } catch (error) {
      if (signal.aborted) throw error;
      failing.add('recorded');
      fail(error);
      return;
    }
    const lacks = new Map<string, Lack>();
    for (const [name, found] of recorded)
      if (typeof found !== 'string') {
        learn(name, found);
        failing.delete(`raw ${name}`);
      } else if (found !== 'young') lacks.set(name, found);
    telling.lacks(lacks);
    const rest = all.filter(([name]) => typeof recorded.get(name) === 'string');
    const one: Round = { begun, reading, fail, signal };
    if (begun >= rawDue) {
      rawDue = begun + around(rawEveryMs) - everyMs / 2; // rounds are a minute apart
      if (!(await askRaw(rest, one))) return;
    }
    await askMonths(one);
  };

  return {
    job: {
      name: 'the questions to Prometheus',
      next: () => due,
      async run(signal) {
        const begun = clock.now();
        due = begun + around(everyMs);
        try {
          await round(signal);
          const state = failing.size === 0 ? 'good' : 'failing';
          if (asking.state !== state) asking = { state, since: begun };
          meters.up.set({}, failing.size === 0 ? 1 : 0);
          meters.duration.set({}, (clock.now() - begun) / 1000);
          if (failing.size === 0) telling.success();
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      },
    },
    standing(name, now) {
      const { rolling, months } = known.get(name) ?? {};
      const slo = objectives[name];
      if (rolling === undefined || slo === undefined || now - rolling.answered > maxAgeMs) return undefined;
      return standingOf(rolling, months, slo);
    },
    asking: () => asking,
    heritage: { settings, known },
  };
}
