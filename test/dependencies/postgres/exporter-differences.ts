// Where our families of PostgreSQL differ from postgres_exporter's, and why. Whatever is not here must be the same.

/** What was read: https://github.com/prometheus-community/postgres_exporter, the release v0.20.1 of 2026-07-07. */
export const readVersion = '0.20.1';
/** What the tests run beside ours: Debian 12's. */
export const comparedVersion = '0.11.1';

export type Difference = {
  /** A name; `*` at its end stands for any rest. */
  readonly family: string;
  /** `newer`, `older`: only the release read has it, only the one compared. The others are of the release read. */
  readonly kind: 'left out' | 'value' | 'newer' | 'older' | 'older labels' | 'older rows';
  readonly reason: string;
};

const is = (kind: Difference['kind'], reason: string, ...families: readonly string[]): Difference[] =>
  families.map((family) => ({ family, kind, reason }));

export const differences: readonly Difference[] = [
  ...is(
    'left out',
    'of the exporter itself; ours are sidewarden_collector_*',
    'pg_exporter_last_scrape_duration_seconds',
    'pg_exporter_scrapes_total',
    'pg_exporter_user_queries_load_error',
    'pg_scrape_collector_*',
  ),
  ...is(
    'left out',
    'settings of development, planner methods, locale and the like, and of extensions, whose number has no bound',
    'pg_settings_*',
  ),
  ...is(
    'left out',
    'its labels are cut out of the text of queries; sidewarden_postgres_autovacuum_* and pg_stat_progress_vacuum_* say more',
    'pg_stat_activity_autovacuum_timestamp_seconds',
  ),
  ...is(
    'left out',
    'off by default there, and of one application alone: it reads the first row of its answer',
    'pg_process_idle_seconds',
  ),
  ...is(
    'left out',
    'off by default there; wants an extension, and walks through shared_buffers',
    'pg_buffercache_summary_*',
  ),
  ...is('left out', 'the number that repmgr puts into the names of its slots', 'pg_stat_wal_receiver_upstream_node'),
  ...is('left out', 'of PostgreSQL before 10', 'pg_xlog_location_bytes', '*_pg_xlog_location_diff'),

  ...is('value', 'absent until statistics were reset; theirs is 0', 'pg_stat_database_stats_reset'),
  ...is('value', 'our own locks are not counted, which the exporter counts of itself', 'pg_locks_count'),
  ...is(
    'value',
    'beyond 50 each, applications and users share the name `other`; beyond 1000 combinations, those of a database and state are one',
    'pg_stat_activity_count',
    'pg_stat_activity_max_tx_duration',
  ),
  ...is(
    'value',
    'absent on a replica that receives no WAL, where theirs is 0 since all that came was replayed',
    'pg_replication_lag_seconds',
  ),
  ...is('value', 'absent where nothing was ever replayed; theirs is 0', 'pg_replication_last_replay_seconds'),
  ...is(
    'value',
    'absent for a slot whose consumer confirms nothing, as a physical one; theirs is 0',
    'pg_replication_slots_slot_confirmed_flush_lsn',
  ),
  ...is('value', 'roles with a limit alone; theirs is -1 for all others', 'pg_roles_connection_limit'),
  ...is(
    'value',
    'of a receiver without a slot too, and upstream_host is the one that is connected',
    'pg_stat_wal_receiver_*',
  ),
  ...is(
    'value',
    'absent since PostgreSQL 17, where theirs gives bytes under a name that says rows; ours is sidewarden_postgres_vacuum_*_bytes',
    'pg_stat_progress_vacuum_max_dead_tuples',
    'pg_stat_progress_vacuum_num_dead_tuples',
  ),

  ...is(
    'left out',
    'what measures sizes waits for locks; ours is sidewarden_postgres_table_estimated_bytes',
    'pg_stat_user_tables_index_size_bytes',
    'pg_stat_user_tables_table_size_bytes',
  ),
  ...is('left out', 'the text of a statement is never read', 'pg_stat_statements_query_id'),
  ...is('left out', 'off by default there; indexes have no bound', 'pg_statio_user_indexes_*'),
  ...is(
    'value',
    'of the tables with the most dead tuples and the largest alone, no temporary ones; of a table without an index or TOAST absent, where theirs is 0',
    'pg_stat_user_tables_*',
    'pg_statio_user_tables_*',
  ),
  ...is(
    'value',
    'of as many as `top` says, without a least share of the time; inside and outside of functions added up, where theirs takes one',
    'pg_stat_statements_*',
  ),

  ...is(
    'older labels',
    'has the label server everywhere; the release read in pg_static and pg_stat_database_conflicts_* alone',
    'pg_*',
  ),
  ...is(
    'older labels',
    'has datname and state alone; the release read also user, application, kind of backend and wait',
    'pg_stat_activity_*',
  ),
  ...is(
    'older labels',
    'has an address without /32, and the number of a process for slot_name',
    'pg_stat_replication_*',
  ),
  ...is('older rows', 'has a row of shared objects, datid 0', 'pg_stat_database_*'),
  ...is(
    'older',
    'has every column that it does not know, untyped; ours are sidewarden_postgres_database_*',
    'pg_stat_database_active_time',
    'pg_stat_database_session_time',
    'pg_stat_database_idle_in_transaction_time',
    'pg_stat_database_sessions',
    'pg_stat_database_sessions_*',
    'pg_stat_database_checksum_*',
    'pg_stat_database_parallel_workers_*',
  ),
  ...is('older', 'has every column that it does not know, untyped', 'pg_stat_replication_reply_time'),

  ...is('newer', 'the release compared fails on PostgreSQL 17 and later', 'pg_stat_bgwriter_*'),
  ...is(
    'newer',
    'not in the release compared, or only with a file of queries',
    'pg_database_connection_limit',
    'pg_database_wraparound_*',
    'pg_long_running_transactions*',
    'pg_postmaster_start_time_seconds',
    'pg_replication_is_replica',
    'pg_replication_lag_seconds',
    'pg_replication_last_replay_seconds',
    'pg_replication_slots_slot_*',
    'pg_replication_slots_safe_wal_size_bytes',
    'pg_replication_slots_wal_status',
    'pg_roles_connection_limit',
    'pg_stat_checkpointer_*',
    'pg_stat_database_active_time_seconds_total',
    'pg_stat_progress_vacuum_*',
    'pg_stat_wal_receiver_*',
    'pg_wal_*',
  ),
  ...is(
    'newer',
    'there they come of a file of queries that the package does not have',
    'pg_stat_user_tables_*',
    'pg_statio_user_tables_*',
    'pg_stat_statements_*',
  ),
];
