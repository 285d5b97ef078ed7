// The metrics of the catalogue, with type, labels and buckets; the names and spellings that StatsD understands for them.
import { type AppMetric, appMetrics as all, spellings } from '../../src/core/app-catalogue.ts';

export const appMetrics = (): readonly string[] => [
  ...all.map(lineOf),
  ...Object.entries(spellings).map(([sent, value]) => `(spelling) ${sent}: ${value}`),
];

function lineOf({ preset, name, type, labels, buckets = [] }: AppMetric): string {
  const shown = labels.map(({ name: label, values, also = [] }) => {
    const other = also.length === 0 ? '' : ` (also ${also.join('|')})`;
    return `${values === undefined ? label : `${label}=${values.join('|')}`}${other}`;
  });
  return [`${preset}: ${name}`, type, ...shown, ...(buckets.length > 0 ? [`le=${buckets.join('|')}`] : [])].join(' ');
}
