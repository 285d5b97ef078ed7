// How every URL of the configuration is read. What `new URL` does by itself is wrong for a string that holds a password: a
// part of one with # ? / in it becomes the host, which is shown and looked up. Pure; no problem repeats a part of the text.
// https://www.rfc-editor.org/rfc/rfc3986#section-3
import { bracketed } from './endpoint.ts';
import { isPathLike } from './socket-path.ts';

/** A URL taken apart. */
export type ReadUrl = {
  /** In lower case, without its colon. */
  readonly scheme: string;
  /** Percent-decoded; empty when there is none. */
  readonly username: string;
  readonly password: string;
  /** As written, without brackets; empty when there is none. */
  readonly host: string;
  readonly port: number | undefined;
  /** From the slash on, still percent-encoded; empty when there is none. */
  readonly path: string;
  /** Behind the question mark, still percent-encoded; undefined when there is no question mark. */
  readonly query: string | undefined;
};

export type UrlForm = {
  /** In lower case, such as `redis`. */
  readonly schemes: readonly string[];
  /** What its host may be: needed unless said otherwise. */
  readonly host?: 'needed' | 'optional';
  /** Whether a query means something to this type. */
  readonly query?: boolean;
  /** Whether an @ in path, query or the fragment behind a path may be meant, where no user comes before the host. */
  readonly atInPath?: boolean;
  /** What is said of the path of a Unix socket in its place. */
  readonly socket?: string;
  /** How to name several servers, where it is possible. */
  readonly several?: string;
};

/** @returns the URL, or what is wrong with it, phrased to follow the setting's name ("must be …", "has …"). */
export function readUrl(text: string, form: UrlForm): { readonly url: ReadUrl } | { readonly problem: string } {
  try {
    return { url: takeApart(text.trim(), form) };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message };
    throw error;
  }
}

/** As node's clients take it: without user, password and fragment. */
export const plainUrl = ({ scheme, host, port, path, query }: ReadUrl): URL =>
  new URL(`${scheme}://${placeText({ host, port })}${path}${query === undefined ? '' : `?${query}`}`);

/** Host and port, as a URL has them. */
const placeText = ({ host, port }: Pick<ReadUrl, 'host' | 'port'>): string =>
  `${bracketed(host)}${port === undefined ? '' : `:${port}`}`;

/**
 * The URL with its user, password, path and query hidden, which is a URL of the same form again.
 * @param shown what stands behind the host, where it may be shown
 */
export function maskedUrl(url: ReadUrl, shown = hiddenPath(url)): string {
  const { scheme, username, password } = url;
  const userInfo = `${username === '' ? '' : mask}${password === '' ? '' : `:${mask}`}`;
  return `${scheme}://${userInfo === '' ? '' : `${userInfo}@`}${placeText(url)}${shown}`;
}

const hiddenPath = ({ path, query = '' }: ReadUrl): string => (path.length < 2 && query === '' ? path : `/${mask}`);

const mask = '***';

class Problem extends Error {}

/** The pieces of a string that begins like a URL, whatever is in them. */
export type Pieces = {
  readonly scheme: string;
  /** As written; undefined when there is none. */
  readonly userInfo: string | undefined;
  /** Host and port, as written. */
  readonly place: string;
  /** From the first of / ? # on. */
  readonly rest: string;
};

