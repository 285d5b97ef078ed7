// What a PostgreSQL URL or keyword string says, read as libpq reads it. Pure; no problem text repeats a value of it.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
import { isIP } from 'node:net';
import type { SecureVersion } from 'node:tls';
import { bracketed } from '../../../core/endpoint.ts';
import { isHarmless } from '../../../core/keywords.ts';
import { type ConnectionParameters, Problem, takeApart } from './conninfo.ts';
import { judge, type SessionAttrs } from './parameters.ts';
import type { Server } from './server.ts';
import type { SslMode } from './sslmode.ts';

export type Target = {
  /** In the order in which they are tried; never empty. */
  readonly servers: readonly Server[];
  /** `load_balance_hosts=random`: servers, and addresses of one, in any order. */
  readonly shuffled: boolean;
  readonly sessionAttrs: SessionAttrs;
  /** How long each address may take, in milliseconds; as in libpq at least 2 s. */
  readonly connectTimeoutMs?: number;
  readonly user?: string;
  readonly password?: string;
  /** File with passwords of several servers, as libpq's. */
  readonly passfile?: string;
  readonly database?: string;
  readonly sslmode?: SslMode;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  /** Of the key. */
  readonly sslpassword?: string;
  /** Absent: sent. */
  readonly sslsni?: false;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  /** `channel_binding=require`: log in only if the server proves that it is the other end of the TLS connection. */
  readonly channelBinding: boolean;
  readonly applicationName?: string;
  /** Options of the server for this connection, such as `-c search_path=shop`. */
  readonly options?: string;
};

/** @returns the target, or what is wrong, phrased to follow the setting's name ("must be …"). */
export function parseUrl(text: string): { readonly target: Target } | { readonly problem: string } {
  try {
    const { kind, given } = takeApart(text);
    judge(kind, given);
    return { target: read(given) };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message };
    throw error;
  }
}

/**
 * A URL of the same servers, reached in the same way, which hides who logs in where. Of the parameters those stay that are
 * no secrets and mean something here. @param text that is right
 */
export function maskedUrl(text: string): string {
  const parsed = parseUrl(text);
  if ('problem' in parsed) return '';
  const { servers, user, password, database } = parsed.target;
  const userInfo = `${user === undefined ? '' : '***'}${password === undefined ? '' : ':***'}`;
  const hosts = servers.map(({ host, port }) => `${hostInUrl(host)}:${port}`);
  const parameters = Object.entries(takeApart(text).given).flatMap(([name, value = '']) => {
    if (value === '' || besideParameters.includes(name)) return [];
    if (name === 'sslpassword') return [`${name}=***`];
    return isHarmless(name) ? [`${name}=${valueInUrl(value)}`] : [];
  });
  return [
    `postgres://${userInfo === '' ? '' : `${userInfo}@`}${hosts.join(',')}`,
    database === undefined ? '' : '/***',
    parameters.length === 0 ? '' : `?${parameters.join('&')}`,
  ].join('');
}

/** What a URL says before its question mark. */
const besideParameters = ['host', 'port', 'user', 'password', 'dbname'];

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
const hostInUrl = (host: string): string => (host.includes('/') ? encoded(host) : bracketed(host));
/** Paths, lists and addresses stay readable: none of their characters has a meaning behind a question mark. */
const valueInUrl = (value: string): string => encoded(value).replace(/%(2F|2C|3A)/g, decodeURIComponent);

function read(given: ConnectionParameters): Target {
  const { sslmode, sslsni, application_name: own, fallback_application_name: fallback } = given;
  return {
    servers: readServers(given),
    shuffled: given.load_balance_hosts === 'random',
    sessionAttrs: (given.target_session_attrs ?? 'any') as SessionAttrs,
    channelBinding: given.channel_binding === 'require',
    ...present({
      connectTimeoutMs: readConnectTimeout(given.connect_timeout),
      user: given.user,
      password: given.password,
      passfile: given.passfile,
      database: given.dbname,
      // node-postgres' word for what libpq calls require
      sslmode: (sslmode === 'no-verify' ? 'require' : sslmode) as SslMode | undefined,
      sslrootcert: given.sslrootcert,
      sslcert: given.sslcert,
      sslkey: given.sslkey,
      sslpassword: given.sslpassword,
      sslsni: sslsni === '0' ? (false as const) : undefined,
      minVersion: given.ssl_min_protocol_version as SecureVersion | undefined,
      maxVersion: given.ssl_max_protocol_version as SecureVersion | undefined,
      applicationName: own || fallback,
      options: given.options,
    }),
  };
}

/** The lists go together entry by entry; one port is the port of all. */
function readServers({ host = '', hostaddr = '', port = '' }: ConnectionParameters): Server[] {
  const hosts = host.split(',');
  const addresses = hostaddr.split(',');
  const ports = port.split(',');
  const count = hostaddr === '' ? hosts.length : addresses.length;
  if (host !== '' && hosts.length !== count) throw new Problem('must give as many hosts as values of hostaddr');
  if (ports.length !== 1 && ports.length !== count) throw new Problem('must give one port, or one for each host');
  return Array.from({ length: count }, (_, index) =>
    readServer(hosts[index] ?? '', addresses[index] ?? '', ports[index] ?? ports[0] ?? ''),
  );
}

function readServer(host: string, hostaddr: string, port: string): Server {
  if (host === '' && hostaddr === '') {
    throw new Problem('names no host; a Unix socket is host=/var/run/postgresql, in a URL after a ?');
  }
  if (host.startsWith('@')) throw new Problem('names an abstract Unix socket, which is not supported');
  if (!host.startsWith('/') && /[\s\p{Cc}@#?%\\<>^|"'`{}[\]]/u.test(host)) {
    throw new Problem('has a character in its host that no name or address has');
  }
  if (hostaddr !== '' && isIP(hostaddr) === 0) throw new Problem('has a hostaddr that is no address; a name is a host');
  return { host, port: readPort(port), ...(hostaddr === '' ? {} : { hostaddr }) };
}

function readPort(text: string): number {
  if (text === '') return 5432;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new Problem(
    'has a port that is no number from 1 to 65535, or a user or password with / or @ that is not percent-encoded',
  );
}

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-CONNECT-TIMEOUT */
function readConnectTimeout(text: string | undefined): number | undefined {
  const seconds = Number(text ?? 0);
  return seconds > 0 ? Math.max(2, seconds) * 1000 : undefined;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
/** Without what is not given; as in libpq an empty text is not given. */
const present = <T extends object>(values: T): Present<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as Present<T>;
