// A busy primary of PostgreSQL that is well, with two standbys, one of which is watched too.
import { counter, type Line, steady } from '../case.ts';

const primary = (family: string, labels = ''): string => of('database', family, labels);
const of = (check: string, family: string, labels = ''): string =>
  `${family}{check="${check}",instance="${check}:5432"${labels === '' ? '' : `,${labels}`}}`;
const is = (family: string, value: number, labels?: string): Line => steady(primary(family, labels), value);
const grows = (family: string, each: number, labels?: string): Line => counter(primary(family, labels), each, each);
const gigabyte = 1_000_000_000;

const settings: Readonly<Record<string, number>> = {
  autovacuum: 1,
  max_connections: 100,
  superuser_reserved_connections: 3,
  reserved_connections: 0,
  recovery_min_apply_delay_seconds: 0,
  max_slot_wal_keep_size_bytes: 10 * gigabyte,
  max_wal_size_bytes: gigabyte,
  wal_keep_size_bytes: 0,
};

const connection = (state: string, event: string): string =>
  `datname="shop",state="${state}",usename="app",application_name="web",backend_type="client backend",wait_event_type="${event === 'SyncRep' ? 'IPC' : 'Client'}",wait_event="${event}"`;

const ofDatabase = (datname: string, transactions: number): readonly Line[] => {
  const labels = `datid="${datname.length}",datname="${datname}"`;
  return [
    is('pg_stat_database_numbackends', Math.round(transactions / 1000), labels),
    grows('pg_stat_database_xact_commit', transactions, labels),
    grows('pg_stat_database_xact_rollback', transactions / 50, labels),
    grows('pg_stat_database_blks_hit', transactions * 100, labels),
    grows('pg_stat_database_blks_read', transactions, labels),
    grows('pg_stat_database_deadlocks', 0, labels),
    grows('pg_stat_database_conflicts', 0, labels),
    grows('pg_stat_database_temp_bytes', transactions * 100, labels),
    grows('sidewarden_postgres_database_checksum_failures_total', 0, labels),
    is('pg_database_connection_limit', datname === 'shop' ? 90 : -1, `datname="${datname}"`),
    is('pg_database_wraparound_age_datfrozenxid_seconds', 180_000_000, `datname="${datname}"`),
    is('pg_database_wraparound_age_datminmxid_seconds', 2_000_000, `datname="${datname}"`),
  ];
};

const ofTable = (relname: string, rows: number): readonly Line[] => {
  const table = `datname="shop",schemaname="public",relname="${relname}"`;
  const index = `${table},idxname="${relname}_pkey"`;
  return [
    is('pg_stat_user_tables_n_live_tup', rows, table),
    is('pg_stat_user_tables_n_dead_tup', rows / 10, table),
    is('pg_stat_user_tables_n_mod_since_analyze', rows / 12, table),
    is('pg_bloat_table_bloat_pct', 15, table),
    is('pg_bloat_table_bloat_size', 2 * gigabyte, table),
    is('pg_bloat_btree_bloat_pct', 25, index),
    is('pg_bloat_btree_bloat_size', 2 * gigabyte, index),
  ];
};

const ofStandby = (name: string): readonly Line[] => {
  const standby = `application_name="${name}",client_addr="10.0.0.9/32",state="streaming",slot_name="${name}"`;
  const slot = `slot_name="${name}",slot_type="physical"`;
  return [
    is('pg_stat_replication_pg_current_wal_lsn_bytes', 900 * gigabyte, standby),
    is('sidewarden_postgres_replication_replay_lag_seconds', 0.02, standby),
    is('pg_replication_slots_slot_is_active', 1, slot),
    is('pg_replication_slots_pg_wal_lsn_diff', 1_000_000, `slot_name="${name}",database=""`),
    is('pg_replication_slots_safe_wal_size_bytes', 9.9 * gigabyte, slot),
    is('pg_replication_slots_wal_status', 1, `${slot},wal_status="reserved"`),
    is('sidewarden_postgres_replication_slot_xmin_age', 500, slot),
    is('sidewarden_postgres_replication_slot_catalog_xmin_age', 500, slot),
  ];
};

const statement = 'user="app",datname="shop",queryid="-42"';

export const lines: readonly Line[] = [
  is('pg_up', 1),
  ...Object.entries(settings).map(([name, value]) => is(`pg_settings_${name}`, value)),
  is('sidewarden_postgres_backends', 50, 'backend_type="client backend"'),
  is('sidewarden_postgres_backends', 3, 'backend_type="autovacuum worker"'),
  is('pg_stat_activity_count', 40, connection('idle', 'ClientRead')),
  is('pg_stat_activity_count', 2, connection('active', 'SyncRep')),
  is('pg_stat_activity_max_tx_duration', 0.01, connection('active', 'SyncRep')),
  is('pg_roles_connection_limit', 60, 'rolname="app"'),
  is('pg_long_running_transactions_oldest_timestamp_seconds', 90),
  is('sidewarden_postgres_longest_idle_in_transaction_seconds', 3),
  is('sidewarden_postgres_lock_waiters', 1),
  is('sidewarden_postgres_longest_lock_wait_seconds', 0.5),
  is('sidewarden_postgres_backend_xmin_age', 2000),
  is('sidewarden_postgres_autovacuum_longest_seconds', 600),
  is('sidewarden_postgres_oldest_prepared_transaction_seconds', 0),
  is('pg_postmaster_start_time_seconds', -86_400),
  is('pg_replication_is_replica', 0),
  is('pg_replication_lag_seconds', 0),
  is('pg_stat_archiver_last_archive_age', 200),
  grows('pg_stat_archiver_failed_count', 0),
  is('pg_wal_size_bytes', 1.2 * gigabyte),
  grows('pg_stat_bgwriter_checkpoints_req_total', 1 / 60),
  grows('pg_stat_checkpointer_num_requested_total', 1 / 60),
  grows('pg_stat_statements_calls_total', 600, statement),
  grows('pg_stat_statements_seconds_total', 12, statement),
  grows('sidewarden_postgres_statements_skipped_total', 0.1),
  ...ofDatabase('shop', 40_000),
  ...ofDatabase('postgres', 10),
  ...ofTable('orders', 5_000_000),
  ...ofTable('sessions', 300),
  ...ofStandby('b'),
  ...ofStandby('c'),
  steady(of('replica', 'pg_up'), 1),
  steady(of('replica', 'pg_replication_is_replica'), 1),
  steady(of('replica', 'pg_replication_lag_seconds'), 0.5),
  steady(of('replica', 'pg_settings_recovery_min_apply_delay_seconds'), 0),
  steady(of('replica', 'sidewarden_postgres_replication_receiver_streaming'), 1),
];
