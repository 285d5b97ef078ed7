// One connection that is made when it is asked for, and cut at any time.
import type { Socket } from 'node:net';
import type { Session } from '../define.ts';
import { connectAndLogIn, type Entered, type Entering, type Entrance } from './log-in.ts';
import type { Settings } from './settings.ts';

export interface Connection extends Session {
  /** Connects and logs in, once: whoever fails or is cut is closed. */
  open(attempt: Entering): Promise<Entered>;
  /** Has the listener called when the connection ends from the other side, or fails. */
  onEnd(listener: () => void): void;
}

type Making = Pick<Entrance, 'applicationName' | 'newClient'> & {
  /** As they are at the connect. */
  settings(): Settings;
};

export function createConnection({ settings, applicationName, newClient }: Making): Connection {
  const sockets: Socket[] = [];
  let closed = false;
  let tell = (): void => {};

  const destroy = (): void => {
    closed = true;
    // TLS before what it runs on: without that it frees itself at once, even inside a callback of OpenSSL, which crashes.
    // https://github.com/nodejs/node/blob/v24.21.0/lib/internal/tls/wrap.js (TLSWrap.prototype.close)
    for (const socket of sockets.splice(0).reverse()) socket.destroy();
  };
  const end = (): void => {
    if (closed) return;
    destroy();
    tell();
  };
  const own = (socket: Socket): void => {
    // What fails is told by the promise that waits for it; this one keeps a late error from ending the process.
    socket.on('error', () => {});
    if (closed) socket.destroy();
    else sockets.push(socket);
  };

  return {
    get closed() {
      return closed;
    },
    destroy,
    onEnd(listener) {
      tell = listener;
    },
    async open(attempt) {
      try {
        const entrance = { settings: settings(), applicationName, newClient, own, isClosed: () => closed };
        const entered = await connectAndLogIn(entrance, attempt);
        entered.client.once('error', end).once('end', end);
        if (sockets.every((socket) => socket.destroyed)) destroy();
        return entered;
      } catch (error) {
        destroy();
        throw error;
      }
    },
  };
}
