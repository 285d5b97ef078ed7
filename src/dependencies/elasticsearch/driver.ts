// Probes one Elasticsearch or OpenSearch node: one connection, and one GET _cluster/health for a run.
import type { Socket } from 'node:net';
import { Client, errors, HttpConnection, Transport } from '@elastic/elasticsearch';
import { Failure } from '../../core/failure.ts';
import type { Attempt, Driver, Session } from '../define.ts';
import { readCredentials, readNode } from './access.ts';
import { type Answer, classify, explain, readHealth } from './errors.ts';
import type { ElasticsearchRung, ElasticsearchSettings } from './settings.ts';
import { agentOf, beforeClose, opened, openSocket } from './socket.ts';

/** One socket and the client on it. What files hold is read at its first climb. */
export interface ElasticsearchSession extends Session {
  /** Opens the socket, once; a name server has `remainingMs` at most. */
  connect(remainingMs: number): Promise<void>;
  /** Reads the credentials, once; they travel with each request. */
  authenticate(): void;
  /** The one request of a run. `waitMs`: how long the node may wait for a master before it says that there is none. */
  health(waitMs: number): Promise<Answer>;
}

// A cluster's health is some hundred bytes, a proxy's error page some thousand. A compressed answer grows when unpacked.
const largestAnswer = 256 * 1024;
const largestCompressedAnswer = 16 * 1024;
const wanted = [
  'status',
  'timed_out',
  'number_of_nodes',
  'active_primary_shards',
  'unassigned_shards',
  'error.type',
  'error.reason',
];

/** The client's transport without what ties it to one product and one major version: its check and its media types. */
class AnyVersionTransport extends Transport {
  constructor(options: ConstructorParameters<typeof Transport>[0]) {
    const { productCheck: _check, vendoredHeaders: _types, ...rest } = options;
    super(rest);
  }
}

function createSession(settings: ElasticsearchSettings): ElasticsearchSession {
  let socket: Socket | undefined;
  let client: Client | undefined;
  let node: URL | undefined;
  let cut: Error | undefined;
  let destroyed = false;
  const destroy = (): void => {
    destroyed = true;
    socket?.destroy();
  };
  const received = ({
    statusCode,
    headers,
    body,
  }: Pick<errors.ResponseError, 'statusCode' | 'headers' | 'body'>): Answer => {
    // Its end may be on the way still when the next run begins.
    if (headers?.connection?.toLowerCase() === 'close') destroy();
    return { statusCode: statusCode ?? 0, body };
  };
  return {
    get closed() {
      return destroyed || socket?.destroyed === true;
    },
    destroy,
    async connect(remainingMs) {
      if (destroyed) throw new Failure('refused', 'the session was destroyed');
      if (socket !== undefined) return;
      node = readNode(settings);
      socket = openSocket(node, settings.tls, remainingMs);
      socket.on('error', (error) => {
        cut ??= error;
      });
      await opened(socket);
    },
    authenticate() {
      if (socket === undefined || node === undefined) throw new Error('authenticate before connect');
      client ??= createClient(socket, node, settings);
    },
    async health(waitMs) {
      if (socket === undefined || client === undefined) throw new Error('health before authenticate');
      try {
        const answer = await beforeClose(
          socket,
          client.cluster.health(
            {
              ...(settings.index === undefined ? {} : { index: settings.index }),
              timeout: '0ms',
              master_timeout: `${waitMs}ms`,
              filter_path: wanted,
            },
            { meta: true },
          ),
        );
        return received(answer);
      } catch (error) {
        if (error instanceof errors.ResponseError) return received(error);
        throw explain(error, cut);
      }
    },
  };
}

function createClient(socket: Socket, node: URL, settings: ElasticsearchSettings): Client {
  const auth = readCredentials(node, settings);
  const plain = new URL(node);
  plain.username = '';
  plain.password = '';
  const agent = agentOf(socket);
  return new Client({
    node: plain.href,
    ...(auth === undefined ? {} : { auth }),
    agent: () => agent,
    Connection: HttpConnection, // its sockets come from the agent; the default, undici, opens its own
    Transport: AnyVersionTransport,
    maxRetries: 0,
    maxResponseSize: largestAnswer,
    maxCompressedResponseSize: largestCompressedAnswer,
    enableMetaHeader: false,
    headers: { 'user-agent': 'sidewarden' },
  });
}

async function probe(
  session: ElasticsearchSession,
  settings: ElasticsearchSettings,
  attempt: Attempt<ElasticsearchRung>,
): Promise<void> {
  const cut = () => session.destroy();
  attempt.signal.addEventListener('abort', cut, { once: true });
  try {
    await attempt.climb('connect', () => session.connect(attempt.remainingMs()));
    await attempt.climb('auth', async () => session.authenticate());
    await attempt.climb('health', async () => {
      const health = readHealth(await session.health(Math.ceil(attempt.remainingMs() * 0.8)), settings.index);
      if (health === undefined) return attempt.skip('health', 'the service does not offer _cluster/health');
      const good = health.status === 'green' || (health.status === 'yellow' && settings.minimum_status === 'yellow');
      const what = settings.index === undefined ? 'the cluster' : `index ${settings.index}`;
      if (!good) throw new Failure('server', `${what} is ${health.status}: ${health.details}`);
      if (health.status === 'yellow') attempt.warn('yellow');
    });
  } finally {
    attempt.signal.removeEventListener('abort', cut);
  }
}

/** Reached through the definition's `load`. */
export const driver: Driver<ElasticsearchSettings, ElasticsearchRung, ElasticsearchSession> = {
  session: createSession,
  probe,
  classify,
};
