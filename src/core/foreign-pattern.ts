// What regular expressions of PCRE, Python, Java, Go and POSIX have and JavaScript's do not. Much of it JavaScript reads as
// plain letters (`\A` is an A), so that the pattern would never match, and nobody be told.
// https://developer.mozilla.org/docs/Web/JavaScript/Reference/Regular_expressions
import { isQuotedPattern } from './quoted-pattern.ts';

/** `(?i:…)`: from Node 23 on. https://tc39.es/ecma262/#prod-Modifiers */
const hasModifiers = compiles('(?i:a)');

/**
 * @returns all that is foreign in it and what to write, phrased to follow the pattern ("has …"); undefined when nothing is. No
 * more than syntax is quoted: the pattern may come out of a variable.
 */
export function foreignPattern(text: string): string | undefined {
  if (isQuotedPattern(text)) {
    const flags = hasModifiers ? 'flags as `(?i:…)`' : 'both cases as `[oO]` in place of the flag i';
    const meant = text.startsWith('/') ? '; slashes that are meant as `\\/`' : '';
    return `is written between delimiters, as in a program: write what is between them, ${flags}${meant}`;
  }
  const all = new Set<string>();
  let inClass = false;
  for (let index = 0; index < text.length; ) {
    const found = foreignAt(text, index, inClass);
    if (found !== undefined) all.add(found);
    const character = text[index];
    if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    index += character === '\\' ? 2 : 1;
  }
  return all.size === 0 ? undefined : [...all].slice(0, mostSaid).join('; and ');
}

/** More than this many in one pattern help nobody. */
const mostSaid = 5;

function foreignAt(text: string, index: number, inClass: boolean): string | undefined {
  const rest = text.slice(index, index + longestSyntax);
  if (rest.startsWith('\\')) return foreignEscape(rest, text) ?? (inClass ? undefined : foreignAnchor(rest, text));
  const [, posix] = /^\[:\^?([a-z]+|[<>]):\]/.exec(rest) ?? [];
  if (posix !== undefined && posix in posixClasses) {
    const where = /[a-z]/.test(posix) ? 'in the brackets' : 'without brackets';
    return said(`[:${posix}:]`, 'is of POSIX', `write \`${posixClasses[posix]}\` ${where}`);
  }
  const [token] = (inClass ? inside : outside).flatMap(([form, why, fix]) => {
    const found = form.exec(rest);
    return found === null ? [] : [said(found[0], why, fix)];
  });
  if (token !== undefined || inClass) return token;
  if (index === 0 && /^[*+?]/.test(rest)) {
    return 'has a repetition of nothing at its begin: write `.*` for any text; a pattern matches anywhere in it';
  }
  return foreignFlags(rest);
}

/** More than the longest of what is looked for. */
const longestSyntax = 64;

const said = (token: string, why: string, fix: string): string => `has \`${token}\`, which ${why}: ${fix}`;

const posixClasses: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
  '<': '\\b',
  '>': '\\b',
};

/** What is foreign, but for names in it; why; what to write. */
type Row = readonly [RegExp, string, string];

