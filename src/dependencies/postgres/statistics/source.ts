// How the collectors ask PostgreSQL: the interface alone; reader.ts is what stands behind it.
import type { Limits, Source } from '../../statistics.ts';

/** What changes seldom: read when the connection opens, and again every two minutes. */
export type Facts = {
  /** `server_version_num`, such as 170004. */
  readonly version: number;
  /** The database that we are connected to. */
  readonly database: string;
  readonly user: string;
  /** Whether the user may read the statistics of all users: without it many columns are silently NULL. */
  readonly monitor: boolean;
  /** Whether the user may call pg_ls_waldir(), as pg_monitor may. */
  readonly listsWal: boolean;
  /** Member of pg_monitor, also one that does not inherit what it may. */
  readonly member: boolean;
  /** Whether the user inherits what the roles may that are granted to it, unless the grant says otherwise. */
  readonly inherits: boolean;
};

export type Row = Readonly<Record<string, unknown>>;

export type Question = Limits & {
  /** Rows beyond it are cut and counted; 1000 unless said. */
  readonly maxRows?: number;
};

export type Selection = {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Whether the server has more rows than were asked for. */
  readonly more: boolean;
};

export interface PostgresSource extends Source {
  readonly facts: Facts;
  /**
   * One statement in a read-only transaction, with statement_timeout and lock_timeout, as one message without parameters.
   * @throws UnreadableAnswer when the answer has more bytes than the cap (4 MiB); the connection is given up then.
   */
  rows(sql: string, question: Question): Promise<readonly Row[]>;
  /**
   * The same for SQL that others wrote: one SELECT, VALUES or TABLE, which can neither write nor leave its transaction.
   * @throws what the server says of anything else.
   */
  cursor(sql: string, question: Question): Promise<Selection>;
}
