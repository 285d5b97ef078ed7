// What is answered of the objectives: numbers as they are known, and null where nothing is.
import type { Instant } from '../../core/clock.ts';
import {
  type Budget,
  type BurnWindow,
  budgetOf,
  burnWindowNames,
  type Counts,
  exhaustedInMs,
  monthBegin,
  partOf,
  type Standing,
  totalOf,
} from './budget.ts';
import {
  burningPair,
  compliancePercent,
  firstAtOf,
  isSpent,
  type ObjectiveState,
  slaKept,
  sound,
  stateOf,
} from './judging.ts';
import type { SloSettings } from './settings.ts';
import { finite, floorAt, roundAt } from './text/figures.ts';
import { inWords } from './text/indicator.ts';
import type { Asking, ObjectiveView } from './view.ts';

/** Whose numbers decide the state: those of Prometheus for the whole service, or those of this pod. */
export const judges = ['service', 'here'] as const;
export type Judge = (typeof judges)[number];

/** A calendar month in UTC. */
type MonthBody = {
  /** `2026-11`. */
  readonly month: string;
  readonly good: number;
  readonly bad: number;
  /** As it was counted. */
  readonly compliance_percent: number | null;
  /** Of the whole month, so far: what lies before the first event counts as good. Null without an SLA or events. */
  readonly sla_kept: boolean | null;
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
  /** The long window of the fastest pair of alerts that burns, with enough bad events in it. */
  readonly burning_over: BurnWindow | null;
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

type PrometheusBody = {
  readonly state: Asking['state'];
  /** Since when it is so; null before the first round of questions has ended. */
  readonly since: string | null;
};

export type SloBody = {
  readonly timestamp: string;
  /** While it is so, readiness is not counted. */
  readonly draining: boolean;
  /** Null where it is not asked. */
  readonly prometheus: PrometheusBody | null;
  /** By their names, in the order of the configuration. */
  readonly objectives: Readonly<Record<string, ObjectiveBody>>;
};

/** What is known beside the objectives. */
export type Around = { readonly draining?: boolean; readonly asking?: Asking | undefined };

/** @param wall labels the instant */
export function sloBody(
  views: readonly ObjectiveView[],
  now: Instant,
  wall: Date,
  { draining = false, asking }: Around = {},
): SloBody {
  const wallOf = (at: Instant): string => new Date(wall.getTime() - (now - at)).toISOString();
  return {
    timestamp: wall.toISOString(),
    draining,
    prometheus:
      asking === undefined
        ? null
        : { state: asking.state, since: asking.since === undefined ? null : wallOf(asking.since) },
    objectives: Object.fromEntries(views.map((view) => [view.name, objectiveBody(view, now, wall)])),
  };
}

function objectiveBody({ settings, ...view }: ObjectiveView, now: Instant, wall: Date): ObjectiveBody {
  const standings = { service: view.service(now), here: view.here(now) };
  const judge = judges.find((one) => hasEvents(standings[one]));
  const judged = judge && standings[judge];
  const { indicator, objective, window, sla, description } = settings;
  const bodyOf = (standing: Standing | undefined): StandingBody | null =>
    standing === undefined ? null : standingBody(standing, settings, wall);
  return {
    state: stateOf(judged, settings, judged?.at ?? wall),
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
    compliance_percent: compliancePercent(counts, settings),
    budget: budget === undefined ? null : budgetBody(budget, objective),
    burn: Object.fromEntries(burnWindowNames.map((one) => [one, burn(one)])) as Record<BurnWindow, number | null>,
    burning_over: burningPair(standing, settings, at)?.long ?? null,
    exhausted_at: budget === undefined ? null : exhaustedAt(budget.left, finite(standing.burn['1h']), settings, at),
    month: monthBody(standing.month, standing, settings, at, 0),
    last_month: standing.lastMonth === undefined ? null : monthBody(standing.lastMonth, standing, settings, at, -1),
  };
}

function budgetBody({ left, leftEvents, leftMinutes }: Budget, objective: number): BudgetBody {
  const percent = floorAt(left * 100, 4, 8);
  return {
    left_percent: isSpent(left, objective) ? Math.min(0, percent) : Math.max(1e-4, percent),
    left_minutes: floorAt(leftMinutes, 2, 6),
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
function monthBody(given: Counts, standing: Standing, settings: SloSettings, at: Date, away: 0 | -1): MonthBody {
  const counts = sound(given);
  const [begin, end] = [monthBegin(at, away), away === 0 ? at.getTime() : monthBegin(at)];
  return {
    month: new Date(begin).toISOString().slice(0, 7),
    ...rounded(counts),
    compliance_percent: compliancePercent(counts, settings),
    sla_kept: slaKept(counts, settings, { begin, end }, firstAtOf(standing, settings.window, at)),
  };
}

/** Prometheus counts in fractions. */
const rounded = ({ good, bad }: Counts): Counts => ({ good: roundAt(good, 2), bad: roundAt(bad, 2) });
