// What pg_stat_statements counts: sums of each database that only grow, evictions, and the statements that take most time.
import { type Sample, samples } from '../../../core/family.ts';
import type { Collector } from '../../statistics.ts';
import type { Settings } from '../settings.ts';
import { type Column, choose, column, familiesOf, numberOf, ours, textOf, theirs } from './columns.ts';
import { monitor, monitored, withoutMonitor } from './privilege.ts';
import type { PostgresSource } from './source.ts';
import { askStatements, extension, findStatements, type Statements } from './statements-extension.ts';
import { createTotals, type Totals } from './statements-totals.ts';

const ofDatabase = { labels: ['datname'] };
const seconds = { ...ofDatabase, unit: 'seconds' };
const growing = 'since this connection of Sidewarden began to count';

/** Each is a sum over the entries of a database. */
const sums: readonly (readonly [sql: string, family: ReturnType<typeof ours>])[] = [
  ['s.calls', ours('statements_calls_total', 'counter', `Statements executed, ${growing}.`, ofDatabase)],
  [
    's.total_exec_time / 1000',
    ours('statements_seconds_total', 'counter', `Time that they took to execute, ${growing}.`, seconds),
  ],
  ['s.rows', ours('statements_rows_total', 'counter', `Rows that they gave or changed, ${growing}.`, ofDatabase)],
  [
    's.shared_blks_hit',
    ours('statements_blocks_hit_total', 'counter', `Blocks that they found in the buffers, ${growing}.`, ofDatabase),
  ],
  [
    's.shared_blks_read',
    ours('statements_blocks_read_total', 'counter', `Blocks that they had to read, ${growing}.`, ofDatabase),
  ],
  [
    's.temp_blks_written',
    ours(
      'statements_temp_blocks_written_total',
      'counter',
      `Temporary blocks that they wrote, ${growing}.`,
      ofDatabase,
    ),
  ],
];
const entries = ours('statements', 'gauge', 'Entries of pg_stat_statements.', ofDatabase);
const evictions = ours(
  'statements_evictions_total',
  'counter',
  'Times that the least used entries were evicted to make room.',
  {
    asks: 'pg_stat_statements_info',
    when: 'pg_stat_statements 1.9 and later, which PostgreSQL 14 brings',
  },
);
const skipped = ours(
  'statements_skipped_total',
  'counter',
  `Readings that the sums leave out, since entries were evicted or reset meanwhile, ${growing}.`,
);

const intervalMs = 15_000;

/** By which connection was read last, when, and what came of it. */
type Counting = { readonly source: PostgresSource; readonly at: number; readonly totals: Totals };

/**
 * Whoever reads by another connection begins at 0, since another replica may have read meanwhile: a rate takes that for
 * what it is, where a jump back to what this replica had would be counted. What grew since its last reading is not lost.
 */
function countBy(source: PostgresSource, before: Counting | undefined): Counting {
  const at = performance.now();
  if (before?.source === source) return { ...before, at };
  const recent = before !== undefined && at - before.at < 2 * intervalMs;
  return { source, at, totals: createTotals(recent ? before.totals.last : undefined) };
}

function totalsQuestion({ entries: from, info }: Statements): string {
  const list = sums.map(([sql], index) => `sum(${sql})::float8 AS s${index}`).join(', ');
  const state = info === undefined ? 'NULL AS dealloc, NULL AS reset' : 'i.dealloc, i.stats_reset::text AS reset';
  return `SELECT d.datname, d.entries, ${sums.map((_, index) => `d.s${index}`).join(', ')}, ${state}
FROM ${info === undefined ? '(SELECT 1) i' : `${info} i`} LEFT JOIN (SELECT b.datname, count(*) AS entries, ${list}
  FROM ${from} s JOIN pg_catalog.pg_database b ON b.oid = s.dbid GROUP BY b.datname) d ON true`;
}

