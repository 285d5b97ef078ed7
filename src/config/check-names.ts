// The names of the checks: labels of metrics, parts of paths, and words that people say.
import { keyText } from './mask.ts';
import { normalise } from './nearest.ts';
import type { Findings } from './problems.ts';
import { checkName, isExtension } from './schema.ts';

/** Says which names cannot be, and which would be taken for one another. */
export function compareNames(findings: Findings, names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const path = ['checks', name];
    if (isExtension(name)) {
      const fix = 'write it beside `checks`, at the top, or give the check another name';
      findings.add(path, 'a name that begins with x- is for anchors, and no name of a check', fix, 'key');
    } else if (!checkName.test(name)) {
      const better = betterName(name);
      const fix = `names are a-z, 0-9, - and _, begin with a letter, and have at most 63 characters${better === undefined ? '' : `: write \`${better}\``}`;
      findings.add(path, `\`${keyText(name).text}\` cannot be the name of a check`, fix, 'key');
    }
    const first = seen.get(normalise(name));
    if (first !== undefined && first !== name) {
      findings.add(
        path,
        `differs from \`${keyText(first).text}\` only in case, - or _: people would take one for the other`,
        'give one of them another name',
        'key',
      );
    }
    seen.set(normalise(name), name);
  }
}

/** The name made of what may stand in one; none for a string that is no word, such as a URL. */
function betterName(name: string): string | undefined {
  if (!/^[\w .-]{1,63}$/.test(name)) return undefined;
  const better = name
    .toLowerCase()
    .replace(/[ .]+/g, '-')
    .replace(/^[^a-z]+/, '');
  return checkName.test(better) ? better : undefined;
}
