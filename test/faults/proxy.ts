// A TCP proxy in front of a real server that can hang, reset, refuse, cut an answer in the middle, or drip it.
import { createServer, type Server, type Socket } from 'node:net';
import type { Address } from '../contract/rig.ts';
import { freePort } from '../servers/process.ts';
import { type Link, openLink } from './link.ts';

/**
 * - pass: as if it were not there.
 * - silent: connections open and stay open, not a byte goes either way; what was held back goes on with `pass`.
 * - reset: what is open, and what opens, is reset.
 * - refuse: nobody listens on the port, and what is open is closed: the server's process is gone.
 * - cut: the first bytes of an answer pass, then the connection is reset.
 * - drip: answers come one byte at a time.
 */
export type Mode = 'pass' | 'silent' | 'reset' | 'refuse' | 'cut' | 'drip';

export type ProxyOptions = {
  /** The address to listen on; loopback by default. */
  readonly host?: string;
  /** The port to listen on; a free one by default. */
  readonly port?: number;
  /** How many bytes of the answer pass in mode `cut`, from the change of mode on; 1 by default. */
  readonly cutAfterBytes?: number;
  /** Milliseconds between two bytes in mode `drip`; 100 by default. */
  readonly dripEveryMs?: number;
};

export type FaultProxy = {
  readonly host: string;
  readonly port: number;
  readonly mode: Mode;
  /** Connections from clients: open now, and accepted since the start. */
  readonly connections: { readonly open: number; readonly total: number };
  /** Resolves when the mode holds for connections that exist and for new ones. */
  set(mode: Mode): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a proxy; its port comes back after `refuse`. */
export async function startProxy(target: Address, options: ProxyOptions = {}): Promise<FaultProxy> {
  const { host = '127.0.0.1', cutAfterBytes = 1, dripEveryMs = 100 } = options;
  const port = options.port ?? (await freePort());
  const links = new Set<Link>();
  let mode: Mode = 'pass';
  let total = 0;
  let listener: Server | undefined;

  const accept = (client: Socket): void => {
    total++;
    if (mode === 'reset' || mode === 'refuse') {
      client.on('error', () => {}); // the client may be gone before the reset reaches it
      client.resetAndDestroy();
      return;
    }
    const link = openLink(client, target, { cutAfterBytes, dripEveryMs }, () => links.delete(link));
    links.add(link);
    link.set(mode);
  };
  const listen = async (): Promise<void> => {
    listener ??= await startListener(host, port, accept);
  };
  const unlisten = async (): Promise<void> => {
    const closing = listener;
    listener = undefined;
    for (const link of links) link.destroy();
    if (closing !== undefined) await new Promise((resolve) => closing.close(resolve));
  };
  await listen();

  return {
    host,
    port,
    get mode() {
      return mode;
    },
    connections: {
      get open() {
        return links.size;
      },
      get total() {
        return total;
      },
    },
    async set(next) {
      mode = next;
      if (next === 'refuse') return unlisten();
      await listen();
      for (const link of links) {
        if (next === 'reset') link.reset();
        else link.set(next);
      }
    },
    stop: unlisten,
  };
}

function startListener(host: string, port: number, accept: (client: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    server.once('error', reject);
    server.listen({ host, port }, () => resolve(server));
  });
}