/** Of one check: it keeps what it has counted. */
export function createStatements(): Collector<Settings, PostgresSource> {
  let counting: Counting | undefined;
  return {
    name: 'statements',
    intervalMs,
    asks: 'pg_stat_statements(false), which gives no texts; pg_stat_statements_info',
    families: [...sums.map(([, family]) => family), entries, evictions, skipped],
    privilege: extension,
    wanted: ({ statistics }) => statistics.statements !== undefined,
    async collect(source, _settings, limits) {
      const found = await findStatements(source, limits);
      const rows = await askStatements(found, totalsQuestion(found), limits);
      counting = countBy(source, counting);
      const { totals } = counting;
      const databases = rows.filter(({ datname }) => datname !== null);
      totals.read({
        evictions: numberOf(rows[0]?.dealloc),
        reset: textOf(rows[0]?.reset),
        sums: new Map(
          databases.map((row) => [textOf(row.datname), sums.map((_, index) => numberOf(row[`s${index}`]) ?? 0)]),
        ),
      });
      return [
        ...samples(evictions, numberOf(rows[0]?.dealloc)),
        ...samples(skipped, totals.skipped),
        ...[...totals.sums].flatMap(([database, values]) =>
          sums.flatMap(([, family], index) => samples(family, values[index], database)),
        ),
        ...databases.flatMap((row) => samples(entries, numberOf(row.entries), textOf(row.datname))),
      ];
    },
  };
}

const labels = ['user', 'datname', 'queryid'];
const each = ({ read, written }: Pick<Statements, 'read' | 'written'>): readonly Column[] => [
  column(
    'sum(s.calls)',
    theirs('pg_stat_statements_calls_total', 'counter', 'Executions of the statement.', { labels }),
  ),
  column(
    'sum(s.total_exec_time) / 1000',
    theirs('pg_stat_statements_seconds_total', 'counter', 'Time that its executions took.', {
      labels,
      unit: 'seconds',
    }),
  ),
  column(
    'sum(s.rows)',
    theirs('pg_stat_statements_rows_total', 'counter', 'Rows that it gave or changed.', { labels }),
  ),
  column(
    `sum(s.${read}) / 1000`,
    theirs('pg_stat_statements_block_read_seconds_total', 'counter', 'Time that it waited for blocks to be read.', {
      labels,
      unit: 'seconds',
      when: 'track_io_timing is on; else 0',
    }),
  ),
  column(
    `sum(s.${written}) / 1000`,
    theirs('pg_stat_statements_block_write_seconds_total', 'counter', 'Time that it waited for blocks to be written.', {
      labels,
      unit: 'seconds',
      when: 'track_io_timing is on; else 0',
    }),
  ),
];

/** An entry inside a function and one outside are one statement here, as they share all labels. */
const topQuestion = (list: string, from: string, top: number): string =>
  `SELECT pg_catalog.pg_get_userbyid(s.userid) AS usename, b.datname, s.queryid::text AS queryid, ${list}
FROM ${from} s JOIN pg_catalog.pg_database b ON b.oid = s.dbid
WHERE s.queryid IS NOT NULL
GROUP BY s.userid, b.datname, s.queryid
ORDER BY sum(s.total_exec_time) DESC, s.queryid LIMIT ${top}`;

export const topStatements: Collector<Settings, PostgresSource> = {
  name: 'statements_top',
  intervalMs,
  asks: 'pg_stat_statements(false), which gives no texts',
  families: familiesOf(each({ read: '', written: '' })),
  privilege: monitor,
  wanted: ({ statistics }) => (statistics.statements?.top ?? 0) > 0,
  async collect(source, { statistics }, limits) {
    if (!source.facts.monitor) throw withoutMonitor(source);
    const found = await findStatements(source, limits);
    const columns = choose(source.facts, each(found));
    const sql = topQuestion(columns.list, found.entries, statistics.statements?.top ?? 0);
    const rows = await monitored(source, sql, (joint) => askStatements(found, joint, limits));
    return rows.flatMap((row): Sample[] =>
      columns.samples(row, textOf(row.usename), textOf(row.datname), textOf(row.queryid)),
    );
  },
};
