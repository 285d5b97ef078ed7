// The grant without which PostgreSQL gives NULL for what other users do.
import type { Sample } from '../../../core/family.ts';
import { MissingPrivilege } from '../../statistics.ts';
import type { PostgresSource } from './source.ts';

export const monitor = 'pg_monitor';

/** As in `GRANT … TO "name"`: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text in SQL, whatever standard_conforming_strings says. */
export const literal = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** @param samples what is right without it. */
export const withoutMonitor = ({ facts }: PostgresSource, samples: readonly Sample[] = []): MissingPrivilege =>
  new MissingPrivilege(monitor, `GRANT ${monitor} TO ${quoted(facts.user)};`, { samples });
