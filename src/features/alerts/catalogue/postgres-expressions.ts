// What several alerts of PostgreSQL say.

/**
 * The series of a selector that were there in the last scrape. Prometheus shows a series of `/metrics/statistics` for
 * five minutes after it is gone, so where labels come and go, as those of connections and standbys, sums count twice.
 */
export const fresh = (selector: string): string =>
  `(${selector} unless (timestamp(${selector}) < on (check) group_left () max by (check) (timestamp(pg_up{}))))`;

/** A replica shows what its primary does: the alert of the primary is enough. Where nobody knows the role, it is told. */
export const unlessReplica = 'unless on (check) (max by (check) (pg_replication_is_replica{}) == 1)';
