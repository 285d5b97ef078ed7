// A bare node:http server as a process of its own: what the daemon is compared with.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, runFolder, type ServerProcess, startProcess } from './process.ts';

const program = fileURLToPath(new URL('bare-server.mjs', import.meta.url));

export type Bare = ServerProcess & { readonly url: string };

/** Answers these bytes to every request. @param node options of Node itself */
export async function startBare(body: string, node: readonly string[] = []): Promise<Bare> {
  const folder = await runFolder('bare');
  const file = join(folder, 'body');
  await writeFile(file, body);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'bare node:http',
    command: process.execPath,
    args: [...node, program, String(port)],
    env: { BODY_FILE: file },
    folder,
    port,
    asCaller: true,
    ready: async () => (await fetch(url)).ok,
  });
  return Object.assign(server, { url });
}
