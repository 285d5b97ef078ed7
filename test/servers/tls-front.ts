// TLS in front of a real server that speaks none: demands a client certificate, and can be given another certificate
// while its connections go on.
import { readFileSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Pair } from './certificates.ts';
import { startListening } from './listening.ts';

export type TlsFront = {
  readonly host: string;
  readonly port: number;
  /** For handshakes from now on. */
  rotate(pair: Pair): void;
  stop(): Promise<void>;
};

/** @param clientCa the authority of the certificates that clients must show. */
export async function startTlsFront(
  target: { readonly host: string; readonly port: number },
  pair: Pair,
  clientCa: string,
): Promise<TlsFront> {
  const material = ({ cert, key }: Pair) => ({
    cert: readFileSync(cert),
    key: readFileSync(key),
    ca: readFileSync(clientCa),
  });
  const server = createServer({ ...material(pair), requestCert: true, rejectUnauthorized: true }, (client) =>
    join(client, target),
  );
  server.on('tlsClientError', () => {}); // clients that refuse the certificate, or lack one, are what is tested
  const { host, port, stop } = await startListening(() => server as Server);
  return { host, port, stop, rotate: (next) => server.setSecureContext(material(next)) };
}

function join(client: TLSSocket, target: { readonly host: string; readonly port: number }): void {
  const server = connect({ host: target.host, port: target.port });
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}
