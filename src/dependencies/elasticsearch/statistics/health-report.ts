// The health report of Elasticsearch 8.7 and later. Never verbose: that searches for causes, which is costly on every poll.
// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-health-report
import { type Family, type Sample, samples } from '../../../core/family.ts';
import type { Collector } from '../../statistics.ts';
import { capped, colors, exported } from './family.ts';
import { at, jsonOf, textAt } from './json.ts';
import type { ElasticsearchSource, Info } from './source.ts';

const when = 'Elasticsearch 8.7 and later';
const labels = ['cluster', 'color'];
const overall = exported('health_report_status', 'gauge', 'Whether the health report has this colour.', labels, {
  when,
});
/** The third name is spelled as the exporter has it. */
const names: Readonly<Record<string, string>> = {
  master_is_stable: 'master_is_stable',
  repository_integrity: 'repository_integrity',
  disk: 'disk',
  shards_capacity: 'shards_capacity',
  shards_availability: 'shards_availabilty',
  data_stream_lifecycle: 'data_stream_lifecycle',
  slm: 'slm',
  ilm: 'ilm',
};
const known = new Map(
  Object.entries(names).map(([indicator, name]) => {
    const help = `Whether the indicator ${indicator} of the health report has this colour.`;
    return [indicator, exported(`health_report_${name}_status`, 'gauge', help, labels, { when })];
  }),
);
const others: Family = {
  name: 'sidewarden_elasticsearch_health_indicator',
  type: 'gauge',
  help: 'Whether an indicator of the health report without a family of its own has this colour.',
  labels: ['cluster', 'indicator', 'color'],
  when,
};
const mostIndicators = 40;

export const healthReport: Collector<unknown, ElasticsearchSource> = {
  name: 'health_report',
  intervalMs: 60_000,
  asks: 'GET _health_report?verbose=false',
  families: [overall, ...known.values(), others],
  privilege: 'monitor',
  async collect(source, _settings, limits) {
    if (!mayHave(source.info)) return [];
    const query = { verbose: 'false', filter_path: 'cluster_name,status,indicators.*.status' };
    const question = { path: '/_health_report', query, privilege: 'monitor', unknown: [400, 404, 405] } as const;
    const report = await source.get(question, limits);
    if (report === undefined) return [];
    const cluster = textAt(report, 'cluster_name') ?? '';
    const indicators = capped(Object.entries(jsonOf(at(report, 'indicators'))), mostIndicators, limits);
    return [
      ...colored(overall, textAt(report, 'status'), cluster),
      ...indicators.flatMap(([name, indicator]) => {
        const status = textAt(jsonOf(indicator), 'status');
        const family = known.get(name);
        return family === undefined ? colored(others, status, cluster, name) : colored(family, status, cluster);
      }),
    ];
  },
};

/** A status that is none of the colours, `unknown`, is 0 for each. */
const colored = (family: Family, status: string | undefined, ...before: readonly string[]): Sample[] =>
  colors.flatMap((color) =>
    samples(family, status === undefined ? status : Number(status === color), ...before, color),
  );

/** Elsewhere the request is one for an index of that name. A node that does not tell its version is asked. */
function mayHave(info: Info | undefined): boolean {
  if (info === undefined) return true;
  const [major, minor] = info.version;
  return !info.openSearch && (major > 8 || (major === 8 && minor >= 7));
}
