// What PostgreSQL says of itself.

import type { Pack } from '../pack.ts';
import { unanswered } from './out.ts';
import { fresh } from './postgres-expressions.ts';
import { load } from './postgres-load.ts';
import { replication } from './postgres-replication.ts';
import { upkeep } from './postgres-upkeep.ts';

/** Not those of the server's own processes. The connection that reads the statistics does not count itself: 1. */
const clients = 'max by (check) (sidewarden_postgres_backends{backend_type="client backend"}) + 1';
/** Where the grant is missing: with autovacuum and parallel workers in it. */
const anybody = 'sum by (check) (max by (check, datname) (pg_stat_database_numbackends{}))';
const most = 'max by (check) (pg_settings_max_connections{})';
/** Since PostgreSQL 16. */
const reserved = `(max by (check) (pg_settings_reserved_connections{}) or 0 * ${most})`;
/** Backups and the first copy of a subscription come and go. */
const standby =
  'pg_stat_replication_pg_current_wal_lsn_bytes{state=~"streaming|catchup",application_name!~"pg_basebackup|pg_[0-9]+_sync_.*"}';

export const postgres: Pack = {
  name: 'postgres',
  about: 'connections, replication, locks, vacuum and WAL of PostgreSQL',
  auto: ({ checks }) => checks.some(({ type, statistics }) => type === 'postgres' && statistics !== 'off'),
  silence: unanswered('pg_up'),
  recordings: [
    {
      record: 'check:postgres_connections_used:ratio',
      expr: `(${clients} or ${anybody})
        / (${most} - max by (check) (pg_settings_superuser_reserved_connections{}) - ${reserved} > 0)`,
    },
    {
      record: 'check:postgres_standbys:count',
      expr: `count by (check) (max by (check, application_name, client_addr, slot_name) (${fresh(standby)}))
        or 0 * max by (check) (pg_replication_is_replica{})`,
    },
  ],
  alerts: [...load, ...replication, ...upkeep],
};
