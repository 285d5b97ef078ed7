// A session: one connection that is kept, to the first of the nodes that answers, and to another when that one fails.
import { Failure } from '../../core/failure.ts';
import type { Session } from '../define.ts';
import { countdown } from '../endpoints/deadline.ts';
import { type Credentials, readCredentials, readNodes } from './access.ts';
import type { Connection, CreateConnection } from './connection.ts';
import { type Health, type HttpResponse, isAboutNode, readHealth } from './errors.ts';
import { firstNode, type Try } from './in-turn.ts';
import { type Node, nameOf } from './nodes.ts';
import type { ElasticsearchSettings } from './settings.ts';

export interface ElasticsearchSession extends Session {
  /** Opens a connection, once. Of several nodes each gets an equal share of the time, and the request one more. */
  connect(remainingMs: number): Promise<void>;
  /** Reads the credentials, once; they travel with each request. */
  authenticate(): void;
  /**
   * The one request of a run; of several nodes the others are asked too when one fails or is silent.
   * @returns undefined when the service does not offer it.
   */
  health(remainingMs: number): Promise<Health | undefined>;
  /** As `health`, with another question. */
  ask<T>(question: Question<T>, remainingMs: number): Promise<T>;
  /** Of the node in use. */
  readonly certificateEnds: Date | undefined;
  /** That in use, after `connect` and `authenticate`. */
  readonly connection: Connection;
  /** Of several nodes: the one that answered last, and why others that were tried did not. */
  readonly reached: Reached;
}

export type Reached = { readonly at?: string; readonly why?: string };
export type Question<T> = {
  send(connection: Connection, remainingMs: number): Promise<HttpResponse>;
  /** @throws Failure for an answer that is not the one wanted; another node is asked when it is about the node. */
  read(answer: HttpResponse): T;
};
type Link = { readonly node: URL; readonly connection: Connection };
/** What one node says of the cluster, be it that the user may not ask. */
type Said<T> = { readonly link: Link } & ({ readonly value: T } | { readonly failure: Failure });

/** What files hold is read in its first phase. */
export function createSession(
  settings: ElasticsearchSettings,
  createConnection: CreateConnection,
): ElasticsearchSession {
  const open = new Set<Connection>();
  const missed = new Map<URL, string>();
  let known: readonly Node[] = [];
  let nodes: readonly URL[] = [];
  let current: Link | undefined;
  let credentials: Credentials | undefined;
  let destroyed = false;

  const openOne = async (node: URL, remainingMs: number): Promise<Link> => {
    if (destroyed) throw new Failure('refused', 'the session was destroyed');
    const connection = createConnection(node);
    open.add(connection);
    await connection.open(remainingMs);
    return { node, connection };
  };
  const endAllBut = (kept: Connection | undefined): void => {
    for (const connection of open) {
      if (connection === kept) continue;
      connection.destroy();
      open.delete(connection);
    }
  };
  const askOne = async <T>({ send, read }: Question<T>, link: Link, remainingMs: number): Promise<Said<T>> => {
    link.connection.authenticate(credentials);
    const answer = await send(link.connection, remainingMs);
    try {
      return { link, value: read(answer) };
    } catch (error) {
      if (!(error instanceof Failure) || isAboutNode(error)) throw error;
      return { link, failure: error };
    }
  };
  const inUse = (): Link => {
    if (current === undefined) throw new Error('asked before connect');
    return current;
  };
  const ask = async <T>(question: Question<T>, remainingMs: number): Promise<T> => {
    const kept = inUse();
    const left = countdown(remainingMs);
    const place = nodes.indexOf(kept.node);
    const others = [...nodes.slice(place + 1), ...nodes.slice(0, place)];
    const tries = others.map(
      (node): Try<Said<T>> => ({ node, run: async () => askOne(question, await openOne(node, left()), left()) }),
    );
    const first: Try<Said<T>> = { node: kept.node, run: () => askOne(question, kept, left()) };
    try {
      const said = await firstNode([first, ...tries], remainingMs, missed);
      current = said.link;
      if ('failure' in said) throw said.failure;
      return said.value;
    } finally {
      endAllBut(inUse().connection);
    }
  };
  const healthQuestion: Question<Health | undefined> = {
    send: (connection, remainingMs) => connection.health(Math.max(1, Math.ceil(remainingMs * 0.8))),
    read: (answer) => readHealth(answer, settings.index),
  };

  return {
    get closed() {
      return destroyed || current?.connection.closed === true;
    },
    destroy() {
      destroyed = true;
      endAllBut(undefined);
    },
    get certificateEnds() {
      return current?.connection.certificateEnds;
    },
    get reached() {
      if (nodes.length < 2) return {};
      const why = [...missed].map(([node, message]) => `${nameOf(node)}: ${message}`).join('; ');
      return { ...(current && { at: nameOf(current.node) }), ...(why && { why }) };
    },
    async connect(remainingMs) {
      if (current !== undefined) return;
      known = readNodes(settings);
      nodes = known.map(({ url }) => url);
      const left = countdown(remainingMs);
      const tries = nodes.map((node): Try<Link> => ({ node, run: () => openOne(node, left()) }));
      current = await firstNode(tries, (remainingMs * nodes.length) / (nodes.length + 1), missed);
      endAllBut(current.connection);
    },
    authenticate() {
      credentials ??= readCredentials(known, settings);
    },
    get connection() {
      const { connection } = inUse();
      connection.authenticate(credentials);
      return connection;
    },
    ask,
    health: (remainingMs) => ask(healthQuestion, remainingMs),
  };
}
