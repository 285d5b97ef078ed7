// What is answered of the objectives: numbers as they are known, and null where nothing is.
import type { Instant } from '../../core/clock.ts';
import {
  allowedShare,
  type Budget,
  type BurnPair,
  type BurnWindow,
  budgetOf,
  burnPairs,
  burnWindowNames,
  burnWindows,
  type Counts,
  exhaustedInMs,
  partOf,
  type Standing,
  shareOf,
} from './budget.ts';
import { type IndicatorSettings, kindOf, type SloSettings } from './settings.ts';
import { decimalsOf, finite, floorAt, roundAt } from './text/figures.ts';
import type { ObjectiveView } from './view.ts';

/** `burning`: at a rate of the alerts. `exhausted`: no budget is left. `unknown`: no event was counted. */
export const objectiveStates = ['met', 'burning', 'exhausted', 'unknown'] as const;
export type ObjectiveState = (typeof objectiveStates)[number];

/** Whose numbers decide the state: those of Prometheus for the whole service, or those of this pod. */
export const judges = ['service', 'here'] as const;
export type Judge = (typeof judges)[number];

/** A calendar month in UTC. */
type MonthBody = {
  /** `2026-11`. */
  readonly month: string;
  readonly good: number;
  readonly bad: number;
  readonly compliance_percent: number | null;
};

type BudgetBody = {
  /** 100: untouched, 0 and below: spent. */
  readonly left_percent: number;
  readonly left_minutes: number;
  /** Whole bad events that are still allowed; below 0: that were too many. */
  readonly left_events: number;
};

export type StandingBody = {
  /** When it was so. */
  readonly as_of: string;
  readonly since: string | null;
  readonly covered_ms: number;
  readonly events: Counts;
  readonly compliance_percent: number | null;
  readonly budget: BudgetBody | null;
  readonly burn: Readonly<Record<BurnWindow, number | null>>;
  /** At the pace of the last hour, where that is before the window has passed. */
  readonly exhausted_at: string | null;
  readonly month: MonthBody;
  readonly last_month: MonthBody | null;
};

export type ObjectiveBody = {
  readonly state: ObjectiveState;
  readonly judged_by: Judge | null;
  readonly description?: string;
  /** In words. */
  readonly indicator: string;
  readonly objective_percent: number;
  readonly sla_percent?: number;
  readonly window_ms: number;
  readonly service: StandingBody | null;
  readonly here: StandingBody | null;
};

/** By the names of the objectives, in the order of the configuration. */
export type SloBody = {
  readonly timestamp: string;
  readonly objectives: Readonly<Record<string, ObjectiveBody>>;
};

/** @param wall labels the instant */
export const sloBody = (views: readonly ObjectiveView[], now: Instant, wall: Date): SloBody => ({
  timestamp: wall.toISOString(),
  objectives: Object.fromEntries(views.map((view) => [view.name, objectiveBody(view, now, wall)])),
});

function objectiveBody({ settings, ...view }: ObjectiveView, now: Instant, wall: Date): ObjectiveBody {
  const standings = { service: view.service(now), here: view.here(now) };
  const judge = judges.find((one) => hasEvents(standings[one]));
  const { indicator, objective, window, sla, description } = settings;
  const bodyOf = (standing: Standing | undefined): StandingBody | null =>
    standing === undefined ? null : standingBody(standing, settings, wall);
  return {
    state: stateOf(judge && standings[judge], settings, wall),
    judged_by: judge ?? null,
    ...(description !== undefined && { description }),
    indicator: inWords(indicator),
    objective_percent: objective,
    ...(sla !== undefined && { sla_percent: sla }),
    window_ms: window,
    service: bodyOf(standings.service),
    here: bodyOf(standings.here),
  };
}

const hasEvents = (standing: Standing | undefined): standing is Standing =>
  standing !== undefined && totalOf(sound(standing.counts)) > 0;

function stateOf(
  standing: Standing | undefined,
  { objective, min_bad_events, window }: SloSettings,
  wall: Date,
): ObjectiveState {
  if (standing === undefined) return 'unknown';
  const counts = sound(standing.counts);
  const part = partOf(standing, window, standing.at ?? wall);
  const budget = budgetOf(counts, objective, part);
  if (budget === undefined) return 'unknown';
  if (isSpent(budget.left, objective)) return 'exhausted';
  return counts.bad >= min_bad_events && burningPair(standing.burn, part.countedMs) !== undefined ? 'burning' : 'met';
}

/** Doubles know what is left of a small share no better than this. @param left as a share */
const isSpent = (left: number, objective: number): boolean => left < 1e-15 / allowedShare(objective);

