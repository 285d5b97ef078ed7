// A build that breaks the second promise: a copy of the source in which a result that has expired is believed still.
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sound = "if (state.status !== 'healthy' || now < state.goodUntil) return state;";
const broken = 'if (now >= Number.NEGATIVE_INFINITY) return state;';

/** @returns what Node runs, and what removes it. @throws when the line that is to be broken is not there */
export async function makeBrokenBuild(): Promise<{ entry: string; remove(): Promise<void> }> {
  const folder = join(tmpdir(), `sidewarden-broken-${process.pid}`);
  await mkdir(folder);
  await cp(join(root, 'src'), join(folder, 'src'), { recursive: true });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'src/core/believe.ts');
  const text = await readFile(file, 'utf8');
  if (!text.includes(sound)) throw new Error(`${file} has no line that ends belief: the broken build would be sound`);
  await writeFile(file, text.replace(sound, broken));
  return { entry: join(folder, 'src/main.ts'), remove: () => rm(folder, { recursive: true }) };
}
