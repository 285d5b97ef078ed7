// What commands say: colours and tables for people at a terminal; in a pipe the same words, plain.

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

export type Paint = {
  good(text: string): string;
  bad(text: string): string;
  doubtful(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
};

type Stream = { readonly isTTY?: boolean };

/** https://no-color.org: set and not empty means none. */
export function paintFor(stream: Stream, environment: NodeJS.ProcessEnv = process.env): Paint {
  const colours = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const style = (begin: number, end: number) => (text: string) =>
    colours && text !== '' ? `\u001b[${begin}m${text}\u001b[${end}m` : text;
  return {
    good: style(32, 39),
    bad: style(31, 39),
    doubtful: style(33, 39),
    faint: style(2, 22),
    strong: style(1, 22),
  };
}

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** One line that a terminal does not obey: texts of servers come here. */
export const plainLine = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');

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
