// Asks one Elasticsearch or OpenSearch node through the client, which is given a socket of ours; alone imports it.
import type { Socket } from 'node:net';
import { Client, errors, HttpConnection, Transport } from '@elastic/elasticsearch';
import { Failure } from '../../core/failure.ts';
import type { Driver } from '../define.ts';
import type { Credentials } from './access.ts';
import type { Connection } from './connection.ts';
import { type Answer, classify, explain } from './errors.ts';
import { probe } from './probe.ts';
import { createSession, type ElasticsearchSession } from './session.ts';
import type { ElasticsearchRung, ElasticsearchSettings } from './settings.ts';
import { agentOf, beforeClose, opened, openSocket } from './socket.ts';

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

/** Without I/O. */
function createConnection(node: URL, { tls, index }: ElasticsearchSettings): Connection {
  let socket: Socket | undefined;
  let client: Client | undefined;
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
    async open(remainingMs) {
      if (destroyed) throw new Failure('refused', 'the session was destroyed');
      socket = openSocket(node, tls, remainingMs);
      socket.on('error', (error) => {
        cut ??= error;
      });
      await opened(socket);
    },
    authenticate(credentials) {
      if (socket === undefined) throw new Error('authenticate before open');
      client ??= createClient(socket, node, credentials);
    },
    async health(waitMs) {
      if (socket === undefined || client === undefined) throw new Error('health before authenticate');
      try {
        const answer = await beforeClose(
          socket,
          client.cluster.health(
            {
              ...(index === undefined ? {} : { index }),
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

function createClient(socket: Socket, node: URL, credentials: Credentials | undefined): Client {
  const plain = new URL(node);
  plain.username = '';
  plain.password = '';
  const agent = agentOf(socket);
  return new Client({
    node: plain.href,
    ...(credentials === undefined ? {} : { auth: credentials }),
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

/** Reached through the definition's `load`. */
export const driver: Driver<ElasticsearchSettings, ElasticsearchRung, ElasticsearchSession> = {
  session: (settings) => createSession(settings, (node) => createConnection(node, settings)),
  probe,
  classify,
};
