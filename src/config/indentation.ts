// Which line is indented wrongly, and how far it should be. The YAML parser points at the value above it, or at its begin.

type Line = {
  /** Where its key or its text begins, behind any `- `. */
  readonly column: number;
  /** Where its first `- ` stands, if it has one. */
  readonly dash: number | undefined;
};

export type Misplaced = {
  /** Of the first character of the line. */
  readonly offset: number;
  readonly message: string;
  readonly fix: string;
  /** Where only one place is right for it: the text with the line there, so that what follows can be read too. */
  readonly moved?: { readonly text: string; readonly line: number; readonly by: number };
};

/**
 * @param offset where the parser lost its way: at the begin of the line, or at the value of a line above it.
 * @returns undefined where the indentation is not what is wrong.
 */
export function misplacedLine(text: string, offset: number): Misplaced | undefined {
  const lines = text.split('\n');
  const at = text.slice(0, offset).split('\n').length - 1;
  const isAtBegin = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
  if (!isAtBegin && /:(\s|$)/.test((/.*/.exec(text.slice(offset))?.[0] ?? '').replace(/\s#.*$/, ''))) return undefined;
  const index = lines.findIndex((line, number) => (isAtBegin ? number >= at : number > at) && isSignificant(line));
  const line = lines[index];
  if (line === undefined) return undefined;
  const own = read(line);
  const indent = own.dash ?? own.column;
  const open = columnsAbove(lines.slice(0, index), own.dash !== undefined);
  const deepest = Math.max(...open);
  const above = lines.slice(0, index).findLast(isSignificant) ?? '';
  if (indent > deepest && /[:-]\s*(#.*)?$/.test(above)) return undefined; // it belongs there
  if (open.length === 0 || open.includes(indent)) return undefined;
  const start = lines.slice(0, index).reduce((sum, { length }) => sum + length + 1, 0);
  if (indent > deepest)
    return {
      offset: start + indent,
      message: 'this line is indented further than the line above it, which has its value already',
      fix: `begin it with ${spaces(deepest)}, as the line above`,
      moved: {
        text: text.slice(0, start) + text.slice(start + indent - deepest),
        line: index + 1,
        by: indent - deepest,
      },
    };
  if (!isAtBegin) return undefined;
  if (own.dash === undefined && !/:(\s|$)/.test(line))
    return {
      offset: start + indent,
      message: 'this line is no `key: value`, and no item of a list',
      fix: 'begin it with `- ` for an item, or write `key: value`',
    };
  const near = [open.findLast((column) => column < indent), open.find((column) => column > indent)];
  const known = near.filter((column) => column !== undefined).map(spaces);
  return {
    offset: start + indent,
    message: `this line begins with ${spaces(indent)}, and no line above that it could belong to does`,
    fix: `begin it with ${known.join(' or ')}, as lines above it do`,
  };
}

export const spaces = (count: number): string =>
  count === 0 ? 'no space' : `${count} ${count === 1 ? 'space' : 'spaces'}`;

const isSignificant = (line: string): boolean => /^\s*[^\s#]/.test(line);

function read(line: string): Line {
  const [lead = '', dashes = ''] = /^( *)((?:- +)*)/.exec(line)?.slice(1) ?? [];
  return { column: lead.length + dashes.length, dash: dashes === '' ? undefined : lead.length };
}

/** Where lines above begin that are still open, from the outermost: keys, or the items of lists. */
function columnsAbove(lines: readonly string[], ofItems: boolean): readonly number[] {
  const found: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const line of lines.toReversed().filter(isSignificant)) {
    const { column, dash } = read(line);
    if (column < least && (!ofItems || dash !== undefined)) found.unshift(ofItems ? (dash ?? column) : column);
    least = Math.min(least, dash ?? column);
    if (least === 0) break;
  }
  return found;
}
