// Starts a real server as a child process and sees to it that nothing of it outlives the tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { family, freezeFamily, signalAll, survivors } from './descendants.ts';
import { removeFolders, serverUser } from './place.ts';

export { freePort, isFree, removeFolder, runFolder, serverUser } from './place.ts';

/** Milliseconds until what was killed is gone at the latest. */
const KILLED_WITHIN_MS = 10_000;

/** The last part of what a server said that is kept, in characters. */
const KEPT = 64 * 1024;

export type StartOptions = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** On top of PATH, locale, time zone, JAVA_HOME; nothing else is inherited, so that no PGHOST or AWS_PROFILE leaks in. */
  readonly env?: Readonly<Record<string, string>>;
  /** From `runFolder`: working folder, HOME and TMPDIR. */
  readonly folder: string;
  /** Polled until true (a throw means not yet), or looked for in the output. */
  readonly ready: (() => Promise<boolean>) | RegExp;
  /** Milliseconds until a start counts as failed; 60 s by default. */
  readonly readyWithinMs?: number;
  /** What asks it to stop: SIGTERM by default; PostgreSQL ends its sessions at SIGINT only. */
  readonly stopSignal?: NodeJS.Signals;
  /** Milliseconds that it may take to stop before it is killed; 10 s by default. */
  readonly stopWithinMs?: number;
  readonly port?: number;
  /** Runs as ourselves even when we are root. */
  readonly asCaller?: boolean;
  /** Is given everything that it says, of which `output` keeps the last part. */
  readonly hear?: (text: string) => void;
};

export type ServerProcess = {
  readonly pid: number;
  readonly port?: number;
  /** SIGSTOP to the process and every descendant: connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Asks it to stop, kills what is left after a bound; resolves when all of it is gone. Twice is harmless. */
  stop(): Promise<void>;
  /** SIGKILL to all of it; await `exited` for the end. */
  kill(): void;
  /** The last 64 K characters of standard output and error. */
  output(): string;
  /** The exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
};

/** Starts a server and waits until it is ready. Throws, with its last lines, when it ends or is late. */
export async function startProcess(options: StartOptions): Promise<ServerProcess> {
  watchOurOwnEnd();
  const { server, output } = launch(options);
  running.add(server);
  void server.exited.then(() => running.delete(server));
  try {
    await untilReady(options, server, output);
  } catch (error) {
    server.kill();
    await server.exited;
    throw error;
  }
  return server;
}

/** Runs a program (initdb and its like) to its end as the server user, and gives its output. Throws when it fails. */
export async function runProgram(options: Omit<StartOptions, 'ready' | 'port'>): Promise<string> {
  watchOurOwnEnd();
  const { server, output } = launch({ ...options, ready: /^/ });
  running.add(server);
  const code = await server.exited;
  running.delete(server);
  if (code !== 0) throw new Error(`${options.name} ended with ${code ?? 'a signal'}${lastLines(output())}`);
  return output();
}

function launch(options: StartOptions): { server: ServerProcess; output: () => string } {
  const child = spawn(options.command, options.args, {
    ...(options.asCaller ? {} : serverUser()),
    cwd: options.folder,
    env: environment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own: Ctrl-C in a terminal does not reach it behind our back
  });
  let said = '';
  const keep = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-KEPT);
    options.hear?.(chunk.toString());
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      said += `${error.message}\n`;
      resolve(-1);
    });
    child.once('close', (code) => resolve(code));
    // A descendant that lives on holds the output open, and 'close' would wait for it.
    child.once('exit', (code) => setTimeout(() => resolve(code), 200));
  });
  child.once('exit', () => killGroup(child.pid)); // its launcher killed, Elasticsearch's own process would live on
  const pid = child.pid ?? -1; // -1: it could not be started at all, `exited` resolves with -1
  const guard = pid > 0 ? startGuard(pid, options.folder) : undefined;
  void exited.then(() => guard?.kill('SIGKILL'));
  return { server: handle(options, pid, exited, () => said), output: () => said };
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // nobody is left in it, as it should be
  }
}

function handle(
  { stopSignal = 'SIGTERM', stopWithinMs = 10_000, port }: StartOptions,
  pid: number,
  exited: Promise<number | null>,
  output: () => string,
): ServerProcess {
  const kill = (): void => signalAll(family(pid), 'SIGKILL');
  const stop = async (): Promise<void> => {
    const members = family(pid);
    signalAll(members, 'SIGCONT');
    signalAll(members.slice(0, 1), stopSignal);
    const late = setTimeout(() => signalAll(survivors([...members, ...family(pid)]), 'SIGKILL'), stopWithinMs);
    await exited;
    clearTimeout(late);
    signalAll(survivors(members), 'SIGKILL');
    // On a busy machine what was killed waits for a core to end on.
    const end = performance.now() + KILLED_WITHIN_MS;
    while (survivors(members).length > 0 && performance.now() < end) await wait(5);
  };
  return {
    pid,
    ...(port === undefined ? {} : { port }),
    freeze: () => freezeFamily(pid),
    thaw: () => signalAll(family(pid), 'SIGCONT'),
    stop,
    kill,
    output,
    exited,
  };
}

function environment({ env, folder }: StartOptions): Record<string, string> {
  const inherited = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'JAVA_HOME'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), HOME: folder, TMPDIR: folder, ...env };
}

async function untilReady(options: StartOptions, server: ServerProcess, output: () => string): Promise<void> {
  const { name, ready, readyWithinMs = 60_000 } = options;
  const deadline = performance.now() + readyWithinMs;
  let ended: number | null | undefined;
  void server.exited.then((code) => {
    ended = code;
  });
  let reason = '';
  while (performance.now() < deadline) {
    if (ended !== undefined) throw new Error(`${name} ended with ${ended ?? 'a signal'}${lastLines(output())}`);
    try {
      if (ready instanceof RegExp ? ready.test(output()) : await ready()) return;
    } catch (error) {
      reason = ` (${error instanceof Error ? error.message : String(error)})`;
    }
    await Promise.race([wait(50), server.exited]);
  }
  throw new Error(`${name} was not ready within ${readyWithinMs} ms${reason}${lastLines(output())}`);
}

function lastLines(output: string): string {
  return `; it said last:\n${output.trimEnd().split('\n').slice(-20).join('\n')}`;
}

/**
 * A shell that waits for the end of its standard input, which comes when this process dies, even by SIGKILL, and then
 * kills the server's process group and removes its folder.
 */
function startGuard(pid: number, folder: string): ChildProcess {
  const script = 'read -r _; kill -9 "-$1"; sleep 1; rm -rf -- "$2"';
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  return guard;
}

const running = new Set<ServerProcess>();
let watching = false;

/** Kills what runs and removes the folders when this process ends; on a signal only if nobody else handles it. */
function watchOurOwnEnd(): void {
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const server of running) server.kill();
    removeFolders();
  });
  for (const [name, number] of [['SIGINT', 2] as const, ['SIGTERM', 15] as const, ['SIGHUP', 1] as const]) {
    const listener = (): void => {
      if (process.listeners(name).every((each) => each === listener)) process.exit(128 + number);
    };
    process.on(name, listener);
  }
}
