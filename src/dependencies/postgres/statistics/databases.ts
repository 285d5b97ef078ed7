// What each database has done since its statistics were reset: pg_stat_database and pg_stat_database_conflicts.
import type { Sample } from '../../../core/family.ts';
import { databases as cap, capped, counted, databaseOrder } from './caps.ts';
import { type Column, choose, column, columnOf, epoch, familiesOf, ours, textOf, theirs } from './columns.ts';
import type { Section } from './together.ts';

const labels = ['datid', 'datname'];
const exported = (name: string, help: string, unit?: string): Column =>
  column(
    `s.${name}`,
    theirs(`pg_stat_database_${name}`, 'counter', help, { labels, ...(unit === undefined ? {} : { unit }) }),
  );
const own = (name: string, help: string, unit?: string) =>
  ours(`database_${name}_total`, 'counter', help, { labels, ...(unit === undefined ? {} : { unit }) });
const seconds = (milliseconds: string): string => `${milliseconds} / 1000`;

const done: readonly Column[] = [
  column(
    's.numbackends',
    theirs('pg_stat_database_numbackends', 'gauge', 'Connections to the database, our own among them.', { labels }),
  ),
  exported('xact_commit', 'Transactions committed.'),
  exported('xact_rollback', 'Transactions rolled back.'),
  exported('blks_read', 'Blocks that were not in shared_buffers and were asked of the operating system.'),
  exported('blks_hit', 'Blocks found in shared_buffers.'),
  exported('tup_returned', 'Live rows passed by scans of tables, and entries returned by scans of indexes.'),
  exported('tup_fetched', 'Live rows fetched by way of an index.'),
  exported('tup_inserted', 'Rows inserted.'),
  exported('tup_updated', 'Rows updated.'),
  exported('tup_deleted', 'Rows deleted.'),
  exported('conflicts', 'Queries cancelled on a standby since they stood in the way of recovery.'),
  exported('temp_files', 'Temporary files that queries made.'),
  exported('temp_bytes', 'Bytes written to temporary files.', 'bytes'),
  exported('deadlocks', 'Deadlocks that were found and broken.'),
  exported('blk_read_time', 'Time spent reading blocks; 0 unless track_io_timing is on.', 'milliseconds'),
  exported('blk_write_time', 'Time spent writing blocks; 0 unless track_io_timing is on.', 'milliseconds'),
  column(
    `pg_catalog.floor(${epoch('s.stats_reset')})`,
    theirs('pg_stat_database_stats_reset', 'counter', 'When these numbers were last set to 0.', {
      labels,
      unit: 'seconds since 1970',
      when: 'once they were reset',
    }),
  ),
  columnOf(
    'sessions',
    seconds('s.active_time'),
    theirs('pg_stat_database_active_time_seconds_total', 'counter', 'Time that connections spent in statements.', {
      labels,
      unit: 'seconds',
    }),
  ),
  columnOf(
    'sessions',
    seconds('s.session_time'),
    own('session_seconds', 'Time that connections were open.', 'seconds'),
  ),
  columnOf(
    'sessions',
    seconds('s.idle_in_transaction_time'),
    own('idle_in_transaction_seconds', 'Time that connections idled inside a transaction.', 'seconds'),
  ),
  columnOf('sessions', 's.sessions', own('sessions', 'Connections opened.')),
  columnOf('sessions', 's.sessions_abandoned', own('sessions_abandoned', 'Connections whose client went away.')),
  columnOf('sessions', 's.sessions_fatal', own('sessions_fatal', 'Connections ended by a fatal error.')),
  columnOf('sessions', 's.sessions_killed', own('sessions_killed', 'Connections ended by an operator.')),
  column('s.checksum_failures', {
    ...own('checksum_failures', 'Pages whose checksum was wrong.'),
    when: 'the cluster has data checksums',
  }),
];

const conflict = (name: string, type: 'counter' | 'untyped', help: string) => ({
  sql: `c.${name}`,
  family: theirs(`pg_stat_database_conflicts_${name}`, type, help, { labels: [...labels, 'server'] }),
});
const cancelled = (why: string): string => `Queries cancelled on a standby on account of ${why}.`;
const conflicts: readonly Column[] = [
  conflict('confl_tablespace', 'counter', cancelled('a dropped tablespace')),
  conflict('confl_lock', 'counter', cancelled('a lock')),
  conflict('confl_snapshot', 'counter', cancelled('an old snapshot')),
  conflict('confl_bufferpin', 'counter', cancelled('a pinned buffer')),
  conflict('confl_deadlock', 'counter', cancelled('a deadlock')),
];
const slotConflict = conflict(
  'confl_active_logicalslot',
  'untyped',
  'Uses of logical slots cancelled on a standby on account of old snapshots or too low a wal_level.',
);
const allConflicts: readonly Column[] = [
  ...conflicts,
  columnOf('logicalSlotConflicts', slotConflict.sql, slotConflict.family),
];

const sqlOf = (...lists: readonly string[]): string => `
SELECT d.oid AS datid, d.datname, ${counted},
  ${lists.join(',\n  ')}
FROM pg_catalog.pg_database d
JOIN pg_catalog.pg_stat_database s ON s.datid = d.oid
LEFT JOIN pg_catalog.pg_stat_database_conflicts c ON c.datid = d.oid
ORDER BY ${databaseOrder}
LIMIT ${cap}`;

export const databases: Section = {
  name: 'databases',
  asks: 'pg_stat_database, pg_stat_database_conflicts',
  families: familiesOf([...done, ...allConflicts]),
  sql: (facts) => sqlOf(choose(facts, done).list, choose(facts, allConflicts, 'x').list),
  samples(rows, { facts, instance }, cut) {
    const counters = choose(facts, done);
    const cancels = choose(facts, allConflicts, 'x');
    return capped(rows, cut).flatMap((row): Sample[] => {
      const values = [textOf(row.datid), textOf(row.datname)];
      return [...counters.samples(row, ...values), ...cancels.samples(row, ...values, instance)];
    });
  },
};
