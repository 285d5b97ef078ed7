// The ninth type of CONTRIBUTING.md: its blocks, written into a copy of the tree, make a type that works.
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { read, root } from './pages.ts';

const page = read('CONTRIBUTING.md');
const example = page.slice(page.indexOf('## Adding a type'));
/** A paragraph that begins with the name of a file, and the block below it. */
const named = [...example.matchAll(/^`([\w./-]+)` [^`]*?(?:`[^`\n]+`[^`]*?)*\n\n(`{3,})(\w+)\n(.*?)^\2$/gms)].map(
  ([, file = '', , language = '', text = '']) => ({ file, language, text }),
);

const copied = ['src', 'test', 'scripts', 'docs', 'config', 'k8s'];
const copiedFiles = [
  'package.json',
  'tsconfig.json',
  'biome.json',
  'knip.json',
  'vitest.config.ts',
  '.gitignore',
  'Dockerfile',
];
const copiedPages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE'];
let tree: string;

/** Runs one of the tree's tools in it. Fails with what it said when it fails. */
async function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const PATH = [join(root, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  const child = spawn(command, args, { cwd: tree, env: { PATH, HOME: process.env.HOME ?? '', NO_COLOR: '1', ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  expect(code, `${command} ${args.join(' ')}\n${said}`).toBe(0);
  return said;
}

/** Puts the added lines of each hunk behind its context. */
function patched(file: string, diff: string): string {
  return diff.split(/^@@$/m).reduce((text, hunk) => {
    const lines = hunk.split('\n').filter((line) => line !== '');
    const context = lines.filter((line) => line.startsWith(' ')).map((line) => `${line.slice(1)}\n`);
    expect(text, 'the context of the hunk').toContain(context.join(''));
    return text.replace(context.join(''), lines.map((line) => `${line.slice(1)}\n`).join(''));
  }, file);
}

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'sidewarden-ninth-'));
  for (const name of [...copied, ...copiedFiles, ...copiedPages]) {
    await cp(join(root, name), join(tree, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
  for (const { file, language, text } of named) {
    const path = join(tree, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, language === 'diff' ? patched(await readFile(path, 'utf8'), text) : text);
  }
  await run('npm', ['run', 'generate']);
});
afterAll(() => rm(tree, { recursive: true }));

test('a folder, a name in the list, a rig and a page are all that is written', () => {
  expect(named.map(({ file }) => file)).toEqual([
    'src/dependencies/memcached/settings.ts',
    'src/dependencies/memcached/index.ts',
    'src/dependencies/memcached/driver.ts',
    'src/dependencies/index.ts',
    'test/contract/rigs/memcached.ts',
    'test/contract/memcached.test.ts',
    'docs/memcached.md',
  ]);
  expect(example).toContain('npm run generate\nnpm test -- style types unused\n');
});

test('types, style and dead code', async () => {
  const written = ['src/dependencies', 'test/contract/memcached.test.ts', 'test/contract/rigs/memcached.ts'];
  await Promise.all([
    run('tsc', ['-p', '.', '--singleThreaded']), // half the processor's time
    run('biome', ['check', '--vcs-enabled=false', ...written]),
    run('knip', ['--no-progress']),
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
  const said = await run('vitest', ['run', '--project', 'contract', '--project', 'unit', ...cheap, ...files]);
  expect(said).toMatch(/Test Files +5 passed/);
  expect(await readFile(join(tree, 'README.md'), 'utf8')).toContain(
    '| [memcached](docs/memcached.md) | connect version |',
  );
  expect(await readFile(join(tree, 'test/surface/words.txt'), 'utf8')).toContain('memcached phase 2: version');
}, 120_000);

test('check-config accepts it, and refuses what is wrong with it', async () => {
  const file = join(tree, 'shop.yaml');
  await writeFile(file, 'checks:\n  cache: { type: memcached, address: "cache:11211", gates: [admit] }\n');
  expect(await run('node', ['src/main.ts', 'check-config', '--config', file])).toMatch(/^cache +memcached +5s +2s/m);
  await writeFile(file, 'checks:\n  cache: { type: memcachd, address: cache }\n');
  await expect(run('node', ['src/main.ts', 'check-config', '--config', file])).rejects.toThrow(
    /did you mean `memcached`/,
  );
});
