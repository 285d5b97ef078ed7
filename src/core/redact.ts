// Removes every known secret, in the forms in which clients and servers print them, from a string.
import { isHarmless, readKeywords } from './keywords.ts';
import { Secret } from './secret.ts';
import { piecesOf, splitUserInfo } from './url.ts';

export type Redact = (text: string) => string;

const mask = '***';
/** What is found inside a secret (the parameter of a URL, a part of a header) and is shorter says nothing by itself. */
const shortestPart = 6;
/** A shorter piece of base64 could be any word. */
const shortestBase64 = 8;

type Known = {
  /** Longest first, as all of these. */
  readonly texts: readonly string[];
  /** Pieces of base64: with one of them the whole base64 word around it goes. */
  readonly pieces: readonly string[];
  /** Whole words of base64, of secrets too short for a piece. */
  readonly words: readonly string[];
};

/** Which strings are looked for; of parts of a secret too. */
export type Wanted = (text: string) => boolean;
const every: Wanted = () => true;

/** A server and the number of a database, and nothing that lets anybody in: two settings may well name the same. */
const isBareUrl = (text: string): boolean => /^[a-z]+:\/\/[^/?#@]*(\/\d*)?$/i.test(text);

/** No word, and long: it stands nowhere by chance. */
export const isRandom: Wanted = (text) =>
  text.length >= 12 && /\d/.test(text) && /\p{L}/u.test(text) && !isBareUrl(text);

/**
 * @param secrets read at each call, so that a value that a file had only later is known too.
 * @returns a function that replaces every form of every secret by `***`, the longest first.
 */
export function createRedactor(secrets: () => Iterable<Secret>, wanted = every): Redact {
  let key = '';
  let known: Known = { texts: [], pieces: [], words: [] };
  const replace = (text: string, form: string): string => text.replaceAll(form, mask);
  return (text) => {
    const values = [...secrets()].flatMap(({ known }) => known);
    const current = values.join('\u0000');
    if (key !== current) {
      key = current;
      known = learn(values, wanted);
    }
    const plain = known.texts.reduce(replace, text);
    return known.words.reduce(replace, known.pieces.reduce(replaceWord, plain));
  };
}

/** The value with every text in it redacted, at any depth: its keys and its form stay, whatever the secrets are. */
export function redactTexts(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactTexts(item, redact));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactTexts(item, redact)]));
}

/** Every Secret anywhere inside a parsed configuration. */
export function secretsOf(value: unknown): Secret[] {
  if (value === null || typeof value !== 'object') return [];
  return value instanceof Secret ? [value] : Object.values(value).flatMap(secretsOf);
}

function learn(values: readonly string[], wanted: Wanted): Known {
  const secrets = [...new Set(values.flatMap((value) => [value, ...partsOf(value)]))].filter(
    (part) => part !== '' && wanted(part),
  );
  const texts = secrets.flatMap((secret) => [secret, ...percentCoded(secret)]);
  return {
    texts: longestFirst([...texts, ...texts.map(inJson)]),
    pieces: longestFirst(secrets.flatMap(piecesOfBase64)),
    words: longestFirst(secrets.map(base64)),
  };
}

const longestFirst = (forms: readonly string[]): readonly string[] =>
  [...new Set(forms)].sort((a, b) => b.length - a.length);

