// Connections, transactions, locks and statements.
import type { Alert } from '../pack.ts';
import { fresh } from './postgres-expressions.ts';

const byDatabase = 'max by (check, datname)';
const rollbacks = `${byDatabase} (rate(pg_stat_database_xact_rollback{}[5m]))`;
const commits = `${byDatabase} (rate(pg_stat_database_xact_commit{}[5m]))`;
const hits = `${byDatabase} (rate(pg_stat_database_blks_hit{}[5m]))`;
const reads = `${byDatabase} (rate(pg_stat_database_blks_read{}[5m]))`;
const byStatement = 'max by (check, datname, queryid)';
const statementSeconds = 'rate(pg_stat_statements_seconds_total{}[5m])';
const ratio = (value: number) => ({ value, least: 0.001, most: 0.99, unit: 'ratio' }) as const;
const seconds = (value: number) => ({ value, least: 1, most: 2_592_000, unit: 'seconds' }) as const;

export const load = [
  {
    name: 'PostgresConnectionsHigh',
    expr: 'check:postgres_connections_used:ratio{} > $threshold',
    threshold: ratio(0.8),
    for: '10m',
    severity: 'warning',
    labels: ['check'],
    summary: 'PostgreSQL has few connections left.',
    description:
      'Of the connections that {{ $labels.check }} has for ordinary users, {{ $value | humanizePercentage }} are taken. See who holds them: SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC.',
  },
  {
    name: 'PostgresConnectionsExhausted',
    expr: `check:postgres_connections_used:ratio{} > $threshold`,
    threshold: ratio(0.95),
    for: '1m',
    severity: 'critical',
    labels: ['check'],
    summary: 'PostgreSQL refuses new connections, or is about to.',
    description:
      'Of the connections that {{ $labels.check }} has for ordinary users, {{ $value | humanizePercentage }} are taken; at 100% it refuses every new one. End idle ones: log in as a superuser, for whom a few are reserved, and look at pg_stat_activity.',
  },
  {
    name: 'PostgresDatabaseConnectionsHigh',
    expr: `${byDatabase} (pg_stat_database_numbackends{})
      / (${byDatabase} (pg_database_connection_limit{}) > 0) > $threshold`,
    threshold: ratio(0.9),
    for: '10m',
    severity: 'warning',
    labels: ['check', 'datname'],
    summary: 'A database of PostgreSQL has almost as many connections as its limit allows.',
    description:
      'The database {{ $labels.datname }} of {{ $labels.check }} has {{ $value | humanizePercentage }} of the connections that its CONNECTION LIMIT allows. See pg_stat_activity for who holds them, and datconnlimit in pg_database.',
  },
  {
    name: 'PostgresRoleConnectionsHigh',
    expr: `sum by (check, rolname) (
        label_replace(${fresh('pg_stat_activity_count{backend_type="client backend"}')}, "rolname", "$1", "usename", "(.*)")
      ) / (max by (check, rolname) (pg_roles_connection_limit{}) > 0) > $threshold`,
    threshold: ratio(0.9),
    for: '10m',
    severity: 'warning',
    labels: ['check', 'rolname'],
    summary: 'A role of PostgreSQL has almost as many connections as its limit allows.',
    description:
      'The role {{ $labels.rolname }} of {{ $labels.check }} has {{ $value | humanizePercentage }} of the connections that its CONNECTION LIMIT allows. See pg_stat_activity for what they do, and rolconnlimit in pg_roles.',
  },
  {
    name: 'PostgresLongTransaction',
    expr: 'max by (check) (pg_long_running_transactions_oldest_timestamp_seconds{}) > $threshold',
    threshold: seconds(1800),
    for: '5m',
    severity: 'warning',
    labels: ['check'],
    summary: 'A transaction of PostgreSQL has been open for very long.',
    description:
      'The oldest transaction of {{ $labels.check }} has been open for {{ $value | humanizeDuration }}: no dead row younger than it is removed. Find it: SELECT pid, usename, state, xact_start, query FROM pg_stat_activity ORDER BY xact_start LIMIT 5.',
  },
  {
    name: 'PostgresIdleInTransaction',
    expr: 'max by (check) (sidewarden_postgres_longest_idle_in_transaction_seconds{}) > $threshold',
    threshold: seconds(600),
    for: '2m',
    severity: 'warning',
    labels: ['check'],
    summary: 'A connection of PostgreSQL idles inside a transaction.',
    description:
      "A connection to {{ $labels.check }} has idled inside a transaction for {{ $value | humanizeDuration }}, and keeps its locks. Find it: SELECT pid, usename, application_name, state_change FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' ORDER BY state_change.",
  },
  {
    name: 'PostgresLockWaiters',
    expr: 'max by (check) (sidewarden_postgres_lock_waiters{}) > $threshold',
    threshold: { value: 5, least: 0, most: 10_000, unit: 'connections' },
    for: '5m',
    severity: 'warning',
    labels: ['check'],
    summary: 'Many connections of PostgreSQL wait for locks.',
    description:
      "{{ $value }} connections to {{ $labels.check }} wait for locks. See who blocks them: SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE wait_event_type = 'Lock'.",
  },
  {
    name: 'PostgresLockWaitLong',
    expr: 'max by (check) (sidewarden_postgres_longest_lock_wait_seconds{}) > $threshold',
    threshold: seconds(120),
    for: '2m',
    severity: 'warning',
    labels: ['check'],
    summary: 'A connection of PostgreSQL has waited long for a lock.',
    description:
      "A connection to {{ $labels.check }} has waited {{ $value | humanizeDuration }} for a lock. See who blocks it: SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE wait_event_type = 'Lock'.",
  },
  {
    name: 'PostgresCommitsWaitForStandby',
    expr: `max by (check) (${fresh('pg_stat_activity_max_tx_duration{wait_event="SyncRep"}')}) > $threshold`,
    threshold: seconds(60),
    for: '1m',
    severity: 'critical',
    labels: ['check'],
    summary: 'Commits of PostgreSQL wait for a synchronous standby that does not answer.',
    description:
      'A commit on {{ $labels.check }} waits for its synchronous standby, in a transaction that is {{ $value | humanizeDuration }} old: writes hang. See pg_stat_replication for the standby, and synchronous_standby_names for what is waited for.',
  },
  {
    name: 'PostgresDeadlocks',
    expr: `${byDatabase} (increase(pg_stat_database_deadlocks{}[10m])) > $threshold`,
    threshold: { value: 3, least: 0, most: 100_000, unit: 'deadlocks in 10 minutes' },
    for: '0s',
    severity: 'warning',
    labels: ['check', 'datname'],
    summary: 'PostgreSQL ended transactions to break deadlocks.',
    description:
      'The database {{ $labels.datname }} of {{ $labels.check }} had {{ $value | humanize }} deadlocks in 10 minutes. The log of the server has the statements of each.',
  },
  {
    name: 'PostgresRollbackRatioHigh',
    expr: `${rollbacks} / (${rollbacks} + ${commits} > 0) > $threshold and ${rollbacks} > 0.5`,
    threshold: ratio(0.1),
    for: '10m',
    severity: 'warning',
    labels: ['check', 'datname'],
    summary: 'Many transactions of PostgreSQL are rolled back.',
    description:
      'Of the transactions in the database {{ $labels.datname }} of {{ $labels.check }}, {{ $value | humanizePercentage }} are rolled back. The logs of the application and of the server say with which error.',
  },
  {
    name: 'PostgresCacheHitRatioLow',
    expr: `${hits} / (${hits} + ${reads} > 0) < $threshold and ${reads} > 100`,
    threshold: ratio(0.95),
    for: '30m',
    severity: 'info',
    labels: ['check', 'datname'],
    summary: 'PostgreSQL finds few of its blocks in shared_buffers.',
    description:
      'Of the blocks that the database {{ $labels.datname }} of {{ $labels.check }} needs, {{ $value | humanizePercentage }} are in shared_buffers. Look for statements that scan large tables, and at the size of shared_buffers.',
  },
  {
    name: 'PostgresTempFilesHigh',
    expr: `${byDatabase} (rate(pg_stat_database_temp_bytes{}[5m])) > $threshold`,
    threshold: { value: 10_000_000, least: 1, most: 100_000_000_000, unit: 'bytes per second' },
    for: '30m',
    severity: 'info',
    labels: ['check', 'datname'],
    summary: 'Statements of PostgreSQL write large temporary files.',
    description:
      'Statements in the database {{ $labels.datname }} of {{ $labels.check }} write {{ $value | humanize1024 }}B per second to temporary files, since work_mem is too small for them. log_temp_files shows which.',
  },
  {
    name: 'PostgresSlowStatements',
    expr: `${byStatement} (${statementSeconds} / (rate(pg_stat_statements_calls_total{}[5m]) > 0)) > $threshold
      and ${byStatement} (${statementSeconds}) > 0.1`,
    threshold: { value: 1, least: 0.001, most: 86_400, unit: 'seconds' },
    for: '15m',
    severity: 'info',
    labels: ['check', 'datname', 'queryid'],
    summary: 'A statement of PostgreSQL takes long on average, and runs often.',
    description:
      'The statement {{ $labels.queryid }} in {{ $labels.datname }} of {{ $labels.check }} takes {{ $value | humanizeDuration }} on average. See what it is: SELECT query FROM pg_stat_statements WHERE queryid = {{ $labels.queryid }}.',
  },
  {
    name: 'PostgresStatementsEvicted',
    expr: 'max by (check) (increase(sidewarden_postgres_statements_skipped_total{}[30m])) > $threshold',
    threshold: { value: 60, least: 0, most: 119, unit: 'readings of 120 in 30 minutes' },
    for: '30m',
    severity: 'info',
    labels: ['check'],
    summary: 'PostgreSQL forgets statements so fast that their sums are too low.',
    description:
      'Of the readings of pg_stat_statements of {{ $labels.check }} in 30 minutes, {{ $value | humanize }} were left out, since entries were evicted or reset meanwhile. Raise pg_stat_statements.max.',
  },
] as const satisfies readonly Alert[];
