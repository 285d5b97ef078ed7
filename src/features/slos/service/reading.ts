// Which questions are put to Prometheus, and what their answers make of each objective.
import type { Scope } from '../../prometheus/expression.ts';
import type { Sample } from '../../prometheus/query.ts';
import { type BurnWindow, burnWindowNames, burnWindows, byWindow, type Counts, monthBegin } from '../budget.ts';
import { eventsOf } from '../promql.ts';
import type { SloSettings } from '../settings.ts';
import { countsOf, firstStepMs, type Group, groupsOf, minutes, rawQuestions, recordedQuestion } from './questions.ts';

/** Puts one question. @param at the instant that it is about; now unless given */
export type Ask = (query: string, at?: Date) => Promise<readonly Sample[]>;

export type Reading = {
  readonly ask: Ask;
  readonly scope: Scope;
  wall(): Date;
};

/** What an answer says of the rolling window. */
export type Rolling = {
  /** Wall time of the answer. */
  readonly at: Date;
  readonly since: Date;
  readonly counts: Counts;
  /** Of the burn windows, where they are known. */
  readonly within: Readonly<Partial<Record<BurnWindow, Counts>>>;
  /** Groups of series that were added up. */
  readonly groups: number;
};

/** What the counters say of calendar months (UTC). */
export type Months = {
  /** Of the month that was asked about: in milliseconds of the wall. */
  readonly begin: number;
  readonly month: Counts;
  /** Undefined where nothing of its first day is known. */
  readonly lastMonth: Counts | undefined;
};

export type Objective = readonly [name: string, settings: SloSettings];

/**
 * Without recorded series: there are none; or they are those of another configuration; or their window has no begin yet, as of an
 * objective of some minutes.
 */
export type Unrecorded = 'missing' | 'other' | 'young';

/** So many objectives have an answer that is short enough. */
const mostAtOnce = 25;
/** Of a month that is younger nothing is asked. */
export const youngMonthMs = 300_000;
const day = '1d';
const dayMs = burnWindows[day];

/** Of all objectives, by one question for many. */
export async function readRecorded(
  objectives: readonly Objective[],
  { ask, scope, wall }: Reading,
): Promise<ReadonlyMap<string, Rolling | Unrecorded>> {
  const found = new Map<string, Rolling | Unrecorded>();
  for (let from = 0; from < objectives.length; from += mostAtOnce) {
    const some = objectives.slice(from, from + mostAtOnce);
    const names = some.map(([name]) => name);
    const groups = groupsOf(await ask(recordedQuestion(names, scope)), scope);
    const at = wall();
    for (const [name, settings] of some) found.set(name, recordedOf(groups.get(name), settings, at));
  }
  return found;
}

function recordedOf(
  groups: readonly Group[] = [],
  { objective, window }: Pick<SloSettings, 'objective' | 'window'>,
  at: Date,
): Rolling | Unrecorded {
  const counts = countsOf(groups);
  if (counts === undefined) return 'missing';
  const isOurs = groups.every(
    ({ all, objective: share, days }) =>
      all === undefined || (near(share, objective / 100) && near(days, window / dayMs)),
  );
  if (!isOurs) return 'other';
  const covered = groups.flatMap(({ covered }) => (covered === undefined ? [] : [covered]));
  if (covered.length === 0) return 'young';
  const since = new Date(at.getTime() - Math.min(1, Math.max(0, ...covered)) * window);
  return { at, since, counts, within: withinOf(groups, burnWindowNames), groups: groups.length };
}

/** Rules have the digits of a person. */
const near = (found: number | undefined, expected: number): boolean =>
  found !== undefined && Math.abs(found / expected - 1) < 1e-9;

const withinOf = (groups: readonly Group[] | undefined, windows: readonly BurnWindow[]): Rolling['within'] =>
  byWindow((window) => countsOf(groups, window), windows);

const shortWindows = burnWindowNames.filter((window) => burnWindows[window] <= burnWindows['6h']);
const longWindows = burnWindowNames.filter((window) => !shortWindows.includes(window));

/** One without recorded series. Undefined: Prometheus knows nothing of it, or not since when. */
export async function readRaw(
  [name, settings]: Objective,
  { ask, scope, wall }: Reading,
): Promise<Rolling | undefined> {
  const questions = rawQuestions(eventsOf(name, settings, scope.namespace), scope);
  const read = async (query: string): Promise<readonly Group[]> =>
    groupsOf(await ask(query), scope, name).get(name) ?? [];
  const groups = await read(questions.sums({ '': minutes(settings.window) }));
  const at = wall();
  const counts = countsOf(groups);
  if (counts === undefined) return undefined;
  const since = sinceOf(await read(questions.first(minutes(settings.window))), settings.window, at);
  if (since === undefined) return undefined;
  let within: Rolling['within'] = {};
  for (const windows of [shortWindows, longWindows]) {
    const sums = await read(questions.sums(Object.fromEntries(windows.map((window) => [window, window]))));
    within = { ...within, ...withinOf(sums, windows) };
  }
  return { at, since, counts, within, groups: groups.length };
}

/** Undefined where events are counted in no step of a few minutes: since when is not known then. */
function sinceOf(groups: readonly Group[], windowMs: number, at: Date): Date | undefined {
  const now = at.getTime();
  const firsts = groups.flatMap(({ first }) => (first === undefined ? [] : [first * 1000]));
  const first = firsts.length > 0 ? Math.min(...firsts) : groups.some(({ all }) => all !== undefined) ? now : undefined;
  return first === undefined ? undefined : new Date(Math.min(now, Math.max(first - firstStepMs, now - windowMs)));
}

/** The month so far and the one before, from the counters: sums of what was recorded would count twice where rules stood still. */
export async function readMonths([name, settings]: Objective, { ask, scope, wall }: Reading): Promise<Months> {
  const questions = rawQuestions(eventsOf(name, settings, scope.namespace), scope);
  const read = async (query: string, at: Date): Promise<readonly Group[] | undefined> =>
    groupsOf(await ask(query, at), scope, name).get(name);
  const now = new Date(Math.floor(wall().getTime() / 1000) * 1000);
  const [begin, last] = [new Date(monthBegin(now)), new Date(monthBegin(now, -1))];
  const between = async (from: Date, to: Date): Promise<Counts | undefined> =>
    countsOf(await read(questions.sums({ '': `${(to.getTime() - from.getTime()) / 1000}s` }), to));
  const isYoung = now.getTime() - begin.getTime() < youngMonthMs;
  const month = isYoung ? undefined : await between(begin, now);
  const isKnown = (await read(questions.events(day), new Date(last.getTime() + dayMs))) !== undefined;
  const lastMonth = isKnown ? await between(last, begin) : undefined;
  return { begin: begin.getTime(), month: month ?? { good: 0, bad: 0 }, lastMonth };
}
