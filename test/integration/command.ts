// Runs the built program to its end, as on a command line.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../dist/sidewarden.js', import.meta.url));
/** Less than a test may take: a safety net, which names what hangs. */
const withinMs = 170_000;

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type CommandOptions = {
  /** All of its environment but for PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Options of Node itself, such as `--import=…`. */
  readonly node?: readonly string[];
  /** What stands on its standard input; nothing unless given. */
  readonly input?: string;
  /** Where it runs; here unless given. */
  readonly cwd?: string;
};

/** Resolves when it has ended; one that does not end in time is killed, and its code is null. */
export function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const { environment = {}, node = [], input, cwd } = options;
  const env = { PATH: process.env.PATH ?? '', ...environment };
  const child = spawn(process.execPath, [...node, entry, ...args], { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined).end(input); // one that reads nothing may be gone already
  const late = setTimeout(() => child.kill('SIGKILL'), withinMs);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(late);
      resolve({ code, stdout, stderr });
    });
  });
}
