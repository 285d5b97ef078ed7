// PostgreSQL's connection strings of keywords and values, which the driver reads and the redactor has to know. Pure.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE

export type Keyword = {
  readonly name: string;
  /** As written, without its quotes. */
  readonly written: string;
  /** As meant: a backslash takes the next character as it is. */
  readonly value: string;
  readonly quoted: boolean;
};

// name = value, or name = 'value with blanks'
const keyword =
  /[ \t\n\v\f\r]*([^= \t\n\v\f\r]+)[ \t\n\v\f\r]*=[ \t\n\v\f\r]*(?:'((?:[^'\\]|\\.)*)'|(?![' \t\n\v\f\r])((?:[^\\ \t\n\v\f\r]|\\(?:.|$))*))[ \t\n\v\f\r]*/gsy;

/** @returns undefined when any of the text is something else. */
export function readKeywords(text: string): readonly Keyword[] | undefined {
  const found = [...text.matchAll(keyword)];
  if (found.map(([all]) => all).join('') !== text) return undefined;
  return found.map(([, name = '', inQuotes, plain = '']) => {
    const written = inQuotes ?? plain;
    return { name, written, value: written.replace(/\\(.?)/gs, '$1'), quoted: inQuotes !== undefined };
  });
}
