// The preset `bloat`: how much of tables and B-tree indexes is more than their rows need, estimated of the planner's statistics.
// Catalogues alone are read, and no table is locked. The numbers of bytes are those of the layout of a page and a row:
// https://www.postgresql.org/docs/current/storage-page-layout.html, https://www.postgresql.org/docs/current/btree.html
import { type Family, samples } from '../../../core/family.ts';
import type { Collector } from '../../statistics.ts';
import type { Settings } from '../settings.ts';
import { relations as cap, columns as columnCap, bloated as shown } from './caps.ts';
import { type Column, choose, column, familiesOf, numberOf, ours, textOf } from './columns.ts';
import { ofApplication, ofPacks, wants } from './presets.ts';
import type { PostgresSource } from './source.ts';

/** Of a smaller one a page more or less is a large share. */
const leastBytes = 1024 * 1024;

type Kind = {
  readonly name: string;
  readonly asks: string;
  readonly columns: readonly Column[];
  /** Those without an estimate. */
  readonly unknown: Family;
  /** Gives relid, the names of its labels (n0, n1, …), and relnatts, relpages, reltuples, reloptions. */
  readonly relations: string;
  /** Of `chosen` relations: relid, attlen, dropped, and the table and the column by which its statistics are found. */
  readonly attributes: string;
  readonly fillfactor: number;
  /** Bytes of each page, and pages, that hold no row. */
  readonly without: { readonly bytes: number; readonly pages: number };
  /** Bytes of a row beside its data, its line pointer among them; `nulls` is the share of rows with a NULL. */
  readonly header: string;
};

function columnsOf(kind: 'table' | 'btree', labels: readonly string[]): Column[] {
  const of = (name: string, sql: string, help: string, unit: string): Column =>
    column(sql, ofPacks(`pg_bloat_${kind}_${name}`, 'gauge', help, { labels, unit }));
  const what = kind === 'table' ? 'table, without indexes and TOAST,' : 'index';
  return [
    of('real_size', 'pages * block', `Size of the ${what} as of its last vacuum or analyze.`, 'bytes'),
    of('extra_size', 'extra * block', 'Of the size, what rows on full pages would not need.', 'bytes'),
    of('extra_pct', '100 * extra / pages', 'The same as a share of the size.', 'percent'),
    of('fillfactor', 'fillfactor', 'How full its pages are made.', 'percent'),
    of('bloat_size', 'bloat * block', 'Of the size, what rows on pages as full as that would not need.', 'bytes'),
    of('bloat_pct', '100 * bloat / pages', 'The same as a share of the size.', 'percent'),
  ];
}

const without = (what: string): Family =>
  ours(
    `bloat_unknown_${what}`,
    'gauge',
    `Of the ${what} looked at, those without an estimate: a column has no statistics, or the user may not see them.`,
    { labels: ['datname'] },
  );

/** Rounded up to what rows are aligned to on 64 bits. */
const aligned = (bytes: string): string => `pg_catalog.ceil((${bytes}) / 8.0::float8) * 8`;
const names = ['datname', 'schemaname', 'relname'];

const ofTables: Kind = {
  name: 'bloat_tables',
  asks: 'pg_class, pg_attribute, pg_stats',
  columns: columnsOf('table', names),
  unknown: without('tables'),
  relations: `SELECT c.oid AS relid, n.nspname AS n0, c.relname AS n1, c.relnatts, c.relpages, c.reltuples, c.reloptions
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND ${ofApplication}`,
  attributes: `SELECT o.relid, o.n0, o.n1 AS statistics_of, a.attname, a.attlen, a.attisdropped AS dropped
  FROM chosen o JOIN pg_catalog.pg_attribute a ON a.attrelid = o.relid AND a.attnum > 0`,
  fillfactor: 100,
  without: { bytes: 24, pages: 0 },
  // In a row with a NULL there is a bit for each column.
  header: `4 + 24 + nulls * (${aligned('23 + (attributes + 7) / 8')} - 24)`,
};

const ofIndexes: Kind = {
  name: 'bloat_indexes',
  asks: 'pg_index, pg_class, pg_attribute, pg_stats',
  columns: columnsOf('btree', [...names, 'idxname']),
  unknown: without('indexes'),
  relations: `SELECT i.oid AS relid, n.nspname AS n0, t.relname AS n1, i.relname AS n2, i.relnatts, i.relpages, i.reltuples,
    i.reloptions
  FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
    JOIN pg_catalog.pg_am m ON m.oid = i.relam AND m.amname = 'btree'
    JOIN pg_catalog.pg_class t ON t.oid = x.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
  WHERE i.relkind = 'i' AND x.indisvalid AND t.relpersistence <> 't' AND ${ofApplication}`,
  // An expression has its statistics under the name of the index.
  attributes: `SELECT o.relid, o.n0, CASE WHEN k.attname IS NULL THEN o.n2 ELSE o.n1 END AS statistics_of,
    coalesce(k.attname, a.attname) AS attname, a.attlen, false AS dropped
  FROM chosen o JOIN pg_catalog.pg_index x ON x.indexrelid = o.relid
    JOIN pg_catalog.pg_attribute a ON a.attrelid = o.relid AND a.attnum > 0
    LEFT JOIN pg_catalog.pg_attribute k ON k.attrelid = x.indrelid AND k.attnum = x.indkey[a.attnum - 1] AND k.attnum > 0`,
  fillfactor: 90,
  without: { bytes: 24 + 16, pages: 2 }, // the meta page and the root
  header: '4 + 8 + nulls * 8',
};

