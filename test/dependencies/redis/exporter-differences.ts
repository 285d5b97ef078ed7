// Where our families of Redis differ from redis_exporter's, and why. Whatever is not here must be the same.

/** What was read: https://github.com/oliver006/redis_exporter, the commit cd5941f of 2026-08-05, three after v1.88.0. */
export const readVersion = '1.88.0';
/** What the tests run beside ours: Debian 12's. */
export const comparedVersion = '1.45.0';

export type Difference = {
  /** A name; `*` at its end stands for any rest. */
  readonly family: string;
  readonly kind: 'left out' | 'type' | 'value' | 'labels' | 'newer';
  readonly reason: string;
};

const config = 'only CONFIG GET says it, which managed services block and no collector asks';
const ofItself = 'of the exporter itself; ours are sidewarden_collector_*';
const newer = `redis_exporter has it since a release after ${comparedVersion}`;

const is = (kind: Difference['kind'], reason: string, ...families: readonly string[]): Difference[] =>
  families.map((family) => ({ family, kind, reason }));

export const differences: readonly Difference[] = [
  ...is(
    'left out',
    ofItself,
    'redis_exporter_build_info',
    'redis_exporter_last_scrape_connect_time_seconds',
    'redis_exporter_last_scrape_duration_seconds',
    'redis_exporter_last_scrape_ping_time_seconds',
    'redis_exporter_scrape_duration_seconds',
    'redis_exporter_scrapes_total',
    'redis_target_scrape_request_errors_total',
  ),
  ...is(
    'labels',
    'without the label err, in which theirs has the error in words: the log has it, and one series goes from 0 to 1',
    'redis_exporter_last_scrape_error',
  ),
  ...is(
    'left out',
    config,
    'redis_config_io_threads',
    'redis_config_client_output_buffer_limit_*',
    'redis_commandlog_*_max_len',
    'redis_commandlog_*_slower_than',
    'redis_commandlog_*_larger_than',
    'redis_config_key_value',
    'redis_config_value',
    'redis_sentinel_config_*',
  ),
  ...is(
    'left out',
    'Valkey 8.1 and later only; of the slow calls redis_slowlog_length says the same',
    'redis_commandlog_*',
  ),
  ...is(
    'left out',
    'of keys and streams that are named to it: they are data, and their labels have no bound',
    'redis_key_*',
    'redis_keys_count',
    'redis_number_of_distinct_key_groups',
    'redis_last_key_groups_scrape_duration_milliseconds',
    'redis_stream_*',
    'redis_script_*',
  ),
  ...is('left out', 'of each client: as many series as clients', 'redis_connected_client_*'),
  ...is(
    'left out',
    'of modules, which INFO all leaves out, and which redis_exporter asks for with an option only',
    'redis_module_info',
    'redis_search_*',
    'redis_bf_*',
    'redis_json_*',
  ),
  ...is(
    'left out',
    'of KeyDB, Tile38 or Redis before 6.2',
    'redis_tile38_*',
    'redis_server_threads_total',
    'redis_long_lock_waits_total',
    'redis_current_client_thread',
    'redis_cached_keys_total',
    'redis_storage_provider_*',
    'redis_db_keys_cached',
    'redis_client_longest_output_list',
    'redis_client_biggest_input_buf',
  ),
  ...is('left out', 'reads a file of the server', 'redis_rdb_current_size_bytes'),
  ...is('left out', 'of each sentinel: an option of redis_exporter, off by default', 'redis_sentinel_peer_info'),

  ...is('type', `a counter in ${readVersion} too`, 'redis_expired_time_cap_reached_total'),

  ...is(
    'value',
    'absent while the slow log is empty; theirs is 0, which is also the number of the first entry',
    'redis_slowlog_last_id',
    'redis_last_slow_execution_duration_seconds',
  ),
  ...is('value', 'absent until the server has sampled the keys of a database; theirs is 0', 'redis_db_avg_ttl_seconds'),
  ...is('value', 'absent for a replica that has not acknowledged anything yet', 'redis_connected_slave_lag_seconds'),
  ...is(
    'value',
    "by the server's clock, the same on every round; theirs is by the exporter's, and moves by a second",
    'redis_start_time_seconds',
  ),
  ...is(
    'value',
    'theirs begins a name with letters, digits and | only: 0 for commands with - _ or . in it',
    'redis_commands_latencies_usec',
  ),
  ...is('value', 'the 80 commands with most calls', 'redis_commands_latencies_usec'),
  ...is(
    'value',
    'the 100 commands with most calls',
    'redis_commands_total',
    'redis_commands_duration_seconds_total',
    'redis_commands_rejected_calls_total',
    'redis_commands_failed_calls_total',
    'redis_latency_percentiles_usec',
  ),
  ...is(
    'value',
    'the 50 most frequent kinds; what is not capitals, digits and _ alone, such as a script can answer, is `other`',
    'redis_errors_total',
  ),
  ...is('value', 'the first 64 databases; those without keys are absent', 'redis_db_keys', 'redis_db_keys_expiring'),
  ...is('value', 'the first 32 replicas', 'redis_connected_slave_offset_bytes'),
  ...is(
    'value',
    "the check's own primary alone; instance is the primary's address, and not that of the sentinel",
    'redis_sentinel_master_*',
  ),

  ...is('labels', `has master_replid in ${readVersion}, and with Valkey valkey_version`, 'redis_instance_info'),

  ...is(
    'newer',
    newer,
    'redis_async_loading',
    'redis_commands_latencies_usec',
    'redis_config_repl_backlog_size',
    'redis_configured_hz',
    'redis_current_eviction_exceeded_time_ms',
    'redis_evicted_clients_total',
    'redis_eviction_exceeded_time_ms_total',
    'redis_expire_cycle_cpu_time_ms_total',
    'redis_hz',
    'redis_lazyfreed_objects',
    'redis_max_clients',
    'redis_mem_aof_buffer_bytes',
    'redis_mem_cluster_links_bytes',
    'redis_mem_replication_backlog_bytes',
    'redis_mem_total_replication_buffers_bytes',
    'redis_memory_used_functions_bytes',
    'redis_memory_used_scripts_eval_bytes',
    'redis_memory_used_vm_eval_bytes',
    'redis_memory_used_vm_functions_bytes',
    'redis_memory_used_vm_total',
    'redis_net_repl_input_bytes_total',
    'redis_net_repl_output_bytes_total',
    'redis_number_of_functions',
    'redis_number_of_libraries',
    'redis_pubsubshard_channels',
    'redis_rdb_last_load_expired_keys',
    'redis_rdb_last_load_loaded_keys',
    'redis_rdb_saves_total',
    'redis_reply_buffer_expands_total',
    'redis_reply_buffer_shrinks_total',
    'redis_sentinel_master_config_epoch',
    'redis_sentinel_master_last_ok_ping_reply_seconds',
    'redis_sentinel_master_setting_*',
  ),
  ...is('newer', 'with redis_exporter an option, off by default', 'redis_total_system_memory_bytes'),
];

export const explained = (family: string, ...kinds: readonly Difference['kind'][]): boolean =>
  differences.some((one) => {
    const [head = '', tail = ''] = one.family.split('*');
    const fits = one.family.includes('*') ? family.startsWith(head) && family.endsWith(tail) : family === one.family;
    return fits && kinds.includes(one.kind);
  });
