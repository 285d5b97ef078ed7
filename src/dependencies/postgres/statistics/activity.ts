// Who is connected, in which state, waiting for what, and what has gone on for longest: one pass over pg_stat_activity.
import { samples } from '../../../core/family.ts';
import { activities, chosenNames, databaseOrder, databases } from './caps.ts';
import { choose, column, familiesOf, numberOf, ours, since, textOf, theirs } from './columns.ts';
import { alike, chosen, count, labels, longest, rest } from './connections.ts';
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

/** Kinds of processes: about fifteen, and what extensions call theirs. */
const mostKinds = 100;

/** Names that clients choose, of the most connections. */
const mostUsed = (label: string): string =>
  `SELECT ${label} FROM clients GROUP BY ${label} ORDER BY pg_catalog.count(*) DESC, ${label} LIMIT ${chosenNames}`;
const folded = (label: string): string =>
  chosen.includes(label) ? `CASE WHEN ${label} IN (${mostUsed(label)}) THEN ${label} ELSE '${rest}' END` : label;

/** Of the groups that are too many: those of one database and state are one, whoever it is and whatever it waits for. */
const within: Readonly<Record<string, string>> = {
  datname: `CASE WHEN place <= ${activities} OR datname IN (SELECT datname FROM known) THEN datname ELSE '${rest}' END`,
  state: 'state',
  ...Object.fromEntries(
    chosen.map((label) => [label, `CASE WHEN place <= ${activities} THEN ${label} ELSE '${rest}' END`]),
  ),
};
const gathered = (label: string): string => within[label] ?? `CASE WHEN place <= ${activities} THEN ${label} END`;
const each = (expression: (label: string) => string): string =>
  labels.map((label) => `${expression(label)} AS ${label}`).join(', ');
const byLabels = `GROUP BY ${labels.map((_, index) => index + 1).join(', ')}`;

/** The server's own processes have no database or no state; `backends` counts them. Each other connection is in a group. */
const sqlOf = (list: string): string => `
WITH activity AS (
  SELECT * FROM pg_catalog.pg_stat_activity WHERE pid <> pg_catalog.pg_backend_pid()
), known AS (
  SELECT datname::pg_catalog.text FROM pg_catalog.pg_database d ORDER BY ${databaseOrder} LIMIT ${databases}
), clients AS (
  SELECT ${each((label) => `coalesce(${label}::pg_catalog.text, '')`)}, xact_start
  FROM activity WHERE datname IS NOT NULL AND state IS NOT NULL
), groups AS (
  SELECT ${each(folded)}, pg_catalog.count(*) AS connections, ${oldest('xact_start')} AS longest
  FROM clients ${byLabels}
), placed AS (
  SELECT *, pg_catalog.row_number() OVER (ORDER BY connections DESC, ${labels.join(', ')}) AS place FROM groups
)
SELECT (SELECT pg_catalog.json_agg(alike) FROM (
    SELECT ${each(gathered)}, pg_catalog.sum(connections) AS connections, pg_catalog.max(longest) AS longest
    FROM placed ${byLabels}
  ) AS alike) AS alike,
  (SELECT pg_catalog.max(place) FROM placed) AS groups,
  (SELECT pg_catalog.json_agg(datname) FROM known) AS databases,
  (SELECT pg_catalog.count(*) FROM pg_catalog.pg_database) AS all_databases,
  (SELECT pg_catalog.json_agg(kinds) FROM (
    SELECT backend_type, pg_catalog.count(*) AS connections FROM activity GROUP BY 1 ORDER BY 2 DESC LIMIT ${mostKinds}
  ) AS kinds) AS kinds,
  ${list}
FROM activity`;

export const activity: Section = {
  name: 'activity',
  asks: 'pg_stat_activity, pg_database',
  families: [...familiesOf(totals), backends, count, longest],
  needsMonitor: 'all',
  sql: (facts) => sqlOf(choose(facts, totals).list),
  samples([row = {}], { facts }, cut) {
    const known = (row.databases ?? []) as readonly string[];
    const gone = Math.max(0, (numberOf(row.groups) ?? 0) - activities);
    const unknown = Math.max(0, (numberOf(row.all_databases) ?? 0) - known.length);
    if (gone + unknown > 0) cut(gone + unknown);
    return [
      ...choose(facts, totals).samples(row),
      ...((row.kinds ?? []) as readonly Row[]).flatMap((kind) =>
        samples(backends, numberOf(kind.connections), textOf(kind.backend_type)),
      ),
      ...alike((row.alike ?? []) as readonly Row[], known),
    ];
  },
};
