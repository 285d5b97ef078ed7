// A TCP or Unix socket server that treats each connection as a test tells it.
import { createServer, type Socket } from 'node:net';
import { type Listening, startListening, type Where } from './listening.ts';

/** Connections that break are the clients' doing, and no error of the server. */
export function startTcpServer(treat: (socket: Socket) => void = () => {}, where: Where = {}): Promise<Listening> {
  return startListening(
    () =>
      createServer((socket) => {
        socket.on('error', () => socket.destroy());
        treat(socket);
      }),
    where,
  );
}
