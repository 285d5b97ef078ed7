// Vacuum, transaction IDs, checkpoints, bloat and damaged data of PostgreSQL.
import { type Case, counter, gauge, type Line, steady } from '../case.ts';
import { of, ofDatabase, ofTable } from './postgres-lines.ts';

const xids = 'pg_database_wraparound_age_datfrozenxid_seconds';
const multixacts = 'pg_database_wraparound_age_datminmxid_seconds';
const age = (check: string, datname: string, family = xids): string => of(check, family, `datname="${datname}"`);
const isReplica = (check: string, value: number): Line => steady(of(check, 'pg_replication_is_replica'), value);
const slotXmin = (family: string): string => of('database', family, 'slot_name="b",slot_type="logical"');
const dead = 'pg_stat_user_tables_n_dead_tup';
const live = 'pg_stat_user_tables_n_live_tup';
const modified = 'pg_stat_user_tables_n_mod_since_analyze';
const sameBloat = (family: string, more: string): readonly Line[] => [
  steady(ofTable('database', 'users', `${family}_bloat_pct`, more), 10),
  steady(ofTable('database', 'users', `${family}_bloat_size`, more), 2e9),
  steady(ofTable('orders', 'orders', `${family}_bloat_pct`, more), 10),
  steady(ofTable('orders', 'orders', `${family}_bloat_size`, more), 2e9),
];
const bloat = (family: string, more = ''): readonly Line[] => [
  gauge(ofTable('database', 'orders', `${family}_bloat_pct`, more), 48, 52),
  steady(ofTable('database', 'orders', `${family}_bloat_size`, more), 1.05e9),
  ...sameBloat(family, more),
];
const smallBloat = (family: string, more = ''): readonly Line[] => [
  steady(ofTable('database', 'orders', `${family}_bloat_pct`, more), 90),
  steady(ofTable('database', 'orders', `${family}_bloat_size`, more), 0.95e9),
  ...sameBloat(family, more),
];
const ordersIndex = ',idxname="orders_pkey"';
const before17 = 'pg_stat_bgwriter_checkpoints_req_total';
const since17 = 'pg_stat_checkpointer_num_requested_total';
const checkpoints = (family: string): Case => ({
  alert: 'PostgresCheckpointsFrequent',
  lines: [counter(of('database', family), 0.3, 0.36), counter(of('orders', family), 0.1, 0.1)],
  delay: 16,
  calm: 35,
  fires: [{ check: 'database' }],
  says: 'database made 10.8 checkpoints in 30 minutes that checkpoint_timeout did not ask for. As a rule max_wal_size is too small for what is written.',
});
const oldIds = (alert: string, quiet: number, loud: number, says: string): readonly Case[] =>
  [xids, multixacts].map((family) => ({
    alert,
    lines: [
      gauge(age('database', 'shop', family), quiet, loud),
      steady(age('database', 'postgres', family), 2e8),
      isReplica('database', 0),
      steady(age('orders', 'shop', family), 1.9e9),
      isReplica('orders', 1),
    ],
    fires: [{ check: 'database', datname: 'shop' }],
    says,
  }));
const heldBack = (series: string): Case => ({
  alert: 'PostgresVacuumHeldBack',
  lines: [gauge(series, 0.95e8, 1.05e8), steady(of('orders', 'sidewarden_postgres_backend_xmin_age'), 1000)],
  fires: [{ check: 'database' }],
  says: 'On database a connection, a standby or a slot holds a snapshot that is 105M transactions old; no dead row younger than it is removed. See backend_xmin in pg_stat_activity, xmin and catalog_xmin in pg_replication_slots.',
});

