// A node:https server whose connections are known from their handshake on.
import type { ServerOptions } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Certificate } from './certificate.ts';
import type { Service } from './service.ts';

/** `client_ca_file` makes it mutual: who has no certificate of those authorities asks nothing. */
export function createTlsServer(
  { connections, handler, limits }: Service,
  { material, onChange }: Certificate,
  common: ServerOptions,
) {
  const mutual = material.ca !== undefined;
  const server = createServer(
    {
      ...common,
      ...material,
      requestCert: mutual,
      rejectUnauthorized: mutual,
      handshakeTimeout: limits.headersMs,
    },
    connections.watch(handler),
  );
  onChange((changed) => server.setSecureContext(changed));
  // Requests name the TLS socket, which does not tell what it stands on: both have the same two ends.
  const handshaking = new Map<string, Socket>();
  server.on('connection', (duplex) => {
    const socket = duplex as Socket; // as every connection of a listening server
    const ends = endsOf(socket);
    handshaking.set(ends, socket);
    socket.once('close', () => {
      if (handshaking.get(ends) === socket) handshaking.delete(ends);
    });
  });
  server.on('secureConnection', (secured) => {
    const ends = endsOf(secured);
    const socket = handshaking.get(ends);
    if (socket !== undefined) connections.alias(secured, socket);
    handshaking.delete(ends);
  });
  const cut = (): void => {
    server.closeAllConnections(); // Node counts a connection from the end of its handshake on
    for (const socket of handshaking.values()) socket.destroy();
  };
  return { server, cut };
}

const endsOf = ({ localAddress, remoteAddress, remotePort }: Socket): string =>
  `${localAddress} ${remoteAddress} ${remotePort}`;
