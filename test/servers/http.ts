// An HTTP or HTTPS server of Node's own that answers as a test tells it.
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { ServerOptions } from 'node:https';
import { createServer as createSecureServer } from 'node:https';
import { type Listening, startListening, type Where } from './listening.ts';

export interface HttpServer extends Listening {
  /** How it answers from now on. */
  answer: RequestListener;
}
export type HttpOptions = Where & {
  readonly tls?: { readonly cert: string; readonly key: string } & Pick<
    ServerOptions,
    'ca' | 'requestCert' | 'rejectUnauthorized'
  >;
};

/** @param options with `tls` (paths of PEM files) it speaks HTTPS; with `path` it listens on a Unix socket. */
export async function startHttpServer(
  answer: RequestListener,
  { tls, ...where }: HttpOptions = {},
): Promise<HttpServer> {
  let current = answer;
  const listener: RequestListener = (request, response) => current(request, response);
  const make = () =>
    tls === undefined
      ? createServer(listener)
      : createSecureServer({ ...tls, cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, listener);
  const server = await startListening(make, where);
  return Object.defineProperties({} as HttpServer, {
    ...Object.getOwnPropertyDescriptors(server),
    answer: {
      get: () => current,
      set(next: RequestListener) {
        current = next;
      },
    },
  });
}
