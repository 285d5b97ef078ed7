// From the start of a process to its first 200, for any program that serves HTTP; all are polled alike.
import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What answers 200 when it has started. */
  readonly url: string;
};

export type Started = { readonly pid: number; readonly tookMs: number; stop(): Promise<void> };

const everyMs = 2;
const withinMs = 30_000;

/** @throws when it ends, or has not answered within 30 s */
export async function start({ command, args, environment = {}, url }: Program): Promise<Started> {
  const begin = performance.now();
  const env = { PATH: process.env.PATH ?? '', ...environment };
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', ({ message }) => {
      said += message;
      resolve();
    });
    child.once('exit', () => resolve());
  });
  let running = true;
  void ended.then(() => {
    running = false;
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  while (!(await answers(url))) {
    const late = performance.now() - begin > withinMs;
    if (late) await stop();
    if (late || !running) throw new Error(`${command} did not answer at ${url}: ${said}`);
    await wait(everyMs);
  }
  return { pid: child.pid ?? 0, tookMs: performance.now() - begin, stop };
}

const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).once('error', () => resolve(false)); // not yet listening
  });
