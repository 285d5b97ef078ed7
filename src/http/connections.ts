// The cap on connections: at it, the one that is longest without a request gives way, and a newcomer always gets in.
// (`server.maxConnections` refuses the newcomer instead, and the kubelet opens a connection for each probe.)
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Instant } from '../core/clock.ts';
import type { Log } from '../core/log.ts';

export type ConnectionsOptions = {
  /** Open connections at a time, of all addresses together. */
  readonly most: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
};

export interface Connections {
  /** Counts a new connection; at the cap another one is closed for it. */
  admit(socket: Socket): void;
  /** Another face of a connection that was admitted: the TLS socket on top of it, which its requests name. */
  alias(face: Socket, socket: Socket): void;
  /** The handler, such that connections whose answers are being made are the last to be closed. */
  watch(handler: RequestListener): RequestListener;
}

/**
 * Requests whose answers are not read yet, each of which takes some 6 KB: of one connection that pipelines, and of all
 * together, beyond which no connection may have a second one.
 */
const mostUnread = { ofOne: 128, ofAll: 1024 };

/**
 * So many more are open for a moment, half the cap at most: a burst is accepted as a whole, and requests that have come
 * in meanwhile are read, before anybody is judged to be without one.
 */
const mostBeyond = 256;

/** Milliseconds between two log lines about the cap. */
const saidEveryMs = 60_000;

type Connection = {
  readonly socket: Socket;
  unread: number;
  gone: boolean;
  /** It is closed after the answer under way; what was sent behind that request is not obeyed (RFC 9112, 9.6). */
  last: boolean;
};

export function createConnections({ most, clock, log }: ConnectionsOptions): Connections {
  // Sets keep the order of insertion: the first one is longest without a request.
  const idle = new Set<Connection>();
  const busy = new Set<Connection>();
  const known = new WeakMap<Socket, Connection>();
  const tell = sayNowAndThen(most, clock, log);
  let unread = 0;

  const drop = (connection: Connection): void => {
    if (connection.gone) return;
    connection.gone = true;
    unread -= connection.unread;
    idle.delete(connection);
    busy.delete(connection);
    connection.socket.destroy();
  };
  /** Newcomers for whom others have to go; their requests may not have been read yet. */
  const fresh = new Set<Connection>();
  const dropLongest = (): void => {
    const [waiting] = idle;
    const [answering] = busy;
    const longest = waiting === undefined || fresh.has(waiting) ? (answering ?? waiting) : waiting;
    if (longest === undefined) return;
    drop(longest);
    tell();
  };
  const open = (): number => idle.size + busy.size;
  const hardMost = most + Math.min(mostBeyond, Math.ceil(most / 2));
  const tidy = (): void => {
    while (open() > most) dropLongest();
    fresh.clear();
  };
  const answered = (connection: Connection): void => {
    if (connection.gone) return;
    connection.unread -= 1;
    unread -= 1;
    if (connection.unread > 0) return;
    busy.delete(connection);
    idle.add(connection);
  };

  return {
    admit(socket) {
      const connection: Connection = { socket, unread: 0, gone: false, last: false };
      known.set(socket, connection);
      idle.add(connection);
      socket.once('close', () => drop(connection));
      if (open() <= most) return;
      if (fresh.size === 0) setImmediate(tidy);
      fresh.add(connection);
      if (open() > hardMost) dropLongest();
    },
    alias(face, socket) {
      const connection = known.get(socket);
      if (connection !== undefined) known.set(face, connection);
    },
    watch: (handler) => (request, response) => {
      const connection = known.get(request.socket);
      if (connection === undefined || connection.gone || connection.last) return;
      connection.unread += 1;
      unread += 1;
      if (connection.unread > mostUnread.ofOne || (unread > mostUnread.ofAll && connection.unread > 1)) {
        drop(connection);
        return;
      }
      if (connection.unread === 1) {
        idle.delete(connection);
        busy.add(connection);
      }
      response.once('close', () => answered(connection));
      handler(request, response);
      connection.last = !response.shouldKeepAlive;
    },
  };
}

function sayNowAndThen(most: number, clock: Pick<Clock, 'now'>, log: Log): () => void {
  let closed = 0;
  let saidAt: Instant | undefined;
  return () => {
    closed += 1;
    const now = clock.now();
    if (saidAt !== undefined && now - saidAt < saidEveryMs) return;
    saidAt = now;
    log.warn(
      { 'event.action': 'connections-full' },
      `${most} connections are open, the most there may be; closed so far for newcomers: ${closed}, each the longest without a request`,
    );
  };
}
