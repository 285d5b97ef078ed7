// The examples of CONTRIBUTING.md: their blocks, written into a copy of the tree, make a type and a feature that work.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePort } from '../servers/process.ts';
import { type Example, makeExample } from './example.ts';

let example: Example;
/** What the daemon of the feature checks, and its port. */
let service: Server;
let app: number;
let file: string;
let port: number;
let daemon: ChildProcess | undefined;
beforeAll(async () => {
  example = await makeExample();
  file = join(example.tree, 'shop.yaml');
  service = createServer((_, response) => response.end('good'));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  app = (service.address() as AddressInfo).port;
});
afterEach(async () => {
  if (daemon?.exitCode === null && daemon.kill('SIGTERM')) await once(daemon, 'exit');
  daemon = undefined;
});
afterAll(async () => {
  service?.closeAllConnections();
  service?.close();
  await example?.remove();
});

/** @param more lines beside the check of the service */
const configured = (more: string): string =>
  [
    `listen: 127.0.0.1:${port}`,
    'token: token-of-the-tests',
    `control: ${example.tree}/control.sock`,
    `checks: { app: { type: http, url: 'http://127.0.0.1:${app}/', interval: 200ms, timeout: 100ms, failure_threshold: 1 } }`,
    more,
    '',
  ].join('\n');

async function start(more: string): Promise<{ readonly loaded: () => Promise<readonly string[]> }> {
  port = await freePort();
  const record = join(example.tree, 'loaded.txt');
  await writeFile(file, configured(more));
  const recorder = new URL('../cli/record-modules.mjs', import.meta.url).href;
  daemon = spawn(process.execPath, [`--import=${recorder}`, 'src/main.ts', 'run', '--config', file], {
    cwd: example.tree,
    env: { ...example.environment, RECORD_MODULES_TO: record },
    stdio: 'ignore',
  });
  await until('healthy', async () => (await ask('/health')).status === 200);
  return { loaded: async () => (await readFile(record, 'utf8')).split('\n') };
}

const ask = (path: string, options: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    ...options,
    headers: { authorization: 'Bearer token-of-the-tests', 'content-type': 'application/json' },
  });
const deploy = (body: unknown): Promise<Response> =>
  ask('/deployments', { method: 'POST', body: JSON.stringify(body) });

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const begin = performance.now();
  while (!(await holds().catch(() => false))) {
    if (performance.now() - begin > 60_000) throw new Error(`not within 60 s: ${what}`);
    await wait(20);
  }
}

test('a folder, a name in the list, a rig and a page are all that is written; of a feature without the rig', () => {
  expect(example.files).toEqual([
    'src/dependencies/memcached/settings.ts',
    'src/dependencies/memcached/index.ts',
    'src/dependencies/memcached/driver.ts',
    'src/dependencies/index.ts',
    'test/contract/rigs/memcached.ts',
    'test/contract/memcached.test.ts',
    'docs/memcached.md',
    'src/features/deployments/settings.ts',
    'src/features/deployments/index.ts',
    'src/features/deployments/feature.ts',
    'src/features/deployments/command.ts',
    'src/features/index.ts',
    'docs/deployments.md',
  ]);
  expect(example.text).toContain('npm run generate\nnpm test -- style types unused\n');
});

test('types, style and dead code', async () => {
  const written = [
    'src/dependencies',
    'src/features',
    'test/contract/memcached.test.ts',
    'test/contract/rigs/memcached.ts',
  ];
  await Promise.all([
    example.run('tsc', ['-p', '.', '--singleThreaded']), // half the processor's time
    example.run('biome', ['check', '--vcs-enabled=false', ...written]),
    example.run('knip', ['--no-progress']),
  ]);
}, 120_000);

