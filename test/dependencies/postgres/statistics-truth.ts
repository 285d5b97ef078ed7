// What a server says of itself, asked column by column in the words of its own views: the truth that samples are held to.
import type { PostgresNode } from '../../servers/postgres.ts';
import { type Labels, seriesOf } from './statistics-run.ts';

type Row = Record<string, unknown>;
export type Truth = ReadonlyMap<string, number>;

const milliseconds = /^(session|active|idle_in_transaction)_time$/;
const ofDatabases: Readonly<Record<string, string>> = {
  active_time: 'pg_stat_database_active_time_seconds_total',
  session_time: 'sidewarden_postgres_database_session_seconds_total',
  idle_in_transaction_time: 'sidewarden_postgres_database_idle_in_transaction_seconds_total',
  sessions: 'sidewarden_postgres_database_sessions_total',
  sessions_abandoned: 'sidewarden_postgres_database_sessions_abandoned_total',
  sessions_fatal: 'sidewarden_postgres_database_sessions_fatal_total',
  sessions_killed: 'sidewarden_postgres_database_sessions_killed_total',
  checksum_failures: 'sidewarden_postgres_database_checksum_failures_total',
};
/** Nothing is made of them, or (`numbackends`) they count who asks. */
const leftOut = ['numbackends', 'checksum_last_failure', 'parallel_workers_to_launch', 'parallel_workers_launched'];
const ofWal: Readonly<Record<string, string>> = {
  wal_records: 'sidewarden_postgres_wal_records_total',
  wal_fpi: 'sidewarden_postgres_wal_full_page_images_total',
  wal_bytes: 'sidewarden_postgres_wal_bytes_total',
  wal_buffers_full: 'sidewarden_postgres_wal_buffers_full_total',
};
const ofOther: Readonly<Record<string, string>> = {
  'pg_stat_archiver.archived_count': 'pg_stat_archiver_archived_count',
  'pg_stat_archiver.failed_count': 'pg_stat_archiver_failed_count',
  'pg_stat_checkpointer.num_done': 'sidewarden_postgres_checkpoints_done_total',
};
const slruWritten = ['slru_written'];

/** @param instance the label `server`, where the exporter has it. */
export async function truthOf(node: PostgresNode, instance: string): Promise<Truth> {
  const truth = new Map<string, number>();
  const put = (family: string, labels: Labels, value: unknown): void => {
    if (value !== null && value !== undefined) truth.set(seriesOf(family, labels), Number(value));
  };
  const views = await node.query(
    "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'v'",
  );
  const exists = (view: string): boolean => views.some(({ relname }) => relname === view);

  for (const { row } of await node.query('SELECT to_json(s) AS row FROM pg_stat_database s WHERE datid <> 0')) {
    const { datid, datname, stats_reset, ...columns } = row as Row;
    for (const [column, value] of Object.entries(columns)) {
      if (leftOut.includes(column)) continue;
      const seconds = milliseconds.test(column) ? Number(value) / 1000 : value;
      put(ofDatabases[column] ?? `pg_stat_database_${column}`, labelled({ datid, datname }), seconds);
    }
    put('pg_stat_database_stats_reset', labelled({ datid, datname }), secondOf(stats_reset));
  }
  for (const { row } of await node.query('SELECT to_json(s) AS row FROM pg_stat_database_conflicts s')) {
    const { datid, datname, ...columns } = row as Row;
    for (const [column, value] of Object.entries(columns)) {
      put(`pg_stat_database_conflicts_${column}`, labelled({ datid, datname, server: instance }), value);
    }
  }
  for (const view of ['pg_stat_bgwriter', 'pg_stat_checkpointer', 'pg_stat_archiver', 'pg_stat_wal']) {
    if (!exists(view)) continue;
    const [{ row } = {}] = await node.query(`SELECT to_json(s) AS row FROM ${view} s`);
    for (const [column, value] of Object.entries(row as Row)) {
      const family =
        view === 'pg_stat_wal' ? ofWal[column] : (ofOther[`${view}.${column}`] ?? `${view}_${column}_total`);
      const kept = view !== 'pg_stat_archiver' || column.endsWith('_count');
      if (family === undefined || !kept || slruWritten.includes(column)) continue;
      put(family, {}, column === 'stats_reset' ? secondOf(value) : value);
    }
  }
  await slower(node, put);
  return truth;
}

/** What the server itself makes of its settings' units: pg_size_bytes and intervals. */
const settingsQuery = `SELECT name, unit, CASE
    WHEN vartype = 'bool' THEN (current_setting(name) = 'on')::int::text
    WHEN current_setting(name) ~ '^-?[0-9.e-]+$' THEN current_setting(name)
    WHEN unit ~ '(ms|s|min|h|d)$' THEN extract(epoch FROM current_setting(name)::interval)::text
    ELSE pg_size_bytes(current_setting(name))::text END AS value,
  CASE WHEN unit IS NULL THEN '' WHEN unit ~ 'B$' THEN '_bytes' ELSE '_seconds' END AS suffix
FROM pg_settings WHERE vartype IN ('bool', 'integer', 'real') AND name !~ '[.]'`;

async function slower(
  node: PostgresNode,
  put: (family: string, labels: Labels, value: unknown) => void,
): Promise<void> {
  for (const { name, suffix, value } of await node.query(settingsQuery)) put(`pg_settings_${name}${suffix}`, {}, value);
  const databases = await node.query(
    `SELECT datname, datallowconn, pg_database_size(datname) AS size, datconnlimit, age(datfrozenxid) AS xids,
      mxid_age(datminmxid) AS multixacts FROM pg_database`,
  );
  for (const { datname, datallowconn, size, datconnlimit, xids, multixacts } of databases) {
    const labels = labelled({ datname });
    put('pg_database_size_bytes', labels, size);
    put('pg_database_connection_limit', labels, datconnlimit);
    if (datallowconn === false) continue;
    put('pg_database_wraparound_age_datfrozenxid_seconds', labels, xids);
    put('pg_database_wraparound_age_datminmxid_seconds', labels, multixacts);
  }
  const [one] = await node.query(`SELECT pg_is_in_recovery()::int AS replica,
    extract(epoch FROM pg_postmaster_start_time()) AS began,
    (SELECT count(*) FROM pg_ls_waldir() WHERE length(name) = 24) AS segments,
    (SELECT sum(size) FROM pg_ls_waldir() WHERE length(name) = 24) AS bytes,
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END - '0/0' AS position,
    (SELECT count(*) FROM pg_prepared_xacts) AS prepared`);
  put('pg_replication_is_replica', {}, one?.replica);
  put('pg_postmaster_start_time_seconds', {}, one?.began);
  put('pg_wal_segments', {}, one?.segments);
  put('pg_wal_size_bytes', {}, one?.bytes);
  put('sidewarden_postgres_wal_position_bytes_total', {}, one?.position);
  put('sidewarden_postgres_prepared_transactions', {}, one?.prepared);
}

const labelled = (values: Row): Labels =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

const secondOf = (value: unknown): number | undefined =>
  typeof value === 'string' ? Math.floor(Date.parse(value) / 1000) : undefined;
