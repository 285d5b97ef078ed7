// Runs the built program at a terminal of its own, and types when it asks.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../dist/sidewarden.js', import.meta.url));
const terminal = fileURLToPath(new URL('terminal.py', import.meta.url));
/** Less than a test may take: a safety net, which names what hangs. */
const withinMs = 55_000;

/** What to wait for, and what to type then. */
export type Dialogue = readonly (readonly [question: RegExp, answer: string])[];

/** @returns the exit code and all that the terminal showed. @throws with that when a question does not come in time. */
export function atTerminal(
  args: readonly string[],
  { environment = {}, dialogue = [], cwd }: { environment?: Record<string, string>; dialogue?: Dialogue; cwd?: string },
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const env = { PATH: process.env.PATH ?? '', TERM: 'xterm', ...environment };
  const child = spawn('python3', [terminal, process.execPath, entry, ...args], {
    env,
    stdio: 'pipe',
    ...(cwd && { cwd }),
  });
  const waiting = [...dialogue];
  let shown = '';
  let answered = 0;
  const hear = (chunk: Buffer): void => {
    shown += chunk.toString();
    const [next] = waiting;
    if (next === undefined || !next[0].test(shown.slice(answered))) return;
    waiting.shift();
    answered = shown.length;
    child.stdin.write(next[1]);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`still waits for ${waiting[0]?.[0] ?? 'its end'}:\n${shown}`));
    }, withinMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(late);
      resolve({ code, shown });
    });
  });
}
