// What bounds a statement of the statistics on the server: for the whole session, or anew in each message.
import { type LeaseTimes, leaseTimes } from '../../core/lease-times.ts';
import { beforeDeadline } from '../endpoints/deadline.ts';
import type { Limits } from '../statistics.ts';

/** How a session asks. `sessionMs`: the time limit that was set for it; undefined: each message brings its own. */
export type Bounds = { readonly sessionMs: number | undefined };

/**
 * Milliseconds, in steps: before PostgreSQL 16 each other number is an entry of its own in pg_stat_statements.
 * https://www.postgresql.org/docs/16/release-16.html (normalization of utility commands)
 */
export const timeLimit = (remainingMs: number): number => Math.max(stepMs, Math.ceil(remainingMs / stepMs) * stepMs);
const stepMs = 50;

/** Short: whoever waits for a lock of the application holds up those who come after. */
const lockTimeout = '1s';

/** Less than is left, so that the server's own end comes before ours, and the connection and its lock survive. */
const timeLeft = (limits: Limits): number =>
  Math.max(1, Math.floor(beforeDeadline(limits.remainingMs()) / stepMs) * stepMs);

/** The session's time limit: most statements begin early enough to need no other. */
export const sessionLimit = (limits: Limits): number => Math.max(1, Math.floor(timeLeft(limits) * 0.75));

/** How the server is to notice that a node has vanished: what is asked so often, at first and then, adds up to the silence. */
const keepalive = { idleShare: 1 / 3, count: 4 } as const;

/**
 * For a direct connection alone: it outlives the message. A node that vanished loses its lock within half a minute, and so
 * does a process that is frozen while it leads.
 * @param version The server's: one that does not know a setting refuses them all.
 * @param lead Of a connection that holds the lead. Without it a server's own limit would end the connection between two rounds.
 */
export function sessionQuery(sessionMs: number, version: number, lead?: Pick<LeaseTimes, 'silenceMs'>): string {
  const seconds = (lead ?? leaseTimes).silenceMs / 1000;
  const idle = Math.max(1, Math.floor(seconds * keepalive.idleShare));
  const interval = Math.max(1, Math.floor((seconds - idle) / keepalive.count));
  const settings = {
    statement_timeout: String(sessionMs),
    lock_timeout: lockTimeout,
    idle_in_transaction_session_timeout: '10s',
    default_transaction_read_only: 'on',
    tcp_keepalives_idle: String(idle),
    tcp_keepalives_interval: String(interval),
    tcp_keepalives_count: String(keepalive.count),
    tcp_user_timeout: `${seconds}s`, // keepalives do not ask while an answer is on its way
    ...(version >= 140_000 ? { idle_session_timeout: lead === undefined ? '0' : `${seconds}s` } : {}),
  };
  const calls = Object.entries(settings).map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', false)`);
  return `SELECT ${calls.join(', ')}`;
}

/** What a message says first; it ends with the message's transaction. */
export function messageLimits({ sessionMs }: Bounds, limits: Limits): string {
  const left = timeLeft(limits);
  const own = `SET LOCAL statement_timeout = ${left}; `;
  if (sessionMs !== undefined) return left >= sessionMs && left <= 2 * sessionMs ? '' : own;
  return `${own}SET LOCAL lock_timeout = '${lockTimeout}'; SET LOCAL transaction_read_only = on; `;
}
