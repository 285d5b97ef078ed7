// What the cluster is set to: the watermarks of its disks, and what bounds the allocation of shards.
import { type Family, type Sample, samples } from '../../../core/family.ts';
import type { Collector } from '../../statistics.ts';
import { exported } from './family.ts';
import { at, type Json, jsonOf } from './json.ts';
import type { ElasticsearchSource } from './source.ts';

const marks = { flood_stage: 'flood stage', high: 'high', low: 'low' };
type Mark = keyof typeof marks;
const watermarks = new Map(
  (Object.keys(marks) as Mark[]).map((mark) => {
    const of = (unit: 'ratio' | 'bytes', what: string): Family => {
      const help = `Watermark ${marks[mark]} of the disks, ${what}.`;
      return exported(`clustersettings_allocation_watermark_${mark}_${unit}`, 'gauge', help, [], {
        unit,
        when: unit === 'ratio' ? 'the watermark is set as a share' : 'the watermark is set as a size',
      });
    };
    return [mark, { ratio: of('ratio', 'as the share that is used'), bytes: of('bytes', 'as the space that is free') }];
  }),
);
const threshold = exported(
  'clustersettings_allocation_threshold_enabled',
  'gauge',
  'Whether the watermarks count when shards are allocated.',
  [],
);
const allocation = exported(
  'clustersettings_stats_shard_allocation_enabled',
  'gauge',
  'Which shards may be allocated: 0 all, 1 primaries, 2 new primaries, 3 none.',
  [],
);
const mostShards = exported(
  'clustersettings_stats_max_shards_per_node',
  'gauge',
  'Shards that the cluster may have for each of its data nodes.',
  [],
);

const disk = 'cluster.routing.allocation.disk';
const paths = [
  ...[...watermarks.keys()].map((mark) => `${disk}.watermark.${mark}`),
  `${disk}.threshold_enabled`,
  'cluster.routing.allocation.enable',
  'cluster.max_shards_per_node',
];

export const clusterSettings: Collector<unknown, ElasticsearchSource> = {
  name: 'cluster_settings',
  intervalMs: 3_600_000,
  asks: 'GET _cluster/settings?include_defaults=true',
  families: [...[...watermarks.values()].flatMap(Object.values), threshold, allocation, mostShards] as Family[],
  privilege: 'monitor',
  async collect(source, _settings, limits) {
    const query = { include_defaults: 'true', filter_path: paths.map((path) => `*.${path}`).join(',') };
    const question = { path: '/_cluster/settings', query, waits: 'master_timeout', privilege: 'monitor' } as const;
    const answer = await source.get(question, limits);
    if (answer === undefined) return [];
    const most = settingOf(answer, 'cluster.max_shards_per_node');
    const modes = ['all', 'primaries', 'new_primaries', 'none'];
    const mode = modes.indexOf(settingOf(answer, 'cluster.routing.allocation.enable') ?? '');
    const enabled = ['false', 'true'].indexOf(settingOf(answer, `${disk}.threshold_enabled`) ?? '');
    return [
      ...[...watermarks].flatMap(([mark, families]) => {
        return watermark(families, settingOf(answer, `${disk}.watermark.${mark}`));
      }),
      ...samples(threshold, enabled < 0 ? undefined : enabled),
      ...samples(allocation, mode < 0 ? undefined : mode),
      ...samples(mostShards, most === undefined ? most : Number(most)),
    ];
  },
};

/** Transient settings come before persistent ones, those before the defaults. One with others below it is an object. */
function settingOf(answer: Json, path: string): string | undefined {
  for (const section of ['transient', 'persistent', 'defaults']) {
    const found = at(jsonOf(answer[section]), path);
    const value = typeof found === 'string' ? found : jsonOf(found).value;
    if (typeof value === 'string') return value;
  }
  return undefined;
}

const units: Readonly<Record<string, number>> = { b: 0, kb: 1, mb: 2, gb: 3, tb: 4, pb: 5 };

/** `85%`, `0.85`, or `500gb`: https://www.elastic.co/docs/reference/elasticsearch/rest-apis/api-conventions#byte-units */
function watermark(families: { ratio: Family; bytes: Family }, text: string | undefined): Sample[] {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(%|[kmgtp]?b|)\s*$/i.exec(text ?? '') ?? [];
  if (number === undefined) return [];
  if (unit === '%') return samples(families.ratio, Number(number) / 100);
  if (unit === '') return samples(families.ratio, Number(number));
  return samples(families.bytes, Number(number) * 1024 ** (units[unit.toLowerCase()] ?? 0));
}