/**
 * The largest are estimated, as many as have the columns that are allowed together, and those with the most bloat come back,
 * with how many there are, how many were looked at and how many have no estimate.
 * A column of a fixed width needs no statistics: then it counts as never NULL. Statistics are found column by column: joined,
 * the view can be read as a whole.
 */
function question({ relations, attributes, fillfactor, without, header }: Kind, list: string): string {
  const pagesAt = (fill: string): string =>
    `${without.pages} + pg_catalog.ceil(reltuples / greatest(1, pg_catalog.floor((block - ${without.bytes}) * ${fill} / 100 / width)))`;
  return `WITH chosen AS MATERIALIZED (
  SELECT * FROM (
    SELECT r.*, pg_catalog.count(*) OVER () AS counted,
      pg_catalog.sum(r.relnatts) OVER (ORDER BY r.relpages DESC, r.relid ROWS UNBOUNDED PRECEDING) AS columns
    FROM (${relations}) AS r
    WHERE r.reltuples >= 0 AND r.relpages >= ${leastBytes} / pg_catalog.current_setting('block_size')::int
  ) AS r WHERE r.columns <= ${columnCap}
  ORDER BY r.relpages DESC, r.relid LIMIT ${cap}
), attributes AS (${attributes}), data AS (
  SELECT a.relid, pg_catalog.count(*) AS attributes,
    pg_catalog.max(CASE WHEN a.dropped THEN 1 ELSE coalesce(s.null_frac, 0) END) AS nulls,
    pg_catalog.bool_or(NOT a.dropped AND a.attlen <= 0 AND s.avg_width IS NULL) AS unknown,
    pg_catalog.sum(CASE WHEN a.dropped THEN 0
      ELSE coalesce((1 - s.null_frac) * s.avg_width, greatest(0, a.attlen)) END::float8) AS bytes
  FROM attributes a LEFT JOIN LATERAL (
    SELECT null_frac, avg_width FROM pg_catalog.pg_stats s
    WHERE s.schemaname = a.n0 AND s.tablename = a.statistics_of AND s.attname = a.attname AND NOT s.inherited OFFSET 0
  ) AS s ON true
  GROUP BY a.relid
), widths AS (
  SELECT o.*, r.unknown, o.relpages::float8 AS pages, ${header} + ${aligned('r.bytes')} AS width,
    pg_catalog.current_setting('block_size')::float8 AS block,
    coalesce((SELECT option_value::float8 FROM pg_catalog.pg_options_to_table(o.reloptions)
      WHERE option_name = 'fillfactor'), ${fillfactor}) AS fillfactor
  FROM chosen o JOIN data r USING (relid)
), needed AS (
  SELECT w.*, CASE WHEN NOT unknown THEN greatest(0, pages - (${pagesAt('100')})) END AS extra,
    CASE WHEN NOT unknown THEN greatest(0, pages - (${pagesAt('fillfactor')})) END AS bloat
  FROM widths w
)
SELECT n.*, (SELECT pg_catalog.count(*) FROM chosen) AS looked, pg_catalog.count(*) FILTER (WHERE unknown) OVER () AS unknowns, ${list}
FROM needed n
ORDER BY bloat * block DESC NULLS LAST, pages DESC, relid LIMIT ${shown}`;
}

const collectorOf = (kind: Kind): Collector<Settings, PostgresSource> => ({
  name: kind.name,
  intervalMs: 600_000, // a pass over the statistics of every column
  asks: kind.asks,
  families: [...familiesOf(kind.columns), kind.unknown],
  wanted: wants('bloat'),
  async collect({ facts, rows: ask }, _settings, limits) {
    const each = choose(facts, kind.columns);
    const rows = await ask(question(kind, each.list), { ...limits, maxRows: shown });
    const [first] = rows;
    const beyond = (numberOf(first?.counted) ?? 0) - (numberOf(first?.looked) ?? 0);
    if (beyond > 0) limits.cut(beyond);
    return [
      ...samples(kind.unknown, numberOf(first?.unknowns) ?? 0, facts.database),
      ...rows
        .filter(({ unknown }) => unknown === false)
        .flatMap((row) => each.samples(row, facts.database, textOf(row.n0), textOf(row.n1), textOf(row.n2))),
    ];
  },
});

export const bloat: readonly Collector<Settings, PostgresSource>[] = [ofTables, ofIndexes].map(collectorOf);
