// Series of two clusters of Elasticsearch: that of the check `search`, which goes wrong, and that of `logs`, which does not.
import { counter, gauge, type Line, steady } from '../case.ts';

export const of = (check: string, family: string, labels = ''): string =>
  `${family}{check="${check}",instance="${check}:9200"${labels === '' ? '' : `,${labels}`}}`;
export const search = (family: string, quiet: number, loud: number, labels = ''): Line =>
  gauge(of('search', family, labels), quiet, loud);
export const logs = (family: string, value: number, labels = ''): Line => steady(of('logs', family, labels), value);
export const searchCounts = (family: string, quiet: number, loud: number, labels = ''): Line =>
  counter(of('search', family, labels), quiet, loud);
export const logsCount = (family: string, each: number, labels = ''): Line =>
  counter(of('logs', family, labels), each, each);
/** Both clusters answer. */
export const answers: readonly Line[] = [
  search('elasticsearch_clusterinfo_up', 1, 1),
  logs('elasticsearch_clusterinfo_up', 1),
];
