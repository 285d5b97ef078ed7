// Lines of at most 80 columns: sentences, and tables.
import { type Paint, plainLine } from '../../../core/terminal.ts';

const width = 80;
const gap = '  ';

/** Broken between words, and in one that is longer than a line; what follows the first line is indented. */
export function wrapped(text: string, first = '', indent = ' '.repeat(first.length)): string {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  const end = (): void => {
    lines.push(line.trimEnd());
    line = indent;
    isEmpty = true;
  };
  for (const word of plainLine(text).split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) end();
    let rest = word;
    while (line.length + rest.length + (isEmpty ? 0 : 1) > width) {
      lines.push(line + rest.slice(0, width - line.length));
      rest = rest.slice(width - line.length);
      line = indent;
    }
    line += isEmpty ? rest : ` ${rest}`;
    isEmpty = false;
  }
  end();
  return lines.map((one) => `${one}\n`).join('');
}

/** A cell, and how it is painted. */
export type Cell = { readonly text: string; readonly paint?: (text: string) => string };

/**
 * The second column is one of names: where they leave no room for the others, a long one has a line for itself. Numbers
 * follow, aligned to the right, and words in the last column.
 */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  const widthOf = (column: number): number =>
    Math.max(header[column]?.length ?? 0, ...rows.map((row) => row[column]?.text.length ?? 0));
  const widths = header.map((_, column) => widthOf(column));
  const others = widths.reduce((sum, one, column) => sum + (column === 1 ? 0 : one + gap.length), 0);
  widths[1] = Math.min(widths[1] ?? 0, Math.max(header[1]?.length ?? 0, width - others));
  const last = header.length - 1;
  const line = (cells: readonly Cell[]): string =>
    cells
      .map(({ text, paint: painted = (one) => one }, column) => {
        const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - text.length));
        return column <= 1 || column === last ? painted(text) + (column === last ? '' : space) : space + painted(text);
      })
      .join(gap)
      .trimEnd();
  const lines = rows.flatMap((row) => {
    const [state = { text: '' }, name = { text: '' }, ...rest] = row;
    if (name.text.length <= (widths[1] ?? 0)) return [line(row)];
    const space = { text: ' '.repeat(widths[0] ?? 0) };
    return [`${line([state])}${gap}${name.text}`, line([space, { text: '' }, ...rest])];
  });
  return [paint.strong(line(header.map((text) => ({ text })))), ...lines].map((one) => `${one}\n`).join('');
}
