// PostgreSQL's connection strings of keywords and values, which the driver reads and the redactor has to know, and which of
// its parameters are no secrets. Pure.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE

const harmless = [
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslsni', 'ssl_min_protocol_version', 'ssl_max_protocol_version'],
  ...['application_name', 'fallback_application_name', 'channel_binding', 'host', 'hostaddr', 'port', 'user', 'dbname'],
  ...['options', 'passfile', 'target_session_attrs', 'load_balance_hosts', 'connect_timeout'],
];

/** Whether a parameter of libpq's is no secret: its value is a word that anybody may use. */
export const isHarmless = (name: string): boolean => harmless.includes(name);

export type Keyword = {
  readonly name: string;
  /** As written, without its quotes. */
  readonly written: string;
  /** As meant: a backslash takes the next character as it is. */
  readonly value: string;
  readonly quoted: boolean;
};

// name = value, or name = 'value with spaces'
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
