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
/** A series that is gone for so long begins anew. */
const forgetMs = 3_600_000;
/** Lines between two looks at the clock. */
const atATime = 256;

/** An objective that is counted by the page. */
export type OnPage = { readonly ledger: Ledger; readonly wanted: readonly Wanted[] };

/** A series as it was read last. */
type Known = { value: number; seenAt: Instant };
/** What its values are of; none for one that nobody wants. */
type Series = Known & { readonly roles: readonly Role[] };
type Role = { readonly sums: Sums } & Pick<Wanted, 'part' | 'needed'>;
/** What one reading found of an objective: the increase of all series of a part, and whether any that is needed is there. */
type Sums = Record<Part, number> & { seen: boolean };

/** Series and their values, for whoever reads the page next. */
export type Values = ReadonlyMap<string, Known>;

export interface PageSource {
  /** One reading. @returns the events since the reading before, of each objective whose series are there. */
  read(now: Instant): Promise<readonly { readonly ledger: Ledger; readonly counts: Counts }[]>;
  /** Those that it saw last, for a successor. */
  values(): Values;
}

/**
 * @param page as it is now; a part that is the same object has the same lines
 * @param inherited values that a predecessor saw last: it is asked at the first reading
 */
export function createPageSource(
  objectives: readonly OnPage[],
  { page, now: clock, inherited }: { page(): readonly Uint8Array[]; now(): Instant; inherited(): Values },
): PageSource {
  const all = objectives.map((objective) => ({ ...objective, sums: freshSums() }));
  const names = [...new Set(objectives.flatMap(({ wanted }) => wanted.map(({ name }) => name)))];
  const series = new Map<string, Series>();
  /** The series of parts that were read. */
  const parts = new WeakMap<Uint8Array, readonly Series[]>();
  let inherit: (() => Values) | undefined = inherited;
  let before: Values = new Map();
  /** When a value that is inherited says nothing any more. */
  let beforeUntil = Number.POSITIVE_INFINITY;

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
    const last = known ?? before.get(line.series);
    const one = known ?? { value: line.value, seenAt: now, roles: rolesOf(line) };
    if (known === undefined) series.set(ownText(line.series), one);
    const increase = last === undefined || line.value < last.value ? line.value : line.value - last.value;
    for (const { sums, part, needed } of one.roles) {
      sums[part] += increase;
      sums.seen ||= needed;
    }
    one.value = line.value;
    one.seenAt = now;
    return one;
  };
  const seenAgain = (some: readonly Series[], now: Instant): void => {
    for (const one of some) {
      one.seenAt = now;
      for (const { sums, needed } of one.roles) sums.seen ||= needed;
    }
  };
  const readAll = async (now: Instant): Promise<void> => {
    const pause = createPause(clock);
    let lines = 0;
    for (const part of page()) {
      const read = parts.get(part);
      if (read !== undefined) seenAgain(read, now);
      else {
        const some: Series[] = [];
        for (const line of linesOf(part, names)) {
          if (mayFit(line)) some.push(found(line, now));
          lines += 1;
          if (lines % atATime === 0) await pause();
        }
        parts.set(part, some);
      }
      await pause();
    }
  };
  const forget = (now: Instant): void => {
    for (const [text, { seenAt }] of series) if (now - seenAt > forgetMs) series.delete(text);
  };

  return {
    async read(now) {
      for (const { sums } of all) Object.assign(sums, freshSums());
      if (inherit !== undefined) {
        before = inherit();
        beforeUntil = now + gapMs;
        inherit = undefined; // the predecessor is over
      }
      await readAll(now);
      if (now > beforeUntil) before = new Map();
      if (all.some(({ sums }) => sums.seen)) forget(now);
      return all.flatMap(({ ledger, wanted, sums }) => {
        if (!sums.seen) return [];
        const { page: state } = ledger;
        const goesOn = state.seenAt !== undefined && now - state.seenAt <= gapMs;
        state.seenAt = now;
        if (!goesOn) state.rest = 0;
        return goesOn ? [{ ledger, counts: countsOf(sums, wanted, state) }] : [];
      });
    },
    values: () => new Map([...before, ...series]),
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
