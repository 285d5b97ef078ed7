// The fields of INFO that are one value each, and the families that they become. https://redis.io/docs/latest/commands/info/
import type { Family } from '../../../core/family.ts';
import { counter, gauge, ownGauge } from './family.ts';

/** `divisor`: what the field's number is divided by. */
export type InfoField = { readonly field: string; readonly family: Family; readonly divisor?: number };

const bytes = { unit: 'bytes' };
const seconds = { unit: 'seconds' };
const since = (version: string) => ({ when: `Redis ${version}` });
const bytesSince = (version: string) => ({ ...bytes, ...since(version) });
const azure = { ...bytes, when: 'Azure Cache' };
const onReplica = { when: 'on a replica' };

const table: readonly (readonly [field: string, family: Family, divisor?: number])[] = [
  // Server
  ['uptime_in_seconds', gauge('uptime_in_seconds', 'Time since the server started.', seconds)],
  ['process_id', gauge('process_id', 'Process id of the server.')],
  ['io_threads_active', gauge('io_threads_active', 'Whether I/O threads are at work; newer servers say how many.')],
  ['hz', gauge('hz', 'How often background tasks run now, per second.')],
  ['configured_hz', gauge('configured_hz', 'How often background tasks run as configured, per second.')],

  // Clients
  ['connected_clients', gauge('connected_clients', 'Connections of clients, without those of replicas.')],
  ['blocked_clients', gauge('blocked_clients', 'Clients that wait in a blocking call such as BLPOP.')],
  ['cluster_connections', gauge('cluster_connections', 'Sockets of the bus of the cluster.', since('7'))],
  ['maxclients', gauge('max_clients', 'Most connections that the server accepts.')],
  ['maxclients', gauge('config_maxclients', 'The setting maxclients, as INFO has it.')],
  ['tracking_clients', gauge('tracking_clients', 'Clients with client-side caching.')],
  ['clients_in_timeout_table', gauge('clients_in_timeout_table', 'Clients that wait with a timeout.')],
  ['pubsub_clients', gauge('pubsub_clients', 'Clients in publish/subscribe mode.', since('7.4'))],
  ['watching_clients', gauge('watching_clients', 'Clients that WATCH keys.', since('7.4'))],
  ['total_watched_keys', gauge('total_watched_keys', 'Keys that are watched.', since('7.4'))],
  ['total_blocking_keys', gauge('total_blocking_keys', 'Keys that clients wait for.', since('7.2'))],
  [
    'total_blocking_keys_on_nokey',
    gauge('total_blocking_keys_on_nokey', 'Keys that clients wait for to be deleted.', since('7.2')),
  ],
  [
    'client_recent_max_input_buffer',
    gauge('client_recent_max_input_buffer_bytes', 'Largest input buffer of a client lately.', bytes),
  ],
  [
    'client_recent_max_output_buffer',
    gauge('client_recent_max_output_buffer_bytes', 'Largest output buffer of a client lately.', bytes),
  ],

  // Memory
  ['used_memory', gauge('memory_used_bytes', 'Memory that the server allocated.', bytes)],
  ['used_memory_rss', gauge('memory_used_rss_bytes', 'Resident memory of the server, as the system has it.', bytes)],
  ['used_memory_peak', gauge('memory_used_peak_bytes', 'Most memory that was ever allocated.', bytes)],
  ['used_memory_lua', gauge('memory_used_lua_bytes', 'Memory of the Lua engine.', bytes)],
  ['used_memory_vm_eval', gauge('memory_used_vm_eval_bytes', 'Memory of the engines of EVAL.', bytesSince('7'))],
  [
    'used_memory_scripts_eval',
    gauge('memory_used_scripts_eval_bytes', 'Overhead of scripts of EVAL.', bytesSince('7')),
  ],
  ['used_memory_overhead', gauge('memory_used_overhead_bytes', 'Memory that is not the data itself.', bytes)],
  ['used_memory_startup', gauge('memory_used_startup_bytes', 'Memory when the server had just started.', bytes)],
  ['used_memory_dataset', gauge('memory_used_dataset_bytes', 'Memory of the data, as good as it is known.', bytes)],
  ['used_memory_vm_functions', gauge('memory_used_vm_functions_bytes', 'Memory of function engines.', bytesSince('7'))],
  ['used_memory_functions', gauge('memory_used_functions_bytes', 'Overhead of function libraries.', bytesSince('7'))],
  ['used_memory_scripts', gauge('memory_used_scripts_bytes', 'Overhead of scripts and functions.', bytes)],
  ['used_memory_vm_total', gauge('memory_used_vm_total', 'Memory of all script engines.', bytesSince('7'))],
  ['number_of_cached_scripts', gauge('number_of_cached_scripts', 'Scripts of EVAL that are cached.')],
  ['number_of_functions', gauge('number_of_functions', 'Functions that are loaded.', since('7'))],
  ['number_of_libraries', gauge('number_of_libraries', 'Function libraries that are loaded.', since('7'))],
  ['maxmemory', gauge('memory_max_bytes', 'Memory that data may use; 0 is without bound.', bytes)],
  ['maxmemory', gauge('config_maxmemory', 'The setting maxmemory, as INFO has it; 0 is without bound.', bytes)],
  ['maxmemory_reservation', gauge('memory_max_reservation_bytes', 'Memory that is kept free of data.', azure)],
  [
    'maxmemory_desired_reservation',
    gauge('memory_max_reservation_desired_bytes', 'Memory that is wanted free of data.', azure),
  ],
  [
    'maxfragmentationmemory_reservation',
    gauge('memory_max_fragmentation_reservation_bytes', 'Memory that is kept for fragmentation.', azure),
  ],
  [
    'maxfragmentationmemory_desired_reservation',
    gauge('memory_max_fragmentation_reservation_desired_bytes', 'Memory that is wanted for fragmentation.', azure),
  ],
  ['total_system_memory', gauge('total_system_memory_bytes', 'Memory of the machine of the server.', bytes)],
  ['allocator_allocated', gauge('allocator_allocated_bytes', 'Bytes that the allocator gave out.', bytes)],
  ['allocator_active', gauge('allocator_active_bytes', 'Bytes in the active pages of the allocator.', bytes)],
  ['allocator_resident', gauge('allocator_resident_bytes', 'Resident bytes of the allocator.', bytes)],
  ['allocator_muzzy', gauge('allocator_muzzy_bytes', 'Bytes that the system may take back.', bytesSince('7.4'))],
  ['allocator_frag_ratio', gauge('allocator_frag_ratio', 'Active by allocated bytes of the allocator.')],
  ['allocator_frag_bytes', gauge('allocator_frag_bytes', 'Active less allocated bytes of the allocator.', bytes)],
  ['allocator_rss_ratio', gauge('allocator_rss_ratio', 'Resident by active bytes of the allocator.')],
  ['allocator_rss_bytes', gauge('allocator_rss_bytes', 'Resident less active bytes of the allocator.', bytes)],
  ['mem_fragmentation_ratio', gauge('mem_fragmentation_ratio', 'Resident by allocated memory of the server.')],
  ['mem_fragmentation_bytes', gauge('mem_fragmentation_bytes', 'Resident less allocated memory.', bytes)],
  ['mem_clients_normal', gauge('mem_clients_normal', 'Memory of the clients that are no replicas.', bytes)],
  ['mem_clients_slaves', gauge('mem_clients_slaves', 'Memory of the clients that are replicas.', bytes)],
  ['mem_cluster_links', gauge('mem_cluster_links_bytes', 'Memory of the links to other nodes.', bytesSince('7'))],
  ['mem_aof_buffer', gauge('mem_aof_buffer_bytes', 'Buffers of the append-only file.', bytes)],
  ['mem_replication_backlog', gauge('mem_replication_backlog_bytes', 'Memory of the replication backlog.', bytes)],
  [
    'mem_total_replication_buffers',
    gauge('mem_total_replication_buffers_bytes', 'Memory of all replication buffers.', bytesSince('7')),
  ],
  [
    'mem_not_counted_for_evict',
    gauge('mem_not_counted_for_eviction_bytes', 'Memory that does not count against maxmemory.', bytes),
  ],
  [
    'mem_overhead_db_hashtable_rehashing',
    gauge('mem_overhead_db_hashtable_rehashing_bytes', 'Overhead of tables that grow.', bytesSince('7.4')),
  ],
  ['lazyfree_pending_objects', gauge('lazyfree_pending_objects', 'Objects that still have to be freed.')],
  ['lazyfreed_objects', gauge('lazyfreed_objects', 'Objects that were freed in the background.')],
  ['active_defrag_running', gauge('active_defrag_running', 'Active defragmentation at work, in percent of a CPU.')],

  // Persistence
  ['loading', gauge('loading_dump_file', 'Whether data is being loaded.')],
  ['async_loading', gauge('async_loading', 'Whether data is being loaded while the old is served.', since('7'))],
  ['rdb_changes_since_last_save', gauge('rdb_changes_since_last_save', 'Changes since the last dump.')],
  ['rdb_bgsave_in_progress', gauge('rdb_bgsave_in_progress', 'Whether a dump is being written.')],
  [
    'rdb_last_save_time',
    gauge('rdb_last_save_timestamp_seconds', 'When the last dump was written, as Unix time.', seconds),
  ],
  ['rdb_last_bgsave_status', gauge('rdb_last_bgsave_status', 'Whether the last dump was written.')],
  [
    'rdb_last_bgsave_time_sec',
    gauge('rdb_last_bgsave_duration_sec', 'How long the last dump took; -1 is never.', seconds),
  ],
  [
    'rdb_current_bgsave_time_sec',
    gauge('rdb_current_bgsave_duration_sec', 'Age of the dump that is being written.', seconds),
  ],
  ['rdb_saves', gauge('rdb_saves_total', 'Dumps since the server started.', since('7'))],
  ['rdb_last_cow_size', gauge('rdb_last_cow_size_bytes', 'Memory that was copied during the last dump.', bytes)],
  ['rdb_last_load_keys_expired', gauge('rdb_last_load_expired_keys', 'Expired keys of the last load.', since('7'))],
  ['rdb_last_load_keys_loaded', gauge('rdb_last_load_loaded_keys', 'Keys of the last load.', since('7'))],
  ['aof_enabled', gauge('aof_enabled', 'Whether there is an append-only file.')],
  ['aof_rewrite_in_progress', gauge('aof_rewrite_in_progress', 'Whether the append-only file is being rewritten.')],
  [
    'aof_rewrite_scheduled',
    gauge('aof_rewrite_scheduled', 'Whether a rewrite follows the dump that is being written.'),
  ],
  [
    'aof_last_rewrite_time_sec',
    gauge('aof_last_rewrite_duration_sec', 'How long the last rewrite took; -1 is never.', seconds),
  ],
  [
    'aof_current_rewrite_time_sec',
    gauge('aof_current_rewrite_duration_sec', 'Age of the rewrite that is going on.', seconds),
  ],
  ['aof_last_cow_size', gauge('aof_last_cow_size_bytes', 'Memory that was copied during the last rewrite.', bytes)],
  [
    'aof_current_size',
    gauge('aof_current_size_bytes', 'Size of the append-only file.', { ...bytes, when: 'AOF is on' }),
  ],
  ['aof_base_size', gauge('aof_base_size_bytes', 'Its size after the last rewrite.', { ...bytes, when: 'AOF is on' })],
  ['aof_pending_rewrite', gauge('aof_pending_rewrite', 'Whether a rewrite waits.', { when: 'AOF is on' })],
  ['aof_buffer_length', gauge('aof_buffer_length', 'Size of its buffer.', { ...bytes, when: 'AOF is on' })],
  [
    'aof_rewrite_buffer_length',
    gauge('aof_rewrite_buffer_length', 'Size of the buffer of a rewrite.', {
      ...bytes,
      when: 'AOF is on, before Redis 7',
    }),
  ],
  ['aof_pending_bio_fsync', gauge('aof_pending_bio_fsync', 'Syncs that wait.', { when: 'AOF is on' })],
  ['aof_delayed_fsync', gauge('aof_delayed_fsync', 'Syncs that were delayed.', { when: 'AOF is on' })],
  ['aof_last_bgrewrite_status', gauge('aof_last_bgrewrite_status', 'Whether the last rewrite worked.')],
  ['aof_last_write_status', gauge('aof_last_write_status', 'Whether the last write to the append-only file worked.')],
  ['module_fork_in_progress', gauge('module_fork_in_progress', 'Whether a process of a module is at work.')],
  ['module_fork_last_cow_size', gauge('module_fork_last_cow_size', 'Memory that was copied for it.', bytes)],

  // Stats
  ['total_connections_received', counter('connections_received_total', 'Connections that were accepted.')],
  ['total_commands_processed', counter('commands_processed_total', 'Commands that were processed.')],
  ['instantaneous_ops_per_sec', ownGauge('operations_per_second', 'Commands per second, by the last 1.6 seconds.')],
  [
    'rejected_connections',
    counter('rejected_connections_total', 'Connections that were refused since maxclients was reached.'),
  ],
  ['total_net_input_bytes', counter('net_input_bytes_total', 'Bytes that were read from the network.', bytes)],
  ['total_net_output_bytes', counter('net_output_bytes_total', 'Bytes that were written to the network.', bytes)],
  ['total_net_repl_input_bytes', counter('net_repl_input_bytes_total', 'Bytes read for replication.', bytesSince('7'))],
  [
    'total_net_repl_output_bytes',
    counter('net_repl_output_bytes_total', 'Bytes written for replication.', bytesSince('7')),
  ],
  ['keyspace_hits', counter('keyspace_hits_total', 'Keys that were looked up and found.')],
  ['keyspace_misses', counter('keyspace_misses_total', 'Keys that were looked up and not found.')],
  ['expired_keys', counter('expired_keys_total', 'Keys that expired.')],
  ['expired_subkeys', counter('expired_subkeys_total', 'Fields of hashes that expired.', since('7.4'))],
  [
    'expired_stale_perc',
    gauge('expired_stale_percentage', 'Keys that may have expired and are still there, in percent.'),
  ],
  ['expired_time_cap_reached_count', counter('expired_time_cap_reached_total', 'Expiry cycles that ran out of time.')],
  [
    'expire_cycle_cpu_milliseconds',
    counter('expire_cycle_cpu_time_ms_total', 'CPU time of expiry cycles.', { unit: 'milliseconds' }),
  ],
  ['evicted_keys', counter('evicted_keys_total', 'Keys that were evicted since maxmemory was reached.')],
  ['evicted_clients', counter('evicted_clients_total', 'Clients that were evicted, by maxmemory-clients.', since('7'))],
  ['evicted_scripts', counter('evicted_scripts_total', 'Scripts that were evicted.', since('7.4'))],
  [
    'total_eviction_exceeded_time',
    counter('eviction_exceeded_time_ms_total', 'Time above maxmemory.', { unit: 'milliseconds', ...since('7') }),
  ],
  [
    'current_eviction_exceeded_time',
    gauge('current_eviction_exceeded_time_ms', 'Time above maxmemory until now; 0 is below.', {
      unit: 'milliseconds',
      ...since('7'),
    }),
  ],
  ['pubsub_channels', gauge('pubsub_channels', 'Channels with subscribers.')],
  ['pubsub_patterns', gauge('pubsub_patterns', 'Patterns with subscribers.')],
  ['pubsubshard_channels', gauge('pubsubshard_channels', 'Shard channels with subscribers.', since('7.0.3'))],
  ['latest_fork_usec', gauge('latest_fork_seconds', 'How long the last fork took.', seconds), 1e6],
  ['migrate_cached_sockets', gauge('migrate_cached_sockets_total', 'Open sockets of MIGRATE.')],
  ['tracking_total_keys', gauge('tracking_total_keys', 'Keys that are tracked for clients.')],
  ['tracking_total_items', gauge('tracking_total_items', 'Pairs of key and client that are tracked.')],
  ['tracking_total_prefixes', gauge('tracking_total_prefixes', 'Prefixes that are tracked for clients.')],
  ['active_defrag_hits', gauge('defrag_hits', 'Values that defragmentation moved.')],
  ['active_defrag_misses', gauge('defrag_misses', 'Values that defragmentation began to move and did not.')],
  ['active_defrag_key_hits', gauge('defrag_key_hits', 'Keys that were defragmented.')],
  ['active_defrag_key_misses', gauge('defrag_key_misses', 'Keys that defragmentation passed over.')],
  ['unexpected_error_replies', counter('unexpected_error_replies', 'Error replies to the primary and from scripts.')],
  ['total_error_replies', counter('total_error_replies', 'Error replies.')],
  ['dump_payload_sanitizations', counter('dump_payload_sanitizations', 'Deep checks of dumped values.')],
  ['total_reads_processed', counter('total_reads_processed', 'Reads from clients.')],
  ['total_writes_processed', counter('total_writes_processed', 'Writes to clients.')],
  ['io_threaded_reads_processed', counter('io_threaded_reads_processed', 'Reads by I/O threads.')],
  ['io_threaded_writes_processed', counter('io_threaded_writes_processed', 'Writes by I/O threads.')],
  [
    'client_query_buffer_limit_disconnections',
    counter('client_query_buffer_limit_disconnections_total', 'Clients cut for their input.', since('7.4')),
  ],
  [
    'client_output_buffer_limit_disconnections',
    counter('client_output_buffer_limit_disconnections_total', 'Clients cut for what they did not read.', since('7.4')),
  ],
  ['reply_buffer_shrinks', counter('reply_buffer_shrinks_total', 'Reply buffers made smaller.', since('7'))],
  ['reply_buffer_expands', counter('reply_buffer_expands_total', 'Reply buffers made larger.', since('7'))],
  ['eventloop_cycles', counter('eventloop_cycles_total', 'Cycles of the event loop.', since('7.2'))],
  [
    'eventloop_duration_sum',
    counter('eventloop_duration_sum_usec_total', 'Time in the event loop.', { unit: 'microseconds', ...since('7.2') }),
  ],
  [
    'eventloop_duration_cmd_sum',
    counter('eventloop_duration_cmd_sum_usec_total', 'Time in commands.', { unit: 'microseconds', ...since('7.2') }),
  ],
  [
    'instantaneous_eventloop_cycles_per_sec',
    gauge('instantaneous_eventloop_cycles_per_sec', 'Cycles of the event loop per second, lately.', since('7.2')),
  ],
  [
    'instantaneous_eventloop_duration_usec',
    gauge('instantaneous_eventloop_duration_usec', 'Time of a cycle, lately.', {
      unit: 'microseconds',
      ...since('7.2'),
    }),
  ],
  ['acl_access_denied_auth', counter('acl_access_denied_auth_total', 'Log-ins that were refused.', since('7.2'))],
  ['acl_access_denied_cmd', counter('acl_access_denied_cmd_total', 'Commands refused to a user.', since('7.2'))],
  ['acl_access_denied_key', counter('acl_access_denied_key_total', 'Keys refused to a user.', since('7.2'))],
  [
    'acl_access_denied_channel',
    counter('acl_access_denied_channel_total', 'Channels refused to a user.', since('7.2')),
  ],

  // Replication
  ['connected_slaves', gauge('connected_slaves', 'Replicas that are connected.')],
  ['repl_backlog_size', gauge('replication_backlog_bytes', 'Size of the replication backlog as configured.', bytes)],
  ['repl_backlog_size', gauge('config_repl_backlog_size', 'The setting repl-backlog-size, as INFO has it.', bytes)],
  ['repl_backlog_active', gauge('repl_backlog_is_active', 'Whether there is a replication backlog.')],
  ['repl_backlog_first_byte_offset', gauge('repl_backlog_first_byte_offset', 'Offset of its first byte.', bytes)],
  ['repl_backlog_histlen', gauge('repl_backlog_history_bytes', 'Bytes in it.', bytes)],
  ['master_repl_offset', gauge('master_repl_offset', 'Offset of the replication stream.', bytes)],
  [
    'second_repl_offset',
    gauge('second_repl_offset', 'Offset up to which the id before is accepted; -1 is none.', bytes),
  ],
  [
    'slave_expires_tracked_keys',
    gauge('slave_expires_tracked_keys', 'Keys that a writable replica has to expire itself.'),
  ],
  ['slave_priority', gauge('slave_priority', 'How readily it becomes the primary; 0 is never.', onReplica)],
  ['sync_full', gauge('replica_resyncs_full', 'Full synchronisations of replicas.')],
  ['sync_partial_ok', gauge('replica_partial_resync_accepted', 'Partial synchronisations that were accepted.')],
  ['sync_partial_err', gauge('replica_partial_resync_denied', 'Partial synchronisations that were refused.')],
  [
    'master_link_down_since_seconds',
    ownGauge('master_link_down_seconds', 'How long the link to the primary has been down; -1 is always.', {
      ...seconds,
      when: 'on a replica without its primary',
    }),
  ],

  // CPU
  ['used_cpu_sys', counter('cpu_sys_seconds_total', 'CPU time in the kernel.', seconds)],
  ['used_cpu_user', counter('cpu_user_seconds_total', 'CPU time outside the kernel.', seconds)],
  ['used_cpu_sys_children', counter('cpu_sys_children_seconds_total', 'The same of background processes.', seconds)],
  ['used_cpu_user_children', counter('cpu_user_children_seconds_total', 'The same of background processes.', seconds)],
  ['used_cpu_sys_main_thread', counter('cpu_sys_main_thread_seconds_total', 'The same of the main thread.', seconds)],
  ['used_cpu_user_main_thread', counter('cpu_user_main_thread_seconds_total', 'The same of the main thread.', seconds)],
  [
    'used_active_time_main_thread',
    counter('active_time_main_thread_seconds_total', 'Time that the main thread was busy.', {
      ...seconds,
      when: 'Valkey 8.1',
    }),
  ],

  // Cluster
  ['cluster_enabled', gauge('cluster_enabled', 'Whether it is a node of a cluster.')],
];

export const infoFields: readonly InfoField[] = table.map(([field, family, divisor]) => {
  const named = { ...family, asks: `INFO: ${field}` };
  return divisor === undefined ? { field, family: named } : { field, family: named, divisor };
});
