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
/** Combinations of database, state, user, application, kind and wait. */
export const activities = 1000;

/** The server sends some more than a cap, so that what is cut can be counted, and not without end. */
export const limit = (cap: number): string => `LIMIT ${cap * 4}`;

/** @param cut takes how many rows are left out. */
export function capped(rows: readonly Row[], cap: number, cut: Collecting['cut']): readonly Row[] {
  if (rows.length > cap) cut(rows.length - cap);
  return rows.slice(0, cap);
}

/** The order in which databases are taken; `d` is pg_database. */
export const databaseOrder = '(d.datname = pg_catalog.current_database()) DESC, d.oid';
