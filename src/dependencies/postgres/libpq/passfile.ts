// The password of a server in a file of passwords, as libpq reads it.
// https://www.postgresql.org/docs/current/libpq-pgpass.html
import { readFileSync, type Stats, statSync } from 'node:fs';

import { readPlainText } from '../../../core/secret-text.ts';

export type LogIn = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
};

/** Where Debian's and Red Hat's servers have their socket: in the file it is called localhost. */
const defaultSocket = '/var/run/postgresql';

/** The file is read anew. @returns the password of the first line that fits, or why there is none. */
export function passwordIn(file: string, logIn: LogIn): { readonly password: string } | { readonly why: string } {
  let stats: Stats;
  let bytes: Uint8Array;
  try {
    stats = statSync(file);
    bytes = stats.isFile() ? readFileSync(file) : new Uint8Array();
  } catch (error) {
    return { why: `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}` };
  }
  if (!stats.isFile()) return { why: `${file} is no file` };
  if ((stats.mode & 0o077) !== 0) return { why: `others may read ${file}, so it is not used: chmod 600` };
  const read = readPlainText(bytes);
  if ('problem' in read) return { why: `${file} ${read.problem}: ${read.fix}` };
  const host = logIn.host === defaultSocket ? 'localhost' : logIn.host;
  const password = find(read.text, [host, String(logIn.port), logIn.database, logIn.user]);
  return password === undefined ? { why: `${file} has no line for this host, port, database and user` } : { password };
}

/** Of the first line whose four fields fit. */
function find(text: string, wanted: readonly string[]): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    const fields = line.startsWith('#') ? [] : fieldsOf(line);
    const fits = wanted.every((value, index) => fields[index] === '*' || literal(fields[index]) === value);
    if (fits) return literal(fields[wanted.length]) || undefined;
  }
  return undefined;
}

/** What stands between colons, where a backslash makes a colon an ordinary character; as written. */
function fieldsOf(line: string): string[] {
  const fields = [''];
  for (const [piece] of line.matchAll(/\\.|./gs)) {
    if (piece === ':') fields.push('');
    else fields.push((fields.pop() ?? '') + piece);
  }
  return fields;
}

const literal = (field: string | undefined): string | undefined => field?.replace(/\\(.)/g, '$1');
