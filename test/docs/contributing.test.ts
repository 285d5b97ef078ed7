// The ninth type of CONTRIBUTING.md: its blocks, written into a copy of the tree, make a type that works.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Example, makeExample } from './example.ts';

let example: Example;
beforeAll(async () => {
  example = await makeExample('Adding a type');
});
afterAll(() => example?.remove());

test('a folder, a name in the list, a rig and a page are all that is written', () => {
  expect(example.files).toEqual([
    'src/dependencies/memcached/settings.ts',
    'src/dependencies/memcached/index.ts',
    'src/dependencies/memcached/driver.ts',
    'src/dependencies/index.ts',
    'test/contract/rigs/memcached.ts',
    'test/contract/memcached.test.ts',
    'docs/memcached.md',
  ]);
  expect(example.text).toContain('npm run generate\nnpm test -- style types unused\n');
});

test('types, style and dead code', async () => {
  const written = ['src/dependencies', 'test/contract/memcached.test.ts', 'test/contract/rigs/memcached.ts'];
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
  expect(await readFile(join(example.tree, 'test/surface/words.txt'), 'utf8')).toContain('memcached phase 2: version');
}, 120_000);

test('check-config accepts it, and refuses what is wrong with it', async () => {
  const file = join(example.tree, 'shop.yaml');
  await writeFile(file, 'checks:\n  cache: { type: memcached, address: "cache:11211", gates: [admit] }\n');
  expect(await example.run('node', ['src/main.ts', 'check-config', '--config', file])).toMatch(
    /^cache +memcached +5s +2s/m,
  );
  await writeFile(file, 'checks:\n  cache: { type: memcachd, address: cache }\n');
  await expect(example.run('node', ['src/main.ts', 'check-config', '--config', file])).rejects.toThrow(
    /did you mean `memcached`/,
  );
});
