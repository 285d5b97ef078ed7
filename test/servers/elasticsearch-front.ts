// A reverse proxy that asks for users and speaks TLS, where the node behind it can do neither: OpenSearch without its
// security plugin; or that refuses one path, as managed services do. It lets everything else through, a hang and a
// closed connection too.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Users } from './elasticsearch-folder.ts';

export type FrontOptions = {
  readonly port: number;
  readonly nodePort: number;
  readonly users?: Users | undefined;
  /** PEM files; https with them. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly refused?: Refused;
};

/** What is answered to requests whose path begins so; the node does not hear of them. */
export type Refused = { readonly path: string; readonly status: number; readonly body: object };

export type Front = { stop(): Promise<void> };

/** Resolves once it listens on the port. */
export async function startFront({ port, nodePort, users, tls, refused }: FrontOptions): Promise<Front> {
  const onRequest = (incoming: IncomingMessage, response: ServerResponse): void => {
    const refusal = users === undefined ? undefined : refuse(users, incoming);
    if (refusal !== undefined) {
      response.writeHead(refusal, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ status: refusal, error: { type: 'security_exception', reason: 'refused by the front' } }),
      );
      return;
    }
    if (refused !== undefined && incoming.url?.startsWith(refused.path)) {
      response.writeHead(refused.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(refused.body));
      return;
    }
    const { method, url, headers } = incoming;
    const outgoing = request(
      { host: '127.0.0.1', port: nodePort, method, path: url, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on('error', () => incoming.socket.destroy()); // the node is gone: so are we
    incoming.socket.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  };
  const files = tls && { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
  const server = files === undefined ? createServer(onRequest) : createTlsServer(files, onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(users: Users, { headers, url = '' }: IncomingMessage): 401 | 403 | undefined {
  const given = headers.authorization?.replace(/^Basic /, '') ?? '';
  const { admin, probe, monitor, snapshots } = users;
  const user = Object.values(users).find(
    ({ username, password }) => Buffer.from(`${username}:${password}`).toString('base64') === given,
  );
  if (user === undefined) return 401;
  if (user === admin || user === snapshots) return undefined;
  if (user === monitor && !url.startsWith('/_snapshot')) return undefined;
  return user === probe && url.startsWith('/_cluster/health') ? undefined : 403;
}
