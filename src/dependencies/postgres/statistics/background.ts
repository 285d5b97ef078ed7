// What the server's own processes have done: checkpoints, background writer, archiver in one row; and the WAL.
import { type Column, choose, column, columnOf, epoch, familiesOf, ours, since, theirs } from './columns.ts';
import type { Facts } from './source.ts';
import type { Section } from './together.ts';
import { has, type Switch } from './versions.ts';

const named = (view: string, column: string, name: string, help: string, unit?: string) =>
  [
    `${view}.${column}`,
    theirs(`pg_stat_${view}_${name}_total`, 'counter', help, unit === undefined ? {} : { unit }),
  ] as const;
const reset = (view: string) =>
  [
    `pg_catalog.floor(${epoch(`${view}.stats_reset`)})`,
    theirs(`pg_stat_${view}_stats_reset_total`, 'counter', 'When these numbers were last set to 0.', {
      unit: 'seconds since 1970',
    }),
  ] as const;
const timed = 'Checkpoints that checkpoint_timeout asked for.';
const requested = 'Checkpoints that anything else asked for, such as max_wal_size.';
const written = 'Buffers written by checkpoints.';
const writing = 'Time that checkpoints spent writing files.';
const syncing = 'Time that checkpoints spent syncing files.';

const bgwriter: readonly Column[] = [
  ...(
    [
      named('bgwriter', 'checkpoints_timed', 'checkpoints_timed', timed),
      named('bgwriter', 'checkpoints_req', 'checkpoints_req', requested),
      named('bgwriter', 'checkpoint_write_time', 'checkpoint_write_time', writing, 'milliseconds'),
      named('bgwriter', 'checkpoint_sync_time', 'checkpoint_sync_time', syncing, 'milliseconds'),
      named('bgwriter', 'buffers_checkpoint', 'buffers_checkpoint', written),
      named('bgwriter', 'buffers_backend', 'buffers_backend', 'Buffers that backends had to write themselves.'),
      named(
        'bgwriter',
        'buffers_backend_fsync',
        'buffers_backend_fsync',
        'Files that backends had to sync themselves.',
      ),
    ] as const
  ).map(([sql, family]) => columnOf('checkpointsInBgwriter', sql, family)),
  column(...named('bgwriter', 'buffers_clean', 'buffers_clean', 'Buffers written by the background writer.')),
  column(
    ...named(
      'bgwriter',
      'maxwritten_clean',
      'maxwritten_clean',
      'Times that the background writer stopped at bgwriter_lru_maxpages.',
    ),
  ),
  column(...named('bgwriter', 'buffers_alloc', 'buffers_alloc', 'Buffers allocated.')),
  column(...reset('bgwriter')),
];

const restarted = (column: string, what: string) => named('checkpointer', column, column, `Restartpoints ${what}.`);
const checkpointer: readonly Column[] = [
  ...[
    named('checkpointer', 'num_timed', 'num_timed', timed),
    named('checkpointer', 'num_requested', 'num_requested', requested),
    restarted('restartpoints_timed', 'that checkpoint_timeout asked for'),
    restarted('restartpoints_req', 'that anything else asked for'),
    restarted('restartpoints_done', 'made'),
    named('checkpointer', 'write_time', 'write_time', writing, 'milliseconds'),
    named('checkpointer', 'sync_time', 'sync_time', syncing, 'milliseconds'),
    named('checkpointer', 'buffers_written', 'buffers_written', written),
    reset('checkpointer'),
  ].map(([sql, family]) => columnOf('checkpointer', sql, family)),
  columnOf(
    'checkpointsDone',
    'checkpointer.num_done',
    ours('checkpoints_done_total', 'counter', 'Checkpoints made: one that is due on an idle server is left out.'),
  ),
];

const archiver: readonly Column[] = [
  column('archiver.archived_count', theirs('pg_stat_archiver_archived_count', 'counter', 'WAL files archived.')),
  column(
    'archiver.failed_count',
    theirs('pg_stat_archiver_failed_count', 'counter', 'Attempts to archive a WAL file that failed.'),
  ),
  column(
    since('archiver.last_archived_time'),
    theirs('pg_stat_archiver_last_archive_age', 'gauge', 'Time since the last WAL file was archived.', {
      unit: 'seconds',
      when: 'once one was archived',
    }),
  ),
  column(
    epoch('archiver.last_failed_time'),
    ours('archiver_last_failure_timestamp_seconds', 'gauge', 'When archiving a WAL file last failed.', {
      unit: 'seconds since 1970',
      when: 'once it failed',
    }),
  ),
];

const ofWal: readonly Column[] = (
  [
    ['wal_records', ours('wal_records_total', 'counter', 'Records written to the WAL.')],
    ['wal_fpi', ours('wal_full_page_images_total', 'counter', 'Images of whole pages written to the WAL.')],
    ['wal_bytes', ours('wal_bytes_total', 'counter', 'Bytes of WAL made.', { unit: 'bytes' })],
    [
      'wal_buffers_full',
      ours('wal_buffers_full_total', 'counter', 'Times that WAL had to be written since its buffers were full.'),
    ],
  ] as const
).map(([name, family]) => columnOf('walCounters', `wal.${name}`, family));

type View = { readonly view: string; readonly of?: Switch };

const sqlOf = (list: string, views: readonly View[], facts: Facts): string => `
SELECT ${list}
FROM ${views
  .filter(({ of }) => has(facts, of))
  .map(({ view }) => `pg_catalog.pg_stat_${view} AS ${view}`)
  .join('\nCROSS JOIN ')}`;

const columns = [...bgwriter, ...checkpointer, ...archiver];

export const background: Section = {
  name: 'background',
  asks: 'pg_stat_bgwriter, pg_stat_checkpointer, pg_stat_archiver',
  families: familiesOf(columns),
  sql: (facts) =>
    sqlOf(
      choose(facts, columns).list,
      [{ view: 'bgwriter' }, { view: 'archiver' }, { view: 'checkpointer', of: 'checkpointer' }],
      facts,
    ),
  samples: (rows, { facts }) => rows.flatMap((row) => choose(facts, columns).samples(row)),
};

/** Apart from the others: services that keep the WAL to themselves refuse this view alone. */
export const wal: Section = {
  name: 'wal',
  asks: 'pg_stat_wal',
  families: familiesOf(ofWal),
  sql: (facts) => (has(facts, 'walCounters') ? sqlOf(choose(facts, ofWal).list, [{ view: 'wal' }], facts) : 'SELECT'),
  samples: (rows, { facts }) =>
    has(facts, 'walCounters') ? rows.flatMap((row) => choose(facts, ofWal).samples(row)) : [],
};
