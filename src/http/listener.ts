// One listening address: a node:http or node:https server with its limits, in front of the one Fastify app.
import { createServer, type Server, type ServerOptions } from 'node:http';
import type { ListenOptions, Socket } from 'node:net';
import { hostPort } from '../core/endpoint.ts';
import type { Connections } from './connections.ts';
import { requestId } from './request.ts';
import type { Limits, Service } from './service.ts';
import { createTlsServer } from './tls-server.ts';

/** Bytes of all headers of a request: ours need few. */
const headerBytes = 8192;

export interface Listener {
  /** As a person writes it: http://host:port, https://host:port, unix:/path. */
  readonly address: string;
  /** Takes no new connection, closes idle ones, waits for answers in flight; cuts what is left when aborted. */
  close(signal: AbortSignal): Promise<void>;
}

/** @throws Error naming the address, when it is in use or not ours. */
export async function listen(service: Service, options: ListenOptions): Promise<Listener> {
  const { server, cut } = createEither(service);
  server.timeout = service.limits.requestMs;
  server.on('connection', service.connections.admit);
  server.on('clientError', answerError(service.connections));
  server.on('timeout', cutUnlessHeard);
  await listening(server, options);
  const scheme = service.certificate === undefined ? 'http' : 'https';
  return {
    address: addressOf(server, scheme),
    close(signal) {
      service.connections.finish();
      return close(server, cut, signal);
    },
  };
}

function createEither(service: Service): { readonly server: Server; cut(): void } {
  const { certificate, connections, handler, limits } = service;
  if (certificate !== undefined) return createTlsServer(service, certificate, serverOptions(limits));
  const server = createServer(serverOptions(limits), connections.watch(handler));
  return { server, cut: () => server.closeAllConnections() };
}

const serverOptions = ({ headersMs, requestMs, idleMs, lookMs }: Limits): ServerOptions => ({
  headersTimeout: headersMs,
  requestTimeout: requestMs,
  keepAliveTimeout: idleMs,
  connectionsCheckingInterval: lookMs,
  maxHeaderSize: headerBytes,
  requireHostHeader: false, // the app refuses it, in our own shape
});

function listening(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, options)));
    server.once('listening', resolve);
    server.listen(options);
  });
}

function explain(error: NodeJS.ErrnoException, { host, port, path }: ListenOptions): Error {
  const address = path === undefined ? `${host ?? ''}:${port}` : `unix:${path}`;
  const why: Record<string, string> = {
    EADDRINUSE: 'it is in use; another process listens there',
    EACCES: 'not permitted to this user',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOENT: 'the folder does not exist',
  };
  const message = `cannot listen on ${address}: ${why[error.code ?? ''] ?? error.code ?? error.message}`;
  return Object.assign(new Error(message, { cause: error }), { code: error.code });
}

function addressOf(server: Server, scheme: 'http' | 'https'): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return `unix:${bound ?? ''}`;
  return `${scheme}://${hostPort({ host: bound.address, port: bound.port })}`;
}

/**
 * Time is up, for Node's timers, which fire before sockets are read: where the loop was late, what came in meanwhile may
 * have been in time. Whatever it is prolongs the time.
 */
function cutUnlessHeard(socket: Socket): void {
  const heard = socket.bytesRead;
  setImmediate(() => {
    if (socket.bytesRead === heard) socket.destroy();
  });
}

/** So it is with the time for a request, which must be there as a whole. */
const answerError =
  (connections: Connections) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    const requests = connections.requestsOf(socket);
    const answer = (): void => {
      if (connections.requestsOf(socket) === requests) answerMalformed(error, socket);
    };
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') setImmediate(answer);
    else answer();
  };

/** A request that is no HTTP, too large or too slow. Written to the socket: there is no response object. */
function answerMalformed({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  const ofHttp = code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT'; // others are the network's, or of TLS
  if (!ofHttp || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const [status, word, message] = malformed[code] ?? badRequest;
  const id = requestId({ headers: {} });
  const body = `${JSON.stringify({ error: word, message, request_id: id })}\n`;
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${id}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

type Malformed = readonly [status: string, word: string, message: string];
export const badRequest: Malformed = ['400 Bad Request', 'bad_request', 'this is not a valid HTTP request'];
/** What else is said, by the code of Node's error. */
export const malformed: Readonly<Record<string, Malformed>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request_timeout', 'the request was not complete in time'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'headers_too_large', 'the headers are too large'],
};

async function close(server: Server, cut: () => void, signal: AbortSignal): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve())); // closes idle connections too
  if (signal.aborted) cut();
  signal.addEventListener('abort', cut, { once: true });
  await closed;
  signal.removeEventListener('abort', cut);
}
