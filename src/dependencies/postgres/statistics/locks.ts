// Locks by database and mode, and who waits: one pass over pg_locks.
import { type Sample, samples } from '../../../core/family.ts';
import { capped, counted, databaseOrder, databases } from './caps.ts';
import { choose, columnOf, numberOf, ours, since, textOf, theirs } from './columns.ts';
import type { Row } from './source.ts';
import type { Section } from './together.ts';

/** In the order of their strength, as the exporter spells them. */
const modes = [
  ...['accesssharelock', 'rowsharelock', 'rowexclusivelock', 'shareupdateexclusivelock', 'sharelock'],
  ...['sharerowexclusivelock', 'exclusivelock', 'accessexclusivelock', 'sireadlock'],
];

const held = theirs('pg_locks_count', 'gauge', 'Locks held or waited for in a database, our own not counted.', {
  labels: ['datname', 'mode'],
});
const waited = ours(
  'locks_waiting',
  'gauge',
  'Locks that are waited for, those on transactions (rows) and other things of no database among them.',
  { labels: ['mode'] },
);
const longest = columnOf(
  'lockWaitStart',
  `coalesce(pg_catalog.max(${since('waitstart')}), 0)`,
  ours(
    'longest_lock_wait_seconds',
    'gauge',
    'How long the connection that waits longest for a lock has waited; 0 when none does.',
    {
      unit: 'seconds',
    },
  ),
);

const sqlOf = (list: string): string => `
WITH locks AS (
  SELECT *, pg_catalog.lower(mode) AS lower_mode FROM pg_catalog.pg_locks
  WHERE pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
), known AS (
  SELECT d.oid, d.datname, ${counted} FROM pg_catalog.pg_database d ORDER BY ${databaseOrder} LIMIT ${databases}
)
SELECT (SELECT pg_catalog.json_agg(known) FROM known) AS databases,
  (SELECT pg_catalog.json_agg(held) FROM (
    SELECT known.datname, lower_mode AS mode, pg_catalog.count(*) AS locks
    FROM locks JOIN known ON known.oid = locks.database GROUP BY 1, 2
  ) AS held) AS held,
  (SELECT pg_catalog.json_agg(waiting) FROM (
    SELECT lower_mode AS mode, pg_catalog.count(*) AS locks FROM locks WHERE NOT granted GROUP BY 1
  ) AS waiting) AS waiting${list === '' ? '' : `,\n  ${list}\nFROM locks`}`;

export const locks: Section = {
  name: 'locks',
  asks: 'pg_locks, pg_database',
  families: [longest.family, waited, held],
  sql: (facts) => sqlOf(choose(facts, [longest]).list),
  samples([row = {}], { facts }, cut) {
    const names = capped(listOf(row.databases), cut).map(({ datname }) => textOf(datname));
    return [
      ...choose(facts, [longest]).samples(row),
      ...waiting(listOf(row.waiting)),
      ...counts(names, listOf(row.held)),
    ];
  },
};

const listOf = (json: unknown): readonly Row[] => (json ?? []) as readonly Row[];

function counts(names: readonly string[], rows: readonly Row[]): Sample[] {
  const found = new Map(rows.map(({ datname, mode, locks: n }) => [`${mode} ${datname}`, numberOf(n)]));
  return names.flatMap((datname) =>
    modes.flatMap((mode) => samples(held, found.get(`${mode} ${datname}`) ?? 0, datname, mode)),
  );
}

function waiting(rows: readonly Row[]): Sample[] {
  const found = new Map(rows.map(({ mode, locks: n }) => [mode, numberOf(n)]));
  return modes.flatMap((mode) => samples(waited, found.get(mode) ?? 0, mode));
}
