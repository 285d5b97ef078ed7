// Takes a connection string apart into libpq's parameters: a URL, or keywords and values. Pure.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
// The client's own reading (pg-connection-string), also with uselibpqcompat, knows one host, no keywords, no fallback of
// `prefer` and no target_session_attrs: half of the strings in test/dependencies/postgres/libpq.test.ts go another way.

import { readKeywords } from '../../../core/keywords.ts';
import { controlProblem } from '../../../core/url.ts';

/** What is wrong, phrased to follow the setting's name ("must be …"). Never repeats any part of the text. */
export class Problem extends Error {}

/** By libpq's names, as written: nothing is defaulted. Of a name given twice the last counts. */
export type ConnectionParameters = Readonly<Partial<Record<string, string>>>;

/** @throws Problem */
export function takeApart(written: string): {
  readonly kind: 'url' | 'keywords';
  readonly given: ConnectionParameters;
} {
  const text = written.trim();
  if (/^["'`\u2018-\u201f]/.test(text)) throw new Problem('begins with a quotation mark: leave the quotes out');
  const scheme = /^postgres(?:ql)?:\/\//.exec(text)?.[0];
  const control = scheme === undefined ? undefined : controlProblem(text);
  if (control !== undefined) throw new Problem(control);
  if (scheme !== undefined) return { kind: 'url', given: Object.fromEntries(urlPairs(text.slice(scheme.length))) };
  if (text.includes('=') && !/^[a-z][\w+.-]*:/i.test(text)) {
    return { kind: 'keywords', given: Object.fromEntries(keywordPairs(text)) };
  }
  throw new Problem('must be a URL that begins with postgres:// or postgresql://, or keywords: host=… dbname=…');
}

type Pair = readonly [name: string, value: string];

// Up to the first @ before any slash: a password may hold ? and :, but / and @ only percent-encoded.
const credentials = /^([^@/:]*)(?::([^@/]*))?@/;
const place = /(?:\[([^\]]+)\]|(?!\[)([^:/?,]*))(?::([^/?,]*))?(,?)/y;

function urlPairs(text: string): Pair[] {
  const [before = '', user, password] = credentials.exec(text) ?? [];
  refuseStrayAt(text.slice(before.length), before !== '');
  if (/(?:^|,)[^[,/?]*:[^,/?]*:/.test(text.slice(before.length).split(/[/?]/, 1)[0] ?? '')) {
    throw new Problem('has more than one : in its host and port; an IPv6 address stands in brackets, as in [::1]');
  }
  const hosts: string[] = [];
  const ports: string[] = [];
  place.lastIndex = before.length;
  let rest = before.length;
  for (let more = ','; more === ','; ) {
    const [all, v6, name = '', port = '', comma = ''] = place.exec(text) ?? [];
    if (all === undefined) throw new Problem('has a [ without its ]; IPv6 addresses stand in brackets');
    hosts.push(v6 ?? name);
    ports.push(port);
    more = comma;
    rest += all.length;
    place.lastIndex = rest;
  }
  const [whole, database = '', search = ''] = /^(?:\/([^?]*))?(?:\?(.*))?$/s.exec(text.slice(rest)) ?? [];
  if (whole === undefined) throw new Problem('has something after the ] of an IPv6 address that is no port');
  const outside: Pair[] = [
    ['user', user ?? ''],
    ['password', password ?? ''],
    ['host', hosts.join(',')],
    ['port', ports.join(',')],
    ['dbname', database],
  ];
  return [...outside.filter(([, value]) => value !== ''), ...searchPairs(search)].map(([name, value]) => [
    name,
    decode(value),
  ]);
}

/** Parameters whose value may have an @ of its own, such as the user of a managed service. */
const withAt = /^(?:user|password|dbname|application_name|fallback_application_name|options|sslpassword)=[^/?]*$/;

/** Any other @ behind the user's part ends a user or password that holds a / or an @ of its own. */
function refuseStrayAt(rest: string, known: boolean): void {
  const [place = '', ...search] = rest.split('?');
  const strays = search
    .join('?')
    .split('&')
    .filter((pair) => pair.includes('@') && !withAt.test(pair));
  const before = [place, ...strays].join('?');
  const at = before.lastIndexOf('@');
  if (at < 0) return;
  const slash = before.slice(0, at).includes('/');
  const found = [...(known ? ['more than one @'] : []), ...(slash ? ['a / before an @'] : [])];
  const written = [...(known ? ['@ is written %40'] : []), ...(slash ? ['/ is written %2F'] : [])];
  throw new Problem(`has ${found.join(' and ')}: in a user or password ${written.join(', and ')}`);
}

/** The values still percent-encoded. */
function searchPairs(search: string): Pair[] {
  const pairs = search.split('&');
  if (pairs.at(-1) === '') pairs.pop();
  return pairs.map((pair) => {
    const [name, value, ...more] = pair.split('=');
    if (value === undefined || more.length > 0) {
      throw new Problem('has a parameter that is not one name, one = and one value; write = in a value as %3D');
    }
    const known = decode(name ?? '');
    if (known === 'ssl' && value === 'true') return ['sslmode', 'require']; // libpq reads JDBC's so
    return [known, value];
  });
}

/** Percent-decoded. A `+` is a plus. */
function decode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw new Problem('has a % without two hexadecimal digits, or not UTF-8; write a percent sign as %25');
  }
  if (decoded.includes('\0')) throw new Problem('holds %00, which no parameter may');
  return decoded;
}

function keywordPairs(text: string): Pair[] {
  const keywords = readKeywords(text);
  if (keywords === undefined) {
    throw new Problem("must be keywords with values: host=… dbname=…, those with spaces as 'in quotes'");
  }
  return keywords.map(({ name, value }) => [name, value]);
}
