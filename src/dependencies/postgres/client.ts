// What is used of the client library, which driver.ts alone imports.
import type { Socket } from 'node:net';

export interface Client {
  /** The backend, as it was said at the log-in. */
  readonly processID?: number | null;
  /** Its events are messages of the protocol. */
  readonly connection: { on<Told>(event: string, listener: (told: Told) => void): Client['connection'] };
  connect(): Promise<unknown>;
  /** Several statements give a list of results. */
  query(sql: string): Promise<Result>;
  query(query: Query): unknown;
  on(event: 'error', listener: (error: Error) => void): this;
  once(event: 'error' | 'end', listener: () => void): this;
}

export type ClientConfig = {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly database: string | undefined;
  readonly password: () => string;
  readonly application_name: string;
  readonly options?: string;
  readonly ssl: false;
  readonly sslnegotiation: 'postgres';
  readonly enableChannelBinding: boolean;
  readonly scramMaxIterations: number;
  readonly stream: () => Socket;
};

/** A query that tells as it goes: `row`, `error`, `end`. */
export interface Query {
  submit(connection: never): void;
  on(event: 'row' | 'error' | 'end', listener: (told: never) => void): this;
}

export type Result = {
  readonly fields: readonly { readonly name: string }[];
  readonly rows: readonly Record<string, unknown>[];
};
