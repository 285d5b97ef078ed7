// A TLS server with a given certificate, read anew at each start.
import { readFileSync } from 'node:fs';
import { createServer, type TlsOptions } from 'node:tls';
import { type Listening, startListening, type Where } from './listening.ts';

export type TlsServerOptions = Where & { readonly cert: string; readonly key: string; readonly tls?: TlsOptions };

/** @param options `cert` (may hold a chain) and `key` are paths of PEM files. */
export function startTlsServer({ cert, key, tls, ...where }: TlsServerOptions): Promise<Listening> {
  return startListening(() => {
    const server = createServer({ ...tls, cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
      socket.on('error', () => socket.destroy());
    });
    return server.on('tlsClientError', () => {}); // clients that refuse the certificate are what is tested
  }, where);
}
