// What a Redis or Valkey URL says: https://www.iana.org/assignments/uri-schemes/prov/redis
import type { Endpoint } from '../../core/endpoint.ts';
import { isPathLike, socketPathProblem } from '../../core/socket-path.ts';
import { maskedUrl, piecesOf, readUrl, type UrlForm } from '../../core/url.ts';

export type RedisUrl = {
  readonly endpoint: Endpoint;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database?: number;
};

const urlForm: UrlForm = {
  schemes: ['redis', 'rediss', 'valkey', 'valkeys', 'unix'],
  host: 'optional',
  query: true,
  several: 'give `cluster` or `sentinel` with `addresses` instead',
};

/** @returns what the URL says, or what is wrong with it, phrased to follow the setting's name; no problem repeats a part. */
export function parseRedisUrl(text: string): { readonly url: RedisUrl } | { readonly problem: string } {
  const read = readUrl(text, urlForm);
  if (!/^\s*unix:\/\//i.test(text) && isPathLike(text))
    return { problem: `is the path of a socket: write ${socketForm}` };
  if (/%2f/i.test(piecesOf(text)?.place ?? '')) return { problem: behindScheme };
  if ('problem' in read) return read;
  const { scheme, username, password, host, port, path, query } = read.url;
  const unix = scheme === 'unix';
  if (unix && host !== '' && host !== 'localhost') return { problem: `has a host behind unix://: write ${socketForm}` };
  const parameters = parametersOf(query ?? '');
  if ('problem' in parameters) return parameters;
  const inPath = unix ? '' : path.replace(/^\//, '');
  if (parameters.database !== undefined && inPath !== '' && inPath !== parameters.database) {
    return { problem: 'names two databases, behind the host and as ?db=: keep one' };
  }
  const number = parameters.database ?? inPath;
  if (!/^\d{0,9}$/.test(number) || !/^\d*$/.test(inPath)) {
    if (/^\/*\d*\/*$/.test(inPath) && inPath.includes('/')) {
      return { problem: 'has a slash too many: behind the host stands the number of a database alone, such as /0' };
    }
    if (isSocketPath(inPath) || (host === '' && inPath.includes('/'))) return { problem: behindScheme };
    return { problem: 'the part behind the host must be the number of a database, such as /0, and nothing else' };
  }
  const socket = unix ? decodePath(path) : undefined;
  if (unix && !/^\/+[^/]/.test(socket ?? '')) return { problem: `names no path: write ${socketForm}` };
  const tooLong = socket === undefined ? undefined : socketPathProblem(socket);
  if (tooLong !== undefined) return { problem: tooLong };
  return {
    url: {
      endpoint:
        socket === undefined ? { host: host === '' ? 'localhost' : host, port: port ?? 6379 } : { path: socket },
      tls: scheme === 'rediss' || scheme === 'valkeys',
      ...(username === '' ? {} : { username }),
      ...(password === '' ? {} : { password }),
      ...(number === '' ? {} : { database: Number(number) }),
    },
  };
}

const isSocketPath = (path: string): boolean => /^\/?(?:(?:var\/)?run|tmp)\/|\.sock(?:\/|$)/i.test(path);

const socketForm = 'unix:// and the absolute path, as in unix:///run/redis.sock';
const behindScheme = `has the path of a socket where a host or a database belongs: write ${socketForm}`;

/** What to write for parameters that other clients read. Each would mean nothing here. */
const elsewhere: Readonly<Record<string, string>> = {
  ssl: 'write rediss:// or valkeys:// for TLS',
  tls: 'write rediss:// or valkeys:// for TLS',
  ssl_cert_reqs: 'remove it: rediss:// verifies the certificate',
  ssl_ca_certs: 'write `tls: { ca_file: … }`',
  ssl_certfile: 'write `tls: { cert_file: …, key_file: … }`',
  ssl_keyfile: 'write `tls: { cert_file: …, key_file: … }`',
  sslmode: 'write rediss:// or valkeys:// for TLS, which verifies the certificate',
  username: 'write it before the host, or as `username`',
  user: 'write it before the host, or as `username`',
  password: 'write it before the host, or as `password` or `password_file`',
  pass: 'write it before the host, or as `password` or `password_file`',
  auth: 'write it before the host, or as `password` or `password_file`',
  database: 'write /0 behind the host, or ?db=0',
  timeout: 'write `timeout` in the check',
  connect_timeout: 'write `timeout` in the check',
  sentinel: 'write `sentinel: { addresses, name }` instead of the URL',
  mastername: 'write `sentinel: { addresses, name }` instead of the URL',
  protocol: 'remove it: the check speaks RESP2, which every server does',
};

function parametersOf(query: string): { readonly database?: string } | { readonly problem: string } {
  let database: string | undefined;
  for (const pair of query.split('&').filter((one) => one !== '')) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (name === 'db' && equals >= 0) database = pair.slice(equals + 1);
    else if (Object.hasOwn(elsewhere, name.toLowerCase())) {
      return { problem: `has the parameter ${name}, which means nothing here: ${elsewhere[name.toLowerCase()]}` };
    } else {
      return { problem: 'has a parameter that is not read: db=0, for the number of the database, is the only one' };
    }
  }
  return database === undefined ? {} : { database };
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Server and database alone. @param text that is right */
export function maskedRedisUrl(text: string): string {
  const read = readUrl(text, urlForm);
  const parsed = parseRedisUrl(text);
  if ('problem' in read || 'problem' in parsed) return '';
  const { endpoint, database } = parsed.url;
  if ('path' in endpoint)
    return maskedUrl(read.url, `${read.url.path}${database === undefined ? '' : `?db=${database}`}`);
  return maskedUrl(read.url, database === undefined ? '' : `/${database}`);
}
