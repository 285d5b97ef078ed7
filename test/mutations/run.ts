// Runs a program to its end or to a time limit, in a process group of its own of which nothing is left.
import { spawn } from 'node:child_process';

export type Ran = {
  /** Undefined when it was ended at the limit. */
  readonly code: number | undefined;
  /** The last of what it said. */
  readonly output: string;
};

export type RunOptions = {
  readonly folder: string;
  readonly limitMs: number;
  readonly env?: Readonly<Record<string, string>>;
};

const keptCharacters = 8000;
/** For vitest to stop its servers, before it is killed. */
const stopMs = 10_000;

const running = new Set<number>();

export function run(command: string, args: readonly string[], { folder, limitMs, env }: RunOptions): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    let output = '';
    let late = false;
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-keptCharacters);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timers = [
      setTimeout(() => {
        late = true;
        signal(pid, 'SIGTERM');
      }, limitMs),
      setTimeout(() => signal(pid, 'SIGKILL'), limitMs + stopMs),
    ];
    child.once('error', (error) => keep(Buffer.from(`${error.message}\n`)));
    child.once('close', (code) => {
      for (const timer of timers) clearTimeout(timer);
      signal(pid, 'SIGKILL'); // what it left behind
      if (pid !== undefined) running.delete(pid);
      resolve({ code: late ? undefined : (code ?? 1), output });
    });
  });
}

/** Ends whatever runs, at once: the servers of tests end with the tests. */
export function endAll(): void {
  for (const pid of running) signal(pid, 'SIGKILL');
}

function signal(group: number | undefined, name: NodeJS.Signals): void {
  try {
    if (group !== undefined) process.kill(-group, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // nobody is left in it
  }
}
