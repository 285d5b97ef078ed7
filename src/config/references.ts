// Which variables the value at a path comes from, and how the file writes it before any substitution.
import type { Path, Places } from './places.ts';

type Tree = Readonly<Record<string, unknown>>;

export interface References {
  /** What the file says there, before any substitution; undefined where a variable, a flag or nothing says it. */
  written(path: Path): unknown;
  /** The variables that it comes from, with whatever is below it. */
  names(path: Path): readonly string[];
  /** `${NAME}`, where that is the whole of what was written: it says where a value is, and nothing of it. */
  whole(path: Path): string | undefined;
}

const reference = /\$\{([A-Za-z_]\w*)\}/g;

export const referenceTo = (name: string): string => `\${${name}}`;

/** A string as a file writes it: a `$` that would begin a reference is doubled. */
export const asWritten = (text: string): string => text.replace(/\$(?=[${(A-Z_])/g, '$$$$');

/** @param file what the file says, before any substitution */
export function createReferences(file: Tree, places: Places): References {
  const written = (path: Path): unknown => {
    if (places.get(path)?.variable !== undefined) return undefined;
    return path.reduce<unknown>(
      (tree, key) => (isTree(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined),
      file,
    );
  };
  return {
    written,
    names(path) {
      const variable = places.get(path)?.variable;
      return variable === undefined ? namesIn(written(path)) : [variable];
    },
    whole(path) {
      const { variable, file: inFile } = places.find(path).place ?? {};
      if (variable !== undefined && inFile === undefined)
        return variable.startsWith('--') ? undefined : referenceTo(variable.replace(/_FILE$/, ''));
      const text = written(path);
      return typeof text === 'string' && /^\$\{[A-Za-z_]\w*\}$/.test(text) ? text : undefined;
    },
  };
}

function namesIn(written: unknown): string[] {
  if (typeof written === 'string')
    return [...written.replaceAll('$$', '').matchAll(reference)].map(([, name = '']) => name);
  return isTree(written) ? Object.values(written).flatMap(namesIn) : [];
}

const isTree = (value: unknown): value is Record<string | number, unknown> =>
  value !== null && typeof value === 'object';
