// Where our page is not elasticsearch_exporter's, and why. The names are those of release 1.11.0.

/** What was read: https://github.com/prometheus-community/elasticsearch_exporter, the release v1.11.0 and what came until 2026-08-21. */
export const readVersion = '1.11.0';
/** What the tests run beside ours: Debian 12's. */
export const comparedVersion = '1.5.0';

export type Difference = {
  /** A name; `*` at its end stands for any rest. */
  readonly family: string;
  readonly reason: string;
  /** Beside Debian's 1.5.0 it is seen `always`, on some servers, or `never`: only 1.11.0 has it, or only when asked for. */
  readonly seen: 'always' | 'sometimes' | 'never';
};

const each = (seen: Difference['seen'], reason: string, families: readonly string[]): Difference[] =>
  families.map((family) => ({ family: `elasticsearch_${family}`, reason, seen }));

export const differences: readonly Difference[] = [
  ...each('always', 'absent: about the exporter itself', ['exporter_build_info']),
  ...each(
    'always',
    'absent: of each collector of the exporter, whose collectors are others; sidewarden_collector_* say it of ours',
    ['scrape_duration_seconds', 'scrape_success'],
  ),
  ...each(
    'always',
    'absent: 1.11.0 does not have it any more; see sidewarden_collector_* and elasticsearch_clusterinfo_up',
    [
      ...['cluster_health_json_parse_failures', 'cluster_health_total_scrapes', 'cluster_health_up'],
      ...[
        'clustersettings_stats_json_parse_failures',
        'clustersettings_stats_total_scrapes',
        'clustersettings_stats_up',
      ],
      ...['node_stats_json_parse_failures', 'node_stats_total_scrapes', 'node_stats_up'],
      ...['snapshot_stats_json_parse_failures', 'snapshot_stats_total_scrapes', 'snapshot_stats_up'],
    ],
  ),
  ...each('always', 'without the label url, which `instance` says; it may hold a password', ['clusterinfo_up']),
  ...each('sometimes', 'absent: about the exporter itself; see sidewarden_collector_*', [
    'clusterinfo_last_retrieval_failure_ts',
    'clusterinfo_last_retrieval_success_ts',
  ]),
  ...each('sometimes', 'absent when the node does not say its version; there it has the version 0.0.0, or is absent', [
    'version',
    'clusterinfo_version_info',
  ]),
  ...each('always', 'absent: no supported version tells it; it is 0 there', [
    ...['indices_filter_cache_evictions', 'indices_filter_cache_memory_size_bytes'],
    ...['os_mem_actual_free_bytes', 'os_mem_actual_used_bytes'],
    ...['process_mem_resident_size_bytes', 'process_mem_share_size_bytes'],
    'indices_store_throttle_time_seconds_total',
  ]),
  ...each('always', 'a gauge, as in 1.11.0; a counter in 1.5.0', ['indices_translog_size_in_bytes']),
  ...each(
    'always',
    'with the label node, as in 1.11.0; with every role, and a cluster manager of OpenSearch is a master, as in the label es_master_node',
    ['nodes_roles'],
  ),
  ...each('sometimes', 'absent when the server says -1, that it does not know', [
    ...['os_cpu_percent', 'process_cpu_percent', 'process_max_files_descriptors', 'process_open_files_count'],
    ...['process_mem_virtual_size_bytes', 'breakers_limit_size_bytes'],
  ]),
  ...each('always', 'not in 1.5.0', [
    ...['indices_search_scroll_current', 'indices_refresh_external_total'],
    ...['indices_refresh_external_time_seconds_total', 'indexing_pressure_current_all_in_bytes'],
    ...['indexing_pressure_limit_in_bytes', 'clustersettings_allocation_threshold_enabled'],
    ...['flood_stage', 'high', 'low'].flatMap((mark) =>
      ['ratio', 'bytes'].map((unit) => `clustersettings_allocation_watermark_${mark}_${unit}`),
    ),
    ...[
      'status',
      'master_is_stable_status',
      'repository_integrity_status',
      'disk_status',
      'shards_capacity_status',
    ].map((name) => `health_report_${name}`),
    ...['shards_availabilty_status', 'data_stream_lifecycle_status', 'slm_status', 'ilm_status'].map(
      (name) => `health_report_${name}`,
    ),
  ]),
  ...each('sometimes', 'absent, where the exporter says 0, for a time that never was', [
    ...['snapshot_stats_oldest_snapshot_timestamp', 'snapshot_stats_latest_snapshot_timestamp_seconds'],
    'snapshot_stats_snapshot_end_time_timestamp',
  ]),
  ...each('never', 'absent: the health report tells it only when it is asked to be verbose, which is costly', [
    ...['total_repositories', 'max_shards_in_cluster_data', 'max_shards_in_cluster_frozen', 'slm_policies'].map(
      (name) => `health_report_${name}`,
    ),
    ...['ilm_policies', 'ilm_stagnating_indices', 'restarting_replicas', 'creating_primaries'].map(
      (name) => `health_report_${name}`,
    ),
    ...['initializing_replicas', 'unassigned_replicas', 'started_primaries', 'restarting_primaries'].map(
      (name) => `health_report_${name}`,
    ),
    ...['initializing_primaries', 'creating_replicas', 'started_replicas', 'unassigned_primaries'].map(
      (name) => `health_report_${name}`,
    ),
  ]),
  ...each('never', 'absent: off in the exporter unless asked for (--es.indices): as many series each as indices', [
    ...['index_stats_*', 'indices_docs_primary', 'indices_docs_total', 'indices_deleted_docs_*', 'indices_aliases'],
    ...['indices_store_size_bytes_*', 'indices_segment_*', 'indices_completion_bytes_*', 'search_active_queries'],
  ]),
  ...each('never', 'absent: off in the exporter unless asked for, as many series as shards, fields, indices or tasks', [
    ...['indices_shards_*', 'node_shards_*', 'indices_settings_*', 'indices_mappings_*', 'task_stats_*'],
  ]),
  ...each('never', 'absent: off in the exporter unless asked for; of each data stream, policy or index of a policy', [
    ...['data_stream_*', 'slm_stats_*', 'ilm_*'],
  ]),
];
