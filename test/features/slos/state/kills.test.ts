// Killed with SIGKILL at random instants, also while it reads and while the file is written anew: what comes back is what
// was counted, or that of a second before. SIDEWARDEN_TEST_LONG=1 takes the number that the documentation names.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { runFolder } from '../../../servers/process.ts';

const kills = process.env.SIDEWARDEN_TEST_LONG === '1' ? 200 : 26;
/** So many folders at a time, each with processes one after the other. */
const lines = 2;
/** In one file, which begins sooner. */
let script: string;

beforeAll(async () => {
  script = join(await runFolder('slo-counter'), 'counter.mjs');
  const source = new URL('counter.ts', import.meta.url).pathname;
  await build({ entryPoints: [source], outfile: script, bundle: true, platform: 'node', format: 'esm' });
});

/** One process from its begin to its end. @returns what it told, line by line */
async function live(
  folder: string,
  life: number,
  killAt: { readonly after: 'begin' | 'first line'; readonly ms: number },
) {
  const told = join(folder, `${life}.txt`);
  const output = openSync(told, 'w');
  const child = spawn(process.execPath, [script, join(folder, 'state'), String((life + 1) * 1e9)], {
    stdio: ['ignore', output, 'pipe'],
  });
  const ended = once(child, 'exit');
  let complaints = '';
  child.stderr?.on('data', (data) => {
    complaints += String(data);
  });
  const read = (): readonly string[] => readFileSync(told, 'utf8').split('\n').slice(0, -1);
  while (killAt.after === 'first line' && read().length === 0 && child.exitCode === null) await sleep(5);
  await sleep(killAt.ms);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(complaints).toBe('');
  closeSync(output);
  return read();
}

test.concurrent.each(Array.from({ length: lines }, (_, line) => line))('killed again and again, %i', async () => {
  const folder = await runFolder('slo-kills');
  await mkdir(join(folder, 'state'));
  /** What may come back. */
  let possible = [JSON.stringify(Array.from({ length: 3 }, () => [0, 0]))];
  let seconds = 0;
  for (let life = 0; life < kills / lines; life += 1) {
    const after = life % 6 === 5 ? 'begin' : 'first line';
    const told = await live(folder, life, { after, ms: Math.random() * (after === 'begin' ? 200 : 40) });
    if (told.length === 0) continue; // it was killed before it had read
    expect(possible).toContain(told[0]);
    possible = told.slice(-2);
    seconds += told.length - 1;
  }
  expect(seconds).toBeGreaterThan(kills);
});
