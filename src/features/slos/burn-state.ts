// How an objective's budget burns, as it is told: by the pairs of windows that the rules have, without going to and fro.
import type { Instant } from '../../core/clock.ts';
import { parseDuration } from '../../core/duration.ts';
import { type BurnLevel, burnLevels } from '../../core/event.ts';
import { type BurnPair, budgetOf, burnOf, burnPairs, burnsBy, burnWindows, type Counts } from './budget.ts';
import type { SloSettings } from './settings.ts';
import type { Windows } from './windows.ts';

/** What was told last, and what decides it. */
export type BurnState = {
  burn: BurnLevel;
  exhausted: boolean;
  /** Since when both windows of a pair burn as fast; of those that do. */
  readonly holds: Map<BurnPair, Instant>;
};

export const freshBurn = (): BurnState => ({ burn: 'none', exhausted: false, holds: new Map() });

/** The first that holds is told. */
const levels: readonly (readonly [BurnPair, BurnLevel])[] = burnPairs.map((pair, index) => [
  pair,
  (['fast', 'steady'] as const)[index] ?? 'slow',
]);

/** What was told stays until the burn is below this part of its rate, or as much of the budget is left. */
const ends = { rate: 0.8, left: 0.01 } as const;

type Judged = Pick<SloSettings, 'objective' | 'window' | 'min_bad_events'>;

/** @returns whether there is something else to tell */
export function judge(state: BurnState, slo: Judged, now: Instant, windows: Pick<Windows, 'last' | 'since'>): boolean {
  const last = (ms: number): Counts => windows.last(now, ms);
  const before = { burn: state.burn, exhausted: state.exhausted };
  const countedMs = now - (windows.since ?? now);
  for (const pair of burnPairs) judgePair(state, slo, pair, { now, countedMs, last });
  state.burn = levelOf(state, now);
  state.exhausted = isExhausted(state, slo, last(slo.window), countedMs);
  return before.burn !== state.burn || before.exhausted !== state.exhausted;
}

/** What ends leads to the next that holds at once: between two of them it would seem that nothing burns. */
function levelOf(state: BurnState, now: Instant): BurnLevel {
  const told = burnLevels.indexOf(state.burn);
  const [, level = 'none'] =
    levels.find(
      ([pair, one]) => fires(state, pair, now) || (state.holds.has(pair) && burnLevels.indexOf(one) <= told),
    ) ?? [];
  return level;
}

/** As long as the rule waits for it too. */
const fires = ({ holds }: BurnState, pair: BurnPair, now: Instant): boolean => {
  const since = holds.get(pair);
  return since !== undefined && now - since >= (parseDuration(pair.for) ?? 0);
};

type Measured = { readonly now: Instant; readonly countedMs: number; last(ms: number): Counts };

function judgePair(state: BurnState, slo: Judged, pair: BurnPair, { now, countedMs, last }: Measured): void {
  const [long, short] = [last(burnWindows[pair.long]), last(burnWindows[pair.short])];
  const rate = fires(state, pair, now) ? ends.rate * pair.rate : pair.rate;
  const burn = (counts: Counts): number => burnOf(counts, slo.objective) ?? 0;
  const found = { over: burn(long), lately: burn(short), bad: long.bad, countedMs };
  if (!burnsBy(pair, found, slo.min_bad_events, rate)) state.holds.delete(pair);
  else if (!state.holds.has(pair)) state.holds.set(pair, now);
}

function isExhausted(
  { exhausted }: BurnState,
  { objective, min_bad_events, window: windowMs }: Judged,
  counts: Counts,
  countedMs: number,
): boolean {
  const budget = budgetOf(counts, objective, { windowMs, countedMs });
  return counts.bad >= min_bad_events && (budget?.left ?? 1) <= (exhausted ? ends.left : 0);
}
