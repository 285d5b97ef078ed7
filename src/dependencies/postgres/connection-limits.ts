// How many connections the server takes, of everybody and of this user: what check-config compares the pods with.
import type { ConnectionLimit } from '../define.ts';
import type { Limits } from '../statistics.ts';
import type { Connection } from './connection.ts';
import { labelOf } from './libpq/index.ts';
import { timeLimit } from './limits.ts';

/** https://www.postgresql.org/docs/current/runtime-config-connection.html; reserved_connections: PostgreSQL 16. */
const question = `SELECT pg_catalog.pg_backend_pid() AS backend,
  pg_catalog.current_setting('max_connections')::int AS most,
  pg_catalog.current_setting('superuser_reserved_connections')::int
    + coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::int AS reserved,
  CURRENT_USER::text AS "user", pg_catalog.current_database()::text AS database,
  (SELECT rolconnlimit FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER) AS "ofUser",
  (SELECT datconnlimit FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AS "ofDatabase"`;

/** @returns none through a pooler: its connections to the server are not ours. @throws what the connection throws. */
export async function readConnectionLimits(connection: Connection, limits: Limits): Promise<ConnectionLimit[]> {
  const { client, server } = await connection.open({ ...limits, phase: (_, step) => step() });
  const limit = `SET LOCAL statement_timeout = ${timeLimit(limits.remainingMs())}; `;
  const row = [await client.query(limit + question)].flat().at(-1)?.rows[0] ?? {};
  if (row.backend !== client.processID) return [];
  const label = labelOf(server);
  const [most, reserved] = [Number(row.most), Number(row.reserved)];
  const all: ConnectionLimit[] = [
    { of: label, most: most - reserved, says: `max_connections is ${most}, ${reserved} reserved`, shared: true },
    { of: `the database ${row.database} at ${label}`, most: Number(row.ofDatabase), says: itsLimit, shared: true },
    { of: `the user ${row.user} at ${label}`, most: Number(row.ofUser), says: itsLimit, shared: false },
  ];
  return all.filter(({ most }) => most >= 0);
}

const itsLimit = 'its CONNECTION LIMIT';
