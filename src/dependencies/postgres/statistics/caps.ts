// How many rows of each kind become series, and which.
import type { Collecting } from '../../statistics.ts';
import type { Row } from './source.ts';

/** The database that we are connected to, then the oldest ones. */
export const databases = 200;
/** Standbys and slots, of which one row can be both. */
export const peers = 200;
/** Values of a label that clients choose; what is beyond counts as `other`. */
export const chosenNames = 50;
/** Vacuums at a time. */
export const vacuums = 50;
/** Roles with a limit of connections. */
export const roles = 200;
/** Combinations of database, state, user, application, kind and wait; what is beyond is told by database and state. */
export const activities = 1000;

/** Indexes: those that are not valid, then the largest. */
export const indexes = 100;
/** Tables or indexes whose bloat is estimated, the largest, and columns of them all together: each is a search in pg_stats. */
export const relations = 500;
export const columns = 10_000;
/** Of these, those with the most bloat, which are told. */
export const bloated = 25;

/** Beside a row's own columns: how many rows there are before `LIMIT`, as `capped` wants to know. */
export const counted = 'pg_catalog.count(*) OVER () AS counted';

/** @param rows with `counted`. @param cut takes how many rows the server left out. */
export function capped(rows: readonly Row[], cut: Collecting['cut']): readonly Row[] {
  const beyond = Number(rows[0]?.counted ?? rows.length) - rows.length;
  if (beyond > 0) cut(beyond);
  return rows;
}

/** The order in which databases are taken; `d` is pg_database. */
export const databaseOrder = '(d.datname = pg_catalog.current_database()) DESC, d.oid';
