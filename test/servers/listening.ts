// What the in-process servers of the tests share: a port that survives restarts, and nobody left connected after a stop.
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Connections accepted since the beginning. */
  readonly accepted: number;
  start(): Promise<void>;
  /** Closes the port and cuts every connection. */
  stop(): Promise<void>;
  /** Stops and starts on the same port. */
  restart(): Promise<void>;
}

export type Where = { readonly host?: string; readonly port?: number; readonly path?: string };

/** Listens at once: on a free port of loopback unless told. `make` is called at each start. */
export async function startListening(
  make: () => Server,
  { host = '127.0.0.1', port: wanted = 0, path }: Where = {},
): Promise<Listening> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = wanted;
  let accepted = 0;
  const listening: Listening = {
    host,
    get port() {
      return port;
    },
    get accepted() {
      return accepted;
    },
    async start() {
      server = make();
      server.on('connection', (socket: Socket) => {
        accepted += 1;
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
      server.listen(path === undefined ? { host, port } : { path });
      await once(server, 'listening');
      if (path === undefined) port = (server.address() as AddressInfo).port;
    },
    async stop() {
      if (server === undefined) return;
      const closed = once(server, 'close');
      server.close();
      server = undefined;
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async restart() {
      await listening.stop();
      await listening.start();
    },
  };
  await listening.start();
  return listening;
}
