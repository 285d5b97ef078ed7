// How far the vacuums that run have come.
import { samples } from '../../../core/family.ts';
import { vacuums as cap, capped, counted } from './caps.ts';
import { type Column, choose, column, columnOf, familiesOf, ours, textOf, theirs } from './columns.ts';
import type { Section } from './together.ts';

const labels = ['datname', 'relname'];
const when = 'a vacuum runs';
const phases = [
  ...['initializing', 'scanning heap', 'vacuuming indexes', 'vacuuming heap'],
  ...['cleaning up indexes', 'truncating heap', 'performing final cleanup'],
];

const phase = theirs('pg_stat_progress_vacuum_phase', 'gauge', '1 for the phase that the vacuum is in, else 0.', {
  labels: [...labels, 'phase'],
  when,
});
const progress = (sql: string, name: string, help: string): Column =>
  column(sql, theirs(`pg_stat_progress_vacuum_${name}`, 'gauge', help, { labels, when }));
const dead = (sql: string, name: string, help: string): Column =>
  columnOf('vacuumDeadTuples', sql, theirs(`pg_stat_progress_vacuum_${name}`, 'gauge', help, { labels }));
const deadBytes = (sql: string, name: string, help: string): Column =>
  columnOf('vacuumDeadTupleBytes', sql, ours(`vacuum_${name}`, 'gauge', help, { labels, unit: 'bytes' }));

const columns: readonly Column[] = [
  progress('heap_blks_total', 'heap_blks', 'Blocks that the table had when the vacuum began.'),
  progress('heap_blks_scanned', 'heap_blks_scanned', 'Blocks scanned.'),
  progress('heap_blks_vacuumed', 'heap_blks_vacuumed', 'Blocks vacuumed.'),
  progress('index_vacuum_count', 'index_vacuums', 'Rounds through the indexes that are done.'),
  dead('max_dead_tuples', 'max_dead_tuples', 'Dead rows that can be remembered before a round through the indexes.'),
  dead('num_dead_tuples', 'num_dead_tuples', 'Dead rows remembered since the last round through the indexes.'),
  deadBytes(
    'max_dead_tuple_bytes',
    'max_dead_tuple_bytes',
    'Memory for dead rows that can be filled before a round through the indexes.',
  ),
  deadBytes(
    'dead_tuple_bytes',
    'dead_tuple_bytes',
    'Memory filled with dead rows since the last round through the indexes.',
  ),
];

/** Tables have names in the database that we are connected to alone; elsewhere the number stands for it, as in the exporter. */
const sqlOf = (list: string): string => `
SELECT datname, phase, ${counted}, ${list},
  CASE WHEN datname = pg_catalog.current_database() THEN relid::pg_catalog.regclass::pg_catalog.text
    ELSE relid::pg_catalog.text END AS relname
FROM pg_catalog.pg_stat_progress_vacuum
ORDER BY pid
LIMIT ${cap}`;

export const vacuums: Section = {
  name: 'vacuums',
  asks: 'pg_stat_progress_vacuum',
  families: [phase, ...familiesOf(columns)],
  needsMonitor: 'all',
  sql: (facts) => sqlOf(choose(facts, columns).list),
  samples(rows, { facts }, cut) {
    const chosen = choose(facts, columns);
    return capped(rows, cut).flatMap((row) => {
      const values = [textOf(row.datname), textOf(row.relname)];
      return [
        ...phases.flatMap((name) => samples(phase, Number(name === row.phase), ...values, name)),
        ...chosen.samples(row, ...values),
      ];
    });
  },
};
