// Locks by database and mode, and who waits: one pass over pg_locks.
import { type Sample, samples } from '../../../core/family.ts';
import { databaseOrder, databases } from './caps.ts';
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
SELECT known.datname, locks.*
FROM (
  SELECT d.oid, d.datname FROM pg_catalog.pg_database d ORDER BY ${databaseOrder} LIMIT ${databases}
) AS known
FULL JOIN (
  SELECT database, pg_catalog.lower(mode) AS mode, pg_catalog.count(*) AS locks,
    pg_catalog.count(*) FILTER (WHERE NOT granted) AS waiting${list === '' ? '' : `,\n    ${list}`}
  FROM pg_catalog.pg_locks
  WHERE pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  GROUP BY 1, 2
) AS locks ON locks.database = known.oid
LIMIT ${2 * databases * modes.length}`;

export const locks: Section = {
  name: 'locks',
  asks: 'pg_locks, pg_database',
  families: [held, waited, longest.family],
  sql: (facts) => sqlOf(choose(facts, [longest]).list),
  samples: (rows, { facts }) => [...counts(rows), ...waiting(rows), ...choose(facts, [longest]).samples(worst(rows))],
};

function counts(rows: readonly Row[]): Sample[] {
  const known = rows.filter(({ datname }) => datname !== null);
  const names = new Set(known.map(({ datname }) => textOf(datname)));
  const found = new Map(known.map(({ datname, mode, locks: n }) => [`${mode} ${datname}`, numberOf(n)]));
  return [...names].flatMap((datname) =>
    modes.flatMap((mode) => samples(held, found.get(`${mode} ${datname}`) ?? 0, datname, mode)),
  );
}

function waiting(rows: readonly Row[]): Sample[] {
  return modes.flatMap((mode) => {
    const ofMode = rows.filter((row) => row.mode === mode);
    return samples(
      waited,
      ofMode.reduce((sum, row) => sum + (numberOf(row.waiting) ?? 0), 0),
      mode,
    );
  });
}

/** The row with the longest wait; where nothing is locked at all the only row has none, and none is what it says. */
const worst = (rows: readonly Row[]): Row =>
  rows.reduce((one, other) => ((numberOf(one.c0) ?? 0) < (numberOf(other.c0) ?? 0) ? other : one), { c0: 0 });
