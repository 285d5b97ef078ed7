// The labels of a series as they stand on the page, which is also what the series is known by.
import { escapeLabel } from '../../../core/exposition.ts';

/** What stands for the labels of all series that are too many. */
export const other = '__other__';

/** An empty value is no label. */
export const labelsOf = (pairs: Iterable<readonly [name: string, value: string]>): string =>
  [...pairs].flatMap(([name, value]) => (value === '' ? [] : [`${name}="${escapeLabel(value)}"`])).join(',');

/** The same labels, each with the value that stands for all. */
export const othersOf = (labels: string): string => labels.replace(/="(?:[^"\\]|\\.)*"/g, `="${other}"`);

/** By name: series of the same labels are the same, in whatever order they were sent. */
export const sorted = (labels: ReadonlyMap<string, string>): readonly (readonly [string, string])[] =>
  [...labels].sort(([one], [two]) => (one < two ? -1 : 1));
