// Who is connected, in which state, waiting for what, and what has gone on for longest: one pass over pg_stat_activity.
import { samples } from '../../../core/family.ts';
import { activities, capped, databaseOrder, databases, limit } from './caps.ts';
import { choose, column, familiesOf, numberOf, ours, since, textOf, theirs } from './columns.ts';
import { alike, count, labels, longest } from './connections.ts';
import type { Row } from './source.ts';
import type { Section } from './together.ts';

const backends = ours('backends', 'gauge', 'Processes of the server by their kind, our own connection not counted.', {
  labels: ['backend_type'],
});

const ofClients = "FILTER (WHERE backend_type = 'client backend'";
const open =
  "FILTER (WHERE state IS DISTINCT FROM 'idle' AND query NOT LIKE 'autovacuum:%' AND xact_start IS NOT NULL)";
const vacuuming = "FILTER (WHERE backend_type = 'autovacuum worker')";
const oldest = (timestamp: string, filter = ''): string => `coalesce(pg_catalog.max(${since(timestamp)}) ${filter}, 0)`;

const totals = [
  column(
    `pg_catalog.count(*) ${open}`,
    theirs('pg_long_running_transactions', 'gauge', 'Open transactions, autovacuum not counted.'),
  ),
  column(
    oldest('xact_start', open),
    theirs(
      'pg_long_running_transactions_oldest_timestamp_seconds',
      'gauge',
      'How long the oldest open transaction has lasted, autovacuum not counted; 0 when none is open.',
      { unit: 'seconds' },
    ),
  ),
  column(
    "pg_catalog.count(*) FILTER (WHERE wait_event_type = 'Lock')",
    ours('lock_waiters', 'gauge', 'Connections that wait for a lock which another one holds.'),
  ),
  column(
    oldest('query_start', `${ofClients} AND state = 'active')`),
    ours('longest_query_seconds', 'gauge', 'How long the oldest running query has lasted; 0 when none runs.', {
      unit: 'seconds',
    }),
  ),
  column(
    oldest('state_change', `${ofClients} AND state LIKE 'idle in transaction%')`),
    ours(
      'longest_idle_in_transaction_seconds',
      'gauge',
      'How long the connection that idles longest inside a transaction has done so; 0 when none does.',
      { unit: 'seconds' },
    ),
  ),
  column(
    'coalesce(pg_catalog.max(pg_catalog.age(backend_xmin)), 0)',
    ours(
      'backend_xmin_age',
      'gauge',
      'Transactions since the oldest snapshot that a connection holds, also for a standby: dead rows younger than it stay. 0 when none is held.',
      { unit: 'transactions' },
    ),
  ),
  column(
    `pg_catalog.count(*) ${vacuuming}`,
    ours('autovacuum_workers', 'gauge', 'Autovacuum workers that run, of pg_settings_autovacuum_max_workers.'),
  ),
  column(
    oldest('xact_start', vacuuming),
    ours(
      'autovacuum_longest_seconds',
      'gauge',
      'How long the oldest autovacuum has worked at its table; 0 when none.',
      {
        unit: 'seconds',
      },
    ),
  ),
];

/** What GROUPING gives for the rows of each of the three groupings. */
const levels = { alike: 0, kind: 2, all: 3 };

const sqlOf = (list: string): string => `
SELECT GROUPING(datname, backend_type) AS level, ${labels.join(', ')},
  pg_catalog.count(*) AS connections, ${oldest('xact_start')} AS longest,
  CASE WHEN GROUPING(datname, backend_type) = ${levels.all} THEN (
    SELECT pg_catalog.json_agg(datname)
    FROM (SELECT datname FROM pg_catalog.pg_database d ORDER BY ${databaseOrder} LIMIT ${databases}) AS known
  ) END AS databases,
  ${list}
FROM pg_catalog.pg_stat_activity
WHERE pid <> pg_catalog.pg_backend_pid()
GROUP BY GROUPING SETS ((${labels.join(', ')}), (backend_type), ())
ORDER BY level DESC, connections DESC
${limit(activities)}`;

export const activity: Section = {
  name: 'activity',
  asks: 'pg_stat_activity, pg_database',
  families: [count, longest, backends, ...familiesOf(totals)],
  needsMonitor: 'all',
  sql: (facts) => sqlOf(choose(facts, totals).list),
  samples(rows, { facts }, cut) {
    const at = (level: number): Row[] => rows.filter((row) => numberOf(row.level) === level);
    const [all = {}] = at(levels.all);
    return [
      ...alike(capped(at(levels.alike), activities, cut), (all.databases ?? []) as string[]),
      ...at(levels.kind).flatMap((row) => samples(backends, numberOf(row.connections), textOf(row.backend_type))),
      ...choose(facts, totals).samples(all),
    ];
  },
};
