// The only file that imports ioredis: one plain connection without retries, queues or commands of its own.

import type { Socket } from 'node:net';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import { type Endpoint, endpointText } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import { certificateEnd } from '../certificate-end.ts';
import type { Driver } from '../define.ts';
import { beginSocket, readyEvent } from '../endpoints/socket.ts';
import { UnreadableAnswer } from '../statistics.ts';
import { strangerSays } from '../stranger.ts';
import type { Connection } from './connection.ts';
import { readConnectionLimits } from './connection-limits.ts';
import { classify, RedisReply } from './errors.ts';
import { type Phase, probe } from './probe.ts';
import { createReader } from './reader.ts';
import { createSession, type RedisSession } from './session.ts';
import type { RedisSettings } from './settings.ts';
import type { RedisSource } from './statistics/source.ts';

export const driver: Driver<RedisSettings, Phase, RedisSession, RedisSource> = {
  session: (settings) =>
    createSession(settings, (endpoint, secure) => createConnection(endpoint, secure, settings.tls)),
  probe,
  classify,
  async connectionLimits(settings, limits) {
    const session = driver.session(settings);
    limits.signal.addEventListener('abort', session.destroy);
    return await readConnectionLimits(session, limits).finally(session.destroy);
  },
  reader: (settings) =>
    createReader(settings, (endpoint, secure) => createConnection(endpoint, secure, settings.tls, largestAnswer)),
};

/** Bytes of one answer to a question of the statistics; INFO of a busy server has some 30 kB. */
const largestAnswer = 1024 * 1024;

// Nothing that a user with +ping alone could be refused is sent unasked, and AUTH is ours, so that it is a phase.
const options = {
  protocol: 2,
  lazyConnect: true,
  connectTimeout: 0,
  retryStrategy: null,
  maxRetriesPerRequest: null,
  enableOfflineQueue: false,
  enableReadyCheck: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  disableClientInfo: true,
} satisfies RedisOptions;

/** @param mostBytes of one answer: whatever is larger ends the connection before it is parsed; commands come one by one. */
function createConnection(
  endpoint: Endpoint,
  secure: boolean,
  tls: RedisSettings['tls'],
  mostBytes = Number.POSITIVE_INFINITY,
): Connection {
  let socket: Socket | undefined;
  let cause: Error | undefined;
  /** What came first of all, for the case that it is none of Redis' protocol. */
  let begin: Buffer | undefined;
  let certificateEnds: Date | undefined;
  let lookupMs = 0;
  let received = 0;
  const keep = (error: Error): void => {
    cause ??= error;
  };

  class SocketConnector extends AbstractConnector {
    constructor() {
      super(0);
    }
    async connect(): Promise<Socket> {
      if (cause !== undefined) throw cause;
      const opened = beginSocket(endpoint, { withinMs: lookupMs, secure: secure ? { tls } : undefined });
      socket = opened;
      // In the same moment as the client: whoever listens first makes the bytes flow.
      opened.once(readyEvent(opened), () =>
        opened.once('data', (chunk: Buffer) => {
          begin = chunk.subarray(0, 256);
        }),
      );
      socket.on('error', (error) => {
        keep(error);
        this.firstError = error;
      });
      return socket;
    }
    /** At once, where the client's own would end politely and wait. */
    override disconnect(): void {
      socket?.destroy();
    }
  }

  const redis = new Redis({ ...options, Connector: SocketConnector, ...(secure ? { tls: {} } : {}) });
  redis.on('error', keep);

  // ioredis says "Connection is closed." whatever happened; what happened came before, as an event.
  const explain = (error: unknown): Error => {
    if (error instanceof Error && error.name === 'ReplyError') return new RedisReply(error.message);
    if (cause === undefined) return new Failure('refused', `${endpointText(endpoint)} closed the connection`);
    if (isNoRedis(cause)) return new Failure('server', strangerSays(begin, 'Redis’ protocol'), { cause });
    const unasked = /^Command queue state error.* Last error: (.*)$/s.exec(cause.message)?.[1];
    return unasked === undefined ? cause : new RedisReply(unasked);
  };

  const count = (chunk: Buffer): void => {
    received += chunk.length;
    if (received <= mostBytes) return;
    keep(new UnreadableAnswer(`an answer of more than ${mostBytes} bytes`));
    redis.disconnect();
  };

  return {
    get closed() {
      return cause !== undefined || redis.status === 'end' || redis.status === 'close';
    },
    get certificateEnds() {
      return certificateEnds;
    },
    async connect(withinMs) {
      lookupMs = withinMs;
      try {
        await redis.connect();
      } catch (error) {
        throw explain(error);
      }
      certificateEnds = socket && certificateEnd(socket);
      if (mostBytes < Number.POSITIVE_INFINITY) socket?.on('data', count);
    },
    async call(command, ...args) {
      received = 0;
      try {
        return await redis.call(command, ...args);
      } catch (error) {
        throw explain(error);
      }
    },
    destroy() {
      keep(new Failure('refused', 'the connection was given up'));
      redis.disconnect();
    },
  };
}

/** What the client says of an answer that it cannot parse. */
const isNoRedis = ({ message }: Error): boolean => message.endsWith('Please report this.');