/** Of a string without a scheme undefined. The user's part ends at the last @ before any of / ? #. */
export function piecesOf(text: string): Pieces | undefined {
  const [, scheme, authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const at = authority.lastIndexOf('@');
  return {
    scheme: scheme.toLowerCase(),
    userInfo: at < 0 ? undefined : authority.slice(0, at),
    place: authority.slice(at + 1),
    rest,
  };
}

/** User and password as written; a colon in the password is its own. */
export function splitUserInfo(userInfo: string): { readonly username: string; readonly password: string } {
  const colon = userInfo.indexOf(':');
  return colon < 0
    ? { username: userInfo, password: '' }
    : { username: userInfo.slice(0, colon), password: userInfo.slice(colon + 1) };
}

function takeApart(text: string, form: UrlForm): ReadUrl {
  if (form.socket !== undefined && isPathLike(text)) throw new Problem(form.socket);
  if (/^["'`\u2018-\u201f]/.test(text)) throw new Problem('begins with a quotation mark: leave the quotes out');
  const pieces = piecesOf(text);
  if (pieces === undefined || !form.schemes.includes(pieces.scheme)) {
    throw new Problem(`must be a URL that begins with ${form.schemes.map((scheme) => `${scheme}://`).join(' or ')}`);
  }
  const control = controlProblem(text);
  if (control !== undefined) throw new Problem(control);
  refuseStrayAt(pieces, form);
  const { scheme, userInfo, place, rest } = pieces;
  const { host, port } = readPlace(place, form);
  const [, path = '', query, fragment] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(rest) ?? [];
  if (fragment !== undefined && form.atInPath !== true) {
    throw new Problem('has a #, and what follows it means nothing here: remove it, or write %23 in a user or password');
  }
  if (query !== undefined && form.query !== true) {
    throw new Problem('has a ?, and no parameter is read here: remove it, or write %3F in a user or password');
  }
  const { username, password } = splitUserInfo(userInfo ?? '');
  return { scheme, username: decodePart(username), password: decodePart(password), host, port, path, query };
}

/** `new URL` would drop a tab or a line break without a word, and so change a password. */
export function controlProblem(text: string): string | undefined {
  const [found] = /[\p{Cc}\u2028\u2029]/u.exec(text) ?? [];
  if (found === undefined) return undefined;
  const names: Readonly<Record<string, string>> = { '\n': 'a line break', '\r': 'a carriage return', '\t': 'a tab' };
  const what = names[found] ?? 'a control character';
  return `has ${what} in it: remove it, or write ${encodeURIComponent(found)} if it is part of a user or password`;
}

/** Of the characters that end a user's part, what each is in one. */
const escapes: Readonly<Record<string, string>> = { '/': '%2F', '?': '%3F', '#': '%23' };

/** An @ where none may be is the end of a user's part that holds a character of a meaning of its own. */
function refuseStrayAt({ userInfo, place, rest }: Pieces, { atInPath }: UrlForm): void {
  if (userInfo?.includes('@') === true) {
    throw new Problem('has more than one @ before its host: in a user or password @ is written %40');
  }
  const at = rest.indexOf('@');
  if (at < 0) return;
  // A # that follows host or port may be part of a password; behind a path it begins a fragment, which is never sent.
  const inBareFragment = !rest.startsWith('/') && rest.slice(0, at).includes('#');
  const isHost = !/^[^[]*:\D/.test(place); // else it is a user with the beginning of a password
  if (atInPath === true && userInfo === undefined && !inBareFragment && isHost) return;
  const ends = [...new Set(rest.slice(0, rest.lastIndexOf('@')).match(/[/?#]/g) ?? [])];
  const written = ends.map((end) => `${end} is written ${escapes[end]}`).join(', ');
  const own = userInfo === undefined ? '' : ', and @ is written %40 anywhere but before the host';
  throw new Problem(
    `has ${ends.length === 1 ? 'a' : 'one of'} ${ends.join(' ')} before an @: in a user or password ${written}${own}`,
  );
}

const ports = 'no number from 1 to 65535';

function readPlace(place: string, { several, host: need = 'needed' }: UrlForm): Pick<ReadUrl, 'host' | 'port'> {
  if (place.includes(',')) throw new Problem(`names several hosts: ${several ?? 'name one'}`);
  const [, v6, name = '', tail = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*))(.*)$/s.exec(place) ?? [];
  if (place.startsWith('[') && v6 === undefined)
    throw new Problem('has a [ without its ]; IPv6 addresses stand in brackets');
  if (v6 === undefined && (place.match(/:/g) ?? []).length > 1) {
    throw new Problem('has more than one : after its @ or scheme; an IPv6 address stands in brackets, as in [::1]');
  }
  const host = v6 ?? name;
  if (v6 === undefined ? name !== '' && !isHost(name) : !URL.canParse(`http://[${v6}]/`)) {
    throw new Problem(
      v6 === undefined ? 'has a host that is no name or address' : 'has no IPv6 address between [ and ]',
    );
  }
  if (host === '' && need === 'needed') throw new Problem('names no host');
  if (tail !== '' && !tail.startsWith(':')) throw new Problem('has something after its host that is no port');
  const digits = tail.slice(1);
  if (digits === '') return { host, port: undefined };
  if (!/^\d+$/.test(digits)) {
    throw new Problem(
      `has a port that is ${ports}: or is it a user and password, without the @ and the host behind them?`,
    );
  }
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw new Problem(`has a port that is ${ports}`);
  return { host, port };
}

/** As browsers and curl have it: letters beyond ASCII are fine, and what looks like an IPv4 address must be one. */
function isHost(name: string): boolean {
  return !/[\s%\\<>^|"'`{}@]/.test(name) && URL.canParse(`http://${name}/`);
}

/**
 * Percent-decoded. A string without any escape is meant as it stands, also with a percent sign in it.
 * @throws Problem when a lone percent sign stands beside an escape, or the bytes are not UTF-8: then both could be meant.
 */
function decodePart(text: string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Problem(
      'has a % in its user or password that is no escape of UTF-8, beside others that could be: write % as %25',
    );
  }
}
