// Events that the service's own page counts. What comes anew on a page that was there before counts from 0; what is there at
// the first reading, or after a gap, has counted events that nobody saw here.
import type { Instant } from '../../../core/clock.ts';
import { createPause } from '../../pause.ts';
import type { Counts } from '../budget.ts';
import type { Ledger } from '../ledger.ts';
import { type Line, labelsOf, linesOf } from './lines.ts';
import type { Part, Wanted } from './wanted.ts';

/** After a longer gap a value says nothing of when its events were. */
const gapMs = 120_000;
/** How often series that are gone are looked for, and how long one is gone by then. */
const forgetMs = { every: 60_000, gone: 3_600_000 } as const;
/** So many series that are gone keep their values, so that one that comes back does not count whole. */
const usualMostGone = 50_000;
/** Steps between two looks at the clock. */
const atATime = 16;

/** An objective that is counted by the page. */
export type OnPage = { readonly ledger: Ledger; readonly wanted: readonly Wanted[] };

/** A series as it was read last. */
type Known = { value: number; seenAt: Instant };
/** What its values are of: none for one that nobody wants; undefined before it is on a page that is read here. */
type Series = Known & { roles: readonly Role[] | undefined };
type Role = { readonly sums: Sums } & Pick<Wanted, 'part' | 'needed'>;
/** What one reading found of an objective: the increase of all series of a part, and whether any that is needed is there. */
type Sums = Record<Part, number> & { seen: boolean };

/** For whoever reads the page next. */
export type Values = {
  readonly series: ReadonlyMap<string, Known>;
  /** Some that the page had are not among them. */
  readonly hasForgotten: boolean;
};

export interface PageSource {
  /** One reading. @returns the events since the reading before, of each objective whose series are there. */
  read(now: Instant): Promise<readonly { readonly ledger: Ledger; readonly counts: Counts }[]>;
  /** Those that it saw last, for a successor. */
  values(): Values;
}

export type PageOptions = {
  /** As it is now; a part that is the same object has the same lines. */
  page(): readonly Uint8Array[];
  now(): Instant;
  /** Values that a predecessor saw last: it is asked at the first reading. */
  inherited(): Values;
  readonly mostGone?: number;
};

export function createPageSource(
  objectives: readonly OnPage[],
  { page, now: clock, inherited, mostGone = usualMostGone }: PageOptions,
): PageSource {
  const all = objectives.map((objective) => ({ ...objective, sums: freshSums() }));
  const names = [...new Set(objectives.flatMap(({ wanted }) => wanted.map(({ name }) => name)))];
  const series = new Map<string, Series>();
  /** One that is not known may be one that was forgotten: it has only a baseline. */
  let hasForgotten = false;
  let forgetAt = Number.NEGATIVE_INFINITY;
  /** The series of parts that were read. */
  const parts = new WeakMap<Uint8Array, readonly Series[]>();
  let inherit: (() => Values) | undefined = inherited;

  const mayFit = ({ name, series: text }: Line): boolean =>
    objectives.some(({ wanted }) => wanted.some((one) => one.name === name && one.mayFit(text)));
  const rolesOf = ({ name, series: text }: Line): readonly Role[] => {
    const labels = labelsOf(text);
    const label = (one: string): string => labels.get(one) ?? '';
    return all.flatMap(({ wanted, sums }) =>
      wanted.filter((one) => one.name === name && one.fits(label)).map(({ part, needed }) => ({ sums, part, needed })),
    );
  };
  const found = (line: Line, now: Instant): Series => {
    const known = series.get(line.series);
    const one = known ?? { value: hasForgotten ? line.value : 0, seenAt: now, roles: undefined };
    if (known === undefined) series.set(ownText(line.series), one);
    one.roles ??= rolesOf(line);
    const increase = line.value < one.value ? line.value : line.value - one.value;
    for (const { sums, part, needed } of one.roles) {
      sums[part] += increase;
      sums.seen ||= needed;
    }
    one.value = line.value;
    one.seenAt = now;
    return one;
  };
  const seenAgain = (one: Series, now: Instant): void => {
    one.seenAt = now;
    for (const { sums, needed } of one.roles ?? []) sums.seen ||= needed;
  };
  const readAll = async (now: Instant, turns: Turns): Promise<void> => {
    for (const part of page()) {
      const read = parts.get(part);
      if (read !== undefined) await turns.each(read, (one) => seenAgain(one, now));
      else {
        const some: Series[] = [];
        await turns.each(linesOf(part, names), (line) => {
          if (line !== undefined && mayFit(line)) some.push(found(line, now));
        });
        parts.set(part, some);
      }
    }
  };
  const takeOver = async (from: Values, turns: Turns): Promise<void> => {
    hasForgotten = from.hasForgotten;
    await turns.each(from.series, ([text, { value, seenAt }]) => {
      series.set(text, { value, seenAt, roles: undefined });
    });
  };
  const forget = async (now: Instant, turns: Turns): Promise<void> => {
    forgetAt = now + forgetMs.every;
    let gone = 0;
    await turns.each(series, ([text, { seenAt, roles }]) => {
      if (now - seenAt <= forgetMs.gone) return;
      const isWanted = roles === undefined || roles.length > 0;
      if (isWanted) gone += 1;
      if (isWanted && gone <= mostGone) return;
      series.delete(text);
      hasForgotten ||= isWanted;
    });
  };

  return {
    async read(now) {
      for (const { sums } of all) Object.assign(sums, freshSums());
      const turns = createTurns(clock);
      if (inherit !== undefined) await takeOver(inherit(), turns);
      inherit = undefined; // the predecessor is over
      await readAll(now, turns);
      if (now >= forgetAt && all.some(({ sums }) => sums.seen)) await forget(now, turns);
      return all.flatMap(({ ledger, wanted, sums }) => {
        if (!sums.seen) return [];
        const { page: state } = ledger;
        const goesOn = state.seenAt !== undefined && now - state.seenAt <= gapMs;
        state.seenAt = now;
        if (!goesOn) state.rest = 0;
        return goesOn ? [{ ledger, counts: countsOf(sums, wanted, state) }] : [];
      });
    },
    values: () => inherit?.() ?? { series, hasForgotten },
  };
}

type Turns = ReturnType<typeof createTurns>;

/** Long work, with the turns of others in between. */
function createTurns(now: () => number) {
  const pause = createPause(now);
  let steps = 0;
  return {
    async each<Item>(items: Iterable<Item>, step: (item: Item) => void): Promise<void> {
      for (const item of items) {
        step(item);
        steps += 1;
        if (steps % atATime === 0) await pause();
      }
    },
  };
}

/** Not a piece of the page, which would stay in memory as long as the piece does. */
const ownText = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

const freshSums = (): Sums => ({ all: 0, good: 0, bad: 0, seen: false });

/**
 * Of all events those that are not bad are good. What is counted at the end of a request can come in a later reading than
 * what is counted at its begin: the rest is for the readings to come.
 */
function countsOf({ all, good, bad }: Sums, wanted: readonly Wanted[], state: Ledger['page']): Counts {
  const found = (wanted.some(({ part }) => part === 'bad') ? bad : all - good) + state.rest;
  const taken = Math.min(Math.max(found, 0), all);
  state.rest = found - taken;
  return { good: all - taken, bad: taken };
}
