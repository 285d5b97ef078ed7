// Connections, transactions, locks and statements of PostgreSQL.
import { type Case, counter, gauge, type Line, onlyIn, steady } from '../case.ts';
import { answers, of, ofDatabase, usable } from './postgres-lines.ts';

const backends = (check: string, kind = 'client backend'): string =>
  of(check, 'sidewarden_postgres_backends', `backend_type="${kind}"`);
/** `orders` has half of its connections left. */
const others: readonly Line[] = [...usable('orders'), steady(backends('orders'), 40), answers('orders')];
const limitOf = (role: string, limit: number): Line =>
  steady(of('database', 'pg_roles_connection_limit', `rolname="${role}"`), limit);
const activity = (family: string, check: string, more: string): string =>
  of(check, family, `datname="shop",${more},backend_type="client backend"`);
const connections = (role: string, state: string, check = 'database'): string =>
  activity('pg_stat_activity_count', check, `usename="${role}",state="${state}"`);
/** Of so many replicas, how many can use the check. */
const replicas = (check: string, all: number, quiet: number, loud: number): readonly Line[] =>
  Array.from({ length: all }, (_, pod) =>
    gauge(
      `sidewarden_check_up{check="${check}",type="postgres",instance="shop-${pod}:9090"}`,
      Number(pod < quiet),
      Number(pod < loud),
    ),
  );
const committing = (check: string): string =>
  activity('pg_stat_activity_max_tx_duration', check, 'state="active",wait_event_type="IPC",wait_event="SyncRep"');
const steadily = (series: string, each: number): Line => counter(series, each, each);
/** So many each minute, of all of them in each phase. */
const transactions = (
  check: string,
  datname: string,
  rolledBack: number,
  quiet: number,
  loud = quiet,
): readonly Line[] => [
  steadily(ofDatabase(check, datname, 'pg_stat_database_xact_rollback'), rolledBack),
  counter(ofDatabase(check, datname, 'pg_stat_database_xact_commit'), quiet - rolledBack, loud - rolledBack),
];
const blocks = (check: string, datname: string, read: number, quiet: number, loud = quiet): readonly Line[] => [
  steadily(ofDatabase(check, datname, 'pg_stat_database_blks_read'), read),
  counter(ofDatabase(check, datname, 'pg_stat_database_blks_hit'), quiet - read, loud - read),
];
const statement = (check: string, queryid: string, seconds: number, quiet: number, loud = quiet): readonly Line[] => [
  steadily(of(check, 'pg_stat_statements_seconds_total', `user="app",datname="shop",queryid="${queryid}"`), seconds),
  counter(of(check, 'pg_stat_statements_calls_total', `user="app",datname="shop",queryid="${queryid}"`), quiet, loud),
];

