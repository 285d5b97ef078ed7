// What is loaded when: small commands load nothing heavy, and the daemon no client that its configuration does not use.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../docs/pages.ts';
import { runCommand } from '../integration/command.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { startSidewarden } from '../servers/sidewarden.ts';

/** https://esbuild.github.io/api/#metafile */
type Output = {
  readonly entryPoint?: string;
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
};
const { outputs } = JSON.parse(readFileSync(join(root, 'dist/metafile.json'), 'utf8')) as {
  outputs: Readonly<Record<string, Output>>;
};

const recorder = new URL('record-modules.mjs', import.meta.url).href;
let folder: string;
let redis: RedisServer;
beforeAll(async () => {
  folder = await runFolder('light');
  redis = await startRedis();
});
afterAll(async () => {
  await redis?.remove();
  if (folder !== undefined) removeFolder(folder);
});

/** The output, and all that it imports at once. */
function closure(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const { path: imported, kind, external } of outputs[path]?.imports ?? []) {
    if (kind === 'import-statement' && external !== true) closure(imported, seen);
  }
  return seen;
}

const outputOf = (source: string): string => {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source);
  if (found === undefined) throw new Error(`dist/ has no chunk of its own for ${source}`);
  return found[0];
};
const inputsOf = (paths: Iterable<string>): readonly string[] =>
  [...paths].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
