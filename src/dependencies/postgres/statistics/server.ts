// What the server is, since when it runs, and how near its databases are to a wraparound.
import { samples } from '../../../core/family.ts';
import { capped, counted, databaseOrder, databases } from './caps.ts';
import { choose, column, epoch, familiesOf, ours, since, textOf, theirs } from './columns.ts';
import type { Section } from './together.ts';

const version = theirs('pg_static', 'untyped', '1 with the version of the server.', {
  labels: ['version', 'short_version', 'server'],
});

const ofServer = [
  column(
    epoch('pg_catalog.pg_postmaster_start_time()'),
    theirs('pg_postmaster_start_time_seconds', 'gauge', 'When the server started.', { unit: 'seconds since 1970' }),
  ),
  column(
    'prepared.transactions',
    ours('prepared_transactions', 'gauge', 'Transactions prepared for a commit in two phases, and not ended.'),
  ),
  column(
    'prepared.oldest',
    ours(
      'oldest_prepared_transaction_seconds',
      'gauge',
      'How long the oldest of them has waited; 0 when there is none.',
      {
        unit: 'seconds',
      },
    ),
  ),
];

const labels = ['datname'];
const ofDatabase = [
  column(
    'pg_catalog.age(d.datfrozenxid)',
    theirs(
      'pg_database_wraparound_age_datfrozenxid_seconds',
      'gauge',
      'Transactions (whatever its name says) since the oldest that is not frozen; at pg_settings_autovacuum_freeze_max_age vacuum is forced, at 2^31 writing ends.',
      { labels, unit: 'transactions' },
    ),
  ),
  column(
    'pg_catalog.mxid_age(d.datminmxid)',
    theirs(
      'pg_database_wraparound_age_datminmxid_seconds',
      'gauge',
      'Multixacts (whatever its name says) since the oldest that is in use; at pg_settings_autovacuum_multixact_freeze_max_age vacuum is forced.',
      { labels, unit: 'multixacts' },
    ),
  ),
];

const sqlOf = (...lists: readonly string[]): string => `
SELECT pg_catalog.version() AS version, pg_catalog.current_setting('server_version') AS short_version, d.datname, ${counted},
  ${lists.join(',\n  ')}
FROM (
  SELECT pg_catalog.count(*) AS transactions, coalesce(pg_catalog.max(${since('prepared')}), 0) AS oldest
  FROM pg_catalog.pg_prepared_xacts
) AS prepared
CROSS JOIN pg_catalog.pg_database d
WHERE d.datallowconn
ORDER BY ${databaseOrder}
LIMIT ${databases}`;

export const server: Section = {
  name: 'server',
  asks: 'version(), pg_postmaster_start_time(), pg_prepared_xacts, pg_database',
  families: [version, ...familiesOf([...ofServer, ...ofDatabase])],
  sql: (facts) => sqlOf(choose(facts, ofServer).list, choose(facts, ofDatabase, 'd').list),
  samples(rows, { facts, instance }, cut) {
    const ofAll = rows
      .slice(0, 1)
      .flatMap((row) => [
        ...samples(version, 1, textOf(row.version), shortVersion(textOf(row.short_version)), instance),
        ...choose(facts, ofServer).samples(row),
      ]);
    const each = choose(facts, ofDatabase, 'd');
    return [...ofAll, ...capped(rows, cut).flatMap((row) => each.samples(row, textOf(row.datname)))];
  },
};

/** As the exporter writes it: `15.20.0` for `15.20 (Debian 15.20-0+deb12u1)`. */
function shortVersion(full: string): string {
  const numbers = /^\d+(\.\d+)*/.exec(full)?.[0].split('.') ?? [];
  return [...numbers, '0', '0'].slice(0, 3).join('.');
}
