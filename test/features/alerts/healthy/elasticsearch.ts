// A busy cluster of Elasticsearch of two nodes that is well.
import { counter, gauge, type Line } from '../case.ts';

const of = (family: string, labels = ''): string =>
  `${family}{check="search",instance="search:9200"${labels === '' ? '' : `,${labels}`}}`;
const is = (family: string, value: number, labels?: string): Line => gauge(of(family, labels), value, value);
const grows = (family: string, each: number, labels?: string): Line => counter(of(family, labels), each, each);
const cluster = 'cluster="shop"';
const health = 'elasticsearch_cluster_health_';
const settings = 'elasticsearch_clustersettings_';
const snapshots = 'elasticsearch_snapshot_stats_';
const gigabyte = 1_000_000_000;

/** Green, and neither yellow nor red. */
const green = (family: string, labels = cluster): readonly Line[] =>
  ['green', 'yellow', 'red'].map((colour) => is(family, Number(colour === 'green'), `${labels},color="${colour}"`));

const ofNode = (name: string): readonly Line[] => {
  const node = `${cluster},host="10.0.0.${name}",name="es-${name}",es_master_node="true",es_data_node="true",es_ingest_node="true",es_client_node="true"`;
  const disk = `${node},mount="/data (/dev/sda1)",path="/data/nodes/0"`;
  return [
    grows('elasticsearch_indices_search_query_total', 6000, node),
    grows('elasticsearch_indices_search_query_time_seconds', 30, node),
    is('elasticsearch_jvm_memory_used_bytes', 1.2 * gigabyte, `${node},area="heap"`),
    is('elasticsearch_jvm_memory_max_bytes', 2 * gigabyte, `${node},area="heap"`),
    is('elasticsearch_jvm_memory_used_bytes', 0.2 * gigabyte, `${node},area="non-heap"`),
    is('elasticsearch_filesystem_data_available_bytes', 400 * gigabyte, disk),
    is('elasticsearch_filesystem_data_size_bytes', 1000 * gigabyte, disk),
    ...['search', 'write'].map((type) =>
      grows('elasticsearch_thread_pool_rejected_count', 0, `${node},type="${type}"`),
    ),
    ...['parent', 'request'].map((breaker) =>
      grows('elasticsearch_breakers_tripped', 0, `${node},breaker="${breaker}"`),
    ),
  ];
};

export const lines: readonly Line[] = [
  is('elasticsearch_clusterinfo_up', 1),
  ...green(`${health}status`),
  is('sidewarden_elasticsearch_active_shards_ratio', 1, cluster),
  is(`${health}number_of_nodes`, 2, cluster),
  is(`${health}number_of_data_nodes`, 2, cluster),
  is(`${health}number_of_pending_tasks`, 2, cluster),
  is(`${health}active_shards`, 240, cluster),
  is(`${health}initializing_shards`, 0, cluster),
  is(`${health}unassigned_shards`, 0, cluster),
  is('sidewarden_elasticsearch_nodes_without_statistics', 0, cluster),
  is(`${settings}stats_max_shards_per_node`, 1000),
  is(`${settings}stats_shard_allocation_enabled`, 0),
  is(`${settings}allocation_watermark_low_ratio`, 0.85),
  is(`${settings}allocation_watermark_flood_stage_ratio`, 0.95),
  is(`${settings}allocation_watermark_low_bytes`, 50 * gigabyte),
  is(`${settings}allocation_watermark_flood_stage_bytes`, 10 * gigabyte),
  ...['master_is_stable', 'repository_integrity', 'disk', 'data_stream_lifecycle', 'slm', 'ilm'].flatMap((name) =>
    green(`elasticsearch_health_report_${name}_status`),
  ),
  ...green('sidewarden_elasticsearch_health_indicator', `${cluster},indicator="file_settings"`),
  // A snapshot of the beginning of the test: it begins at the epoch.
  is(`${snapshots}snapshot_start_time_timestamp`, 0, 'repository="daily",state="SUCCESS",version="9.2.0"'),
  is(`${snapshots}latest_snapshot_timestamp_seconds`, 0, 'repository="daily"'),
  is('sidewarden_elasticsearch_snapshot_repository_up', 1, 'repository="daily"'),
  ...['0', '1'].flatMap(ofNode),
];
