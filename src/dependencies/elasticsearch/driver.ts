// Asks one Elasticsearch or OpenSearch node through the client, which is given a socket of ours; alone imports it.
import type { Socket } from 'node:net';
import { Client, errors, HttpConnection, Transport } from '@elastic/elasticsearch';
import { Failure } from '../../core/failure.ts';
import { certificateEnd } from '../certificate-end.ts';
import type { Driver } from '../define.ts';
import type { Kept } from '../lenient-http/head.ts';
import { UnreadableAnswer } from '../statistics.ts';
import type { Credentials } from './access.ts';
import type { Connection } from './connection.ts';
import { classify, explain, type HttpResponse, isTooLong } from './errors.ts';
import { probe } from './probe.ts';
import { createReader } from './reader.ts';
import { createSession, type ElasticsearchSession } from './session.ts';
import type { ElasticsearchPhase, ElasticsearchSettings } from './settings.ts';
import { agentOf, beforeClose, beginNode, opened } from './socket.ts';
import type { ElasticsearchSource } from './statistics/source.ts';

// A cluster's health is some hundred bytes, a proxy's error page some thousand. A compressed answer grows when unpacked.
const largestAnswer = 256 * 1024;
const largestCompressedAnswer = 16 * 1024;
// The statistics of 100 nodes fit. None asks for compression, and 2 KiB of it hold no more than 2 MiB (1 : 1032 at most).
const largestStatistics = 2 * 1024 * 1024;
const largestCompressedStatistics = Math.floor(largestStatistics / 1032);
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

const charsetOf = (kept: Kept): string | undefined => /charset=["']?([\w-]+)/i.exec(kept['content-type'] ?? '')?.[1];

/** Without I/O. */
function createConnection(node: URL, { tls, index }: ElasticsearchSettings): Connection {
  let socket: Socket | undefined;
  let client: Client | undefined;
  let certificateEnds: Date | undefined;
  let cut: Error | undefined;
  let coded: string | undefined;
  let destroyed = false;
  const destroy = (): void => {
    destroyed = true;
    socket?.destroy();
  };
  const received = ({
    statusCode,
    headers,
    body,
  }: Pick<errors.ResponseError, 'statusCode' | 'headers' | 'body'>): HttpResponse => {
    // Its end may be on the way still when the next run begins.
    if (headers?.connection?.toLowerCase() === 'close') destroy();
    return { statusCode: statusCode ?? 0, body };
  };
  /** A node that answers with an error has answered. */
  const answerOf = async (made: (client: Client) => Promise<Parameters<typeof received>[0]>): Promise<HttpResponse> => {
    if (socket === undefined || client === undefined) throw new Error('asked before authenticate');
    try {
      return received(await beforeClose(socket, made(client)));
    } catch (error) {
      if (error instanceof errors.ResponseError) return received(error);
      throw error;
    }
  };
  return {
    get closed() {
      return destroyed || socket?.destroyed === true;
    },
    get certificateEnds() {
      return certificateEnds;
    },
    destroy,
    async open(remainingMs) {
      if (destroyed) throw new Failure('refused', 'the session was destroyed');
      socket = beginNode(node, tls, remainingMs);
      socket.on('error', (error) => {
        cut ??= error;
      });
      await opened(socket);
      certificateEnds = certificateEnd(socket);
    },
    authenticate(credentials) {
      if (socket === undefined) throw new Error('authenticate before open');
      client ??= createClient(socket, node, credentials, (kept) => {
        coded = kept['content-encoding'] ?? charsetOf(kept);
      });
    },
    async health(waitMs) {
      const query = { timeout: '0ms', master_timeout: `${waitMs}ms`, filter_path: wanted } as const;
      try {
        return await answerOf((by) =>
          by.cluster.health({ ...(index === undefined ? {} : { index }), ...query }, { meta: true }),
        );
      } catch (error) {
        throw explain(error, cut, coded);
      }
    },
    async get(path, query) {
      const sizes = {
        maxResponseSize: largestStatistics,
        maxCompressedResponseSize: largestCompressedStatistics,
      };
      try {
        return await answerOf((by) =>
          by.transport.request({ method: 'GET', path, querystring: query }, { meta: true, ...sizes }),
        );
      } catch (error) {
        if (!isTooLong(error, cut)) throw explain(error, cut, coded);
        destroy();
        throw new UnreadableAnswer(`the answer to GET ${path} is longer than 2 MiB, or compressed unasked`, {
          cause: error,
        });
      }
    },
  };
}

function createClient(
  socket: Socket,
  node: URL,
  credentials: Credentials | undefined,
  told: (kept: Kept) => void,
): Client {
  const agent = agentOf(socket, told);
  return new Client({
    node: node.href,
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
export const driver: Driver<ElasticsearchSettings, ElasticsearchPhase, ElasticsearchSession, ElasticsearchSource> = {
  session: (settings) => createSession(settings, (node) => createConnection(node, settings)),
  probe,
  classify,
  reader: (settings) => createReader(settings, (node) => createConnection(node, settings)),
};
