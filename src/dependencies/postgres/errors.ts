// What PostgreSQL's error codes, the messages of poolers and the client's own errors mean.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
import type { DependencyClass } from '../../core/failure.ts';
import type { Classified } from '../define.ts';

const codes: Record<string, DependencyClass> = {
  '28000': 'auth', // no pg_hba.conf entry, role may not log in, client certificate missing
  '28P01': 'auth', // wrong password
  '42501': 'permission',
  '53300': 'capacity', // max_connections, reserved slots, CONNECTION LIMIT of a role or database
  '57P03': 'starting', // starting up, shutting down, in recovery without hot standby
  '25006': 'readonly',
  '3D000': 'misconfig', // database does not exist
  '57P04': 'misconfig', // database dropped
  '57014': 'timeout', // statement_timeout
  '25P04': 'timeout', // transaction_timeout
  '57P01': 'refused', // terminated by an administrator or a fast shutdown
  '57P02': 'refused', // crash shutdown
  '57P05': 'refused', // idle_session_timeout
  '25P03': 'refused', // idle_in_transaction_session_timeout
  '08001': 'refused',
  '08003': 'refused',
  '08006': 'refused',
};

/**
 * Poolers tell by message, in English always: PgBouncer gives nearly everything as 08P01, also what the server behind it
 * said at its log-in. https://github.com/pgbouncer/pgbouncer (disconnect_client, kill_pool_logins)
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.troubleshooting.html
 */
const poolerMessages: readonly (readonly [RegExp, DependencyClass])[] = [
  [/no more connections allowed|too many (connections|clients)|client connections exceeded/, 'capacity'],
  [/connection slots are reserved|resources exhaustion/, 'capacity'],
  [/number of client connections to the proxy|^Rate of connection to proxy exceeded/, 'capacity'],
  [/no such database|database ".*" does not exist/, 'misconfig'],
  [/^unsupported startup parameter|RDS Proxy currently doesn't support/, 'misconfig'],
  [/SSL required|^TLS .*required|requires TLS|only with SSL/, 'tls'],
  [/no such user|auth failed|authentication failed|login rejected|no pg_hba\.conf entry/, 'auth'],
  [/role ".*" (does not exist|is not permitted)|no credentials for the role|for the role .* is wrong/, 'auth'],
  [/permission denied for database/, 'permission'],
  [/^query_wait_timeout|^query[_ ]timeout|^client_login_timeout|^Timed-out waiting/, 'timeout'],
  [/the database system is |shutting down|database does not allow connections|database ".*" is disabled/, 'starting'],
  [/^server conn(ection closed| crashed)|^admin forced disconnect|cannot connect to server/, 'refused'],
  [/^client_idle_timeout|^idle transaction timeout|^database configuration changed|: connect failed/, 'refused'],
];

/** Errors of the client library, which have no code. */
const clientMessages: readonly (readonly [RegExp, DependencyClass])[] = [
  [/^Connection terminated/, 'refused'],
  [/not queryable$/, 'refused'],
  [/^SASL: /, 'auth'],
  [/^received invalid response/, 'server'],
];

/** @returns undefined for what is neither the server's nor the client library's. */
export function classify(error: unknown): Classified | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  // Node's own codes can look like an SQLSTATE (EPIPE); only the server's errors have a severity.
  if (typeof severity === 'string' && typeof code === 'string') {
    return { errorClass: codes[code] ?? find(poolerMessages, error.message) ?? 'server' };
  }
  const errorClass = code === undefined ? find(clientMessages, error.message) : undefined;
  return errorClass === undefined ? undefined : { errorClass };
}

/**
 * Whether the server does not have the function or the statement: managed services leave some out. Aurora's own error is
 * feature_not_supported: https://github.com/ankane/pghero/issues/168
 */
export const isNotOffered = (error: unknown): boolean => hasCode(error, ['0A000', '42883']);

export const isNotPermitted = (error: unknown): boolean => hasCode(error, ['42501']);

/** Whether the server lacks, or keeps from us, what a statement names: a function, a view, a column, a setting. */
export const isLeftOut = (error: unknown): boolean =>
  isNotOffered(error) || isNotPermitted(error) || hasCode(error, ['42P01', '42703', '42704']);

const hasCode = (error: unknown, wanted: readonly string[]): boolean => {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof severity === 'string' && typeof code === 'string' && wanted.includes(code);
};

/** Whether the server ends the connection with this error; its close may come a moment later. */
export const endsConnection = (error: unknown): boolean =>
  (error as { severity?: unknown } | null)?.severity === 'FATAL' || classify(error)?.errorClass === 'refused';

const find = (table: readonly (readonly [RegExp, DependencyClass])[], message: string): DependencyClass | undefined =>
  table.find(([pattern]) => pattern.test(message))?.[1];
