// What a YAML syntax error means in words of ours. The parser's own messages quote the file, which may hold a secret.
import { type Document, isScalar, visit, type YAMLError } from 'yaml';
import { beginsCurly, curlyQuotes } from './curly-quotes.ts';
import { type Misplaced, misplacedLine } from './indentation.ts';

type Mistake = readonly [message: string, fix: string];

const space: Mistake = [
  'the line cannot be read as `key: value`',
  'put a space after the colon, and quotes around a value that holds `: ` or ` #`',
];
const indent: Mistake = [
  'the indentation does not fit the lines around it',
  'indent by spaces, two for each level, the same for all keys of a map',
];

/** What Helm and its like put into a file. */
export const ofTemplate: Mistake = [
  '`{{ … }}` is of a template that was not filled in',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is about that very form
  'give the file that Helm makes of it, or write `${NAME}` and set the variable NAME',
];

/** What Prometheus fills in. */
const ofAlert = /\{\{[^{}\n]*(?:\$(?:labels|value|external\w+)|\.(?:Labels|Value|External\w+))\b/;

/** A `{{` where YAML reads a map. @param text from there */
export const bareTemplate = (text: string): Mistake =>
  ofAlert.test(text.split('\n', 1)[0] ?? '')
    ? ['a template of Prometheus needs quotes', "put it in quotes, as in '{{ $labels.check }}'"]
    : ofTemplate;

const mistakes: Partial<Record<YAMLError['code'], Mistake>> = {
  TAB_AS_INDENT: [
    'a tab indents this line',
    'YAML allows spaces only: begin it with two spaces more than the key that it belongs to',
  ],
  MULTILINE_IMPLICIT_KEY: space,
  BLOCK_AS_IMPLICIT_KEY: [
    'a second `key: ` stands on the line of the first',
    'begin a line for it, indented further, or put quotes around a value that holds `: `',
  ],
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

/** The mistakes that can be believed, in the order of the file: where, what, and how to fix it, without a word of the file. */
export function yamlMistakes(text: string, document: Document): readonly Misplaced[] {
  const ordered = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  const lost = ordered.findIndex(({ code }) => !local.has(code));
  // What it says of a line among tabs tells nothing: where a tab leads to is not known.
  const believed = ordered.slice(0, lost + 1).some(({ code }) => code === 'TAB_AS_INDENT') ? lost : lost + 1;
  return (lost < 0 ? ordered : ordered.slice(0, believed)).map((mistake) => explained(text, document, mistake));
}

function explained(text: string, document: Document, { code, pos: [offset], message: said }: YAMLError): Misplaced {
  const start = offset + (/^ */.exec(text.slice(offset))?.[0].length ?? 0);
  const about = ([message, fix]: Mistake, at = start): Misplaced => ({ offset: at, message, fix });
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1);
  if (/^ *(?:- )?(?:[\w.-]+: *)?\{\{/.test(line)) return about(bareTemplate(line));
  if (beginsCurly(text, offset)) return about([`a value ${curlyQuotes.message}`, curlyQuotes.fix]);
  if (said.startsWith('Flow')) return about(unclosed);
  if (aboutIndentation.has(code) || said.startsWith('Sequence item')) {
    const misplaced = misplacedLine(text, offset);
    if (misplaced !== undefined) return misplaced;
  }
  if (said.startsWith('A block sequence')) return about(itemAmongKeys);
  const quote = said.startsWith('Missing closing') ? openQuote(document, offset) : undefined;
  if (quote !== undefined) return about(['a quote has no closing quote', 'close it where the value ends'], quote);
  return about(mistakes[code] ?? ['this is not valid YAML', space[1]]);
}

const unclosed: Mistake = [
  'a bracket or brace that was opened above is not closed before this line',
  'close it with ] or }, or indent this line if it belongs inside',
];

const itemAmongKeys: Mistake = [
  'an item of a list (`- `) stands among the keys of a map',
  'indent it further than the key that it belongs to, whose line ends with its colon',
];

const aboutIndentation: ReadonlySet<YAMLError['code']> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'MULTILINE_IMPLICIT_KEY',
]);

/** Where the last quoted value begins that begins before this. */
function openQuote(document: Document, before: number): number | undefined {
  let found: number | undefined;
  visit(document, (_, node) => {
    if (!isScalar(node) || node.type?.startsWith('QUOTE') !== true) return;
    const start = node.range?.[0];
    if (start !== undefined && start < before) found = start;
  });
  return found;
}
