// A reverse proxy before the KMS stand-in that adds what the stand-in cannot do: it keeps connections alive, speaks TLS,
// and answers chosen operations as AWS does when it throttles, denies, fails or does not know the caller.
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export type Fault = {
  /** `DescribeKey`, `Encrypt`, `Decrypt`; every operation unless given. */
  readonly operation?: string;
  /** The error's name as AWS spells it, with status 400, or 500 for one that begins with KMSInternal. */
  readonly error?: string;
  readonly message?: string;
  /** A body with status 200 instead of the stand-in's answer, for what only AWS says. */
  readonly answer?: object;
  /** Milliseconds before anything else happens. */
  readonly delayMs?: number;
  /** Cuts the connection instead of an answer. */
  readonly reset?: boolean;
  /** Ends with the first request that it hits. */
  readonly once?: boolean;
};

export type KmsFaults = {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** @returns what ends the fault. */
  inject(fault: Fault): () => void;
  /** The operations asked for, in order; a test may empty it. */
  readonly operations: string[];
  /** The access key id that signed the last request. */
  caller(): string | undefined;
  /** How many connections were ever accepted. */
  accepted(): number;
  /** Those open now. */
  readonly open: ReadonlySet<Socket>;
  stop(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
};

export type FaultsOptions = {
  readonly tls?: { readonly cert: string; readonly key: string };
  /** A free one unless given. */
  readonly port?: number;
};

export async function startKmsFaults(
  upstream: { readonly host: string; readonly port: number },
  { tls, port = 0 }: FaultsOptions = {},
): Promise<KmsFaults> {
  const host = '127.0.0.1';
  const faults = new Set<Fault>();
  const operations: string[] = [];
  const open = new Set<Socket>();
  let accepted = 0;
  let caller: string | undefined;

  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    operations.push(operation);
    caller = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1];
    const fault = [...faults].find((each) => each.operation === undefined || each.operation === operation);
    if (fault?.once === true) faults.delete(fault);
    if (fault?.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs).unref());
    if (fault?.reset === true) return void request.socket.destroy();
    const { error, message = `made up for ${operation}` } = fault ?? {};
    const body = error === undefined ? fault?.answer : { __type: error, message };
    if (body === undefined) return forward(request, response, upstream);
    request.resume();
    const status = error === undefined ? 200 : error.startsWith('KMSInternal') ? 500 : 400;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  };
  const listener: http.RequestListener = (request, response) => void answer(request, response);
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket: Socket) => {
    accepted++;
    open.add(socket);
    socket.on('error', () => {}); // a client that cuts is what some tests do
    socket.on('close', () => open.delete(socket));
  });
  let bound = port;
  const start = async (): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(bound, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    bound = (server.address() as AddressInfo).port;
  };
  await start();
  return {
    host,
    port: bound,
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${bound}`,
    inject(fault) {
      faults.add(fault);
      return () => void faults.delete(fault);
    },
    operations,
    caller: () => caller,
    accepted: () => accepted,
    open,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
    start,
  };
}

/** What the real server answers; when it is gone, so is our connection. */
function forward(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { host, port }: { host: string; port: number },
): void {
  const { method = 'POST', url: path = '/', headers } = request;
  const onward = http.request({ host, port, method, path, headers, agent: false }, (answer) => {
    const { connection: _closes, ...rest } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, rest);
    answer.pipe(response);
  });
  onward.on('error', () => request.socket.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
