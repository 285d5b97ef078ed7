// Under which names a metric of the catalogue is exposed and may arrive by StatsD, and an example of each.
import type { AppMetric } from './app-catalogue.ts';

/** @param prefix of the service; empty: none */
export const exposedName = ({ name }: Pick<AppMetric, 'name'>, prefix: string): string =>
  prefix === '' ? name : `${prefix}_${name}`;

/** As it is sent by StatsD: without what its type and unit say, `queries` for `queries_total`. */
export const shortName = ({ name }: Pick<AppMetric, 'name'>): string => name.replace(/(_seconds|_bytes|_total)+$/, '');

/** Every name under which it may arrive, dots and dashes written as underscores: long or short, with the prefix or without. */
export const arrivingNames = (metric: Pick<AppMetric, 'name'>, prefix: string): readonly string[] =>
  [metric.name, shortName(metric)].flatMap((name) => [...new Set([name, exposedName({ name }, prefix)])]);

/** What the examples record. */
function exampleValue({ type, unit, example }: AppMetric): number {
  if (example !== undefined) return example;
  if (type === 'counter') return 1;
  if (unit === 'seconds') return 0.12;
  if (unit === 'bytes') return 2048;
  if (unit === 'ratio') return 0.97;
  return type === 'histogram' ? 1200 : 12;
}

/**
 * What the page of a service shows that has recorded one value: HELP, TYPE and samples, with a line feed at the end. Of
 * the buckets of a histogram there are the first that holds the value, and the last.
 */
export function textExample(metric: AppMetric, prefix: string): string {
  const [name, value] = [exposedName(metric, prefix), exampleValue(metric)];
  const pairs = metric.labels.map((label) => `${label.name}="${label.example}"`);
  const sample = (suffix: string, number: number, ...more: readonly string[]): string => {
    const all = [...pairs, ...more];
    return `${name}${suffix}${all.length === 0 ? '' : `{${all.join(',')}}`} ${number}`;
  };
  const bucket = (metric.buckets ?? []).find((bound) => value <= bound);
  const samples =
    metric.type === 'histogram'
      ? [
          ...(bucket === undefined ? [] : [sample('_bucket', 1, `le="${bucket}"`)]),
          ...[sample('_bucket', 1, 'le="+Inf"'), sample('_sum', value), sample('_count', 1)],
        ]
      : [sample('', value)];
  return `# HELP ${name} ${metric.help}\n# TYPE ${name} ${metric.type}\n${samples.join('\n')}\n`;
}

/** The DogStatsD line that records the same: `queries:1|c|#status:success`. */
export function statsdExample(metric: AppMetric): string {
  const type = { counter: 'c', gauge: 'g', histogram: 'd' }[metric.type];
  const tags = metric.labels.map((label) => `${label.name}:${label.example}`).join(',');
  return `${shortName(metric)}:${exampleValue(metric)}|${type}${tags === '' ? '' : `|#${tags}`}`;
}
