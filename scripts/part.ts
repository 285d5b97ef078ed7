// A part of a page that `npm run generate` writes, and what its tables are made of.

export type Part = {
  /** The page, from the top of the tree. */
  readonly file: string;
  /** What is replaced; it must be there. */
  readonly place: RegExp;
  readonly text: string;
};

/** As code. */
export const code = (text: string): string => `\`${text}\``;

/** A string in a cell. */
export const cell = (text: string | undefined): string => (text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');
/** Names as code. */
export const codes = (names: readonly string[]): string => names.map(code).join(', ') || 'none';

/** A table between `<!-- name -->` and `<!-- end of name -->`. */
export function table(
  file: string,
  name: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): Part {
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return between(file, name, lines.join('\n'));
}

/** What stands between the two marks. */
export function between(file: string, name: string, text: string): Part {
  const [begin, end] = [`<!-- ${name}: written by npm run generate -->`, `<!-- end of ${name} -->`];
  return { file, place: new RegExp(`${begin}[^]*?${end}`), text: `${begin}\n${text}\n${end}` };
}

/** The page with the part in its place. @throws when the page has no such place. */
export function put(page: string, { file, place, text }: Part): string {
  if (!place.test(page)) throw new Error(`${file} has no place for ${text.split('\n', 1)[0]}`);
  return page.replace(place, () => text);
}
