// One TCP or TLS connection, opened apart from the HTTP client: it is timed by itself and keeps its error's code.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { endpointOfUrl } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import type { TlsSettings } from '../../core/fields.ts';
import { readTls } from '../credentials.ts';
import type { Kept } from '../lenient-http/head.ts';
import { lenient } from '../lenient-http/socket.ts';
import { lookupWithin } from '../lookup.ts';

/**
 * Begins to connect; `opened` waits for it. Reads the certificate files.
 * @throws Failure `tls` for a file that cannot be read, and what node:tls throws for one that it cannot use.
 */
export function openSocket(node: URL, tls: TlsSettings | undefined, remainingMs: number): Socket {
  const { host, port } = endpointOfUrl(node);
  const secure = node.protocol === 'https:';
  const address = {
    host,
    port,
    noDelay: true,
    lookup: lookupWithin(remainingMs),
  };
  if (!secure) return connectTcp(address);
  // An address is verified too, but is no name to ask for: https://datatracker.ietf.org/doc/html/rfc6066#section-3
  return connectTls({ ...address, ...(isIP(host) === 0 ? { servername: host } : {}), ...readTls(tls) });
}

/** Resolves once TCP, and TLS where it is wanted, stand. Rejects with the socket's error, or when it is destroyed. */
export async function opened(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Failure('refused', 'the connection was closed while it was being made')));
  });
}

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
