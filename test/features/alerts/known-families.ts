// Every family that an expression can read, with its labels, and the job that has it.
import { appMetrics } from '../../../src/core/app-catalogue.ts';
import { loopFamilies, ownPrefix, promFamilies } from '../../../src/core/detail.ts';
import { families } from '../../../src/core/names.ts';
import type { Definition } from '../../../src/dependencies/define.ts';
import { definitions } from '../../../src/dependencies/index.ts';
import { familiesOf } from '../../../src/dependencies/statistics.ts';
import { features } from '../../../src/features/index.ts';
import type { Job } from '../../../src/features/prometheus/expression.ts';
import { kubernetesFamilies } from './kubernetes-families.ts';

export type Known = { readonly job: Job; readonly type: string; readonly labels: ReadonlySet<string> };

/** What Prometheus says of every scrape, whichever its job. */
export const ofScrapes: readonly string[] = ['up', 'scrape_duration_seconds', 'scrape_samples_post_metric_relabeling'];

const known = new Map<string, Known>();
const add = (job: Job, name: string, type: string, labels: readonly string[]): void => {
  known.set(name, { job, type, labels: new Set(labels) });
};

/** What the scrape of a replica adds. */
const replica = ['instance', 'pod', 'namespace', 'job'];
/** `instance` is the server's. */
const server = ['check', 'instance', 'namespace', 'job'];

for (const { name, type, labels } of Object.values(families)) add('checks', name, type, [...labels, ...replica]);
for (const { name } of [...promFamilies, ...loopFamilies])
  add('checks', `${ownPrefix}${name}`, name.endsWith('_total') ? 'counter' : 'gauge', replica);
for (const { families: own = [] } of features)
  for (const { name, type, labels } of own) add('checks', name, type, [...labels, ...replica]);
for (const name of ofScrapes) add('checks', name, 'gauge', replica);
add('none', 'ALERTS', 'gauge', ['alertname', 'alertstate', 'severity', 'service', 'check', 'slo', 'namespace']);
for (const definition of definitions as unknown as readonly Definition[]) {
  const statistics = await definition.statistics?.();
  if (statistics !== undefined)
    for (const { name, type, labels } of familiesOf(statistics)) add('statistics', name, type, [...labels, ...server]);
}
for (const { name, type, labels } of kubernetesFamilies)
  add('none', name, type, [...labels, 'namespace', 'job', 'instance']);
for (const { name, type, labels } of appMetrics)
  add('app', `shop_${name}`, type, [...labels.map((label) => label.name), ...replica]);

/** Families by their names; those of the app have the prefix `shop`. */
export const knownFamilies: ReadonlyMap<string, Known> = known;

/** The family of a series: `_bucket`, `_sum` and `_count` are of a histogram or summary. */
export function familyOf(series: string): (Known & { readonly name: string }) | undefined {
  const exact = known.get(series);
  if (exact !== undefined) return exact.type === 'histogram' ? undefined : { ...exact, name: series };
  const [, name, suffix] = /^(.*)_(bucket|sum|count)$/.exec(series) ?? [];
  const whole = name === undefined ? undefined : known.get(name);
  if (whole === undefined || !['histogram', 'summary'].includes(whole.type)) return undefined;
  return { ...whole, name: name as string, labels: new Set([...whole.labels, ...(suffix === 'bucket' ? ['le'] : [])]) };
}
