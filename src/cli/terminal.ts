// What commands say: colours and tables for people at a terminal; in a pipe the same words, plain.
import { paintFor } from '../core/terminal.ts';

export { type Paint, paintFor, plainLine } from '../core/terminal.ts';

let watched = false;

/** Writes to standard output. A reader that has seen enough (`sidewarden schema | head`) is no error. */
export function say(text: string): void {
  if (!watched) {
    watched = true;
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  process.stdout.write(text);
}

/** Resolves when all that was said is out: a reader that is slower than we are must not lose the end. */
export const said = (): Promise<void> =>
  watched ? new Promise((resolve) => process.stdout.write('', () => resolve())) : Promise.resolve();

export const sayJson = (value: unknown): void => say(`${JSON.stringify(value, null, 2)}\n`);

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

type Stream = { readonly isTTY?: boolean; readonly columns?: number };

/** A word with a colon and what it announces; at a terminal broken between words, below the first of them. */
export function paragraph(label: string, text: string, stream: Stream, paint: (label: string) => string): string {
  const width = stream.isTTY === true ? Math.max(narrowest, stream.columns || usualColumns) : Number.POSITIVE_INFINITY;
  const indent = ' '.repeat(label.length + 1);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && indent.length + last.length + 1 + word.length <= width)
      lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return `${paint(label)} ${lines.join(`\n${indent}`)}\n`;
}

/** Columns of a terminal that does not say, and the fewest at which lines are broken. */
const usualColumns = 80;
const narrowest = 40;

/** Columns as wide as they must be; the first row is the header, ruled on a terminal. */
export function table(rows: readonly (readonly string[])[], stream: Stream): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const { strong, faint } = paintFor(stream);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const [header = [], ...rest] = rows;
  const rule = stream.isTTY === true ? [faint('─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2)))] : [];
  return [strong(line(header)), ...rule, ...rest.map(line)].map((text) => `${text}\n`).join('');
}
