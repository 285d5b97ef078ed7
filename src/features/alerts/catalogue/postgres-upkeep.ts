// Vacuum, transaction IDs, checkpoints, bloat, and what is wrong with the data itself.
import type { Alert } from '../pack.ts';
import { unlessReplica } from './postgres-expressions.ts';

const byDatabase = 'max by (check, datname)';
const byTable = 'max by (check, datname, schemaname, relname)';
const byIndex = 'max by (check, datname, schemaname, relname, idxname)';
const xidAge = `${byDatabase} (pg_database_wraparound_age_datfrozenxid_seconds{})`;
const multixactAge = `${byDatabase} (pg_database_wraparound_age_datminmxid_seconds{})`;
const ages = `(${xidAge} > $threshold or ${multixactAge} > $threshold) ${unlessReplica}`;
const dead = `${byTable} (pg_stat_user_tables_n_dead_tup{})`;
const live = `${byTable} (pg_stat_user_tables_n_live_tup{})`;
const modified = `${byTable} (pg_stat_user_tables_n_mod_since_analyze{})`;
const checkpoints = (family: string): string => `max by (check) (increase(${family}{}[30m]))`;
const ratio = (value: number) => ({ value, least: 0.001, most: 0.99, unit: 'ratio' }) as const;
const transactions = (value: number) => ({ value, least: 1e6, most: 2_100_000_000, unit: 'transactions' }) as const;
const seconds = (value: number) => ({ value, least: 1, most: 2_592_000, unit: 'seconds' }) as const;

