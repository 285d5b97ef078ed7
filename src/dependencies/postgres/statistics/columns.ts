// Columns of an answer that are a family each, and how their values become samples.
import { type Family, type Sample, samples } from '../../../core/family.ts';
import type { Facts, Row } from './source.ts';
import { has, type Switch, versionsOf } from './versions.ts';

export type Column = {
  /** The expression that gives it. */
  readonly sql: string;
  readonly family: Family;
  /** What the server must have for it. */
  readonly of?: Switch;
};

type More = Pick<Family, 'labels'> & Omit<Partial<Family>, 'name' | 'type' | 'help' | 'labels'>;

/** A family under the name that postgres_exporter 0.20.1 gives it. */
export const theirs = (name: string, type: Family['type'], help: string, more: Partial<More> = {}): Family => ({
  name,
  type,
  help,
  labels: [],
  exporter: 'postgres_exporter',
  ...more,
});

/** A family that postgres_exporter has not. */
export const ours = (name: string, type: Family['type'], help: string, more: Partial<More> = {}): Family => ({
  name: `sidewarden_postgres_${name}`,
  type,
  help,
  labels: [],
  ...more,
});

/** A column that only some versions have; its family says so. */
export const columnOf = (of: Switch, sql: string, family: Family): Column => ({
  sql,
  of,
  family: { ...family, when: versionsOf(of) },
});

export const column = (sql: string, family: Family): Column => ({ sql, family });

export const familiesOf = (columns: readonly Column[]): Family[] => columns.map(({ family }) => family);

/** What this server has of them: a select list, and the samples of a row that it gave. */
export function choose(facts: Facts, columns: readonly Column[], prefix = 'c') {
  const chosen = columns
    .filter(({ of }) => has(facts, of))
    .map(({ sql, family }, index) => ({ sql, family, name: `${prefix}${index}` }));
  return {
    list: chosen.map(({ sql, name }) => `${sql} AS ${name}`).join(',\n  '),
    samples: (row: Row, ...labels: readonly string[]): Sample[] =>
      chosen.flatMap(({ family, name }) => samples(family, numberOf(row[name]), ...labels)),
  };
}

/** Clients give numbers, numbers as text (bigint, numeric), booleans; undefined for NULL. */
export function numberOf(value: unknown): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  return Number(value);
}

/** The text of a label; empty for NULL. */
export const textOf = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

/** Of a number of pages. */
export const bytesOf = (pages: string): string => `${pages}::bigint * pg_catalog.current_setting('block_size')::bigint`;

/** Seconds since 1970 of a timestamp. */
export const epoch = (timestamp: string): string => `extract(epoch FROM ${timestamp})`;

/** Seconds that have passed since, never negative: a standby has a clock of its own. NULL stays NULL, unlike in greatest. */
export const since = (timestamp: string): string =>
  `CASE WHEN ${timestamp} IS NOT NULL THEN greatest(0, ${epoch(`(pg_catalog.clock_timestamp() - ${timestamp})`)}) END`;
