// The presets of a `postgres` check: what public rules and dashboards expect of a file of queries for postgres_exporter. Here are
// those that are one number, and what all have in common.
import { type Family, samples } from '../../../core/family.ts';
import type { Collector } from '../../statistics.ts';
import type { Settings } from '../settings.ts';
import { indexes as cap, capped, counted } from './caps.ts';
import { bytesOf, choose, column, familiesOf, numberOf, textOf, theirs } from './columns.ts';
import { monitor, monitored, withoutMonitor } from './privilege.ts';
import type { Preset } from './settings.ts';
import type { PostgresSource } from './source.ts';
import { has } from './versions.ts';

/** Whether the settings name the preset. */
export const wants =
  (preset: Preset) =>
  ({ statistics }: Settings): boolean =>
    statistics.presets.includes(preset);

/** A family under the name that packs of rules and dashboards know. */
export const ofPacks = (name: string, type: Family['type'], help: string, more: Partial<Family> = {}): Family =>
  theirs(name, type, help, { ...more, exporter: 'queries for postgres_exporter' });

/** Relations of `n`, a schema, that are the application's. */
export const ofApplication = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')";

const xid = ofPacks(
  'pg_txid_current',
  'counter',
  'Transactions that got a number since the cluster was made; on a standby those that it has seen.',
);

export const transactions: Collector<Settings, PostgresSource> = {
  name: 'transactions',
  intervalMs: 15_000,
  asks: 'pg_snapshot_xmax(pg_current_snapshot()); txid_current() would use a number up each time, and fails on a standby',
  families: [xid],
  wanted: wants('transactions'),
  async collect(source, _settings, limits) {
    const question = 'SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text AS xid';
    const [row] = await source.rows(question, limits);
    return samples(xid, numberOf(row?.xid));
  },
};

const compressed = ofPacks(
  'pg_stat_ssl_compression',
  'gauge',
  'Connections whose TLS is compressed; 0 since PostgreSQL 14, which cannot.',
  { privilege: monitor, asks: 'pg_stat_ssl before PostgreSQL 14, later nothing' },
);

export const tls: Collector<Settings, PostgresSource> = {
  name: 'tls',
  intervalMs: 60_000,
  asks: 'pg_stat_ssl',
  families: [compressed],
  wanted: wants('tls'),
  async collect(source, _settings, limits) {
    // https://www.postgresql.org/docs/release/14.0/ (Remove support for SSL compression)
    if (!has(source.facts, 'tlsCompression')) return samples(compressed, 0);
    if (!source.facts.monitor) throw withoutMonitor(source);
    const question = 'SELECT pg_catalog.count(*) FILTER (WHERE compression) AS compressed FROM pg_catalog.pg_stat_ssl';
    const [row] = await monitored(source, question, (sql) => source.rows(sql, limits));
    return samples(compressed, numberOf(row?.compressed));
  },
};

const sizes = [
  column(
    bytesOf('i.relpages'),
    ofPacks(
      'pg_general_index_info_pg_relation_size',
      'gauge',
      'Size of the index as of its last vacuum or analyze, or since it was built.',
      { labels: ['datname', 'schemaname', 'relname', 'indexrelname'], unit: 'bytes' },
    ),
  ),
];

/** What a REINDEX or CREATE INDEX CONCURRENTLY that broke off has left behind comes first: it can be small. */
const indexQuestion = (list: string): string => `
SELECT n.nspname AS schemaname, t.relname, i.relname AS indexrelname, ${counted}, ${list}
FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  JOIN pg_catalog.pg_class t ON t.oid = x.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
WHERE i.relkind = 'i' AND t.relpersistence <> 't' AND ${ofApplication}
ORDER BY x.indisvalid, i.relpages DESC, i.oid
LIMIT ${cap}`;

export const indexes: Collector<Settings, PostgresSource> = {
  name: 'indexes',
  intervalMs: 300_000,
  asks: 'pg_index, pg_class.relpages, since what measures the size waits for locks',
  families: familiesOf(sizes),
  wanted: wants('indexes'),
  async collect(source, _settings, limits) {
    const { list, samples: samplesOf } = choose(source.facts, sizes);
    const rows = await source.rows(indexQuestion(list), { ...limits, maxRows: cap });
    return capped(rows, limits.cut).flatMap((row) =>
      samplesOf(row, source.facts.database, textOf(row.schemaname), textOf(row.relname), textOf(row.indexrelname)),
    );
  },
};
