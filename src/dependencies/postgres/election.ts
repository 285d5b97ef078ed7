// The election of who reads the statistics: an advisory lock of the session of the statistics. Pure.
// https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS

/** Where pg_locks shows the lock of a 64-bit key, taken in this database. */
function lockOf(key: bigint): string {
  const bits = BigInt.asUintN(64, key);
  const [high, low] = [bits >> 32n, bits & 0xffff_ffffn];
  return `SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted
  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
  AND classid = '${high}'::pg_catalog.oid AND objid = '${low}'::pg_catalog.oid AND objsubid = 1`;
}

/**
 * Whether anybody leads: a column `held`. It tries for the lock together with whoever else asks, until the message's
 * transaction ends. pg_locks would say it too, and costs up to a second of every probe where there are many locks.
 */
export const heldColumn = (key: bigint): string =>
  `NOT pg_catalog.pg_try_advisory_xact_lock_shared('${key}'::pg_catalog.int8) AS held`;

/**
 * Takes the lock unless this backend has it; taking it twice would count twice. `leads` is NULL, and nothing was locked,
 * where another backend answers than the one that let us in. Who tries while a probe asks loses, and tries again later.
 */
export const electQuery = (key: bigint, processId: number): string => `SELECT CASE
  WHEN pg_catalog.pg_backend_pid() <> ${processId} THEN NULL
  WHEN EXISTS (${lockOf(key)} AND mode = 'ExclusiveLock' AND pid = pg_catalog.pg_backend_pid()) THEN true
  ELSE pg_catalog.pg_try_advisory_lock('${key}'::pg_catalog.int8) END AS leads`;

/** Why nobody leads here, with the way out. */
export const behindPooler =
  'a pooler stands between, which can give the lock to anybody: ' +
  '`statistics_url` is to name a direct connection to the same database';
