// Which modules a file of tests reaches, and how far away they are: 1 is what it imports itself.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A path in quotes: of an import, of `import()`, of a worker or of a program that is started. */
const paths = /^(?!import type ).*?'([^'\n]+\.(?:ts|mjs|js))'/gm;

/** What is built from all of the source. */
const built = 'dist/sidewarden.js';
const entry = 'src/main.ts';

export type Reach = {
  /** Modules from the top of the tree, each with its distance from this file. */
  distances(file: string): ReadonlyMap<string, number>;
  /** Whether it runs what is built in dist/. */
  runsBuild(file: string): boolean;
};

export function createReach(root: string): Reach {
  const imports = new Map<string, readonly string[]>();
  const importsOf = (module: string): readonly string[] => {
    const known = imports.get(module) ?? readImports(root, module);
    imports.set(module, known);
    return known;
  };
  const reached = new Map<string, ReadonlyMap<string, number>>();
  const distances = (file: string): ReadonlyMap<string, number> => {
    const known = reached.get(file);
    if (known !== undefined) return known;
    const found = new Map([[file, 0]]);
    reached.set(file, found);
    for (const [module, distance] of found) {
      for (const next of importsOf(module)) if (!found.has(next)) found.set(next, distance + 1);
    }
    return found;
  };
  return { distances, runsBuild: (file) => distances(file).has(built) };
}

function readImports(root: string, module: string): string[] {
  if (module === built) return [entry];
  if (!module.startsWith('src/') && !module.startsWith('test/')) return [];
  const written = [...readFileSync(join(root, module), 'utf8').matchAll(paths)].map(([, path = '']) => path);
  return written.flatMap((path) => {
    if (path.endsWith(built)) return [built];
    return [join(dirname(module), path), path].find((one) => existsSync(join(root, one))) ?? [];
  });
}
