// All that is read of a PostgreSQL server beside its health.
import { type Collector, defineStatistics } from '../../statistics.ts';
import { instanceOf } from '../instance.ts';
import type { Settings } from '../settings.ts';
import { activity } from './activity.ts';
import { background, wal } from './background.ts';
import { bloat } from './bloat.ts';
import { theirs } from './columns.ts';
import { databases } from './databases.ts';
import { locks } from './locks.ts';
import { pool } from './pool.ts';
import { indexes, tls, transactions } from './presets.ts';
import { queryCollectors } from './queries.ts';
import { receiver, replication } from './replication.ts';
import { roles } from './roles.ts';
import { server } from './server.ts';
import { serverSettings } from './server-settings.ts';
import { sizes } from './sizes.ts';
import type { PostgresSource } from './source.ts';
import { createStatements, topStatements } from './statements.ts';
import { createTables } from './tables.ts';
import { together } from './together.ts';
import { vacuums } from './vacuums.ts';
import { walDirectory } from './wal-directory.ts';

/** Of one check. */
const collectors = (): Collector<Settings, PostgresSource>[] => [
  ...together(15_000, [activity, databases, background, wal, replication, receiver, locks, server, vacuums]),
  ...together(300_000, [serverSettings, roles]),
  sizes,
  walDirectory,
  pool,
  createTables(),
  createStatements(),
  topStatements,
  ...bloat,
  indexes,
  transactions,
  tls,
];

export const statistics = defineStatistics<Settings, PostgresSource>({
  up: theirs('pg_up', 'gauge', 'Whether the server answered the last time that its statistics were asked.'),
  lastError: theirs(
    'pg_exporter_last_scrape_error',
    'gauge',
    '1 when the last round did not read all that it should, else 0; a missing grant does not set it.',
  ),
  instance: instanceOf,
  collectors: collectors(),
  anew: collectors,
  custom: queryCollectors,
});