const unknown = 'JavaScript does not know';
const inside: readonly Row[] = [
  [/^&&\[/, 'is Java’s', 'write one class with what is left'],
  [/^\[\.(?:[a-z][a-z-]+|[^\]])\.\]/, 'is of POSIX', 'write the character, as in `[a\\-]`'],
  [/^\[=(?:[a-z][a-z-]+|[^\]])=\]/, 'is of POSIX', 'write the characters, as in `[aàáâ]`'],
];
const outside: readonly Row[] = [
  [/^\[\]/, 'matches nothing in JavaScript', 'write `[\\]…]` for a class with a bracket'],
  [/^(?:[*+?]|\{\d{1,9}(?:,\d{0,9})?\})\+/, unknown, 'leave its last `+` out'],
  [/^\{,\d{1,9}\}/, 'JavaScript takes as it stands', 'write `{0,…}`'],
  [/^\(\?>/, unknown, 'write `(?:`'],
  [/^\(\?\|/, unknown, 'write `(?:`'],
  [/^\(\?(?:P['<]|')/, unknown, 'write `(?<name>…)`'],
  [/^\(\?P=/, unknown, 'write `\\k<name>`'],
  [/^\(\?(?:P>|&|R\)|[+-]?\d)/, unknown, 'a pattern cannot call itself: write it out'],
  [/^\(\?#/, unknown, 'leave the comment out'],
  [/^\(\?\(/, unknown, 'write both ways with `|`'],
  [/^\(\*/, unknown, 'leave it out'],
];

/** `(?i)`, `(?x:…)`. */
function foreignFlags(rest: string): string | undefined {
  const [token, flags = '', end] = /^\(\?([a-zA-Z^][a-zA-Z^-]{0,8}|-[a-zA-Z]{1,8})([:)])/.exec(rest) ?? [];
  if (token === undefined || (end === ':' && compiles(`${token})`))) return undefined;
  const on = flags.replace(/-.*/, '').replace('^', '');
  if (/^[ims]+$/.test(on)) {
    const old: Readonly<Record<string, string>> = {
      i: 'write both cases, as in `[oO][kK]`',
      m: 'write `(?:^|\\n)` for the begin of a line',
      s: 'write `[\\s\\S]` for any character',
    };
    return said(
      token,
      unknown,
      hasModifiers ? `write \`(?${on}:…)\` around what it is for` : (old[on.charAt(0)] ?? ''),
    );
  }
  const fix = on.includes('x') ? 'write it without spaces and comments' : 'leave it out';
  return said(token, unknown, fix);
}

const letters: Readonly<Record<string, string>> = {
  A: 'write `^`',
  z: 'write `$`',
  Z: 'write `$`',
  Q: 'write a backslash before each special character, as in `a\\.b`',
  E: 'write a backslash before each special character, as in `a\\.b`',
  h: 'write `[ \\t]`',
  H: 'write `[^ \\t]`',
  R: 'write `\\r?\\n`',
  V: 'write `[^\\r\\n]`',
  N: 'write `.`',
  X: 'write `.`',
  C: 'write `.`',
  K: 'write `(?<=…)` around what stands before it',
  G: 'leave it out',
  a: 'write `\\x07`',
  e: 'write `\\x1b`',
  g: 'write `\\1`, or `\\k<name>`',
  m: 'write `\\b`',
  M: 'write `\\b`',
  Y: 'write `\\B`',
  O: 'write `[\\s\\S]`',
  i: 'write `[A-Za-z_:]`',
  I: 'write `[^A-Za-z_:]`',
  o: 'write two digits of base 16, as in `\\x0F`',
  y: 'write `\\b`',
  p: 'write the characters, as in `[A-Za-zÀ-ÿ]`',
  P: 'write the characters, as in `[^A-Za-zÀ-ÿ]`',
  x: 'write two digits, as in `\\x41`, or the character',
  u: 'write four digits, as in `\\u00e9`, or the character',
  k: 'write `\\k<name>`, and the group `(?<name>…)`',
};

/** Where more than the letter says what is meant. */
const forms: readonly (readonly [RegExp, string])[] = [
  [/^\\N\{/, 'write four digits, as in `\\u0041`, or the character'],
  [/^\\o\{/, 'write two digits of base 16, as in `\\x0F` for `\\o{17}`'],
  [/^\\U[0-9a-fA-F]/, 'write four digits, as in `\\u0041`, or the character'],
];

/** Escapes that JavaScript knows; of a named group only where there is one of the name. */
const known = /^\\(?:[bBcdDfnrsStvwW]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/;

/** A letter that JavaScript takes as itself. */
function foreignEscape(rest: string, text: string): string | undefined {
  const [, letter] = /^\\([A-Za-z])/.exec(rest) ?? [];
  if (letter === undefined || known.test(rest)) return undefined;
  const [, name] = /^\\k<([^>]+)>/.exec(rest) ?? [];
  if (name !== undefined && text.includes(`(?<${name}>`)) return undefined;
  const fix = forms.find(([form]) => form.test(rest))?.[1] ?? letters[letter] ?? 'leave the backslash out';
  return said(`\\${letter}`, `is the letter ${letter} in JavaScript`, fix);
}

/** GNU's begin and end of a word and of the text, outside of classes: where they can be meant, and what to write. */
const anchors: readonly (readonly [RegExp, string])[] = [
  [/^\\[<>]/, 'write `\\b`'],
  [/^\\`/, 'write `^`'],
  [/^\\'(?=[|)]|$)/, 'write `$`'],
];

/** JavaScript takes the character. A quotation mark of a pair is one. */
function foreignAnchor(rest: string, text: string): string | undefined {
  const fix = anchors.find(([form]) => form.test(rest))?.[1];
  const character = rest.charAt(1);
  if (fix === undefined || (/['`]/.test(character) && text.split(character).length > 2)) return undefined;
  return said(`\\${character}`, 'JavaScript takes as the character', `${fix}, or leave the backslash out`);
}

function compiles(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