export const cases: readonly Case[] = [
  {
    alert: 'PostgresConnectionsHigh',
    lines: [
      ...usable('database'),
      gauge(backends('database'), 74, 79),
      steady(backends('database', 'walsender'), 90),
      ...others,
      // Another server is down.
      steady(of('reports', 'pg_up'), 0),
    ],
    fires: [{ check: 'database' }],
    says: 'Of the connections that database has for ordinary users, 84.21% are taken. See who holds them: SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC.',
  },
  {
    alert: 'PostgresConnectionsHigh',
    shows: 'without the grant, and before PostgreSQL 16, the connections of all databases are added up',
    lines: [
      ...usable('database').slice(0, 2),
      gauge(ofDatabase('database', 'shop', 'pg_stat_database_numbackends'), 53, 58),
      steady(ofDatabase('database', 'postgres', 'pg_stat_database_numbackends'), 22),
      ...usable('orders').slice(0, 2),
      steady(ofDatabase('orders', 'shop', 'pg_stat_database_numbackends'), 40),
    ],
    fires: [{ check: 'database' }],
    says: 'Of the connections that database has for ordinary users, 82.47% are taken. See who holds them: SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC.',
  },
  {
    alert: 'PostgresConnectionsHigh',
    shows: 'a server that is down is told elsewhere',
    lines: [
      ...usable('database'),
      gauge(backends('database'), 74, 79),
      ...others,
      gauge(of('database', 'pg_up'), 1, 0),
    ],
  },
  {
    alert: 'PostgresConnectionsExhausted',
    lines: [
      ...usable('database'),
      gauge(backends('database'), 88, 91),
      ...others,
      ...replicas('database', 2, 1, 1),
      ...replicas('orders', 1, 0, 0),
    ],
    fires: [{ check: 'database' }],
    says: 'Of the connections that database has for ordinary users, 96.84% are taken; at 100% it refuses every new one. End idle ones: log in as a superuser, for whom a few are reserved, and look at pg_stat_activity.',
  },
  {
    alert: 'PostgresDatabaseConnectionsHigh',
    lines: [
      steady(of('database', 'pg_database_connection_limit', 'datname="shop"'), 100),
      gauge(ofDatabase('database', 'shop', 'pg_stat_database_numbackends'), 87, 94),
      steady(of('database', 'pg_database_connection_limit', 'datname="postgres"'), -1),
      steady(ofDatabase('database', 'postgres', 'pg_stat_database_numbackends'), 95),
      steady(of('orders', 'pg_database_connection_limit', 'datname="shop"'), 200),
      steady(ofDatabase('orders', 'shop', 'pg_stat_database_numbackends'), 95),
    ],
    fires: [{ check: 'database', datname: 'shop' }],
    says: 'The database shop of database has 94% of the connections that its CONNECTION LIMIT allows. See pg_stat_activity for who holds them, and datconnlimit in pg_database.',
  },
  {
    alert: 'PostgresRoleConnectionsHigh',
    shows: 'connections of a kind that was there before are not counted',
    lines: [
      answers('database'),
      answers('orders'),
      limitOf('app', 100),
      limitOf('report', 100),
      onlyIn('quiet', steady(connections('app', 'idle'), 80)),
      onlyIn('loud', steady(connections('app', 'idle in transaction'), 87)),
      steady(connections('app', 'active'), 6),
      steady(connections('report', 'active'), 50),
      steady(of('orders', 'pg_roles_connection_limit', 'rolname="app"'), 100),
      steady(connections('app', 'active', 'orders'), 50),
    ],
    calm: 2,
    fires: [{ check: 'database', rolname: 'app' }],
    says: 'The role app of database has 93% of the connections that its CONNECTION LIMIT allows. See pg_stat_activity for what they do, and rolconnlimit in pg_roles.',
  },
  {
    alert: 'PostgresRoleConnectionsHigh',
    shows: 'a connection that only waits for something else is one',
    lines: [
      answers('database'),
      limitOf('app', 100),
      onlyIn('quiet', steady(connections('app', 'idle'), 80)),
      onlyIn('loud', steady(connections('app', 'active'), 80)),
    ],
  },
  {
    alert: 'PostgresLongTransaction',
    lines: [
      gauge(of('database', 'pg_long_running_transactions_oldest_timestamp_seconds'), 1700, 1900),
      steady(of('orders', 'pg_long_running_transactions_oldest_timestamp_seconds'), 2),
    ],
    fires: [{ check: 'database' }],
    says: 'The oldest transaction of database has been open for 31m 40s: no dead row younger than it is removed. Find it: SELECT pid, usename, state, xact_start, query FROM pg_stat_activity ORDER BY xact_start LIMIT 5.',
  },
  {
    alert: 'PostgresIdleInTransaction',
    lines: [
      gauge(of('database', 'sidewarden_postgres_longest_idle_in_transaction_seconds'), 570, 630),
      steady(of('orders', 'sidewarden_postgres_longest_idle_in_transaction_seconds'), 2),
    ],
    fires: [{ check: 'database' }],
    says: "A connection to database has idled inside a transaction for 10m 30s, and keeps its locks. Find it: SELECT pid, usename, application_name, state_change FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' ORDER BY state_change.",
  },
  {
    alert: 'PostgresLockWaiters',
    lines: [
      gauge(of('database', 'sidewarden_postgres_lock_waiters'), 5, 6),
      steady(of('orders', 'sidewarden_postgres_lock_waiters'), 1),
    ],
    fires: [{ check: 'database' }],
    says: "6 connections to database wait for locks. See who blocks them: SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE wait_event_type = 'Lock'.",
  },
  {
    alert: 'PostgresLockWaitLong',
    lines: [
      gauge(of('database', 'sidewarden_postgres_longest_lock_wait_seconds'), 114, 126),
      steady(of('orders', 'sidewarden_postgres_longest_lock_wait_seconds'), 1),
    ],
    fires: [{ check: 'database' }],
    says: "A connection to database has waited 2m 6s for a lock. See who blocks it: SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE wait_event_type = 'Lock'.",
  },
  {
    alert: 'PostgresCommitsWaitForStandby',
    lines: [
      answers('database'),
      answers('orders'),
      gauge(committing('database'), 57, 63),
      steady(committing('orders'), 0.01),
      ...replicas('database', 2, 1, 1),
      ...replicas('orders', 1, 0, 0),
    ],
    fires: [{ check: 'database' }],
    says: 'A commit on database waits for its synchronous standby, in a transaction that is 1m 3s old: writes hang. See pg_stat_replication for the standby, and synchronous_standby_names for what is waited for.',
  },
  {
    alert: 'PostgresCommitsWaitForStandby',
    shows: 'one commit of a long transaction is over, though Prometheus shows it for five minutes',
    lines: [answers('database'), onlyIn('quiet', steady(committing('database'), 63))],
    quiet: 1,
    calm: 0,
  },
  {
    alert: 'PostgresDeadlocks',
    lines: [
      counter(ofDatabase('database', 'shop', 'pg_stat_database_deadlocks'), 0.29, 0.32),
      counter(ofDatabase('database', 'postgres', 'pg_stat_database_deadlocks'), 0, 0),
      counter(ofDatabase('orders', 'shop', 'pg_stat_database_deadlocks'), 0, 0),
    ],
    delay: 3,
    fires: [{ check: 'database', datname: 'shop' }],
    says: 'The database shop of database had 3.02 deadlocks in 10 minutes. The log of the server has the statements of each.',
  },
  {
    alert: 'PostgresRollbackRatioHigh',
    lines: [
      ...transactions('database', 'shop', 31, 326, 295),
      ...transactions('database', 'postgres', 0, 10),
      ...transactions('orders', 'shop', 0, 10),
    ],
    delay: 2,
    fires: [{ check: 'database', datname: 'shop' }],
    says: 'Of the transactions in the database shop of database, 10.51% are rolled back. The logs of the application and of the server say with which error.',
  },
  {
    alert: 'PostgresRollbackRatioHigh',
    shows: 'a database with hardly a transaction, beside one with many',
    lines: [...transactions('database', 'shop', 29, 30), ...transactions('orders', 'shop', 60, 6000)],
  },
  {
    alert: 'PostgresCacheHitRatioLow',
    lines: [
      ...blocks('database', 'shop', 6200, 129_000, 119_000),
      ...blocks('database', 'postgres', 0, 10),
      ...blocks('orders', 'shop', 100, 10_000),
    ],
    delay: 2,
    fires: [{ check: 'database', datname: 'shop' }],
    says: 'Of the blocks that the database shop of database needs, 94.79% are in shared_buffers. Look for statements that scan large tables, and at the size of shared_buffers.',
  },
  {
    alert: 'PostgresCacheHitRatioLow',
    shows: 'few blocks are read in one database, and many in another that finds most',
    lines: [...blocks('database', 'shop', 5800, 10_000), ...blocks('orders', 'shop', 9000, 900_000)],
  },
  {
    alert: 'PostgresTempFilesHigh',
    lines: [
      counter(ofDatabase('database', 'shop', 'pg_stat_database_temp_bytes'), 570e6, 630e6),
      counter(ofDatabase('database', 'postgres', 'pg_stat_database_temp_bytes'), 0, 0),
      counter(ofDatabase('orders', 'shop', 'pg_stat_database_temp_bytes'), 0, 0),
    ],
    delay: 2,
    fires: [{ check: 'database', datname: 'shop' }],
    says: 'Statements in the database shop of database write 10.01MiB per second to temporary files, since work_mem is too small for them. log_temp_files shows which.',
  },
  {
    alert: 'PostgresSlowStatements',
    lines: [
      ...statement('database', '-42', 6.3, 6.63, 6),
      ...statement('database', '7', 60, 6000),
      ...statement('orders', '-42', 60, 6000),
    ],
    delay: 2,
    fires: [{ check: 'database', datname: 'shop', queryid: '-42' }],
    says: 'The statement -42 in shop of database takes 1.05s on average. See what it is: SELECT query FROM pg_stat_statements WHERE queryid = -42.',
  },
  {
    alert: 'PostgresSlowStatements',
    shows: 'a slow statement that runs seldom, and fast ones that always run',
    lines: [
      ...statement('database', '-42', 5.7, 1),
      ...statement('database', '7', 60, 6000),
      ...statement('orders', '-42', 60, 6000),
    ],
  },
  {
    alert: 'PostgresStatementsEvicted',
    lines: [
      counter(of('database', 'sidewarden_postgres_statements_skipped_total'), 1.9, 2.1),
      counter(of('orders', 'sidewarden_postgres_statements_skipped_total'), 0, 0),
    ],
    delay: 15,
    calm: 35,
    fires: [{ check: 'database' }],
    says: 'Of the readings of pg_stat_statements of database in 30 minutes, 63 were left out, since entries were evicted or reset meanwhile. Raise pg_stat_statements.max.',
  },
];
