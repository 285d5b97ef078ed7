// Answers that a real Elasticsearch cannot be made to give at will: too many requests, a proxy's page, no end of bytes.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type Listening, startListening } from './listening.ts';

export type Stub = Listening & { readonly url: string };

/** An HTTP server, or with `tls` an HTTPS one, that answers every request as told. */
export async function startStub(answer: RequestListener, tls?: ServerOptions): Promise<Stub> {
  const make = () => (tls === undefined ? createServer(answer) : createTlsServer(tls, answer));
  const listening = await startListening(make);
  const url = `${tls === undefined ? 'http' : 'https'}://${listening.host}:${listening.port}`;
  return Object.assign(listening, { url });
}

/** One fixed answer; an object is sent as JSON. */
export function always(status: number, body: object | string, headers: Record<string, string> = {}): RequestListener {
  const json = typeof body !== 'string';
  return (_request, response) => {
    response.writeHead(status, { 'content-type': json ? 'application/json' : 'text/html', ...headers });
    response.end(json ? JSON.stringify(body) : body);
  };
}