export const cases: readonly Case[] = [
  ...oldIds(
    'PostgresXidAgeHigh',
    0.95e9,
    1.05e9,
    'The oldest transaction ID (or multixact) of the database shop of database is 1.05G old; PostgreSQL stops to write near 2.1G. Find what holds vacuum back: old transactions, replication slots, prepared transactions.',
  ),
  ...oldIds(
    'PostgresXidWraparoundImminent',
    1.75e9,
    1.85e9,
    'The oldest transaction ID (or multixact) of the database shop of database is 1.85G old; near 2.1G PostgreSQL refuses every write. Remove what holds vacuum back, then VACUUM the oldest tables now.',
  ),
  heldBack(of('database', 'sidewarden_postgres_backend_xmin_age')),
  heldBack(slotXmin('sidewarden_postgres_replication_slot_xmin_age')),
  heldBack(slotXmin('sidewarden_postgres_replication_slot_catalog_xmin_age')),
  {
    alert: 'PostgresAutovacuumLong',
    lines: [
      gauge(of('database', 'sidewarden_postgres_autovacuum_longest_seconds'), 13_700, 15_000),
      steady(of('orders', 'sidewarden_postgres_autovacuum_longest_seconds'), 0),
    ],
    fires: [{ check: 'database' }],
    says: 'An autovacuum of database has worked at one table for 4h 10m 0s. See how far it is in pg_stat_progress_vacuum; autovacuum_vacuum_cost_delay and maintenance_work_mem make it slow.',
  },
  {
    alert: 'PostgresAutovacuumOff',
    lines: [gauge(of('database', 'pg_settings_autovacuum'), 1, 0), steady(of('orders', 'pg_settings_autovacuum'), 1)],
    fires: [{ check: 'database' }],
    says: "Autovacuum of database is off: tables bloat, plans get worse, and transaction IDs get old. SELECT source, sourcefile FROM pg_settings WHERE name = 'autovacuum' shows who switched it off.",
  },
  {
    alert: 'PostgresPreparedTransactionOld',
    lines: [
      gauge(of('database', 'sidewarden_postgres_oldest_prepared_transaction_seconds'), 3400, 3800),
      steady(of('orders', 'sidewarden_postgres_oldest_prepared_transaction_seconds'), 0),
    ],
    fires: [{ check: 'database' }],
    says: 'A transaction on database was prepared 1h 3m 20s ago and is not ended: it keeps its locks, restarts included. See pg_prepared_xacts, then COMMIT PREPARED or ROLLBACK PREPARED.',
  },
  {
    alert: 'PostgresDeadTuplesHigh',
    lines: [
      steady(ofTable('database', 'orders', dead), 105_000),
      gauge(ofTable('database', 'orders', live), 171_000, 145_000),
      steady(ofTable('database', 'users', dead), 200_000),
      steady(ofTable('database', 'users', live), 2e6),
      steady(ofTable('orders', 'orders', dead), 200_000),
      steady(ofTable('orders', 'orders', live), 2e6),
    ],
    fires: [{ check: 'database', datname: 'shop', schemaname: 'public', relname: 'orders' }],
    says: 'Of the rows of public.orders in shop of database, 42% are dead. See last_autovacuum in pg_stat_user_tables, and whether a transaction or slot holds vacuum back.',
  },
  {
    alert: 'PostgresDeadTuplesHigh',
    shows: 'a small table that is empty but for dead rows, beside a large one',
    lines: [
      steady(ofTable('database', 'orders', dead), 95_000),
      steady(ofTable('database', 'orders', live), 1),
      steady(ofTable('database', 'users', dead), 200_000),
      steady(ofTable('database', 'users', live), 2e6),
    ],
  },
  {
    alert: 'PostgresTableNotAnalyzed',
    lines: [
      steady(ofTable('database', 'orders', modified), 105_000),
      gauge(ofTable('database', 'orders', live), 219_000, 201_923),
      steady(ofTable('database', 'users', modified), 200_000),
      steady(ofTable('database', 'users', live), 2e6),
      steady(ofTable('orders', 'orders', modified), 200_000),
      steady(ofTable('orders', 'orders', live), 2e6),
    ],
    fires: [{ check: 'database', datname: 'shop', schemaname: 'public', relname: 'orders' }],
    says: 'Since public.orders in shop of database was analyzed last, 52% of its rows changed: its plans may be wrong. ANALYZE it, and see why autovacuum does not.',
  },
  {
    alert: 'PostgresTableNotAnalyzed',
    shows: 'a small table that changed altogether, beside a large one',
    lines: [
      steady(ofTable('database', 'orders', modified), 95_000),
      steady(ofTable('database', 'orders', live), 90_000),
      steady(ofTable('database', 'users', modified), 200_000),
      steady(ofTable('database', 'users', live), 2e6),
    ],
  },
  {
    alert: 'PostgresTableBloat',
    lines: bloat('pg_bloat_table'),
    fires: [{ check: 'database', datname: 'shop', schemaname: 'public', relname: 'orders' }],
    says: 'Of the table public.orders in shop of database, 52% are empty space, more than 1 GB, by an estimate. pg_repack or VACUUM FULL gives it back.',
  },
  { alert: 'PostgresTableBloat', shows: 'less than 1 GB is empty', lines: smallBloat('pg_bloat_table') },
  {
    alert: 'PostgresIndexBloat',
    lines: bloat('pg_bloat_btree', ordersIndex),
    fires: [{ check: 'database', datname: 'shop', schemaname: 'public', relname: 'orders', idxname: 'orders_pkey' }],
    says: 'Of the index public.orders_pkey in shop of database, 52% are empty space, more than 1 GB, by an estimate. REINDEX INDEX CONCURRENTLY gives it back.',
  },
  {
    alert: 'PostgresIndexBloat',
    shows: 'less than 1 GB is empty',
    lines: smallBloat('pg_bloat_btree', ordersIndex),
  },
  checkpoints(before17),
  checkpoints(since17),
  {
    alert: 'PostgresChecksumFailures',
    lines: [
      counter(ofDatabase('database', 'shop', 'sidewarden_postgres_database_checksum_failures_total'), 0, 1),
      counter(ofDatabase('database', 'postgres', 'sidewarden_postgres_database_checksum_failures_total'), 0, 0),
      counter(ofDatabase('orders', 'shop', 'sidewarden_postgres_database_checksum_failures_total'), 0, 0),
      gauge(of('orders', 'pg_postmaster_start_time_seconds'), 1000, 2000),
    ],
    calm: 72,
    fires: [{ check: 'database', datname: 'shop' }],
    says: 'PostgreSQL found 1 pages with a wrong checksum in the database shop of database in ten minutes of the last hour: the disk or memory damages data. The log of the server has the file and block of each.',
  },
  ...[1, 8, 12, 40].map((calm) => ({
    alert: 'PostgresChecksumFailures',
    shows: 'a URL leads to another server for some minutes, and back to one with old failures',
    lines: [
      gauge(ofDatabase('database', 'shop', 'sidewarden_postgres_database_checksum_failures_total'), 7, 0),
      gauge(of('database', 'pg_postmaster_start_time_seconds'), 1000, 2000),
    ],
    quiet: 30,
    lasts: 4,
    calm,
  })),
  {
    alert: 'PostgresRestarted',
    quiet: 30,
    lines: [
      gauge(of('database', 'pg_postmaster_start_time_seconds'), 1420, 1520),
      steady(of('orders', 'pg_postmaster_start_time_seconds'), 0),
    ],
    fires: [{ check: 'database' }],
    says: 'The server of database started 4m 40s ago. Its log says why it ended before; after a failover it may be another server.',
  },
];