/** Secrets inside a secret, which can turn up without the rest. */
function partsOf(value: string): string[] {
  const passwords = passwordsOfKeywords(value);
  if (passwords !== undefined) return passwords;
  const urls = value.split(/,\s*(?=[a-z+]+:\/\/)/i); // several in one string, such as the nodes of a cluster
  if (urls.length > 1) return urls.flatMap((url) => [url, ...partsOf(url)]);
  const [, scheme, credentials = ''] = /^\s*(\S+)\s+(\S+)\s*$/.exec(value) ?? []; // Authorization: Bearer abc
  const isUrl = value.includes('://');
  const cookies = isUrl ? [] : [...value.matchAll(/(?:^|;\s*)[^=;\s]+=([^;]+)/g)].map(([, cookie = '']) => cookie);
  const parts = [credentials, ...cookies, ...(scheme?.toLowerCase() === 'basic' ? [passwordOf(credentials)] : [])];
  const url = isUrl && URL.canParse(value) ? new URL(value) : undefined;
  const pieces = piecesOf(value.trim());
  const libpq = libpqUrl.exec(value)?.groups;
  const parameters = (url?.search ?? libpq?.search ?? '')
    .split(/[?&]/)
    .filter((pair) => !(pair.includes('=') && isHarmless(pair.slice(0, pair.indexOf('=')))))
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
  parts.push(...parameters, ...parameters.map(decode));
  const long = parts.filter((part) => part.length >= shortestPart);
  if (libpq?.password !== undefined) long.push(libpq.password, decode(libpq.password));
  // As our own reader has it, and as `new URL` in a client's hands would.
  const written = [
    ...(pieces?.userInfo === undefined ? [] : [splitUserInfo(pieces.userInfo)]),
    ...(url === undefined ? [] : [{ username: url.username, password: url.password }]),
  ];
  for (const { username, password } of written) {
    if (password !== '') long.push(password, decode(password), `${decode(username)}:${decode(password)}`);
  }
  return long;
}

/** As libpq takes it apart: several hosts with ports, and a password with a question mark, are no URL to `new URL`. */
const libpqUrl = /^postgres(?:ql)?:\/\/(?:[^@/:]*(?::(?<password>[^@/]*))?@)?[^?]*(?<search>\?.*)?$/s;

const isPassword = /^(ssl)?password$/;

/**
 * Of a PostgreSQL connection string made of keywords, as written and as meant; undefined for any other text. Such a
 * string names a host or a database, and unlike in a cookie none of its plain values holds a semicolon.
 */
function passwordsOfKeywords(text: string): string[] | undefined {
  const keywords = readKeywords(text);
  if (keywords === undefined) return undefined;
  const isCookie = keywords.some(
    ({ name, written, quoted }) => !quoted && written.includes(';') && !isPassword.test(name),
  );
  if (isCookie || !keywords.some(({ name }) => /^(host|hostaddr|dbname)$/.test(name))) return undefined;
  return keywords.flatMap(({ name, written, value }) => (isPassword.test(name) ? [written, value] : []));
}

const passwordOf = (credentials: string): string => {
  const text = Buffer.from(credentials, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
};

/** With hexadecimal digits in either case: both are right. */
function percentCoded(text: string): string[] {
  const coded = encodeURIComponent(text.toWellFormed());
  return [coded, coded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())];
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/**
 * What the base64 of any text that holds the secret must hold: base64 codes three bytes at a time, so it depends on
 * where in its group the secret begins. So user:password is found whoever the user is.
 */
function piecesOfBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2]
    .map((begin) => bytes.subarray(begin, begin + Math.floor((bytes.length - begin) / 3) * 3).toString('base64'))
    .filter((piece) => piece.length >= shortestBase64);
}

/** Without a regular expression, which would take the square of the length of a string that is all base64. */
function replaceWord(text: string, piece: string): string {
  const isBase64 = (at: number): boolean => /[A-Za-z0-9+/]/.test(text.charAt(at));
  let redacted = '';
  let done = 0;
  for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, done)) {
    let begin = at;
    let end = at + piece.length;
    while (begin > done && isBase64(begin - 1)) begin--;
    while (isBase64(end)) end++;
    while (text.charAt(end) === '=') end++;
    redacted += text.slice(done, begin) + mask;
    done = end;
  }
  return redacted + text.slice(done);
}

/** As it stands between the quotes of a JSON text. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % in a password is legal for some clients: then the raw form is all there is
  }
}
