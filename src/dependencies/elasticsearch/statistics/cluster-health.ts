// The cluster's health: its colour, its nodes, its shards by state, the tasks that wait for the master.
import { type Family, samples } from '../../../core/family.ts';
import type { Collector } from '../../statistics.ts';
import { colors, exported } from './family.ts';
import { numberAt, textAt } from './json.ts';
import type { ElasticsearchSource } from './source.ts';

const helps: Readonly<Record<string, string>> = {
  active_primary_shards: 'Primary shards that are active, of all indices.',
  active_shards: 'Shards that are active, primaries and replicas.',
  delayed_unassigned_shards: 'Shards without a node whose allocation waits, since the node may come back.',
  initializing_shards: 'Shards that are being made or recovered.',
  number_of_data_nodes: 'Nodes of the cluster that hold data.',
  number_of_in_flight_fetch: 'Requests for shard information that are under way.',
  number_of_nodes: 'Nodes of the cluster.',
  number_of_pending_tasks: 'Changes of the cluster state that the master has not made yet.',
  relocating_shards: 'Shards that are moving from one node to another.',
  task_max_waiting_in_queue_millis: 'Milliseconds for which the oldest pending task has waited.',
  unassigned_shards: 'Shards that no node has.',
};
const plain = Object.entries(helps).map(([key, help]): [string, Family] => [
  key,
  exported(
    `cluster_health_${key}`,
    'gauge',
    help,
    ['cluster'],
    key.endsWith('_millis') ? { unit: 'milliseconds' } : {},
  ),
]);
const status = exported('cluster_health_status', 'gauge', 'Whether the cluster has this colour.', ['cluster', 'color']);
const ratio: Family = {
  name: 'sidewarden_elasticsearch_active_shards_ratio',
  type: 'gauge',
  help: 'Share of the shards that are active.',
  labels: ['cluster'],
  unit: 'ratio',
};

const keys = ['cluster_name', 'status', 'active_shards_percent_as_number', ...plain.map(([key]) => key)];

export const clusterHealth: Collector<unknown, ElasticsearchSource> = {
  name: 'cluster_health',
  intervalMs: 15_000,
  asks: 'GET _cluster/health',
  families: [...plain.map(([, family]) => family), status, ratio],
  privilege: 'monitor',
  async collect(source, _settings, limits) {
    const query = { timeout: '0ms', filter_path: keys.join(',') };
    const question = { path: '/_cluster/health', query, waits: 'master_timeout', privilege: 'monitor' } as const;
    const health = await source.get(question, limits);
    if (health === undefined) return [];
    const cluster = textAt(health, 'cluster_name') ?? '';
    const color = textAt(health, 'status');
    const percent = numberAt(health, 'active_shards_percent_as_number');
    return [
      ...plain.flatMap(([key, family]) => samples(family, numberAt(health, key), cluster)),
      ...colors.flatMap((each) => samples(status, color === undefined ? color : Number(each === color), cluster, each)),
      ...samples(ratio, percent === undefined ? percent : percent / 100, cluster),
    ];
  },
};
