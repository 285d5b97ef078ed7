// The families of a table, as postgres_exporter names them: pg_stat_user_tables is `t`, pg_statio_user_tables is `io`.
import type { Family } from '../../../core/family.ts';
import { bytesOf, type Column, column, epoch, ours, theirs } from './columns.ts';

const labels = ['datname', 'schemaname', 'relname'];

const counted = (name: string, help: string): Column =>
  column(`t.${name}`, theirs(`pg_stat_user_tables_${name}`, 'counter', help, { labels }));
const gauged = (name: string, help: string): Column =>
  column(`t.${name}`, theirs(`pg_stat_user_tables_${name}`, 'gauge', help, { labels }));
const timed = (name: string, help: string): Column => {
  const family: Family = theirs(
    `pg_stat_user_tables_${name}`,
    'gauge',
    `When the table was last ${help}; 0 when it never was.`,
    { labels, unit: 'seconds since 1970' },
  );
  return column(`coalesce(${epoch(`t.${name}`)}, 0)`, family);
};
const blocks = (name: string, help: string): Column =>
  column(
    `io.${name}`,
    theirs(`pg_statio_user_tables_${name.replace('blks', 'blocks')}`, 'counter', help, {
      labels,
      asks: 'pg_statio_user_tables',
    }),
  );

const indexed = 'the table has an index';
const toasted = 'the table has a TOAST table';
const when = ({ sql, family }: Column, condition: string): Column => ({ sql, family: { ...family, when: condition } });

export const tableColumns: readonly Column[] = [
  gauged('n_live_tup', 'Estimated rows that live.'),
  gauged('n_dead_tup', 'Estimated rows that are dead and not vacuumed yet.'),
  gauged('n_mod_since_analyze', 'Estimated rows that changed since the last analyze.'),
  counted('n_tup_ins', 'Rows inserted.'),
  counted('n_tup_upd', 'Rows updated.'),
  counted('n_tup_del', 'Rows deleted.'),
  counted('n_tup_hot_upd', 'Rows updated without a new entry in any index.'),
  counted('seq_scan', 'Sequential scans begun.'),
  counted('seq_tup_read', 'Rows that sequential scans read.'),
  when(counted('idx_scan', 'Index scans begun.'), indexed),
  when(counted('idx_tup_fetch', 'Rows that index scans fetched.'), indexed),
  timed('last_vacuum', 'vacuumed by hand'),
  timed('last_autovacuum', 'vacuumed by autovacuum'),
  timed('last_analyze', 'analyzed by hand'),
  timed('last_autoanalyze', 'analyzed by autovacuum'),
  counted('vacuum_count', 'Vacuums by hand.'),
  counted('autovacuum_count', 'Vacuums by autovacuum.'),
  counted('analyze_count', 'Analyzes by hand.'),
  counted('autoanalyze_count', 'Analyzes by autovacuum.'),
  blocks('heap_blks_read', 'Blocks of the table that were not in the buffers.'),
  blocks('heap_blks_hit', 'Blocks of the table that were in the buffers.'),
  when(blocks('idx_blks_read', 'Blocks of its indexes that were not in the buffers.'), indexed),
  when(blocks('idx_blks_hit', 'Blocks of its indexes that were in the buffers.'), indexed),
  when(blocks('toast_blks_read', 'Blocks of its TOAST table that were not in the buffers.'), toasted),
  when(blocks('toast_blks_hit', 'Blocks of its TOAST table that were in the buffers.'), toasted),
  when(blocks('tidx_blks_read', 'Blocks of the index of its TOAST table that were not in the buffers.'), toasted),
  when(blocks('tidx_blks_hit', 'Blocks of the index of its TOAST table that were in the buffers.'), toasted),
  column(
    bytesOf('c.relpages'),
    ours(
      'table_estimated_bytes',
      'gauge',
      'Size of the table as of its last vacuum or analyze, without indexes and TOAST.',
      {
        labels,
        unit: 'bytes',
        asks: 'pg_class.relpages, since what measures the size waits for locks',
      },
    ),
  ),
];
