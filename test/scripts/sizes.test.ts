// No source file is over 250 lines but tables of data, and the linter refuses an import cycle.
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mostLines = 250;
/** Tables of data, from the top of the tree. */
const tables: readonly string[] = ['src/core/app-catalogue.ts', 'src/dependencies/redis/statistics/info-fields.ts'];

const linesOf = async (file: string): Promise<number> => (await readFile(root + file, 'utf8')).split('\n').length - 1;

test(`no file in src/ or scripts/ is over ${mostLines} lines`, async () => {
  const files = globSync('{src,scripts}/**/*.{ts,mjs}', { cwd: root });
  expect(files.length).toBeGreaterThan(100);
  const sizes = await Promise.all(files.map(async (file) => ({ file, lines: await linesOf(file) })));
  expect(sizes.filter(({ file, lines }) => lines > mostLines && !tables.includes(file))).toEqual([]);
});

test('every table is there, and long enough to be one', async () => {
  for (const file of tables) expect(await linesOf(file), file).toBeGreaterThan(mostLines);
});

/** The second half of a cycle: ways to import `one.ts`, which imports `two.ts`. */
const backwards = {
  'of a value': "import { one } from './one.ts';\nexport const two = (): number => one();\n",
  'of a type': "import type { One } from './one.ts';\nexport const two: One = () => 2;\n",
  'of a type that is exported again': "export type { One } from './one.ts';\nexport const two = (): number => 2;\n",
  'made later': "export const two = async (): Promise<number> => (await import('./one.ts')).one();\n",
};

test('the linter refuses a cycle, whatever its imports are', async () => {
  const tree = await mkdtemp(join(tmpdir(), 'sidewarden-cycle-'));
  try {
    await cp(join(root, 'biome.json'), join(tree, 'biome.json'));
    await mkdir(join(tree, 'src'));
    await writeFile(
      join(tree, 'src/one.ts'),
      "import { two } from './two.ts';\nexport type One = () => unknown;\nexport const one = (): unknown => two();\n",
    );
    for (const [how, text] of Object.entries(backwards)) {
      await writeFile(join(tree, 'src/two.ts'), text);
      expect(await lint(tree), how).toContain('noImportCycles');
    }
    await writeFile(join(tree, 'src/two.ts'), 'export const two = (): number => 2;\n');
    expect(await lint(tree)).not.toContain('noImportCycles');
  } finally {
    await rm(tree, { recursive: true });
  }
});

const lint = (tree: string): Promise<string> =>
  new Promise((resolve) => {
    const args = ['lint', '--vcs-enabled=false', 'src'];
    execFile(join(root, 'node_modules/.bin/biome'), args, { cwd: tree }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
