// What a YAML syntax error means in words of ours. The parser's own messages quote the file, which may hold a secret.
import type { YAMLError } from 'yaml';

type Mistake = readonly [message: string, fix: string];

const space: Mistake = [
  'the line cannot be read as `key: value`',
  'put a space after the colon, and quotes around a value that holds `: ` or ` #`',
];
const indent: Mistake = [
  'the indentation does not fit the lines around it',
  'indent by spaces, two for each level, the same for all keys of a map',
];

const mistakes: Partial<Record<YAMLError['code'], Mistake>> = {
  TAB_AS_INDENT: ['a tab indents this line', 'YAML allows spaces only: replace the tab by two spaces'],
  MULTILINE_IMPLICIT_KEY: space,
  BLOCK_AS_IMPLICIT_KEY: ['a second `key:` on the line of the first, or a line indented too far', space[1]],
  BAD_INDENT: indent,
  BAD_SCALAR_START: ['a value begins with a character that YAML reserves (@ ` %)', 'put the value in quotes'],
  BAD_DQ_ESCAPE: ['an unknown `\\` escape in double quotes', "use single quotes: '…'"],
  MISSING_CHAR: ['a quote, bracket, brace or colon is missing', 'close what was opened on this line or above'],
  MULTIPLE_DOCS: ['a second document begins here (`---`)', 'one file holds one configuration'],
  UNEXPECTED_TOKEN: [
    'this does not belong here',
    'look for a missing `- `, a quote or a brace too many, or a wrong indentation',
  ],
  TAG_RESOLVE_FAILED: [
    'a word that begins with `!` is a YAML tag, and none is known here',
    'put a value that begins with ! in quotes',
  ],
  BAD_DIRECTIVE: ['a line that begins with % is a YAML directive, and none is known here', 'remove it'],
  RESOURCE_EXHAUSTION: ['the nesting is too deep', 'this is hardly the configuration of Sidewarden'],
  KEY_OVER_1024_CHARS: ['a key is longer than 1024 characters', space[1]],
};

/** After any other mistake the parser has lost its way, and what it says of the rest of the file means nothing. */
const local: ReadonlySet<YAMLError['code']> = new Set([
  'TAB_AS_INDENT',
  'BAD_SCALAR_START',
  'BAD_DQ_ESCAPE',
  'TAG_RESOLVE_FAILED',
]);

/** The mistakes that can be believed, in the order of the file. */
export function firstMistakes<Mistaken extends Pick<YAMLError, 'code' | 'pos'>>(
  mistakes: readonly Mistaken[],
): readonly Mistaken[] {
  const ordered = [...mistakes].sort((a, b) => a.pos[0] - b.pos[0]);
  const lost = ordered.findIndex(({ code }) => !local.has(code));
  return lost < 0 ? ordered : ordered.slice(0, lost + 1);
}

/** What is wrong and how to fix it, without a word of the file. */
export const yamlMistake = (code: YAMLError['code']): Mistake => mistakes[code] ?? ['this is not valid YAML', space[1]];
