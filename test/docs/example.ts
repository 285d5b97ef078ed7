// The worked examples of CONTRIBUTING.md: their blocks, written into a copy of the tree.
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { read, root } from './pages.ts';

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

export type Example = {
  /** The text of the sections. */
  readonly text: string;
  /** The files that it names, in order. */
  readonly files: readonly string[];
  /** The copy of the tree, with these files in it. */
  readonly tree: string;
  /** The environment of a tool that runs in it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs one of the tree's tools in it. @returns what it said. Fails with that when the tool fails. */
  run(command: string, args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
};

/** Of both sections: a type and a feature, in one tree. */
export async function makeExample(): Promise<Example> {
  const page = read('CONTRIBUTING.md');
  const text = page.slice(page.indexOf('## Adding a type'));
  /** A paragraph that begins with the name of a file, and the block below it. */
  const named = [...text.matchAll(/^`([\w./-]+)` [^`]*?(?:`[^`\n]+`[^`]*?)*\n\n(`{3,})(\w+)\n(.*?)^\2$/gms)].map(
    ([, file = '', , language = '', block = '']) => ({ file, language, block }),
  );
  const tree = await mkdtemp(join(tmpdir(), 'sidewarden-example-'));
  const PATH = [join(root, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  const environment = { PATH, HOME: process.env.HOME ?? '', NO_COLOR: '1' };
  const run = async (command: string, args: readonly string[]): Promise<string> => {
    const child = spawn(command, args, { cwd: tree, env: environment });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
    expect(code, `${command} ${args.join(' ')}\n${said}`).toBe(0);
    return said;
  };
  for (const name of [...copied, ...copiedFiles, ...copiedPages]) {
    await cp(join(root, name), join(tree, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
  for (const { file, language, block } of named) {
    const path = join(tree, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, language === 'diff' ? patched(await readFile(path, 'utf8'), block) : block);
  }
  await run('npm', ['run', 'generate']);
  return {
    ...{ text, tree, environment, run },
    files: named.map(({ file }) => file),
    remove: () => rm(tree, { recursive: true }),
  };
}

/** Puts what each hunk says in place of what stands there. */
function patched(file: string, diff: string): string {
  return diff.split(/^@@$/m).reduce((text, hunk) => {
    const lines = hunk.split('\n').filter((line) => line !== '');
    const of = (signs: RegExp): string =>
      lines.flatMap((line) => (signs.test(line) ? [`${line.slice(1)}\n`] : [])).join('');
    const before = of(/^[ -]/);
    expect(text, 'what the hunk replaces').toContain(before);
    return text.replace(before, () => of(/^[ +]/));
  }, file);
}
