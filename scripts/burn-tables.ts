// The table of docs/slo.md that says which alert tells of a burn, and when: of the data that tests prove.
import { formatDuration } from '../src/core/duration.ts';
import { burnPairs } from '../src/features/slos/budget.ts';
import { type Burn, burns } from '../test/features/slos/burn-table.ts';
import { type Part, table } from './part.ts';

const names = [...burnPairs.map(({ alert }) => alert), 'SloBudgetExhausted'];
const linked = (name: string): string => `[${name}](runbooks/${name}.md)`;
const time = (minutes: number): string => formatDuration(minutes * 60_000);

/** When it fires after the begin, and when it ends after the last bad event. */
function cellOf({ told, lasts }: Burn, name: string): string {
  const found = told.find(({ alert }) => alert === name);
  if (found === undefined) return '–';
  const { fires, ends } = found;
  return `after ${time(fires)}; ${ends === undefined ? 'stays' : `ends ${time(ends - lasts)} after`}`;
}

export const burnParts: readonly Part[] = [
  table(
    'docs/slo.md',
    'burns',
    ['what is bad', ...names.map(linked)],
    burns.map((burn) => [burn.what, ...names.map((name) => cellOf(burn, name))]),
  ),
];
