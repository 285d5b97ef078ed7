// The grant without which PostgreSQL gives NULL for what other users do.
import type { Sample } from '../../../core/family.ts';
import { MissingPrivilege } from '../../statistics.ts';
import type { Facts, PostgresSource, Row } from './source.ts';

export const monitor = 'pg_monitor';

/** As in `GRANT … TO "name"`: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A string in SQL, whatever standard_conforming_strings says. */
export const literal = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** Whether the user has what the role may (`USAGE`), or is a member of it. NULL where there is no such role. */
export const hasRole = (role: string, kind: 'USAGE' | 'MEMBER'): string =>
  `(SELECT pg_catalog.pg_has_role(oid, '${kind}') FROM pg_catalog.pg_roles WHERE rolname = '${role}')`;

/** Whether the user may read the statistics of all users. Not every service that speaks the protocol has these roles. */
export const monitors = `COALESCE(${hasRole('pg_read_all_stats', 'USAGE')}, ${hasRole(monitor, 'USAGE')},
    (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER), false)`;

/** Whether the user may call pg_ls_waldir(). */
export const listsWal = `COALESCE((SELECT pg_catalog.bool_or(pg_catalog.has_function_privilege(oid, 'EXECUTE'))
    FROM pg_catalog.pg_proc WHERE proname = 'pg_ls_waldir' AND pronamespace = 'pg_catalog'::pg_catalog.regnamespace), false)`;

/** @param samples what is right without it. */
export const withoutMonitor = ({ facts }: Pick<PostgresSource, 'facts'>, samples: readonly Sample[] = []) =>
  new MissingPrivilege(monitor, grantOf(facts), { samples });

/**
 * Asks in the same go whether the user may read the statistics of all users: what was true when the facts were read may
 * have been taken away since, and the rows of others would silently be missing.
 * @throws MissingPrivilege
 */
export async function monitored(
  source: Pick<PostgresSource, 'facts'>,
  sql: string,
  ask: (sql: string) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const rows = await ask(`SELECT monitors.yes AS monitors, asked.*
FROM (SELECT ${monitors} AS yes) AS monitors LEFT JOIN (SELECT true AS found, given.* FROM (${sql}) AS given) AS asked ON true`);
  if (rows[0]?.monitors !== true) throw withoutMonitor(source);
  return rows.filter(({ found }) => found === true);
}

/**
 * To a user that does not inherit, a grant alone gives nothing. From PostgreSQL 16 on each grant says whether it is
 * inherited, before that the user: https://www.postgresql.org/docs/current/role-membership.html
 */
function grantOf({ version, user, member, inherits }: Facts): string {
  const grant = `GRANT ${monitor} TO ${quoted(user)}`;
  if (version >= 160_000) return member || !inherits ? `${grant} WITH INHERIT TRUE;` : `${grant};`;
  if (inherits) return `${grant};`;
  const inherit = `ALTER ROLE ${quoted(user)} INHERIT;`;
  return member ? inherit : `${grant}; ${inherit}`;
}
