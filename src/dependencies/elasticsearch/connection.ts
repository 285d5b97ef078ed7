// One connection to one node, as a session sees it.
import type { Credentials } from './access.ts';
import type { HttpResponse } from './errors.ts';

export interface Connection {
  readonly closed: boolean;
  /** When the certificate ends that the node showed; undefined without TLS. */
  readonly certificateEnds: Date | undefined;
  destroy(): void;
  /** Opens the socket; a name server has `remainingMs` at most. */
  open(remainingMs: number): Promise<void>;
  /** The credentials travel with each request. */
  authenticate(credentials: Credentials | undefined): void;
  /** The one request of a run. `waitMs`: how long the node may wait for a master before it says that there is none. */
  health(waitMs: number): Promise<HttpResponse>;
  /**
   * Any other question; the answer, whatever its status.
   * @throws UnreadableAnswer when it is longer than 2 MiB; the connection is closed then.
   */
  get(path: string, query: Readonly<Record<string, string>>): Promise<HttpResponse>;
}

/** Without I/O. */
export type CreateConnection = (node: URL) => Connection;
