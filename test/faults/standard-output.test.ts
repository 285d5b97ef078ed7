// Standard output that nobody reads, or that is full: lines are lost and counted, nothing else happens.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type TestContext, test } from 'vitest';
import { stringify } from 'yaml';
import { startHttpServer } from '../servers/http.ts';
import { freePort, removeFolder, runFolder } from '../servers/process.ts';

const entry = fileURLToPath(new URL('../../dist/sidewarden.js', import.meta.url));

/** Each run logs about 400 bytes: these fill a pipe (64 KiB). Many checks come to them in a few seconds. */
const wantedRuns = 250;
const checks = 60;

/** Runs the daemon with this standard output, sees it healthy, lets it log, and ends it. */
async function runOn(output: number, folder: string): Promise<{ code: number | null; lost: number }> {
  const app = await startHttpServer((_, response) => response.end('ok'));
  const check = { type: 'http', url: `http://${app.host}:${app.port}`, interval: '1s', timeout: '900ms' };
  const named = Array.from({ length: checks }, (_, index) => [`app-${index}`, check]);
  const file = join(folder, 'sidewarden.yaml');
  writeFileSync(file, stringify({ checks: Object.fromEntries(named) }, { aliasDuplicateObjects: false }));
  const port = await freePort();
  const args = [entry, `--listen=127.0.0.1:${port}`, `--config=${file}`, '--log-level=trace'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', output, 'inherit'], env: {} });
  const exited = once(child, 'exit');
  const read = async (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
  const metrics = async (): Promise<string> => (await read('/metrics')).text();
  try {
    await expect.poll(async () => (await read('/health').catch(() => undefined))?.status).toBe(200);
    const runs = async (): Promise<number> =>
      [...(await metrics()).matchAll(/runs_total\{[^}]*result="passed"\} (\d+)/g)].reduce(
        (sum, [, n]) => sum + Number(n),
        0,
      );
    await expect.poll(runs, { interval: 200 }).toBeGreaterThan(wantedRuns);
    expect((await read('/health')).status).toBe(200);
    const text = await metrics();
    child.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    return { code, lost: Number(/sidewarden_sink_errors_total\{sink="log"\} (\d+)/.exec(text)?.[1]) };
  } finally {
    child.kill('SIGKILL');
    await app.stop();
  }
}

async function folderFor({ onTestFinished }: TestContext): Promise<string> {
  const folder = await runFolder('standard-output');
  onTestFinished(() => removeFolder(folder));
  return folder;
}

test.concurrent('a reader that has stopped holds nothing up, the end included', async (context) => {
  const folder = await folderFor(context);
  const fifo = join(folder, 'log');
  execFileSync('mkfifo', [fifo]);
  const both = openSync(fifo, constants.O_RDWR); // a reader that never reads
  expect(await runOn(both, folder)).toMatchObject({ code: 0 });
  closeSync(both);
});

test.concurrent('a full disk costs lines, which are counted', async (context) => {
  const full = openSync('/dev/full', 'w');
  const { code, lost } = await runOn(full, await folderFor(context));
  closeSync(full);
  expect(code).toBe(0);
  expect(lost).toBeGreaterThan(wantedRuns);
});
