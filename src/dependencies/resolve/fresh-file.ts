// A small file, parsed, and parsed again when it has changed. Synchronous: a look-up must not wait for a libuv thread.
import { readFileSync, statSync } from 'node:fs';

/** @returns a function that gives the parsed text as the file is now; a file that cannot be read counts as empty. */
export function freshFile<T>(path: string, parse: (text: string) => T): () => T {
  let known: { readonly stamp: string; readonly parsed: T } | undefined;
  return () => {
    const stamp = stampOf(path);
    if (known?.stamp !== stamp) known = { stamp, parsed: parse(stamp === '' ? '' : textOf(path)) };
    return known.parsed;
  };
}

function stampOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.mtimeNs} ${stat.ctimeNs} ${stat.size} ${stat.ino}`;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // unreadable or just removed: the C library goes on without it too
  }
}
