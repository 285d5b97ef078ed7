// Standard output that nobody reads, or that is full: lines are lost and counted, nothing else happens.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startHttpServer } from '../servers/http.ts';
import { freePort, removeFolder, runFolder } from '../servers/process.ts';

const entry = fileURLToPath(new URL('../../dist/sidewarden.js', import.meta.url));

/** Runs the daemon with this standard output, sees it healthy, lets it log, and ends it. */
async function runOn(output: number): Promise<{ code: number | null; lost: number }> {
  const app = await startHttpServer((_, response) => response.end('ok'));
  const port = await freePort();
  const child = spawn(process.execPath, [entry, `--listen=127.0.0.1:${port}`, '--log-level=trace'], {
    stdio: ['ignore', output, 'inherit'],
    env: {
      APP_URL: `http://${app.host}:${app.port}`,
      SIDEWARDEN_DEFAULTS_INTERVAL: '100ms',
      SIDEWARDEN_DEFAULTS_TIMEOUT: '90ms',
    },
  });
  const exited = once(child, 'exit');
  const read = async (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
  try {
    await expect.poll(async () => (await read('/health').catch(() => undefined))?.status).toBe(200);
    // Enough lines to fill a pipe (64 KiB): each run logs about 400 bytes.
    const runs = async (): Promise<number> => {
      const text = await (await read('/metrics')).text();
      return Number(/runs_total\{[^}]*result="passed"\} (\d+)/.exec(text)?.[1]);
    };
    await expect.poll(runs, { timeout: 60_000 }).toBeGreaterThan(250);
    expect((await read('/health')).status).toBe(200);
    const text = await (await read('/metrics')).text();
    child.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    return { code, lost: Number(/sidewarden_sink_errors_total\{sink="log"\} (\d+)/.exec(text)?.[1]) };
  } finally {
    child.kill('SIGKILL');
    await app.stop();
  }
}

test('a reader that has stopped holds nothing up, the end included', async () => {
  const folder = await runFolder('stalled');
  onTestFinished(() => removeFolder(folder));
  const fifo = join(folder, 'log');
  execFileSync('mkfifo', [fifo]);
  const both = openSync(fifo, constants.O_RDWR); // a reader that never reads
  expect(await runOn(both)).toMatchObject({ code: 0 });
  closeSync(both);
}, 90_000);

test('a full disk costs lines, which are counted', async () => {
  const full = openSync('/dev/full', 'w');
  const { code, lost } = await runOn(full);
  closeSync(full);
  expect(code).toBe(0);
  expect(lost).toBeGreaterThan(250);
}, 90_000);
