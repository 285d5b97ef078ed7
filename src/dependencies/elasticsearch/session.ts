// A session: one connection that is kept, to the first of the nodes that answers, and to another when that one fails.
import { Failure } from '../../core/failure.ts';
import type { Session } from '../define.ts';
import { type Credentials, readCredentials, readNodes } from './access.ts';
import type { Connection, CreateConnection } from './connection.ts';
import { type Health, isAboutNode, readHealth } from './errors.ts';
import { inTurn, type Try } from './in-turn.ts';
import { nameOf } from './nodes.ts';
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
  /** Of several nodes: the one that answered last, and why others that were tried did not. */
  readonly reached: Reached;
}

export type Reached = { readonly at?: string; readonly why?: string };
type Link = { readonly node: URL; readonly connection: Connection };
/** What one node says of the cluster, be it that the user may not ask. */
type Said = { readonly link: Link; readonly health?: Health | undefined; readonly failure?: Failure };

/** What files hold is read at its first climb. */
export function createSession(
  settings: ElasticsearchSettings,
  createConnection: CreateConnection,
): ElasticsearchSession {
  const open = new Set<Connection>();
  const missed = new Map<URL, string>();
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
  const ask = async (link: Link, remainingMs: number): Promise<Said> => {
    link.connection.authenticate(credentials);
    const answer = await link.connection.health(Math.ceil(remainingMs * 0.8));
    try {
      return { link, health: readHealth(answer, settings.index) };
    } catch (error) {
      if (!(error instanceof Failure) || isAboutNode(error)) throw error;
      return { link, failure: error };
    }
  };

  return {
    get closed() {
      return destroyed || current?.connection.closed === true;
    },
    destroy() {
      destroyed = true;
      endAllBut(undefined);
    },
    get reached() {
      if (nodes.length < 2) return {};
      const why = [...missed].map(([node, message]) => `${nameOf(node)}: ${message}`).join('; ');
      return { ...(current && { at: nameOf(current.node) }), ...(why && { why }) };
    },
    async connect(remainingMs) {
      if (current !== undefined) return;
      nodes = readNodes(settings);
      const left = timeLeft(remainingMs);
      const tries = nodes.map((node): Try<Link> => ({ node, run: () => openOne(node, left()) }));
      current = await inTurn(tries, (remainingMs * nodes.length) / (nodes.length + 1), missed);
      endAllBut(current.connection);
    },
    authenticate() {
      credentials ??= readCredentials(nodes, settings);
    },
    async health(remainingMs) {
      if (current === undefined) throw new Error('health before connect');
      const kept = current;
      const left = timeLeft(remainingMs);
      const place = nodes.indexOf(kept.node);
      const others = [...nodes.slice(place + 1), ...nodes.slice(0, place)];
      const tries = others.map(
        (node): Try<Said> => ({ node, run: async () => ask(await openOne(node, left()), left()) }),
      );
      try {
        const said = await inTurn([{ node: kept.node, run: () => ask(kept, left()) }, ...tries], remainingMs, missed);
        current = said.link;
        if (said.failure !== undefined) throw said.failure;
        return said.health;
      } finally {
        endAllBut(current.connection);
      }
    },
  };
}

const timeLeft = (remainingMs: number): (() => number) => {
  const deadline = performance.now() + remainingMs;
  return () => Math.max(1, deadline - performance.now());
};
