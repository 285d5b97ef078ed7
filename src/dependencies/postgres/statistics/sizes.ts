// How large the databases are, and how many connections each may have. The server looks at every file for it.
import type { Collector } from '../../statistics.ts';
import { capped, counted, databaseOrder, databases } from './caps.ts';
import { choose, column, familiesOf, textOf, theirs } from './columns.ts';
import { monitor, monitors, withoutMonitor } from './privilege.ts';
import type { PostgresSource } from './source.ts';

const labels = ['datname'];
const columns = [
  column(
    // Without CONNECT, or pg_monitor, it is an error that costs the whole answer.
    `CASE WHEN d.readable THEN pg_catalog.pg_database_size(d.oid) END`,
    theirs('pg_database_size_bytes', 'gauge', 'Disk space that the database takes.', { labels, unit: 'bytes' }),
  ),
  column(
    'd.datconnlimit',
    theirs('pg_database_connection_limit', 'gauge', 'Connections that the database takes at most; -1 for no limit.', {
      labels,
    }),
  ),
];

/** Databases are chosen before any is measured. */
const sqlOf = (list: string): string => `
SELECT d.datname, d.readable, d.counted, ${list}
FROM (
  SELECT d.oid, d.datname, d.datconnlimit, ${counted},
    monitors.yes OR pg_catalog.has_database_privilege(d.oid, 'CONNECT') AS readable
  FROM pg_catalog.pg_database d CROSS JOIN (SELECT ${monitors} AS yes) AS monitors
  ORDER BY ${databaseOrder}
  LIMIT ${databases}
) AS d`;

export const sizes: Collector<unknown, PostgresSource> = {
  name: 'sizes',
  intervalMs: 300_000,
  asks: 'pg_database_size(), pg_database',
  families: familiesOf(columns),
  privilege: monitor,
  async collect(source, _settings, limits) {
    const { list, samples } = choose(source.facts, columns);
    const rows = await source.rows(sqlOf(list), { ...limits, maxRows: databases });
    const all = capped(rows, limits.cut).flatMap((row) => samples(row, textOf(row.datname)));
    if (rows.some(({ readable }) => readable === false)) throw withoutMonitor(source, all);
    return all;
  },
};
