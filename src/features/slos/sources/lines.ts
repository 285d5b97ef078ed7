// The lines of a page that have one of a few names: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

/** A sample: its series as it stands on the page, each byte a character, and its value. */
export type Line = { readonly name: string; readonly series: string; readonly value: number };

/** Bytes that are searched at a time. */
const pieceBytes = 16 * 1024;
const lineFeed = 10;

/**
 * Stops after every small piece too, with nothing, so that others get their turn.
 * @param part whole lines
 * @param names of samples that are wanted; one without a number is left out
 */
export function* linesOf(part: Uint8Array, names: readonly string[]): Generator<Line | undefined> {
  const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  for (let at = 0; at < bytes.length; yield) {
    const end = bytes.indexOf(lineFeed, at + pieceBytes) + 1 || bytes.length;
    yield* linesOfPiece(bytes.subarray(at, end), names);
    at = end;
  }
}

function* linesOfPiece(piece: Buffer, names: readonly string[]): Generator<Line> {
  const there = names.filter((name) => piece.includes(name, 0, 'latin1'));
  if (there.length === 0) return;
  const text = piece.toString('latin1');
  for (const name of there)
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
      const next = text[at + name.length];
      if ((at > 0 && text[at - 1] !== '\n') || (next !== '{' && next !== ' ')) continue;
      const end = text.indexOf('\n', at);
      const line = text.slice(at, end < 0 ? text.length : end);
      const series = next === '{' ? line.slice(0, line.lastIndexOf('}') + 1) : name;
      const [word = ''] = line.slice(series.length).trimStart().split(' ', 1);
      const value = word === '' ? Number.NaN : Number(word);
      if (Number.isFinite(value)) yield { name, series, value };
    }
}

const labelForm = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** The labels of a series as it stands on the page. */
export function labelsOf(series: string): ReadonlyMap<string, string> {
  const text = Buffer.from(series, 'latin1').toString();
  const pairs = [...text.matchAll(labelForm)];
  return new Map(pairs.map(([, label = '', value = '']) => [label, unescaped(value)]));
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\([\\"n])/g, (_, one: string) => (one === 'n' ? '\n' : one));
