// The cap on connections: at it, the one that is longest without a request gives way, and a newcomer always gets in.
// (`server.maxConnections` refuses the newcomer instead, and the kubelet opens a connection for each probe.)
// Those that have never asked anything hold half of the places at most: hundreds of them wait in the kernel's queue and are
// accepted together, between two requests of a connection that is in use.
import type { RequestListener, ServerResponse } from 'node:http';
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
  /** How many requests of this connection have been read. */
  requestsOf(socket: Socket): number;
  /** Another face of a connection that was admitted: the TLS socket on top of it, which its requests name. */
  alias(face: Socket, socket: Socket): void;
  /** The handler, such that connections whose answers are being made are the last to be closed. */
  watch(handler: RequestListener): RequestListener;
  /** From now on every answer is its connection's last and says so; those that are being made, too. */
  finish(): void;
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
  /** How many have been read. */
  requests: number;
  /** Of these, whose answers are not taken yet. */
  unread: number;
  /** The turn in which it began to wait, or to be answered: the least is longest without a request. */
  since: number;
  gone: boolean;
  /** What is being answered. */
  response: ServerResponse | undefined;
  /** It is closed after the answer under way; what was sent behind that request is not obeyed (RFC 9112, 9.6). */
  last: boolean;
  /** An answer of it has been taken, or can no more be. */
  readonly answered: () => void;
};

export function createConnections({ most, clock, log }: ConnectionsOptions): Connections {
  const open = new Set<Connection>();
  const known = new WeakMap<Socket, Connection>();
  const tell = sayNowAndThen(most, clock, log);
  let unread = 0;
  /** How many are open that have never asked. */
  let silent = 0;
  let finishing = false;
  let turn = 0;
  const next = (): number => {
    turn += 1;
    return turn;
  };

  const drop = (connection: Connection): void => {
    if (connection.gone) return;
    connection.gone = true;
    unread -= connection.unread;
    if (connection.requests === 0) silent -= 1;
    open.delete(connection);
    connection.socket.destroy();
  };
  /** Newcomers for whom others have to go; their requests may not have been read yet. */
  const fresh = new Set<Connection>();
  const dropLongest = (): void => {
    const longest = longestWithout(open, fresh, silent > most / 2);
    if (longest === undefined) return;
    drop(longest);
    tell();
  };
  const hardMost = most + Math.min(mostBeyond, Math.ceil(most / 2));
  const tidy = (): void => {
    while (open.size > most) dropLongest();
    fresh.clear();
  };
  const create = (socket: Socket): Connection => {
    const connection: Connection = {
      socket,
      requests: 0,
      unread: 0,
      since: next(),
      gone: false,
      response: undefined,
      last: false,
      answered() {
        if (connection.gone) return;
        connection.unread -= 1;
        unread -= 1;
        if (connection.unread > 0) return;
        connection.since = next();
        connection.response = undefined;
      },
    };
    return connection;
  };

  return {
    admit(socket) {
      const connection = create(socket);
      known.set(socket, connection);
      open.add(connection);
      silent += 1;
      socket.once('close', () => drop(connection));
      if (open.size <= most) return;
      if (fresh.size === 0) setImmediate(tidy);
      fresh.add(connection);
      if (open.size > hardMost) dropLongest();
    },
    requestsOf: (socket) => known.get(socket)?.requests ?? 0,
    alias(face, socket) {
      const connection = known.get(socket);
      if (connection !== undefined) known.set(face, connection);
    },
    watch: (handler) => (request, response) => {
      const connection = known.get(request.socket);
      if (connection === undefined || connection.gone || connection.last) return;
      if (connection.requests === 0) silent -= 1;
      connection.requests += 1;
      connection.unread += 1;
      unread += 1;
      if (connection.unread > mostUnread.ofOne || (unread > mostUnread.ofAll && connection.unread > 1)) {
        drop(connection);
        return;
      }
      if (connection.unread === 1) connection.since = next();
      connection.response = response;
      if (finishing) response.shouldKeepAlive = false;
      response.on('close', connection.answered);
      handler(request, response);
      connection.last = !response.shouldKeepAlive;
    },
    finish() {
      finishing = true;
      for (const { response } of open) if (response !== undefined) response.shouldKeepAlive = false;
    },
  };
}

/**
 * One that waits for nothing rather than one that is being answered, and a newcomer only when there is no other.
 * @param silentFirst those that have never asked come before those that have.
 */
function longestWithout(
  open: ReadonlySet<Connection>,
  fresh: ReadonlySet<Connection>,
  silentFirst: boolean,
): Connection | undefined {
  const rank = (connection: Connection): number => {
    if (connection.unread > 0) return 2;
    if (fresh.has(connection)) return 3;
    return silentFirst && connection.requests === 0 ? 0 : 1;
  };
  let longest: Connection | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const connection of open) {
    const place = rank(connection);
    if (longest !== undefined && (place > least || (place === least && connection.since > longest.since))) continue;
    longest = connection;
    least = place;
  }
  return longest;
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
