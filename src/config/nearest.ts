// The nearest known word to a mistyped one.

/** Words that differ only in case, `-` and `_` are the same word, spelt by another house. */
export const normalise = (word: string): string => word.replace(/[-_\s]/g, '').toLowerCase();

/**
 * @returns the candidate that is at most a third of the word away (optimal string alignment: a swap of neighbours is one
 * step), else one that begins as the word does, or undefined.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const wanted = normalise(word);
  const allowed = Math.min(3, Math.floor(wanted.length / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, away: distance(wanted, normalise(candidate)) }))
    .sort((a, b) => a.away - b.away);
  const best = ranked[0];
  if (best !== undefined && best.away <= allowed) return best.candidate;
  return candidates.find((candidate) => begins(wanted, normalise(candidate)) || begins(normalise(candidate), wanted));
}

/** `interval_ms` begins with `interval`; words of three letters begin too many. */
const begins = (word: string, start: string): boolean => start.length >= 4 && word.startsWith(start);

function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(before, j - 2) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
