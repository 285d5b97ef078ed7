// Typographic quotes, which a word processor or a chat puts in place of straight ones: YAML takes them for letters.

const opening = '\u2018\u201a\u201b\u201c\u201e\u201f';
const closing = '\u2018\u2019\u201c\u201d';
const wrapped = new RegExp(`^[${opening}\u2019\u201d]([^]*)[${closing}]$`);

export const curlyQuotes = {
  message: 'stands in curly quotes, which are letters to YAML',
  fix: 'write straight quotes, " or \', in place of both',
} as const;

/** What stands between curly quotes that wrap the whole of it. */
export const insideCurly = (text: string): string | undefined => wrapped.exec(text)?.[1];

/** Whether a value begins with one here. */
export const beginsCurly = (text: string, offset: number): boolean => opening.includes(text.charAt(offset) || ' ');
