// What an entry of `statistics.queries` can say: a query of the operator's own, whose rows become samples.
import { z } from 'zod';
import { byRule, durationBetween } from '../../../core/fields.ts';
import type { SettingsProblem } from '../../define.ts';

/** Ours, those of the exporters whose names we keep, and those of the process' own page. */
const takenPrefixes = ['sidewarden_', 'pg_', 'redis_', 'elasticsearch_', 'process_', 'nodejs_', 'scrape_'];
const takenNames = ['up', 'ALERTS', 'ALERTS_FOR_STATE'];
/** The labels that every sample has. */
const ownLabels = ['check', 'instance'];
/** Those that Prometheus gives a target: with honor_labels, which this page is scraped with, ours would replace them. */
const targetLabels = ['job', 'namespace', 'pod', 'container', 'endpoint'];

const word = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const wordForm = 'letters, digits and _, not beginning with a digit';

/** Of a field: what is wrong with its value, and how to fix it. The pattern is for the JSON Schema. */
const judged = (pattern: string, problemOf: (text: string) => Omit<SettingsProblem, 'path'> | undefined) =>
  z
    .string()
    .superRefine((text, context) => {
      const problem = problemOf(text);
      if (problem !== undefined)
        context.addIssue({ code: 'custom', message: problem.message, params: { fix: problem.fix } });
    })
    .meta({ pattern });

const metricName = judged(word.source, (name) => {
  if (!word.test(name)) return { message: 'is not the name of a metric', fix: `write ${wordForm}` };
  if (name.length > 100) return { message: 'must have at most 100 characters', fix: 'write a shorter name' };
  const prefix = takenPrefixes.find((one) => name.startsWith(one));
  const fix = 'begin with your product’s name';
  if (prefix !== undefined) return { message: `begins with ${prefix}, which is taken`, fix };
  return takenNames.includes(name) ? { message: 'is taken by Prometheus', fix } : undefined;
}).meta({ maxLength: 100 });

/** Columns that a query can have beside its value. */
export const mostLabels = 10;

/** Why a column cannot be a label. */
export function labelProblem(name: string): string | undefined {
  if (!word.test(name)) return `must be ${wordForm}`;
  if (name.startsWith('__')) return 'begins with __, which Prometheus keeps for itself';
  if (ownLabels.includes(name)) return 'is a label that every sample has already: leave it out';
  return targetLabels.includes(name)
    ? 'is a label that Prometheus keeps for where it scrapes: call it otherwise'
    : undefined;
}

/** They outlive the transaction that the query runs in: to release one ends the lead, to take one keeps it. */
const advisory = /\bpg_(try_)?advisory/i;

const labelName = z.string().superRefine(byRule(labelProblem));

export const query = z.strictObject({
  name: metricName.describe('name of the metric; a counter’s ends in _total'),
  type: z.enum(['gauge', 'counter']).default('gauge').describe('counter: a value that only grows'),
  help: z.string().min(1).max(300).optional().describe('what the metric says, for its HELP line'),
  sql: judged('\\S', (sql) => {
    if (sql.trim() === '') return { message: 'is empty', fix: 'write one SELECT, whose rows become samples' };
    return advisory.test(sql)
      ? {
          message: 'must not call pg_advisory_… functions: a lock of the session says who reads the statistics',
          fix: 'leave the call out',
        }
      : undefined;
  }).describe('one SELECT; its rows become samples. Without a semicolon between statements'),
  interval: durationBetween(5000, 86_400_000).prefault('60s').describe('time between two runs'),
  timeout: durationBetween(10, 60_000).prefault('2s').describe('the server ends it after that'),
  max_rows: z.number().int().min(1).max(1000).default(50).describe('rows beyond it are cut, and counted'),
  value: z.string().min(1).default('value').describe('column that holds the value'),
  labels: z
    .array(labelName)
    .max(mostLabels)
    .optional()
    .describe('columns that become labels; unless given, all but the value’s'),
});
export type Query = z.output<typeof query>;

/** Judged beside what is wrong with single fields, so that all mistakes are told at once. */
export const queries = z
  .array(query)
  .max(50)
  .superRefine(judge, { when: () => true })
  .default([]);

/** What is wrong between the fields of a query, or between queries. A field that is wrong by itself may hold anything. */
function judge(all: unknown, context: z.RefinementCtx): void {
  const list: readonly Partial<Query>[] = Array.isArray(all)
    ? all.map((one) => (one instanceof Object ? one : {}))
    : [];
  for (const [index, one] of list.entries()) {
    for (const { path, message, fix } of problemsOf(one, list.slice(0, index)))
      context.addIssue({ code: 'custom', message, path: [index, ...path], params: { fix } });
  }
}

function problemsOf(
  { name, type, labels, value }: Partial<Query>,
  before: readonly Partial<Query>[],
): SettingsProblem[] {
  const found: SettingsProblem[] = [];
  if (typeof name === 'string') {
    const total = name.endsWith('_total');
    if (type === 'counter' && !total)
      found.push({
        path: ['name'],
        message: 'is a counter’s, so it must end in _total',
        fix: `write \`${name}_total\``,
      });
    if (type === 'gauge' && total)
      found.push({
        path: ['name'],
        message: 'ends in _total, as only a counter’s does',
        fix: 'rename it, or set `type: counter`',
      });
    if (before.some((other) => other.name === name))
      found.push({ path: ['name'], message: 'is the name of an earlier query too', fix: 'give it another' });
  }
  if (!Array.isArray(labels)) return found;
  if (value !== undefined && labels.includes(value))
    found.push({
      path: ['labels'],
      message: `name the value’s column ${value}`,
      fix: 'take it out, or set another `value`',
    });
  if (new Set(labels).size < labels.length)
    found.push({ path: ['labels'], message: 'name a column twice', fix: 'take one out' });
  return found;
}