/**
 * The fastest pair of the alerts that holds. Where the short window is not known, the long one decides.
 * @param countedMs the time since the first event
 */
export const burningPair = (
  burn: Readonly<Partial<Record<BurnWindow, number | null>>>,
  countedMs: number,
): BurnPair | undefined =>
  burnPairs.find(({ long, short, rate }) => {
    const [over, lately] = [finite(burn[long]), finite(burn[short])];
    const share = shareOf({ windowMs: burnWindows[long], countedMs });
    return over !== undefined && over * share >= rate && (lately ?? over) >= rate;
  });

/** What is less of an event is none, as where Prometheus counts in fractions. */
const leastCount = 1e-6;

/** No count is negative or endless, whoever counted. */
const sound = ({ good, bad }: Counts): Counts => {
  const count = (given = 0): number => (given < leastCount ? 0 : Math.min(Number.MAX_SAFE_INTEGER, given));
  return { good: count(finite(good)), bad: count(finite(bad)) };
};

const totalOf = ({ good, bad }: Counts): number => good + bad;

function standingBody(standing: Standing, settings: SloSettings, wall: Date): StandingBody {
  const { objective, window } = settings;
  const at = standing.at ?? wall;
  const counts = sound(standing.counts);
  const coveredMs = Math.min(window, Math.max(0, finite(standing.coveredMs) ?? 0));
  const budget = budgetOf(counts, objective, partOf(standing, window, at));
  const burn = (one: BurnWindow): number | null => {
    const rate = finite(standing.burn[one]);
    return rate === undefined ? null : Math.max(0, roundAt(rate, 4));
  };
  return {
    as_of: at.toISOString(),
    since: standing.since?.toISOString() ?? null,
    covered_ms: Math.round(coveredMs),
    events: rounded(counts),
    compliance_percent: complianceOf(counts, settings),
    budget: budget === undefined ? null : budgetBody(budget, objective),
    burn: Object.fromEntries(burnWindowNames.map((one) => [one, burn(one)])) as Record<BurnWindow, number | null>,
    exhausted_at: budget === undefined ? null : exhaustedAt(budget.left, finite(standing.burn['1h']), settings, at),
    month: monthBody(standing.month, settings, at, 0),
    last_month: standing.lastMonth === undefined ? null : monthBody(standing.lastMonth, settings, at, -1),
  };
}

/** Down, and with more digits than the objective and the SLA have: what is broken never reads as met. */
function complianceOf(counts: Counts, { objective, sla = 0 }: SloSettings): number | null {
  const total = totalOf(counts);
  if (total <= 0) return null;
  return floorAt((100 * counts.good) / total, Math.max(6, decimalsOf(objective), decimalsOf(sla)));
}

function budgetBody({ left, leftEvents, leftMinutes }: Budget, objective: number): BudgetBody {
  const percent = floorAt(left * 100, 4, 8);
  return {
    left_percent: isSpent(left, objective) ? Math.min(0, percent) : Math.max(1e-4, percent),
    left_minutes: floorAt(leftMinutes, 1, 6),
    left_events: floorAt(leftEvents, 0, 6),
  };
}

/** Beyond the window old events have left it: that is no date. Nor is one for what is spent. */
function exhaustedAt(
  left: number,
  burn: number | undefined,
  { objective, window }: SloSettings,
  at: Date,
): string | null {
  if (isSpent(left, objective)) return null;
  const ms = exhaustedInMs(left, burn, window);
  return ms === undefined || ms > window ? null : new Date(at.getTime() + ms).toISOString();
}

/** @param away 0: the month of that time, -1: the one before */
function monthBody(given: Counts, settings: SloSettings, at: Date, away: number): MonthBody {
  const counts = sound(given);
  const month = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + away)).toISOString().slice(0, 7);
  return { month, ...rounded(counts), compliance_percent: complianceOf(counts, settings) };
}

/** Prometheus counts in fractions. */
const rounded = ({ good, bad }: Counts): Counts => ({ good: roundAt(good, 2), bad: roundAt(bad, 2) });

function inWords(indicator: IndicatorSettings): string {
  const { check, ratio, histogram, selector, threshold, expression } = indicator;
  switch (kindOf(indicator)) {
    case 'ready':
      return 'each second, whether /health/ready answers 200';
    case 'check':
      return `each second, whether the check ${check} is healthy`;
    case 'histogram':
      return `events of ${histogram}${selector === undefined ? '' : `{${selector}}`} that are good up to ${threshold}`;
    default: {
      const { good, bad, total } = ratio ?? expression ?? { total: '' };
      return `${bad === undefined ? `good: ${good}` : `bad: ${bad}`}; all: ${total}`;
    }
  }
}
