// The addresses that the daemon listens on, and the control socket.
import { lstatSync, unlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import { type Listener, listen } from './listener.ts';
import type { Service } from './service.ts';

export type ListenAddress =
  /** `::` is every address of both families. An `optional` one may be missing on this machine. Port 0: a free one. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly optional?: true }
  | { readonly kind: 'unix'; readonly path: string };

/**
 * Listens on one address, with TLS where there is a certificate and the address is no Unix socket; a socket that a dead
 * process left is removed.
 * @returns undefined when an optional address is not there.
 * @throws Error naming the address.
 */
export async function listenOn(address: ListenAddress, service: Service): Promise<Listener | undefined> {
  if (address.kind === 'unix') {
    await removeStale(address.path);
    const { certificate: _, ...open } = service; // whoever reaches the socket is on this machine
    return listen(open, { path: address.path });
  }
  const { host, port, optional } = address;
  try {
    // Without a host Node takes `::`, and 0.0.0.0 where there is no IPv6.
    return await listen(service, host === '::' ? { port } : { host, port });
  } catch (error) {
    const missing = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (optional === true && missing) return undefined;
    throw error;
  }
}

/**
 * The control socket, which only the daemon's own user can open (mode 0600).
 * @throws Error naming the path.
 */
export async function listenOnControl(path: string, service: Omit<Service, 'certificate'>): Promise<Listener> {
  await removeStale(path);
  // The socket is bound inside this call, before anything else can run: it never exists with another mode.
  const before = process.umask(0o177);
  const opening = listen(service, { path });
  process.umask(before);
  return opening;
}

/** Removes the socket of a process that is gone. */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`cannot listen on unix:${path}: a file that is not a socket is there`);
  if (await answers(path))
    throw new Error(`cannot listen on unix:${path}: it is in use; another process listens there`);
  unlinkSync(path);
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(path);
    const end = (answered: boolean) => () => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
