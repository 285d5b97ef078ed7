// How an objective stands by numbers of one kind: which pair of the alerts burns, whether the budget is spent, whether an SLA
// is kept.
import {
  allowedShare,
  type BurnPair,
  budgetOf,
  burnPairs,
  burnsBy,
  type Counts,
  partOf,
  type Standing,
  shareOf,
  totalOf,
} from './budget.ts';
import type { SloSettings } from './settings.ts';
import { decimalsOf, finite, floorAt } from './text/figures.ts';

/** `burning`: at a rate of the alerts. `exhausted`: no budget is left. `unknown`: no event was counted. */
export const objectiveStates = ['met', 'burning', 'exhausted', 'unknown'] as const;
export type ObjectiveState = (typeof objectiveStates)[number];

/** @param at the time of the standing */
export function stateOf(standing: Standing | undefined, slo: SloSettings, at: Date): ObjectiveState {
  if (standing === undefined) return 'unknown';
  const budget = budgetOf(sound(standing.counts), slo.objective, partOf(standing, slo.window, at));
  if (budget === undefined) return 'unknown';
  if (isSpent(budget.left, slo.objective)) return 'exhausted';
  return burningPair(standing, slo, at) === undefined ? 'met' : 'burning';
}

/** Doubles know what is left of a small share no better than this. @param left as a share */
export const isSpent = (left: number, objective: number): boolean => left < 1e-15 / allowedShare(objective);

/**
 * The fastest pair of the alerts that holds, with enough bad events in its long window. Where the short window is not known, the
 * long one decides; where the bad events of the long one are not, those of the objective's window do.
 */
export function burningPair(
  standing: Standing,
  { min_bad_events, window }: Pick<SloSettings, 'min_bad_events' | 'window'>,
  at: Date,
): BurnPair | undefined {
  const { burn, badIn, counts } = standing;
  const { countedMs } = partOf(standing, window, at);
  return burnPairs.find((pair) => {
    const over = finite(burn[pair.long]);
    if (over === undefined) return false;
    const bad = finite(badIn?.[pair.long]) ?? sound(counts).bad;
    return burnsBy(pair, { over, lately: finite(burn[pair.short]) ?? over, bad, countedMs }, min_bad_events);
  });
}

/** What is less of an event is none, as where Prometheus counts in fractions. */
const leastCount = 1e-6;

/** No count is negative or endless, whoever counted. */
export const sound = ({ good, bad }: Counts): Counts => {
  const count = (given = 0): number => (given < leastCount ? 0 : Math.min(Number.MAX_SAFE_INTEGER, given));
  return { good: count(finite(good)), bad: count(finite(bad)) };
};

/** Down, and with more digits than the objective and the SLA have: what is broken never reads as met. */
export function compliancePercent(counts: Counts, { objective, sla = 0 }: SloSettings): number | null {
  const total = totalOf(counts);
  if (total <= 0) return null;
  return floorAt((100 * counts.good) / total, Math.max(6, decimalsOf(objective), decimalsOf(sla)));
}

/** Of a month, from its begin to its end or to now. */
export type Span = { readonly begin: number; readonly end: number };

/**
 * Whether an SLA is kept in a month: of one that was counted in part the rest counts as good, as in a budget. Null without an
 * SLA, and without events.
 */
export function slaKept(
  counts: Counts,
  slo: SloSettings,
  { begin, end }: Span,
  firstAt: number | undefined,
): boolean | null {
  const total = totalOf(counts);
  if (slo.sla === undefined || total <= 0) return null;
  const isKnown = firstAt !== undefined && firstAt < end; // what was counted later says nothing of this month
  const countedMs = end - Math.max(begin, isKnown ? firstAt : begin);
  const whole = total / shareOf({ windowMs: Math.max(1, end - begin), countedMs });
  return (compliancePercent({ good: whole - counts.bad, bad: counts.bad }, slo) ?? 0) >= slo.sla;
}

/** When the first event was counted, in milliseconds of the wall. Undefined: not known, as long before the window. */
export function firstAtOf({ first, since }: Standing, windowMs: number, at: Date): number | undefined {
  if (first !== undefined) return first.getTime();
  const reaches = since !== undefined && at.getTime() - since.getTime() >= windowMs * 0.999;
  return reaches ? undefined : since?.getTime();
}
