// Which tests are run against a mutation, and in which order: what reaches it, the cheap and the near ones first.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batchesOf, limitOf } from './batches.ts';
import { createReach } from './reach.ts';
import type { TestFile } from './rooms.ts';

const unit = (file: string): TestFile => ({ project: 'unit', file });
const contract = (type: string): TestFile => ({ project: 'contract', file: type });

type Known = Readonly<Record<string, { ms?: number; distance?: number | undefined; built?: boolean }>>;
const batches = (files: readonly TestFile[], known: Known): string[][] =>
  batchesOf(files, {
    ms: ({ file }) => known[file]?.ms ?? 0,
    distance: ({ file }) => (file in known && 'distance' in (known[file] ?? {}) ? known[file]?.distance : 2),
    runsBuild: ({ file }) => known[file]?.built ?? false,
  }).map((batch) => batch.map(({ file }) => file));

test('the cheap ones come first, in batches that grow', () => {
  const known = {
    a: { ms: 20_000 },
    b: { ms: 500 },
    c: { ms: 4000 },
    d: { ms: 100 },
    e: { ms: 5000 },
    f: { ms: 6000 },
  };
  expect(batches(Object.keys(known).map(unit), known)).toEqual([['d', 'b', 'c'], ['e', 'f'], ['a']]);
});
test('what imports the mutated module may take four times as long', () => {
  expect(batches([unit('a'), unit('b')], { a: { ms: 3000 }, b: { ms: 11_000, distance: 1 } })).toEqual([['b'], ['a']]);
});
test('what does not reach it is left out', () => {
  expect(batches([unit('a'), unit('b')], { a: { distance: undefined } })).toEqual([['b']]);
  expect(batches([unit('a')], { a: { distance: undefined } })).toEqual([]);
});
test('contract tests come later, and what needs a build comes last', () => {
  const files = [unit('a'), contract('tcp'), contract('tls'), unit('b')];
  expect(batches(files, { a: { built: true }, b: { ms: 9000 } })).toEqual([['b'], ['tcp', 'tls'], ['a']]);
});
test('the time limit is generous', () => {
  expect(limitOf([unit('a'), unit('b')], { ms: () => 10_000 })).toBe(90_000);
});

let tree: string;
const files = {
  'src/main.ts': "import './far.ts';",
  'src/far.ts': "export const far = (await import('./driver.ts')).driver;",
  'src/driver.ts': "import type { Type } from './types.ts';\nexport const driver = 1;",
  'src/types.ts': 'export type Type = 1;',
  'test/near.test.ts': "import {\n  driver,\n} from '../src/driver.ts';",
  'test/far.test.ts': "import { far } from '../src/far.ts';",
  'test/program.test.ts': "run('node', ['src/main.ts']);",
  'test/built.test.ts': "import { run } from './run.ts';",
  'test/run.ts': "const entry = new URL('../dist/sidewarden.js', import.meta.url);",
};
beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'sidewarden-reach-'));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, file)), { recursive: true });
    await writeFile(join(tree, file), text);
  }
});
afterAll(() => rm(tree, { recursive: true }));

test.each([
  ['test/near.test.ts', 1],
  ['test/far.test.ts', 2],
  ['test/program.test.ts', 3],
  ['test/built.test.ts', 5],
])('%s is %i away from the driver', (file, distance) => {
  const reach = createReach(tree);
  expect(reach.distances(file).get('src/driver.ts')).toBe(distance);
  expect(reach.distances(file).get('src/types.ts')).toBeUndefined();
  expect(reach.runsBuild(file)).toBe(file === 'test/built.test.ts');
});
