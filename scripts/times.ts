// Where the time of the tests went: by group, and the files that take longest.
import type { FileReport } from './vitest-report.ts';

const SLOWEST = 10;

/**
 * @param groups in the order in which they are told.
 * @param reports what vitest-report.ts found.
 * @param seconds how long the whole run took.
 */
export function timesOf(groups: readonly string[], reports: readonly FileReport[], seconds: number): string {
  const files = reports.flatMap(({ group, file, ...rest }) =>
    group === undefined || file === undefined ? [] : [{ group, file, ...rest }],
  );
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  const rows = groups.map((group) => {
    const of = files.filter((file) => file.group === group);
    return [group, of.length, sum(of.map(({ passed }) => passed)), sum(of.map((file) => file.seconds))] as const;
  });
  const total = sum(rows.map(([, , , spent]) => spent));
  const slowest = files.toSorted((left, right) => right.seconds - left.seconds).slice(0, SLOWEST);
  return [
    `\n=== where the time went: ${total.toFixed(1)} s of files in ${seconds.toFixed(1)} s\n`,
    'group         files  passed  seconds of its files\n',
    ...rows.map(([group, count, passed, spent]) => {
      return `${group.padEnd(12)}${cell(count, 7)}${cell(passed, 8)}${cell(spent.toFixed(1), 9)}\n`;
    }),
    `the ${slowest.length} slowest files\n`,
    ...slowest.map(({ file, seconds: spent }) => `${cell(spent.toFixed(1), 7)}  ${file}\n`),
  ].join('');
}

const cell = (value: number | string, width: number): string => String(value).padStart(width);
