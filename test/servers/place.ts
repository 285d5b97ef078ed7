// Where a test server runs: a port of its own, a folder of its own, a user that is not root.
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Below the range from which Linux takes ports for outgoing connections (32768 and up), above the well-known ones. */
const LOWEST = 10_000;
const HIGHEST = 32_767;

const handedOut = new Set<number>();

/** A loopback port where nobody listens, chosen at random so that two runs side by side hardly ever want the same. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if (handedOut.has(port) || !(await isFree(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} after 100 attempts`);
}

/** Whether nobody listens on this port of 127.0.0.1, nor on all addresses. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * The user that servers run as: `nobody` when we are root, since PostgreSQL and Elasticsearch refuse to run as root;
 * otherwise undefined, which means the caller.
 */
export function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const fields = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  if (fields === undefined) throw new Error('running as root, and /etc/passwd has no user "nobody" to run servers as');
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** Whether this is a program that the server user can run: as root we find what `nobody` cannot, in root's own folder say. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    const program = realpathSync(path);
    if (!statSync(program).isFile()) return false;
    return serverUser() === undefined || (isOpenToAll(path) && isOpenToAll(program));
  } catch {
    return false; // absent or not executable, which is the answer
  }
}

/** The file and every folder above it can be executed or entered by anybody. */
function isOpenToAll(path: string): boolean {
  const above = dirname(path);
  return (statSync(path).mode & 0o001) !== 0 && (above === path || isOpenToAll(above));
}

const folders = new Set<string>();

/**
 * A new folder outside the tree, owned by the server user, readable to it alone. It outlives a server's restart and
 * is removed when this process ends, or by `removeFolder`.
 */
export async function runFolder(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `sidewarden-${name}-`));
  folders.add(folder);
  const user = serverUser();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  return folder;
}

/** Removes a folder of `runFolder` before the process ends. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  folders.delete(folder);
}

/** Removes all folders; called when this process ends, after the servers are dead. */
export function removeFolders(): void {
  for (const folder of folders) removeFolder(folder);
}
