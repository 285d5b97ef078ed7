// What PostgreSQL's error codes, PgBouncer's messages and the client's own errors mean.
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

/** PgBouncer gives nearly everything as 08P01 and tells by message, in English always. */
const poolerMessages: readonly (readonly [RegExp, DependencyClass])[] = [
  [/^no more connections allowed|too many connections/, 'capacity'],
  [/^no such database/, 'misconfig'],
  [/^no such user|^auth failed|^SASL authentication failed|password authentication failed/, 'auth'],
  [/^query_wait_timeout|^client_login_timeout/, 'timeout'],
  [/^the database system is starting up|^pgbouncer is shutting down|^database does not allow connections/, 'starting'],
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
    if (code === '08P01') return { errorClass: find(poolerMessages, error.message) ?? 'server' };
    return { errorClass: codes[code] ?? 'server' };
  }
  const errorClass = code === undefined ? find(clientMessages, error.message) : undefined;
  return errorClass === undefined ? undefined : { errorClass };
}

/** Whether the server ends the connection with this error; its close may come a moment later. */
export const endsConnection = (error: unknown): boolean =>
  (error as { severity?: unknown } | null)?.severity === 'FATAL' || classify(error)?.errorClass === 'refused';

const find = (table: readonly (readonly [RegExp, DependencyClass])[], message: string): DependencyClass | undefined =>
  table.find(([pattern]) => pattern.test(message))?.[1];