test('the contract suite passes for it, and its page, the tables, the schema and the lists are complete', async () => {
  const files = [
    'test/contract/memcached.test.ts',
    'test/dependencies/docs.test.ts',
    'test/config/documents.test.ts',
    'test/docs/readme.test.ts',
    'test/docs/snippets.test.ts',
  ];
  const cheap = ['--no-isolate', '--maxWorkers=1']; // what they import is loaded once
  const said = await example.run('vitest', ['run', '--project', 'contract', '--project', 'unit', ...cheap, ...files]);
  expect(said).toMatch(/Test Files +5 passed/);
  expect(await readFile(join(example.tree, 'README.md'), 'utf8')).toContain(
    '| [memcached](docs/memcached.md) | connect version |',
  );
  const list = async (name: string): Promise<string> =>
    readFile(join(example.tree, `test/surface/${name}.txt`), 'utf8');
  expect(await list('words')).toContain('memcached phase 2: version');
  expect(await list('configuration')).toContain('(top) deployments.keep');
  expect(await list('environment')).toContain('SIDEWARDEN_DEPLOYMENTS_MOST');
  expect(await list('metrics')).toContain('sidewarden_deployments_total counter');
  expect(await list('commands')).toMatch(/^deployments/m);
}, 120_000);

test('check-config accepts it, and refuses what is wrong with it', async () => {
  await writeFile(file, 'checks:\n  cache: { type: memcached, address: "cache:11211", gates: [admit] }\n');
  expect(await example.run('node', ['src/main.ts', 'check-config', '--config', file])).toMatch(
    /^cache +memcached +5s +2s/m,
  );
  await writeFile(file, 'checks:\n  cache: { type: memcachd, address: cache }\n');
  await expect(example.run('node', ['src/main.ts', 'check-config', '--config', file])).rejects.toThrow(
    /did you mean `memcached`/,
  );
});

test('on a real daemon: a route with a body, a family, an event, a command, and it goes by a reload', async () => {
  await start('deployments: { most: 2 }');
  expect((await deploy({ version: '1.4.2' })).status).toBe(201);
  expect(await (await deploy({ version: '1.4.2' })).json()).toMatchObject({ error: 'conflict' });
  expect(await (await deploy({ versoin: '1' })).json()).toMatchObject({ error: 'unprocessable' });
  expect(await (await ask('/metrics')).text()).toContain('\nsidewarden_deployments_total 1\n');
  service.closeAllConnections();
  const closed = once(service, 'close');
  service.close();
  await closed;
  await until('the check that failed is told', async () => (await (await ask('/deployments')).text()).includes('app'));
  expect(await example.run('node', ['src/main.ts', 'deployments', '--config', file])).toMatch(
    /^\S+ 1\.4\.2: app failed\n$/,
  );
  expect(await example.run('node', ['src/main.ts', 'print-config', '--config', file])).toMatch(
    /^deployments:\n {2}keep: 30d +# default\n {2}most: 2 +# \S*shop\.yaml:5$/m,
  );
  expect(await example.run('node', ['src/main.ts', '--help'])).toMatch(/^ +deployments +tell which versions/m);
  await writeFile(file, configured(''));
  await until('the routes are gone', async () => (await ask('/deployments')).status === 404);
  expect(await (await ask('/metrics')).text()).not.toContain('deployments');
});

test('where it is not configured, no file of it is loaded beside what is data', async () => {
  service.listen(app, '127.0.0.1');
  await once(service, 'listening');
  const { loaded } = await start('');
  daemon?.kill('SIGTERM');
  await once(daemon as ChildProcess, 'exit');
  const files = (await loaded()).flatMap((url) => /src\/features\/deployments\/(.*)$/.exec(url)?.[1] ?? []);
  expect(files.toSorted()).toEqual(['index.ts', 'settings.ts']);
});

test('check-config says what is wrong with it', async () => {
  await writeFile(file, configured('deployments: { kep: 1d, most: 0 }'));
  const judged = example.run('node', ['src/main.ts', 'check-config', '--config', file]);
  await expect(judged).rejects.toThrow(/deployments\.kep.*did you mean|did you mean `keep`/s);
  await expect(example.run('node', ['src/main.ts', 'deployments', '--config', file])).rejects.toThrow(/most/);
});
