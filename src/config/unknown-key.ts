// A key that nobody knows: the word that was probably meant.
import { Secret } from '../core/secret.ts';
import { someOf } from './advice.ts';
import { foreignFix } from './foreign.ts';
import { keyText } from './mask.ts';
import { nearest, normalise } from './nearest.ts';
import type { Path } from './places.ts';
import type { Findings } from './problems.ts';

const isMany = (value: unknown): boolean => value !== null && typeof value === 'object' && !(value instanceof Secret);

/** Where a key stands: at the top, in a check or in a check whose type nobody knows. */
export type Where = 'top' | 'check' | 'feature' | 'any';

/** Says the known word for an unknown one. @returns the known ones that stand for it. */
export function explainUnknownKey(
  findings: Findings,
  path: Path,
  key: string,
  known: readonly string[],
  value: unknown,
  where: Where,
): readonly string[] {
  const { text, glued } = keyText(key);
  const word = normalise(text);
  const same = known.find((candidate) => normalise(candidate) === word);
  const foreign = where === 'feature' ? undefined : foreignFix(word, where === 'top' ? 'top' : 'check', known, value);
  const near = nearest(text, known);
  let fix = where === 'any' ? 'no type has such a key: remove it' : `known here: ${someOf(known)}`;
  if (near !== undefined) fix = `did you mean \`${near}\`?`;
  if (foreign !== undefined) fix = foreign;
  if (isMany(value) && Object.hasOwn(value as object, 'type')) {
    const [top, check] = path;
    if (where === 'top') fix = 'indent it below `checks:`';
    else if (path.length === 2 && top === 'checks')
      fix = `begin it in the column of \`${check}\`: it is a check of its own`;
  }
  if (same !== undefined) fix = `write \`${same}\``;
  if (glued) fix = 'put a space after the colon';
  findings.add([...path, key], `unknown key \`${text}\``, fix, 'key');
  return /^(write|did you mean) `/.test(fix) ? [...fix.matchAll(/`(\w+)/g)].map(([, word = '']) => word) : [];
}
