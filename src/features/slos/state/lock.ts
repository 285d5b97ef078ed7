// One process at a time keeps its counts in a file. The kernel holds the lock, so that it ends with the process.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Lets go. */
export type Release = () => Promise<void>;

/**
 * Takes a name that no other process of this machine, or of its containers that share a network, has at the time: an
 * address in the abstract namespace (unix(7)), at which nothing is answered. Where there is no such thing everybody has it.
 * @returns undefined where another process has it
 */
export async function takeLock(name: string): Promise<Release | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(`\0sidewarden-slos-${name}`);
    await once(server, 'listening');
    server.unref();
    return () => new Promise((done) => server.close(() => done()));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? undefined : async () => {};
  }
}
