// A network namespace as an ECS task has one: the address of its credential endpoint is there, and nothing else but what
// is forwarded. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address } from '../contract/rig.ts';
import { removeFolder, runFolder } from './process.ts';

const forwarder = fileURLToPath(new URL('ecs-task.mjs', import.meta.url));

/** Brings up the loopback interface with one more address (as `ip addr add` would), then becomes the command. */
const setUp = `
import fcntl, os, socket, struct, sys
s = socket.socket()
def address(name, text):
    inet = struct.pack('H2s4s8s', socket.AF_INET, b'', socket.inet_aton(text), b'')
    fcntl.ioctl(s, 0x8916, struct.pack('16s16s', name, inet))
fcntl.ioctl(s, 0x8914, struct.pack('16sH', b'lo', 0x41))
address(b'lo:1', '169.254.170.2')
os.execvp(sys.argv[1], sys.argv[1:])
`;

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/**
 * Runs a command in a network of its own to its end.
 * @param forwards where each `address:port` in there leads to out here.
 * @param env all of its environment but for PATH.
 */
export async function runInTask(
  command: readonly string[],
  { forwards, env }: { forwards: Readonly<Record<string, Address>>; env: Readonly<Record<string, string>> },
): Promise<Ended> {
  const folder = await runFolder('ecs');
  const paths: Record<string, string> = {};
  const servers: Server[] = [];
  for (const [inside, outside] of Object.entries(forwards)) {
    const path = join(folder, `${servers.length}.sock`);
    servers.push(await listen(path, outside));
    paths[inside] = path;
  }
  // Root needs no user namespace.
  const namespaces = process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net'];
  const [outer = '', ...args] = [
    'unshare',
    ...namespaces,
    'python3',
    '-c',
    setUp,
    process.execPath,
    forwarder,
    JSON.stringify(paths),
    ...command,
  ];
  const options = { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 150_000 };
  try {
    return await new Promise((resolve) => {
      execFile(outer, args, options, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
      });
    });
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    removeFolder(folder);
  }
}

async function listen(path: string, { host, port }: Address): Promise<Server> {
  const server = createServer((socket) => {
    const onward = connect(port, host);
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}
