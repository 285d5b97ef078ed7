// One listening address: a node:http server with its time limits, in front of the one Fastify app.
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { isIPv6, type ListenOptions, type Socket } from 'node:net';
import { requestId } from './request.ts';

/** Milliseconds; a socket that says nothing, or drips, is closed. Fastify and Node leave it open for minutes. */
export type Limits = {
  /** Until the headers are complete. */
  readonly headersMs: number;
  /** Until the whole request is there. */
  readonly requestMs: number;
  /** Between two requests of one connection; longer than the 60 s of common load balancers. */
  readonly idleMs: number;
  /** How often the limits are looked at. */
  readonly lookMs: number;
};

export const defaultLimits: Limits = { headersMs: 5000, requestMs: 10_000, idleMs: 65_000, lookMs: 1000 };

/** Bytes of all headers of a request: ours need few. */
const headerBytes = 8192;

export interface Listener {
  /** As a person writes it: http://host:port, unix:/path. */
  readonly address: string;
  /** Takes no new connection, closes idle ones, waits for answers in flight; cuts what is left when aborted. */
  close(signal: AbortSignal): Promise<void>;
}

/** @throws Error naming the address, when it is in use or not ours. */
export async function listen(handler: RequestListener, options: ListenOptions, limits: Limits): Promise<Listener> {
  const server = createServer(serverOptions(limits), handler);
  server.on('clientError', answerMalformed);
  await listening(server, options);
  return { address: addressOf(server), close: (signal) => close(server, signal) };
}

const serverOptions = ({ headersMs, requestMs, idleMs, lookMs }: Limits): ServerOptions => ({
  headersTimeout: headersMs,
  requestTimeout: requestMs,
  keepAliveTimeout: idleMs,
  connectionsCheckingInterval: lookMs,
  maxHeaderSize: headerBytes,
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

function addressOf(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return `unix:${bound ?? ''}`;
  return `http://${isIPv6(bound.address) ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

/** A request that is no HTTP, too large or too slow. Written to the socket: there is no response object. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0 || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, word, message] = malformed[error.code ?? ''] ?? badRequest;
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

const badRequest = ['400 Bad Request', 'bad_request', 'this is not a valid HTTP request'] as const;
const malformed: Record<string, readonly [status: string, word: string, message: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request_timeout', 'the request was not complete in time'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'headers_too_large', 'the headers are too large'],
};

async function close(server: Server, signal: AbortSignal): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve())); // closes idle connections too
  const cut = (): void => server.closeAllConnections();
  if (signal.aborted) cut();
  signal.addEventListener('abort', cut, { once: true });
  await closed;
  signal.removeEventListener('abort', cut);
}
