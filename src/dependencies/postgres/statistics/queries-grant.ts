// The grant that a refused query needs, as the administrator runs it: made of what the server says that it refused.
import type { Limits } from '../../statistics.ts';
import { textOf } from './columns.ts';
import { literal, quoted } from './privilege.ts';
import type { PostgresSource } from './source.ts';

/** How many objects of one name are looked at. */
const most = 20;

/** For people, when the server says it in another language, or refuses what no GRANT gives. */
const unknown = (message: string): string => `-- the server says: ${message}`;

/**
 * The server names the object without its schema: it is looked up, and the one taken that the query names with its schema,
 * else the one that is found without.
 * @param message of an error 42501, such as `permission denied for table api_keys`.
 */
export async function grantFor(source: PostgresSource, sql: string, message: string, limits: Limits): Promise<string> {
  const [, kind = '', name = ''] = /^permission denied for ([a-z ]+?) (\S.*)$/.exec(message) ?? [];
  const user = quoted(source.facts.user);
  if (kind === 'schema') return `GRANT USAGE ON SCHEMA ${quoted(name)} TO ${user};`;
  const catalogue = catalogues[kind];
  if (catalogue === undefined) return unknown(message);
  const rows = await source.rows(`${catalogue.replace('$1', () => literal(name))} LIMIT ${most}`, limits);
  const found =
    rows.find(({ schema }) => sql.includes(`${textOf(schema)}.`)) ?? rows.find(({ visible }) => visible === true);
  const object = textOf((found ?? rows[0])?.object);
  return object === '' ? unknown(message) : `GRANT ${rights[kind]} ${object} TO ${user};`;
}

const relations = `SELECT n.nspname AS schema, pg_catalog.pg_table_is_visible(c.oid) AS visible,
  pg_catalog.format('%I.%I', n.nspname, c.relname) AS object
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = $1 AND NOT pg_catalog.has_table_privilege(c.oid, 'SELECT') AND c.relkind IN ('r', 'v', 'm', 'f', 'p') ORDER BY c.oid`;
const functions = `SELECT n.nspname AS schema, pg_catalog.pg_function_is_visible(p.oid) AS visible,
  pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS object
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.proname = $1 AND NOT pg_catalog.has_function_privilege(p.oid, 'EXECUTE') ORDER BY p.oid`;
const sequences = `SELECT n.nspname AS schema, pg_catalog.pg_table_is_visible(c.oid) AS visible,
  pg_catalog.format('%I.%I', n.nspname, c.relname) AS object
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = $1 AND c.relkind = 'S' ORDER BY c.oid`;

const catalogues: Readonly<Record<string, string>> = {
  ...{ table: relations, view: relations, 'materialized view': relations, 'foreign table': relations },
  ...{ function: functions, sequence: sequences },
};
const rights: Readonly<Record<string, string>> = {
  ...{ table: 'SELECT ON', view: 'SELECT ON', 'materialized view': 'SELECT ON', 'foreign table': 'SELECT ON' },
  ...{ function: 'EXECUTE ON FUNCTION', sequence: 'SELECT ON SEQUENCE' },
};
