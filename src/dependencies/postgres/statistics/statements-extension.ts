// The extension pg_stat_statements: whether and where it is, and what its version has. The server's own version does not
// say that: after an upgrade of the server the extension stays what it was until somebody updates it.
// https://github.com/postgres/postgres/tree/master/contrib/pg_stat_statements (the update scripts)
import { type Limits, MissingPrivilege } from '../../statistics.ts';
import { textOf } from './columns.ts';
import { quoted } from './privilege.ts';
import type { PostgresSource, Row } from './source.ts';

export const extension = 'pg_stat_statements';

export type Statements = {
  /** The function that gives no texts, and the view of evictions (1.9, with PostgreSQL 14), as SQL. */
  readonly entries: string;
  readonly info?: string;
  /** Columns of milliseconds. */
  readonly read: string;
  readonly written: string;
  readonly source: PostgresSource;
};

/** @throws MissingPrivilege with what to run in this database, or in postgresql.conf. */
export async function findStatements(source: PostgresSource, limits: Limits): Promise<Statements> {
  const [row] = await source.rows(
    `SELECT n.nspname AS schema, e.extversion AS version
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = '${extension}'`,
    limits,
  );
  if (row === undefined) {
    throw lacking(
      `CREATE EXTENSION ${extension}; -- in the database ${quoted(source.facts.database)}; first ${loaded}, if it is not there`,
    );
  }
  const version = Number(/^1\.(\d+)$/.exec(textOf(row.version))?.[1]);
  if (!(version >= oldest)) {
    throw lacking(`ALTER EXTENSION ${extension} UPDATE; -- in the database ${quoted(source.facts.database)}`);
  }
  const schema = quoted(textOf(row.schema));
  return {
    source,
    entries: `${schema}.${extension}(false)`,
    ...(version >= 9 ? { info: `${schema}.${extension}_info` } : {}),
    read: version >= 11 ? 'shared_blk_read_time' : 'blk_read_time',
    written: version >= 11 ? 'shared_blk_write_time' : 'blk_write_time',
  };
}

/** 1.8, of PostgreSQL 13: the first with total_exec_time. */
const oldest = 8;
const loaded = `add ${extension} to shared_preload_libraries in postgresql.conf and restart the server`;

const lacking = (statement: string, cause?: unknown): MissingPrivilege =>
  new MissingPrivilege(extension, statement, { cause });

/** @throws MissingPrivilege where the server says that it is not loaded, or not for this user. */
export async function askStatements(
  { source, entries }: Statements,
  sql: string,
  limits: Limits,
): Promise<readonly Row[]> {
  try {
    return await source.rows(sql, limits);
  } catch (error) {
    const { code, severity } = error as { code?: unknown; severity?: unknown };
    if (typeof severity !== 'string') throw error;
    if (code === '55000') throw lacking(loaded, error); // object_not_in_prerequisite_state
    if (code !== '42501') throw error;
    throw lacking(grantOf(error as Error, entries, quoted(source.facts.user)), error);
  }
}

/** All of it is granted to PUBLIC where nobody took it away, but for a schema of its own. */
function grantOf({ message }: Error, entries: string, user: string): string {
  const name = entries.slice(0, entries.indexOf('(false)'));
  if (/ function /.test(message)) return `GRANT EXECUTE ON FUNCTION ${name}(boolean) TO ${user};`;
  if (/ view /.test(message)) return `GRANT SELECT ON ${name}_info TO ${user};`;
  return `GRANT USAGE ON SCHEMA ${name.slice(0, name.lastIndexOf('.'))} TO ${user};`;
}
