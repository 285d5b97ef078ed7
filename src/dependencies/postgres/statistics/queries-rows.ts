// The rows of a query of the operator's own become samples, or an error that names the query and the column.
import { longestLabel } from '../../../core/exposition.ts';
import type { Family, Sample } from '../../../core/family.ts';
import { UnreadableAnswer } from '../../statistics.ts';
import { labelProblem, mostLabels, type Query } from './queries-settings.ts';
import type { Selection } from './source.ts';

/** The family of a query whose label columns are these. */
export const familyOf = ({ name, type, help }: Query, labels: readonly string[]): Family => ({
  name,
  type,
  labels,
  help: help ?? `What the query ${name} of the configuration gives.`,
});

/**
 * NULL as a value gives no sample; NULL as a label an empty one, which is as good as none. NaN and the infinities are values
 * to Prometheus, and to its exporters.
 * @throws UnreadableAnswer, with the samples of the other rows when some rows cannot be samples.
 */
export function samplesOf(query: Query, { columns, rows }: Pick<Selection, 'columns' | 'rows'>): Sample[] {
  const labels = labelsOf(query, columns);
  const family = familyOf(query, labels);
  const seen = new Set<string>();
  const left: string[] = [];
  const samples = rows.flatMap((row): Sample[] => {
    const found = readRow(query, labels, row);
    if (found === undefined) return [];
    if (typeof found === 'string') {
      left.push(found);
      return [];
    }
    const key = JSON.stringify(found.texts);
    if (seen.has(key))
      throw unreadable(
        query,
        `gives several rows ${said(labels, found.texts)}: group them, or select what tells them apart`,
      );
    seen.add(key);
    return [{ family, labels: found.texts, value: found.value }];
  });
  const [first] = left;
  if (first === undefined) return samples;
  throw unreadable(query, `${first}; ${left.length} of ${rows.length} rows are left out`, samples);
}

/** @returns undefined for no sample, a string for what is wrong with the row. */
function readRow(query: Query, labels: readonly string[], row: Selection['rows'][number]) {
  const value = numberFrom(query, row[query.value]);
  if (typeof value !== 'number') return value;
  const texts: string[] = [];
  for (const label of labels) {
    const text = labelOf(row[label]);
    if (typeof text !== 'string') return `gives in the column ${label} ${text.wrong}`;
    texts.push(text);
  }
  return { value, texts };
}

function labelsOf(query: Query, columns: readonly string[]): readonly string[] {
  const { value, labels } = query;
  if (!columns.includes(value)) {
    throw unreadable(
      query,
      `gives no column ${value} but ${columns.join(', ')}: select one AS ${value}, or set \`value\``,
    );
  }
  const twice = columns.find((column, index) => columns.indexOf(column) < index);
  if (twice !== undefined) throw unreadable(query, `gives two columns ${twice}: give one another name`);
  const others = columns.filter((column) => column !== value);
  if (labels !== undefined) {
    const missing = labels.find((label) => !others.includes(label));
    if (missing !== undefined) throw unreadable(query, `gives no column ${missing}, which \`labels\` names`);
    const extra = others.find((column) => !labels.includes(column));
    if (extra !== undefined)
      throw unreadable(query, `gives a column ${extra}, which is neither the value nor in \`labels\``);
    return labels;
  }
  if (others.length > mostLabels)
    throw unreadable(query, `gives ${others.length} columns for labels, and ${mostLabels} are the most`);
  for (const column of others) {
    const problem = labelProblem(column);
    if (problem !== undefined)
      throw unreadable(query, `gives a column ${column}, which cannot be a label: it ${problem}`);
  }
  return others;
}

/** As PostgreSQL writes numbers, which clients hand on as text where they are long: bigint, numeric. */
const numeric = /^(-?(\d+(\.\d*)?([eE][+-]?\d+)?|Infinity)|NaN)$/;

function numberFrom(query: Query, value: unknown): number | string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && numeric.test(value)) return Number(value);
  const hint = value instanceof Date ? ': select extract(epoch FROM …)' : '';
  return `gives in the column ${query.value} what is not a number${hint}`;
}

function labelOf(value: unknown): string | { readonly wrong: string } {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return { wrong: 'what is not a string: cast it to text' };
  const text = String(value);
  // Cut, as any longer one is on the page, it could be the same as another.
  if (text.length <= longestLabel) return text;
  return { wrong: `a label of more than ${longestLabel} characters: select what is short and of few values` };
}

const said = (labels: readonly string[], texts: readonly string[]): string =>
  labels.length === 0
    ? 'and no column for a label'
    : `for ${labels.map((label, index) => `${label}=${texts[index]}`).join(', ')}`;

const unreadable = ({ name }: Query, what: string, samples: readonly Sample[] = []): UnreadableAnswer =>
  new UnreadableAnswer(`the query ${name} ${what}`, { samples });
