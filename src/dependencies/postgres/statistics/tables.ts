// The tables of the database that need a vacuum most and those that are largest, and what all of them have together. Takes no lock on any table.
import type { Collector } from '../../statistics.ts';
import type { Settings } from '../settings.ts';
import { choose, column, familiesOf, ours, textOf } from './columns.ts';
import type { PostgresSource, Row } from './source.ts';
import { tableColumns } from './tables-families.ts';

const labels = ['datname'];
const sums = [
  column(
    'coalesce(pg_catalog.sum(n_live_tup) OVER (), 0)',
    ours('live_tuples', 'gauge', 'Estimated rows that live, in all tables together.', { labels }),
  ),
  column(
    'coalesce(pg_catalog.sum(n_dead_tup) OVER (), 0)',
    ours('dead_tuples', 'gauge', 'Estimated rows that are dead and not vacuumed yet, in all tables together.', {
      labels,
    }),
  ),
  column(
    'pg_catalog.count(*) OVER ()',
    ours('tables', 'gauge', 'Tables of the database, without temporary ones and those of the system.', { labels }),
  ),
];

/**
 * A table enters when it is among the first `top` of either order, and leaves when it is not among the first 2 × `top`
 * of one any more, or when there are 3 × `top` already.
 * @param ranked by the better of their two places.
 * @param shown the tables that have series.
 */
const select = (top: number, ranked: readonly Row[], shown: ReadonlySet<string>): string[] =>
  ranked
    .filter(({ relid, place }) => Number(place) <= top || shown.has(textOf(relid)))
    .map(({ relid }) => textOf(relid))
    .slice(0, 3 * top);

/** The planner leaves out what is not selected of the view: this reads two counters of each table. */
const ranking = (list: string, most: number): string => `SELECT * FROM (
  SELECT t.relid::text AS relid, ${list},
    least(
      pg_catalog.row_number() OVER (ORDER BY t.n_dead_tup DESC, t.n_live_tup DESC, t.relid),
      pg_catalog.row_number() OVER (ORDER BY t.n_live_tup + t.n_dead_tup DESC, t.relid)
    ) AS place
  FROM pg_catalog.pg_stat_user_tables t JOIN pg_catalog.pg_class c ON c.oid = t.relid
  WHERE c.relpersistence <> 't'
) AS ranked
WHERE place <= ${most}
ORDER BY place`;

const details = (list: string, relids: readonly string[]): string => `SELECT t.schemaname, t.relname, ${list}
FROM pg_catalog.pg_stat_user_tables t
JOIN pg_catalog.pg_statio_user_tables io ON io.relid = t.relid AND io.relid IN (${relids.join(', ')})
JOIN pg_catalog.pg_class c ON c.oid = t.relid
WHERE t.relid IN (${relids.join(', ')})`;

/** Of one check: it keeps which tables have series. */
export function createTables(): Collector<Settings, PostgresSource> {
  let shown: ReadonlySet<string> = new Set();
  return {
    name: 'tables',
    intervalMs: 60_000, // a pass over the statistics of every table
    asks: 'pg_stat_user_tables of the database that the check names; pg_class for temporary ones',
    families: [...familiesOf(sums), ...familiesOf(tableColumns)],
    wanted: ({ statistics }) => statistics.tables > 0,
    async collect(source, settings, limits) {
      const { facts } = source;
      const { tables: top } = settings.statistics;
      const together = choose(facts, sums);
      const each = choose(facts, tableColumns);
      const ranked = await source.rows(ranking(together.list, 2 * top), limits);
      const [first] = ranked;
      const summed = together.samples(first ?? { c0: 0, c1: 0, c2: 0 }, facts.database);
      const relids = select(top, ranked, shown);
      shown = new Set(relids);
      if (relids.length === 0) return summed;
      const rows = await source.rows(details(each.list, relids), limits);
      return [
        ...summed,
        ...rows.flatMap((row) => each.samples(row, facts.database, textOf(row.schemaname), textOf(row.relname))),
      ];
    },
  };
}
