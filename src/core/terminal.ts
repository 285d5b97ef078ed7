// What people read at a terminal: colours where it has them, and nothing that it would obey.

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

/** One line that a terminal does not obey: texts of servers come here. */
export const plainLine = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
