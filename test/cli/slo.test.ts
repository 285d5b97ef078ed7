// sidewarden slo beside a real daemon, and where there is none, or one that knows nothing of objectives.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { SloBody } from '../../src/features/slos/answer.ts';
import { startDaemon } from '../features/daemon.ts';
import { type Ended, runCommand } from '../integration/command.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { runHere } from './run-here.ts';

const slos = {
  availability: { indicator: { ready: true }, objective: 99.9, description: 'The service takes requests.' },
  // One bad second of a week is allowed.
  'partner-up': { indicator: { check: 'partner' }, objective: 99.9998, window: '7d' },
};
/** Nobody listens there: each second has a bad event. */
const partner = { type: 'tcp', address: '127.0.0.1:1', required: false, gates: [], interval: '200ms' };
const checks = { partner: { ...partner, timeout: '100ms', failure_threshold: 1 } };

let folder: string;
let daemon: Sidewarden;
beforeAll(async () => {
  folder = await runFolder('slo');
  daemon = await startSidewarden({ configuration: { control: control(), checks, slos } });
  await firstBadEvent();
});
afterAll(async () => {
  await daemon?.stop();
  if (folder !== undefined) removeFolder(folder);
});

/** Resolves when a budget is spent, and the state is told by 1. */
async function firstBadEvent(): Promise<void> {
  const begin = performance.now();
  let said: unknown;
  while (performance.now() - begin < 20_000) {
    said = await ask().catch(String); // the routes come after the first answers
    if (typeof said === 'object' && (said as Ended).code === 1) return;
    await wait(50);
  }
  throw new Error(`no budget was spent: ${JSON.stringify(said)}`);
}

const control = (): string => join(folder, 'control.sock');

/** With a configuration of its own. */
async function ask(args: readonly string[] = [], configuration: object = { control: control(), checks, slos }) {
  const file = join(folder, 'asked.yaml');
  await writeFile(file, stringify(configuration));
  return await runHere(['slo', ...args, '--config', file]);
}

const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('beside a daemon', () => {
  test('as it is installed: all objectives, the one whose budget is spent first, and 1', async () => {
    const file = join(folder, 'installed.yaml');
    await writeFile(file, stringify({ control: control(), checks, slos }));
    const { code, stdout, stderr } = await runCommand(['slo', '--config', file]);
    expect([code, stderr]).toEqual([1, '']);
    expect(squeezed(stdout)).toMatch(
      /^EXHAUSTED partner-up: the budget is spent: \d+ bad events in \d+s \(of 7d\), 1 is allowed\./,
    );
    expect(stdout).toMatch(/^state +objective +good % +wanted +left % +burn 1h +counted$/m);
    expect(stdout).toMatch(/^exhausted {2}partner-up +0\.00000 +99\.9998 +-\d+ +>9999 {2}pod, \d+s$/m);
  });

  test('one whose budget is not spent: 0, with all that is known', async () => {
    const { code, stdout, stderr } = await ask(['availability']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^MET availability: 100\.00 % good in \d+s \(of 30d\)/);
    expect(stdout).toContain('The service takes requests.');
    expect(stdout).toMatch(/^bad events +0$/m);
    expect((await ask(['partner-up'])).code).toBe(1);
  });

  test('--json is what GET /slo answers, and fits its schema', async () => {
    const { code, stdout } = await ask(['--json']);
    expect(code).toBe(1);
    const body = JSON.parse(stdout) as SloBody;
    const fits = validator();
    expect(fits(body) ? [] : fits.errors).toEqual([]);
    expect(Object.keys(body.objectives)).toEqual(Object.keys(slos));
    const one = JSON.parse((await ask(['availability', '--json'])).stdout) as SloBody;
    expect(fits(one) ? [] : fits.errors).toEqual([]);
    expect(Object.keys(one.objectives)).toEqual(['availability']);
    expect(fits({ ...one, objectives: { availability: {} } })).toBe(false);
  });

  test('by the port it needs a token', async () => {
    expect((await daemon.get('/slo')).code).toBe(403);
  });
});

describe('a name that no objective has', () => {
  test.each([
    ['availabilty', 'sidewarden: there is no objective availabilty; did you mean availability?'],
    ['orders', 'sidewarden: there is no objective orders; the objectives are: availability, partner-up'],
    ['constructor', 'sidewarden: there is no objective constructor; the objectives are: availability, partner-up'],
  ])('%s: 2, and which there are', async (name, message) => {
    const { code, stdout, stderr } = await ask([name]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toContain(message);
  });

  test('in the daemon: 1, and which there are', async () => {
    const configured = { control: control(), checks, slos: { ...slos, later: slos.availability } };
    await expect(ask(['later'], configured)).rejects.toThrow(
      'the daemon has no objective later, only availability, partner-up: it runs another configuration',
    );
  });
});

test('two names: 2', async () => {
  expect(await ask(['a', 'b'])).toMatchObject({ code: 2, stderr: expect.stringContaining('one NAME at most') });
});

test('a configuration without objectives: 78', async () => {
  const { code, stderr } = await ask([], { control: control() });
  expect(code).toBe(78);
  expect(stderr).toContain('says nothing of slos: write it there to use this command');
});

test('no daemon: 1, and where it was looked for', async () => {
  const nobody = join(folder, 'nobody.sock');
  const file = join(folder, 'nobody.yaml');
  await writeFile(file, stringify({ control: nobody, checks, slos }));
  const { code, stdout, stderr } = await runCommand(['slo', '--config', file]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`no daemon listens on ${nobody}. Is it running?`);
});

test('a daemon without objectives: 1, and what to think of', async () => {
  const other = join(folder, 'other.sock');
  const without = await startDaemon({ SIDEWARDEN_CONTROL: other });
  try {
    await expect(ask([], { control: other, checks, slos })).rejects.toThrow(
      'the daemon has no objective: it runs another configuration than the one that was read here',
    );
  } finally {
    await without.stop();
  }
});

function validator() {
  const page = readFileSync(new URL('../../docs/endpoints.md', import.meta.url), 'utf8');
  const ajv = new Ajv2020({ allowUnionTypes: true, strictTypes: false });
  for (const [, block = ''] of page.matchAll(/```json\n(.*?)```/gs))
    if (block.includes('"$schema"')) ajv.addSchema(JSON.parse(block));
  const schema = ajv.getSchema('slo');
  if (schema === undefined) throw new Error('docs/endpoints.md has no schema slo');
  return schema;
}
