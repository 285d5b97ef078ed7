// A small file, parsed, and parsed again when it has changed. Synchronous: a lookup must not wait for a libuv thread.
import { readFileSync, statSync } from 'node:fs';

/**
 * @returns a function that gives the parsed text as the file is now; a file that is not there counts as empty, and one
 * that cannot be read just now as it was before.
 */
export function freshFile<T>(path: string, parse: (text: string) => T): () => T {
  let known: { readonly stamp: string; readonly parsed: T } | undefined;
  return () => {
    const stamp = stampOf(path);
    if (known?.stamp === stamp) return known.parsed;
    const text = stamp === '' ? '' : textOf(path);
    if (text === undefined) return known?.parsed ?? parse('');
    known = { stamp, parsed: parse(text) };
    return known.parsed;
  };
}

function stampOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.mtimeNs} ${stat.ctimeNs} ${stat.size} ${stat.ino}`;
}

/** undefined: not readable now, and asked again at the next lookup (no descriptor left, or just removed). */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
