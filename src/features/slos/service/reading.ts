// Which questions are put to Prometheus, and what their answers make of each objective.
import type { Scope } from '../../prometheus/expression.ts';
import type { Sample } from '../../prometheus/query.ts';
import { type BurnWindow, burnOf, type Counts, type Standing } from '../budget.ts';
import { eventsOf } from '../promql.ts';
import type { SloSettings } from '../settings.ts';
import {
  chunkMs,
  countsOf,
  type Group,
  groupsOf,
  minutes,
  type Questions,
  rawQuestions,
  recordedBurns,
  recordedQuestions,
} from './questions.ts';

/** Puts one question. @param at the instant that it is about; now unless given */
export type Ask = (query: string, at?: Date) => Promise<readonly Sample[]>;

export type Reading = {
  readonly ask: Ask;
  readonly scope: Scope;
  /** Wall time when the round began. */
  readonly wall: Date;
  /** What is known already of the month before this one, and be it nothing; undefined: it is to be asked. */
  lastMonth(name: string): LastMonth | undefined;
};

export type LastMonth = { readonly counts: Counts | undefined };

/** What a round found of an objective. */
export type Found = {
  readonly standing: Standing;
  /** Groups of series that were added up. */
  readonly groups: number;
};

export type Objective = readonly [name: string, settings: SloSettings];
type Groups = ReadonlyMap<string, readonly Group[]>;

const minuteMs = 60_000;
/** A month that is known from later on is not told. */
const lateMs = 86_400_000;

/** Begins of the calendar month (UTC), and of the one before. */
export function monthsOf(wall: Date): { readonly begin: Date; readonly last: Date } {
  const [year, month] = [wall.getUTCFullYear(), wall.getUTCMonth()];
  return { begin: new Date(Date.UTC(year, month, 1)), last: new Date(Date.UTC(year, month - 1, 1)) };
}

/** Those that have recorded series: a few questions for all at once. */
export async function readRecorded(
  objectives: readonly Objective[],
  reading: Reading,
): Promise<ReadonlyMap<string, Found>> {
  const { ask, scope } = reading;
  const questionsOf = (names: readonly string[]) => recordedQuestions(names, scope);
  const windows = groupsOf(await ask(questionsOf(objectives.map(([name]) => name)).window), scope);
  const recorded = objectives.filter(([name]) => countsOf(windows.get(name)) !== undefined);
  const found = new Map<string, Found>();
  for (const alike of Map.groupBy(recorded, ([, { window }]) => window).values())
    for (const [name, one] of await readAlike(alike, { windows, questionsOf, reading })) found.set(name, one);
  return found;
}

/** One without recorded series. Undefined: Prometheus knows nothing of it. */
export async function readRaw(objective: Objective, reading: Reading): Promise<Found | undefined> {
  const [name, settings] = objective;
  const { ask, scope } = reading;
  const questions = rawQuestions(eventsOf(name, settings), scope);
  const windows = groupsOf(await ask(questions.sums(minutes(settings.window))), scope, name);
  if (countsOf(windows.get(name)) === undefined) return undefined;
  return (await readAlike([objective], { windows, questionsOf: () => questions, reading })).get(name);
}

type Asked = {
  /** What is known of the window. */
  readonly windows: Groups;
  readonly questionsOf: (names: readonly string[]) => Questions;
  readonly reading: Reading;
};

/** @param objectives of one window, each with its events in `windows` */
async function readAlike(
  objectives: readonly Objective[],
  { windows, questionsOf, reading }: Asked,
): Promise<ReadonlyMap<string, Found>> {
  const { ask, scope, wall } = reading;
  const names = objectives.map(([name]) => name);
  const [first] = objectives;
  if (first === undefined) return new Map();
  const [only, { window }] = first;
  const read = async (query: string, at?: Date): Promise<Groups> => groupsOf(await ask(query, at), scope, only);
  const cover = await read(questionsOf(names).cover(minutes(window)));
  const { begin, last } = monthsOf(wall);
  // Steps of five minutes, of which the first of the month ends five minutes after its begin.
  const soFarMs = wall.getTime() - begin.getTime() - minuteMs;
  const month = soFarMs < chunkMs ? none : await read(questionsOf(names).sums(minutes(soFarMs)));
  const unknown = names.filter((name) => reading.lastMonth(name) === undefined);
  const lastMs = begin.getTime() - last.getTime() - 2 * minuteMs;
  const before = unknown.length === 0 ? none : await read(questionsOf(unknown).sumsSince(minutes(lastMs)), begin);
  const summed = names.filter((name) => recordedBurn(windows.get(name)) === undefined);
  const burns = new Map<BurnWindow, Groups>();
  if (summed.length > 0) for (const each of recordedBurns) burns.set(each, await read(questionsOf(summed).sums(each)));
  return new Map(
    objectives.flatMap(([name, { objective }]): [string, Found][] => {
      const groups = windows.get(name) ?? [];
      const counts = countsOf(groups);
      const covered = coverOf(cover.get(name), wall, window);
      if (counts === undefined || covered === undefined) return [];
      const burn = recordedBurn(groups) ?? burnOfSums(burns, name, objective);
      const lastMonth = (reading.lastMonth(name) ?? lastMonthOf(before.get(name), last)).counts;
      const thisMonth = countsOf(month.get(name)) ?? { good: 0, bad: 0 };
      const standing: Standing = { from: 'prometheus', ...covered, counts, burn, month: thisMonth, lastMonth };
      return [[name, { standing, groups: groups.length }]];
    }),
  );
}

const none: Groups = new Map();

type Burn = Standing['burn'];

/** Of one group as the alerts see it; undefined where there are several, whose rates cannot be added. */
function recordedBurn(groups: readonly Group[] = []): Burn | undefined {
  const [group] = groups;
  if (group === undefined || groups.length > 1) return undefined;
  const found = recordedBurns.flatMap((window) => (group[window] === undefined ? [] : [[window, group[window]]]));
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

const burnOfSums = (burns: ReadonlyMap<BurnWindow, Groups>, name: string, objective: number): Burn =>
  Object.fromEntries(
    [...burns].flatMap(([window, groups]) => {
      const counts = countsOf(groups.get(name));
      const burn = counts === undefined ? undefined : burnOf(counts, objective);
      return burn === undefined ? [] : [[window, burn]];
    }),
  );

/** Undefined where events are not counted in steps: since when is not known then. */
function coverOf(groups: readonly Group[] = [], wall: Date, windowMs: number) {
  const first = firstOf(groups);
  if (first === undefined) return undefined;
  const now = wall.getTime();
  const since = Math.min(now, Math.max(first, now - windowMs));
  const chunks = Math.max(...groups.map(({ chunks = 0 }) => chunks));
  return { since: new Date(since), coveredMs: Math.min(chunks * chunkMs, now - since) };
}

/** When the first of the events began to be counted, in milliseconds of the wall. */
function firstOf(groups: readonly Group[]): number | undefined {
  const all = groups.flatMap(({ first }) => (first === undefined ? [] : [first * 1000 - chunkMs]));
  return all.length === 0 ? undefined : Math.min(...all);
}

function lastMonthOf(groups: readonly Group[] = [], begin: Date): LastMonth {
  const first = firstOf(groups);
  const known = first !== undefined && first - begin.getTime() <= lateMs;
  return { counts: known ? countsOf(groups) : undefined };
}
