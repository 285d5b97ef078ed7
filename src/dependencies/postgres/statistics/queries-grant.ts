// The grant that a refused query needs, as the administrator runs it: made of what the server says that it refused.
import type { Limits } from '../../statistics.ts';
import { textOf } from './columns.ts';
import { literal, quoted } from './privilege.ts';
import type { PostgresSource } from './source.ts';

/** How many objects of one name are looked at. */
const most = 20;
/** Characters of the server's message, which can quote what it likes. */
const longest = 400;

/** For people: where the server says it in another language, or no GRANT gives it, or not one on what the query names. */
const words = (message: string): string => `-- the server says: ${remark(message)}; grant what the query needs`;

/** In one line: of a second one nobody would see that it is the server's, and not to be run. */
const remark = (message: string): string => message.replace(/\s+/g, ' ').slice(0, longest);

/**
 * The server names the object without its schema, and it need not be one that the query names: a view reads others, and so
 * does a function. So it is looked up, and only what the query itself names is proposed.
 * @param message of an error 42501, such as `permission denied for table api_keys`.
 */
export async function grantFor(source: PostgresSource, sql: string, message: string, limits: Limits): Promise<string> {
  const user = quoted(source.facts.user);
  if (/^query would be affected by row-level security policy for table /.test(message)) {
    return `ALTER ROLE ${user} BYPASSRLS; -- ${remark(message)}; a view of the table’s owner does it too`;
  }
  const [, kind = '', name = ''] = /^permission denied for ([a-z ]+?) (\S.*)$/.exec(message) ?? [];
  if (kind === 'schema' && names(sql, name, '')) return `GRANT USAGE ON SCHEMA ${quoted(name)} TO ${user};`;
  const catalogue = catalogues[kind];
  if (catalogue === undefined) return words(message);
  const rows = await source.rows(`${catalogue.replace('$1', () => literal(name))} LIMIT ${most}`, limits);
  const found =
    rows.find(({ schema }) => names(sql, textOf(schema), name)) ??
    rows.find(({ visible }) => visible === true && names(sql, undefined, name));
  return found === undefined ? words(message) : `GRANT ${rights[kind]} ${textOf(found.object)} TO ${user};`;
}

/** Whether the SQL has the name, of this schema, or of none; as it is or in quotes. An empty name is any. */
function names(sql: string, schema: string | undefined, name: string): boolean {
  const begin = `(?<![\\w$"'])`;
  const before = schema === undefined ? `${begin}(?<!\\.\\s*)` : `${begin}${spelled(schema)}\\s*\\.\\s*`;
  return new RegExp(name === '' ? before : `${before}${spelled(name)}(?![\\w$"'])`, 'i').test(sql);
}

const escaped = (text: string): string => text.replace(/[^\w\s]/g, '\\$&');
const spelled = (name: string): string => `(?:${escaped(name)}|${escaped(quoted(name))})`;

const relations = `SELECT n.nspname AS schema, pg_catalog.pg_table_is_visible(c.oid) AS visible,
  pg_catalog.format('%I.%I', n.nspname, c.relname) AS object
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = $1 AND NOT pg_catalog.has_table_privilege(c.oid, 'SELECT') AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY c.oid`;
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
