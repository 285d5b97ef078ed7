// A bare node:http server as a process of its own: what the daemon is compared with.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, runFolder, type ServerProcess, startProcess } from './process.ts';

const program = fileURLToPath(new URL('bare-server.mjs', import.meta.url));

export type Bare = ServerProcess & { readonly url: string };

/** What it says of itself, as every server of node:http. */
const itsOwn = ['date', 'connection', 'keep-alive', 'content-length'];

/** Answers every request with the same bytes as this answer, but for what node:http itself says of the connection. */
export async function startBare({
  text,
  headers,
}: {
  readonly text: string;
  readonly headers: Headers;
}): Promise<Bare> {
  const folder = await runFolder('bare');
  const file = join(folder, 'body');
  await writeFile(file, text);
  const same = Object.fromEntries([...headers].filter(([name]) => !itsOwn.includes(name)));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'bare node:http',
    command: process.execPath,
    args: [program, String(port)],
    env: { BODY_FILE: file, HEADERS: JSON.stringify(same) },
    folder,
    port,
    asCaller: true,
    ready: async () => (await fetch(url)).ok,
  });
  return Object.assign(server, { url });
}