/** Of the libraries in these inputs. */
const packagesIn = (inputs: readonly string[]): ReadonlySet<string> =>
  new Set(inputs.flatMap((input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));

describe.each(['drain', 'healthcheck'])('%s', (name) => {
  const entry = closure(outputOf('src/main.ts'));
  const inputs = inputsOf(new Set([...entry, ...closure(outputOf(`src/cli/${name}.ts`))]));

  test('imports no library, and of our own rooms only what is small', () => {
    expect([...packagesIn(inputs)]).toEqual([]);
    const rooms = new Set(inputs.flatMap((input) => /^src\/([\w-]+)\//.exec(input)?.[1] ?? []));
    expect([...rooms].filter((room) => !['cli', 'config', 'core'].includes(room))).toEqual([]);
  });

  test('loads nothing else when it runs', async () => {
    const record = join(folder, `${name}.txt`);
    const socket = join(folder, 'nobody.sock');
    const { code } = await runCommand([name, '--socket', socket], {
      node: [`--import=${recorder}`],
      environment: { RECORD_MODULES_TO: record },
    });
    expect(code).toBe(1);
    const all = (await readFile(record, 'utf8')).split('\n');
    const loaded = all.map((url) => `dist${url.split('/dist')[1] ?? ''}`);
    expect(loaded).toContain(outputOf(`src/cli/${name}.ts`));
    expect([...packagesIn(inputsOf(loaded))]).toEqual([]);
    expect(all).toContain('node:http');
    expect(all.filter((url) => /^node:(https|tls|zlib|dns|perf_hooks)$/.test(url))).toEqual([]);
  });
});

test('the search finds libraries where they are', () => {
  const inputs = inputsOf(closure(outputOf('src/cli/run.ts')));
  const found = packagesIn(inputs);
  for (const name of ['fastify', 'zod', 'yaml', 'prom-client']) expect([...found]).toContain(name);
});

/** Of the objectives, what only a daemon that has some needs. */
const objectivesAtWork = inputsOf(closure(outputOf('src/features/slos/feature.ts'))).filter(
  (input) => input.startsWith('src/features/') && !inputsOf(closure(outputOf('src/cli/run.ts'))).includes(input),
);

test('objectives at work are apart', () => {
  for (const file of ['feature', 'windows', 'counting', 'gauges', 'sources/page'])
    expect(objectivesAtWork).toContain(`src/features/slos/${file}.ts`);
});

describe('the daemon', () => {
  test('with alerts loads what settings are judged by, and no more: a change of them is taken over and changes nothing', async () => {
    const [record, file] = [join(folder, 'alerts.txt'), join(folder, 'alerts.yaml')];
    const written = (alerts: string): string => `service: shop\nalerts: { ${alerts} }\n`;
    writeFileSync(file, written('prefix: Shop'));
    const daemon = await startSidewarden({
      node: [`--import=${recorder}`],
      environment: { RECORD_MODULES_TO: record },
      args: [`--config=${file}`],
    });
    const said = (): readonly string[] => daemon.log().map(({ message }) => String(message));
    try {
      const series = (await daemon.get('/metrics/checks')).text.match(/^\w+/gm);
      writeFileSync(file, written('Watchdog: { for: 1m }, disabled: [Watchdog]'));
      process.kill(daemon.pid, 'SIGHUP');
      const isRead = () => said().includes('the configuration was read again: the checks are as they were');
      await expect.poll(isRead, { timeout: 50_000 }).toBe(true);
      expect((await daemon.get('/metrics/checks')).text.match(/^\w+/gm)).toEqual(series);
    } finally {
      await daemon.stop();
    }
    const urls = (await readFile(record, 'utf8')).split('\n').filter(Boolean);
    const inputs = inputsOf(urls.map((url) => `dist${url.split('/dist')[1] ?? ''}`));
    const loaded = inputs.flatMap((input) => /^src\/features\/alerts\/(.*)/.exec(input)?.[1] ?? []);
    expect([...new Set(loaded)].sort()).toEqual(['index.ts', 'known.ts', 'problems.ts', 'settings.ts', 'templates.ts']);
    expect([...packagesIn(inputs)]).not.toContain('diff');
    expect(inputs.filter((input) => objectivesAtWork.includes(input))).toEqual([]);
  });

  const clients: Readonly<Record<string, string>> = {
    postgres: 'pg',
    elasticsearch: '@elastic/elasticsearch',
    redis: 'ioredis',
    kms: '@aws-sdk/client-kms',
  };

  /** The libraries of all chunks that a daemon loads until it is healthy, and its end. */
  async function loadedWith(environment: Readonly<Record<string, string>>, check: string): Promise<readonly string[]> {
    const record = join(folder, `${check}.txt`);
    const daemon = await startSidewarden({
      node: [`--import=${recorder}`],
      environment: { ...environment, RECORD_MODULES_TO: record },
    });
    try {
      await daemon.until(({ checks }) => checks[check]?.latency_ms != null, 50_000);
    } finally {
      await daemon.stop();
    }
    expect(existsSync(record), daemon.output()).toBe(true);
    const urls = (await readFile(record, 'utf8')).split('\n').filter(Boolean);
    expect(urls.map((url) => basename(url))).toContain('main.js');
    const libraries = packagesIn(inputsOf(urls.map((url) => `dist${url.split('/dist')[1] ?? ''}`)));
    return Object.values(clients).filter((client) => libraries.has(client));
  }

  test('with REDIS_URL alone loads the client of Redis and no other', async () => {
    expect(await loadedWith({ REDIS_URL: redis.url }, 'redis')).toEqual(['ioredis']);
  });

  test('with another type too, its client as well', async () => {
    const DATABASE_URL = 'postgres://shop@127.0.0.1:1/shop';
    expect(await loadedWith({ REDIS_URL: redis.url, DATABASE_URL }, 'database')).toEqual(['pg', 'ioredis']);
  });

  test('with a type that needs none, none', async () => {
    expect(await loadedWith({ APP_URL: 'http://127.0.0.1:1/' }, 'app')).toEqual([]);
  });

  test('each driver has a chunk that holds its client', () => {
    for (const [type, client] of Object.entries(clients)) {
      const inputs = inputsOf(closure(outputOf(`src/dependencies/${type}/driver.ts`)));
      expect([...packagesIn(inputs)], type).toContain(client);
    }
  });
});
