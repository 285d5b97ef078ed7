import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, isFree, removeFolder, runFolder, runProgram, serverUser, startProcess } from './process.ts';

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()));
});

/** Starts a Node program; `ready` is printed by it. */
async function startNode(program: string, options: { stopWithinMs?: number; readyWithinMs?: number } = {}) {
  const folder = await runFolder('process');
  const server = await startProcess({
    name: 'node',
    command: process.execPath,
    args: ['-e', program],
    folder,
    ready: /ready (\d+)/,
    ...options,
  });
  open.push(server);
  return { server, number: Number(/ready (\d+)/.exec(server.output())?.[1]) };
}

/** A parent whose child sits in a session of its own, as PostgreSQL's backends do; says the child's id. */
const WITH_GRANDCHILD = `
  const child = require('node:child_process').spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
  console.log('ready ' + child.pid);
  setInterval(() => {}, 1000);
`;

/** The state letter of a process: S sleeps, R runs, T is stopped; undefined when there is none (or a zombie). */
function state(pid: number): string | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined;
  const letter = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0];
  return letter === 'Z' ? undefined : letter;
}

describe('places', () => {
  it('gives ports that are free, below 32768 and different', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, freePort));
    expect(new Set(ports).size).toBe(20);
    expect(ports.every((port) => port >= 10_000 && port < 32_768)).toBe(true);
  });

  it('knows a taken port', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    expect(await isFree(port)).toBe(false);
    server.close();
  });

  it('gives a folder that the server user owns, private to it', async () => {
    const folder = await runFolder('owner');
    const { uid, mode } = statSync(folder);
    expect(uid).toBe(serverUser()?.uid ?? process.getuid?.());
    expect(mode & 0o777).toBe(0o700);
    removeFolder(folder);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a server process', () => {
  it('is not root, lives in its folder, and inherits no client settings', async () => {
    process.env.PGHOST = 'elsewhere.example';
    const folder = await runFolder('identity');
    const script = 'console.log(process.getuid(), process.env.HOME, process.env.PGHOST)';
    const output = await runProgram({ name: 'identity', command: process.execPath, args: ['-e', script], folder });
    delete process.env.PGHOST;
    expect(output.trim()).toBe(`${serverUser()?.uid ?? process.getuid?.()} ${folder} undefined`);
  });

  it('freezes and thaws with a descendant in a session of its own', async () => {
    const { server, number: grandchild } = await startNode(WITH_GRANDCHILD);
    server.freeze();
    await expect.poll(() => [state(server.pid), state(grandchild)]).toEqual(['T', 'T']);
    server.thaw();
    await expect.poll(() => [state(server.pid), state(grandchild)]).not.toContain('T');
  });

  it('stops with all descendants, also when frozen', async () => {
    const { server, number: grandchild } = await startNode(WITH_GRANDCHILD);
    server.freeze();
    await server.stop();
    await server.stop();
    expect([state(server.pid), state(grandchild)]).toEqual([undefined, undefined]);
  });

  it('is killed when it ignores the request to stop', async () => {
    const program = "process.on('SIGTERM', () => {}); console.log('ready 1'); setInterval(() => {}, 1000)";
    const { server } = await startNode(program, { stopWithinMs: 200 });
    await server.stop();
    expect(await server.exited).toBeNull();
  });

  it('dies at once by kill', async () => {
    const { server, number: grandchild } = await startNode(WITH_GRANDCHILD);
    server.kill();
    expect(await server.exited).toBeNull();
    await expect.poll(() => state(grandchild)).toBeUndefined();
  });

  it('takes its group along when it is killed from outside', async () => {
    const program = WITH_GRANDCHILD.replace('detached: true', 'detached: false');
    const { server, number: child } = await startNode(program);
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    await expect.poll(() => state(child)).toBeUndefined();
  });

  it('says what it said last when it ends instead of starting', async () => {
    const start = startNode("console.error('port is taken'); process.exit(7)");
    await expect(start).rejects.toThrow(/node ended with 7; it said last:\nport is taken/);
  });

  it('says so when it does not get ready in time', async () => {
    const start = startNode('setInterval(() => {}, 1000)', { readyWithinMs: 100 });
    await expect(start).rejects.toThrow(/not ready within 100 ms/);
  });

  it('says so when the program is not there', async () => {
    const folder = await runFolder('absent');
    const start = startProcess({ name: 'absent', command: '/nowhere/absent', args: [], folder, ready: /./ });
    await expect(start).rejects.toThrow(/ENOENT/);
  });
});

describe('the end of the test process', () => {
  /** A process that starts a server and waits; resolves when the server is up. */
  async function startParent() {
    const program = `
      import { runFolder, startProcess } from '${import.meta.dirname}/process.ts';
      const folder = await runFolder('orphan');
      const server = await startProcess({ name: 'sleep', command: 'sleep', args: ['300'], folder, ready: async () => true });
      console.log(JSON.stringify({ pid: server.pid, folder }));
      setInterval(() => {}, 1000);
    `;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], { stdio: 'pipe' });
    const said = await new Promise<string>((resolve, reject) => {
      parent.stdout.once('data', (data: Buffer) => resolve(data.toString()));
      parent.stderr.once('data', (data: Buffer) => reject(new Error(data.toString())));
    });
    return { parent, ...(JSON.parse(said) as { pid: number; folder: string }) };
  }

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('by %s takes servers and folders with it', async (signal) => {
    const { parent, pid, folder } = await startParent();
    expect(state(pid)).toBeDefined();
    expect(existsSync(folder)).toBe(true);
    parent.kill(signal);
    await expect.poll(() => [state(pid), existsSync(folder)]).toEqual([undefined, false]);
  });
});
