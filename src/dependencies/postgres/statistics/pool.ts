// The connections of applications to this database by application_name or user, as the server sees them.
import { type Sample, samples } from '../../../core/family.ts';
import type { Collector } from '../../statistics.ts';
import type { Settings } from '../settings.ts';
import { numberOf, ours, textOf } from './columns.ts';
import { literal, monitor, monitored, withoutMonitor } from './privilege.ts';
import type { PostgresSource, Row } from './source.ts';

const connections = ours(
  'pool_connections',
  'gauge',
  'Connections of an application, or of a user, to the database that the check names.',
  { labels: ['name', 'state'] },
);
const waiters = ours('pool_lock_waiters', 'gauge', 'Of these, those that wait for a lock which another one holds.', {
  labels: ['name'],
});

/** Told even when no connection is in them, so that there is a 0 to compare with. Others (`disabled`) when there are some. */
const states = ['active', 'idle', 'idle in transaction', 'idle in transaction (aborted)'];
const mostNames = 20;
const rest = 'other';
/** A name that is empty would be a label that is absent. */
const nobody = 'none';

type Pool = NonNullable<Settings['statistics']['pool']>;

/** All states of a name are in one place, by its number of connections. Our own connections are in no pool. */
function question({ by, names }: Pool): string {
  const column = by === 'user' ? 'usename' : 'application_name';
  const known = names === undefined ? `place <= ${mostNames}` : `name IN (${names.map(literal).join(', ')})`;
  return `SELECT CASE WHEN ${known} THEN name ELSE '${rest}' END AS name, state, sum(connections) AS connections,
  sum(waiters) AS waiters, max(max(place)) OVER () AS names
FROM (SELECT name, state, connections, waiters, dense_rank() OVER (ORDER BY total DESC, name) AS place
  FROM (SELECT name, state, count(*) AS connections, count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiters,
      sum(count(*)) OVER (PARTITION BY name) AS total
    FROM (SELECT coalesce(nullif(${column}::text, ''), '${nobody}') AS name, coalesce(state, 'unknown') AS state, wait_event_type
      FROM pg_catalog.pg_stat_activity
      WHERE backend_type = 'client backend' AND datname = pg_catalog.current_database()
        AND application_name NOT IN ('sidewarden', 'sidewarden statistics', 'sidewarden lead') AND pid <> pg_catalog.pg_backend_pid()) clients
    GROUP BY name, state) counted) placed
GROUP BY 1, state`;
}

export const pool: Collector<Settings, PostgresSource> = {
  name: 'pool',
  intervalMs: 15_000,
  asks: 'pg_stat_activity',
  families: [connections, waiters],
  privilege: monitor,
  wanted: ({ statistics }) => statistics.pool !== undefined,
  async collect(source, { statistics }, limits) {
    const wanted = statistics.pool;
    if (wanted === undefined) return [];
    if (!source.facts.monitor) throw withoutMonitor(source);
    const rows = await monitored(source, question(wanted), (sql) => source.rows(sql, limits));
    const all = numberOf(rows[0]?.names) ?? 0;
    if (wanted.names === undefined && all > mostNames) limits.cut(all - mostNames);
    const names = new Set([...(wanted.names ?? []), ...rows.map(({ name }) => textOf(name))]);
    return [...names].flatMap((name) =>
      samplesOf(
        name,
        rows.filter((row) => row.name === name),
      ),
    );
  },
};

function samplesOf(name: string, rows: readonly Row[]): Sample[] {
  const byState = new Map([
    ...states.map((state) => [state, 0] as const),
    ...rows.map((row) => [textOf(row.state), numberOf(row.connections)] as const),
  ]);
  const waiting = rows.reduce((sum, row) => sum + (numberOf(row.waiters) ?? 0), 0);
  return [
    ...[...byState].flatMap(([state, value]) => samples(connections, value, name, state)),
    ...samples(waiters, waiting, name),
  ];
}
