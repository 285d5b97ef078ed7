// A session: finds its server (url, sentinels or cluster nodes), connects, logs in, and is cut at once.

import { type Endpoint, parseAddress } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import { reveal, whose } from '../credentials.ts';
import type { Session } from '../define.ts';
import { countdown } from '../endpoints/deadline.ts';
import { firstThatAnswers, type Node } from './addresses.ts';
import type { Connection } from './connection.ts';
import { RedisReply } from './errors.ts';
import { iamProblem } from './iam.ts';
import { type Limits, passwordNow } from './password.ts';
import { askSentinel } from './sentinel.ts';
import type { RedisSettings } from './settings.ts';
import { parseRedisUrl, type RedisUrl } from './url.ts';

/** Without I/O. */
export type OpenConnection = (endpoint: Endpoint, secure: boolean) => Connection;

export interface RedisSession extends Session {
  readonly connected: boolean;
  readonly loggedIn: boolean;
  /** Of the connection in use. */
  readonly certificateEnds: Date | undefined;
  /** Of the server that we are connected to. */
  readonly endpoint: Endpoint | undefined;
  /** The ACL user that we log in as. */
  readonly user: string;
  /** @param remainingMs shared among the addresses when there are several. */
  connect(remainingMs: number): Promise<void>;
  /** AUTH, if there is a password, SELECT, if there is a database, and a name for CLIENT LIST. */
  logIn(attempt: Limits): Promise<void>;
  /**
   * Leaves this node of a cluster for the next that answers, and logs in there.
   * @returns false when no other address is left: the connection stays.
   */
  moveOn(attempt: Limits): Promise<boolean>;
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** @param name for people who read CLIENT LIST. */
export function createSession(
  settings: RedisSettings,
  openConnection: OpenConnection,
  name = 'sidewarden',
): RedisSession {
  const open = new Set<Connection>();
  let current: Connection | undefined;
  let endpoint: Endpoint | undefined;
  let url: RedisUrl | undefined;
  let destroyed = false;
  let loggedIn = false;
  /** Addresses of the cluster that are not left yet; the first is the one we are at. */
  let nodes: readonly string[] = settings.cluster?.addresses ?? [];

  const openOne: OpenConnection = (endpoint, secure) => {
    if (destroyed) throw new Failure('refused', 'the connection was given up');
    const connection = openConnection(endpoint, secure);
    open.add(connection);
    return connection;
  };
  const drop = (connection: Connection): void => {
    connection.destroy();
    open.delete(connection);
  };
  const destroy = (): void => {
    destroyed = true;
    for (const connection of open) connection.destroy();
    open.clear();
  };
  const call = (command: string, ...args: string[]): Promise<unknown> => {
    if (current === undefined) return Promise.reject(new Failure('refused', 'not connected'));
    return current.call(command, ...args);
  };

  async function reach(remainingMs: number): Promise<Connection> {
    const left = countdown(remainingMs);
    const { sentinel, cluster } = settings;
    const node = (secure: boolean): Node => ({ open: (endpoint) => openOne(endpoint, secure), drop });
    const secure = settings.tls !== undefined;
    if (cluster !== undefined) {
      return firstThatAnswers(nodes, remainingMs, node(secure), async (connection, address) => {
        await answered(connection);
        nodes = nodes.slice(nodes.indexOf(address));
        endpoint = parseAddress(address);
        return connection;
      });
    }
    let server: Endpoint;
    if (sentinel !== undefined) {
      const ask = (connection: Connection, address: string) => askSentinel(connection, sentinel, address);
      server = await firstThatAnswers(sentinel.addresses, remainingMs, node(sentinel.tls), ask);
    } else {
      url = parseUrl(settings);
      server = url.endpoint;
      const problem = iamProblem(settings, url); // of a URL in a file, which nobody could judge before
      if (problem !== undefined) throw new Failure('misconfig', `auth: aws-iam: the URL ${problem.message}`);
    }
    const connection = openOne(server, secure || url?.tls === true);
    await connection.connect(left());
    endpoint = server;
    return connection;
  }

  const session: RedisSession = {
    get connected() {
      return current !== undefined;
    },
    get loggedIn() {
      return loggedIn;
    },
    get certificateEnds() {
      return current?.certificateEnds;
    },
    get endpoint() {
      return endpoint;
    },
    get user() {
      return settings.username ?? url?.username ?? 'default';
    },
    get closed() {
      return destroyed || current?.closed === true;
    },
    async connect(remainingMs) {
      try {
        current = await reach(remainingMs);
      } catch (error) {
        destroy();
        throw error;
      }
      for (const connection of open) if (connection !== current) drop(connection);
    },
    async logIn(attempt) {
      const username = settings.username ?? url?.username;
      const password = await passwordNow(settings, url, attempt);
      if (username !== undefined) await call('AUTH', username, password ?? '');
      else if (password !== undefined) await call('AUTH', password);
      const database = settings.database ?? url?.database ?? 0;
      if (database !== 0) await call('SELECT', String(database));
      loggedIn = true;
      // Only a convenience for people who read CLIENT LIST: a user who may not is as good.
      call('CLIENT', 'SETNAME', name).catch(() => undefined);
    },
    async moveOn(attempt) {
      if (nodes.length < 2) return false;
      nodes = nodes.slice(1);
      loggedIn = false;
      await session.connect(attempt.remainingMs());
      await session.logIn(attempt);
      return true;
    },
    call,
    destroy,
  };
  return session;
}

/** Any reply is an answer, also the one that asks for a password. */
async function answered(connection: Connection): Promise<void> {
  try {
    await connection.call('PING');
  } catch (error) {
    if (!(error instanceof RedisReply)) throw error;
  }
}

function parseUrl({ url }: RedisSettings): RedisUrl {
  if (url === undefined) throw new Failure('misconfig', 'none of url, sentinel and cluster is given');
  const parsed = parseRedisUrl(reveal(url));
  if ('url' in parsed) return parsed.url;
  throw new Failure('misconfig', `the URL${whose(url)} ${parsed.problem}`);
}
