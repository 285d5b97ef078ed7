// One TCP or TLS connection, opened apart from the HTTP client: it is timed by itself and keeps its error's code.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { endpointOfUrl } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import type { TlsSettings } from '../../core/fields.ts';
import { beginSocket, readyEvent, socketEvent } from '../endpoints/socket.ts';
import type { Kept } from '../lenient-http/head.ts';
import { lenient } from '../lenient-http/socket.ts';

/** Begins to connect to the node; `opened` waits for it. @throws Failure `tls` for a file that cannot be read or used. */
export const beginNode = (node: URL, tls: TlsSettings | undefined, withinMs: number): Socket =>
  beginSocket(endpointOfUrl(node), {
    withinMs,
    noDelay: true,
    secure: node.protocol === 'https:' ? { tls } : undefined,
  });

/** Resolves once TCP, and TLS where it is wanted, stand. Rejects with the socket's error, or when it is destroyed. */
export const opened = (socket: Socket): Promise<void> =>
  socketEvent(socket, readyEvent(socket), 'the connection was closed while it was being made');

/**
 * What `work` gives, unless the connection ends first: the client stays silent about an answer that is no HTTP.
 * https://github.com/elastic/elastic-transport-js/blob/v9.4.0/src/connection/HttpConnection.ts (HPE_INVALID_CONSTANT)
 */
export async function beforeClose<T>(socket: Socket, work: Promise<T>): Promise<T> {
  let onClose = (): void => {};
  const closed = new Promise<never>((_, reject) => {
    // A turn later: what the client has to say of it comes first.
    onClose = () => void setImmediate(() => reject(new Failure('server', 'the answer is no HTTP')));
  });
  socket.once('close', onClose);
  try {
    return await Promise.race([work, closed]);
  } finally {
    socket.off('close', onClose);
  }
}

/** An agent whose one connection is `socket`, with answers read as curl would: it opens none of its own. */
export function agentOf(socket: Socket, told: (kept: Kept) => void): HttpAgent | HttpsAgent {
  const options = { keepAlive: true, maxSockets: 1 };
  const agent = 'encrypted' in socket ? new HttpsAgent(options) : new HttpAgent(options);
  let given = false;
  agent.createConnection = (_options, done) => {
    if (!given) {
      given = true;
      return lenient(socket, told);
    }
    done?.(new Failure('refused', 'the connection was closed'), socket);
    return undefined;
  };
  return agent;
}
