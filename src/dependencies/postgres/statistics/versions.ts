// What only some versions of PostgreSQL have: the one place where a version number is compared.
import type { Facts } from './source.ts';

/** From which `server_version_num` on, and up to which one (not included). */
type Range = { readonly since?: number; readonly until?: number };

export const switches = {
  /** pg_stat_database: session_time, active_time, idle_in_transaction_time, sessions and how they ended. */
  sessions: { since: 14_00_00 },
  /** The view pg_stat_wal. */
  walCounters: { since: 14_00_00 },
  /** pg_locks.waitstart. */
  lockWaitStart: { since: 14_00_00 },
  /** pg_stat_ssl.compression. */
  tlsCompression: { until: 14_00_00 },
  /** pg_stat_database_conflicts.confl_active_logicalslot. */
  logicalSlotConflicts: { since: 16_00_00 },
  /** Checkpoints, and buffers written by backends, in pg_stat_bgwriter. */
  checkpointsInBgwriter: { until: 17_00_00 },
  /** The view pg_stat_checkpointer. */
  checkpointer: { since: 17_00_00 },
  /** pg_stat_progress_vacuum counts dead tuples; since then it gives the bytes that they take. */
  vacuumDeadTuples: { until: 17_00_00 },
  vacuumDeadTupleBytes: { since: 17_00_00 },
  /** pg_stat_checkpointer.num_done. */
  checkpointsDone: { since: 18_00_00 },
} as const satisfies Readonly<Record<string, Range>>;
export type Switch = keyof typeof switches;

/** Whether this server has it; what has no switch is in every version that we read. */
export function has({ version }: Pick<Facts, 'version'>, name: Switch | undefined): boolean {
  const { since = 0, until = Number.POSITIVE_INFINITY }: Range = name === undefined ? {} : switches[name];
  return since <= version && version < until;
}

/** For people: `PostgreSQL 14 and later`. */
export function versionsOf(name: Switch): string {
  const { since, until }: Range = switches[name];
  return since === undefined ? `PostgreSQL before ${major(until)}` : `PostgreSQL ${major(since)} and later`;
}

const major = (version = 0): number => Math.floor(version / 1_00_00);