export const upkeep = [
  {
    name: 'PostgresXidAgeHigh',
    expr: ages,
    threshold: transactions(1e9),
    for: '1h',
    severity: 'warning',
    labels: ['check', 'datname'],
    summary: 'A database of PostgreSQL has very old transaction IDs that are not frozen.',
    description:
      'The oldest transaction ID (or multixact) of the database {{ $labels.datname }} of {{ $labels.check }} is {{ $value | humanize }} old; PostgreSQL stops to write near 2.1G. Find what holds vacuum back: old transactions, replication slots, prepared transactions.',
  },
  {
    name: 'PostgresXidWraparoundImminent',
    expr: ages,
    threshold: transactions(1.8e9),
    for: '5m',
    severity: 'critical',
    labels: ['check', 'datname'],
    summary: 'PostgreSQL is about to refuse writes, since transaction IDs run out.',
    description:
      'The oldest transaction ID (or multixact) of the database {{ $labels.datname }} of {{ $labels.check }} is {{ $value | humanize }} old; near 2.1G PostgreSQL refuses every write. Remove what holds vacuum back, then VACUUM the oldest tables now.',
  },
  {
    name: 'PostgresVacuumHeldBack',
    expr: `max by (check) (sidewarden_postgres_backend_xmin_age{}) > $threshold
      or max by (check) (sidewarden_postgres_replication_slot_xmin_age{}) > $threshold
      or max by (check) (sidewarden_postgres_replication_slot_catalog_xmin_age{}) > $threshold`,
    threshold: transactions(1e8),
    for: '15m',
    severity: 'warning',
    labels: ['check'],
    summary: 'An old snapshot keeps vacuum of PostgreSQL from removing dead rows.',
    description:
      'On {{ $labels.check }} a connection, a standby or a slot holds a snapshot that is {{ $value | humanize }} transactions old; no dead row younger than it is removed. See backend_xmin in pg_stat_activity, xmin and catalog_xmin in pg_replication_slots.',
  },
  {
    name: 'PostgresAutovacuumLong',
    expr: 'max by (check) (sidewarden_postgres_autovacuum_longest_seconds{}) > $threshold',
    threshold: seconds(14_400),
    for: '10m',
    severity: 'info',
    labels: ['check'],
    summary: 'An autovacuum of PostgreSQL has worked at one table for hours.',
    description:
      'An autovacuum of {{ $labels.check }} has worked at one table for {{ $value | humanizeDuration }}. See how far it is in pg_stat_progress_vacuum; autovacuum_vacuum_cost_delay and maintenance_work_mem make it slow.',
  },
  {
    name: 'PostgresAutovacuumOff',
    expr: 'max by (check) (pg_settings_autovacuum{}) == 0',
    for: '15m',
    severity: 'warning',
    labels: ['check'],
    summary: 'Autovacuum of PostgreSQL is switched off.',
    description:
      "Autovacuum of {{ $labels.check }} is off: tables bloat, plans get worse, and transaction IDs get old. SELECT source, sourcefile FROM pg_settings WHERE name = 'autovacuum' shows who switched it off.",
  },
  {
    name: 'PostgresPreparedTransactionOld',
    expr: 'max by (check) (sidewarden_postgres_oldest_prepared_transaction_seconds{}) > $threshold',
    threshold: seconds(3600),
    for: '5m',
    severity: 'warning',
    labels: ['check'],
    summary: 'PostgreSQL has a prepared transaction that nobody ends.',
    description:
      'A transaction on {{ $labels.check }} was prepared {{ $value | humanizeDuration }} ago and is not ended: it keeps its locks, restarts included. See pg_prepared_xacts, then COMMIT PREPARED or ROLLBACK PREPARED.',
  },
  {
    name: 'PostgresDeadTuplesHigh',
    expr: `${dead} / (${live} + ${dead} > 0) > $threshold and ${dead} > 100000`,
    threshold: ratio(0.4),
    for: '1h',
    severity: 'warning',
    labels: ['check', 'datname', 'schemaname', 'relname'],
    summary: 'A table of PostgreSQL is full of dead rows, and is not vacuumed.',
    description:
      'Of the rows of {{ $labels.schemaname }}.{{ $labels.relname }} in {{ $labels.datname }} of {{ $labels.check }}, {{ $value | humanizePercentage }} are dead. See last_autovacuum in pg_stat_user_tables, and whether a transaction or slot holds vacuum back.',
  },
  {
    name: 'PostgresTableNotAnalyzed',
    expr: `${modified} / (${live} > 0) > $threshold and ${modified} > 100000`,
    threshold: { value: 0.5, least: 0, most: 1000, unit: 'changed rows of each row' },
    for: '2h',
    severity: 'info',
    labels: ['check', 'datname', 'schemaname', 'relname'],
    summary: 'A table of PostgreSQL changed much since it was analyzed last.',
    description:
      'Since {{ $labels.schemaname }}.{{ $labels.relname }} in {{ $labels.datname }} of {{ $labels.check }} was analyzed last, {{ $value | humanizePercentage }} of its rows changed: its plans may be wrong. ANALYZE it, and see why autovacuum does not.',
  },
  {
    name: 'PostgresTableBloat',
    expr: `${byTable} (pg_bloat_table_bloat_pct{}) / 100 > $threshold
      and ${byTable} (pg_bloat_table_bloat_size{}) > 1e9`,
    threshold: ratio(0.5),
    for: '1h',
    severity: 'info',
    labels: ['check', 'datname', 'schemaname', 'relname'],
    summary: 'A large table of PostgreSQL is mostly empty space.',
    description:
      'Of the table {{ $labels.schemaname }}.{{ $labels.relname }} in {{ $labels.datname }} of {{ $labels.check }}, {{ $value | humanizePercentage }} are empty space, more than 1 GB, by an estimate. pg_repack or VACUUM FULL gives it back.',
  },
  {
    name: 'PostgresIndexBloat',
    expr: `${byIndex} (pg_bloat_btree_bloat_pct{}) / 100 > $threshold
      and ${byIndex} (pg_bloat_btree_bloat_size{}) > 1e9`,
    threshold: ratio(0.5),
    for: '1h',
    severity: 'info',
    labels: ['check', 'datname', 'schemaname', 'relname', 'idxname'],
    summary: 'A large index of PostgreSQL is mostly empty space.',
    description:
      'Of the index {{ $labels.schemaname }}.{{ $labels.idxname }} in {{ $labels.datname }} of {{ $labels.check }}, {{ $value | humanizePercentage }} are empty space, more than 1 GB, by an estimate. REINDEX INDEX CONCURRENTLY gives it back.',
  },
  {
    name: 'PostgresCheckpointsFrequent',
    expr: `(${checkpoints('pg_stat_bgwriter_checkpoints_req_total')}
      or ${checkpoints('pg_stat_checkpointer_num_requested_total')}) > $threshold`,
    threshold: { value: 10, least: 1, most: 10_000, unit: 'checkpoints in 30 minutes' },
    for: '1h',
    severity: 'info',
    labels: ['check'],
    summary: 'PostgreSQL makes checkpoints more often than its timeout asks for.',
    description:
      '{{ $labels.check }} made {{ $value | humanize }} checkpoints in 30 minutes that checkpoint_timeout did not ask for. As a rule max_wal_size is too small for what is written.',
  },
  {
    name: 'PostgresChecksumFailures',
    // A URL that leads from one server to another and back brings old failures back: they are none of these minutes.
    expr: `${byDatabase} (max_over_time((increase(sidewarden_postgres_database_checksum_failures_total{}[10m])
      unless on (check) max by (check) (changes(pg_postmaster_start_time_seconds{}[10m])) > 0)[1h:1m])) > 0`,
    for: '0s',
    severity: 'critical',
    labels: ['check', 'datname'],
    summary: 'PostgreSQL read damaged pages from its disk.',
    description:
      'PostgreSQL found {{ $value | humanize }} pages with a wrong checksum in the database {{ $labels.datname }} of {{ $labels.check }} in ten minutes of the last hour: the disk or memory damages data. The log of the server has the file and block of each.',
  },
  {
    name: 'PostgresRestarted',
    expr: 'time() - max by (check) (pg_postmaster_start_time_seconds{}) < $threshold',
    threshold: seconds(300),
    for: '0s',
    severity: 'info',
    labels: ['check'],
    summary: 'PostgreSQL started a moment ago.',
    description:
      'The server of {{ $labels.check }} started {{ $value | humanizeDuration }} ago. Its log says why it ended before; after a failover it may be another server.',
  },
] as const satisfies readonly Alert[];
