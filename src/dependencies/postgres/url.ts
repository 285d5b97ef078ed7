// What a PostgreSQL URL says, read as libpq reads it. Pure; no problem text repeats any part of the URL.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
import { isSslMode, type SslMode } from './sslmode.ts';

export type Target = {
  /** A name, an address, or the folder of a Unix socket (then it begins with `/`). */
  readonly host: string;
  /** The address to connect to when not the host's. */
  readonly hostaddr?: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly sslmode?: SslMode;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  /** `channel_binding=require`: log in only if the server proves that it is the other end of the TLS connection. */
  readonly channelBinding: boolean;
  readonly applicationName?: string;
  /** Options of the server for this connection, such as `-c search_path=shop`. */
  readonly options?: string;
};

/** Parameters that ask for something that is not done; to pass over them would be to do something else than asked. */
const refused: Record<string, (value: string) => string | undefined> = {
  target_session_attrs: (value) => (value === 'any' ? undefined : 'use the setting `expect` instead'),
  sslnegotiation: (value) => (value === 'postgres' ? undefined : 'only `postgres` is supported'),
  gssencmode: (value) => (value === 'require' ? 'GSSAPI is not supported' : undefined),
  service: () => 'service files are not read; write the parameters into the URL',
  passfile: () => 'password files of libpq are not read; use `password_file`',
  require_auth: () => 'it is not supported',
  requirepeer: () => 'it is not supported',
  sslcrl: () => 'revocation lists are not supported',
  sslcrldir: () => 'revocation lists are not supported',
  sslpassword: () => 'the client key must not be encrypted',
  replication: () => 'the check runs ordinary queries',
};

const form = /^postgres(?:ql)?:\/\/(?:([^/?]*)@)?([^@/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;
const severalHosts = 'names several hosts: give each server a check of its own';

class Problem extends Error {}

/** @returns the target, or what is wrong, phrased to follow the setting's name ("must be …"). */
export function parseUrl(text: string): { readonly target: Target } | { readonly problem: string } {
  try {
    return { target: read(text) };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message };
    throw error;
  }
}

function read(text: string): Target {
  const [, userinfo, hostspec = '', path, search] = form.exec(text) ?? [];
  if (!form.test(text)) throw new Problem('must be a URL that begins with postgres:// or postgresql://');
  const parameters = readParameters(search);
  const [userText, ...passwordTexts] = (userinfo ?? '').split(':');
  const place = readHost(hostspec);
  const host = parameters.host ?? place.host;
  const given = {
    user: parameters.user ?? decode(userText),
    password: parameters.password ?? decode(passwordTexts.join(':')),
    database: parameters.dbname ?? decode(path),
    hostaddr: parameters.hostaddr,
    sslmode: readSslMode(parameters),
    sslrootcert: parameters.sslrootcert,
    sslcert: parameters.sslcert,
    sslkey: parameters.sslkey,
    applicationName: parameters.application_name,
    options: parameters.options,
  };
  if (host.includes(',') || given.hostaddr?.includes(',')) throw new Problem(severalHosts);
  if (host === '') throw new Problem('names no host; a Unix socket is ?host=/var/run/postgresql');
  return {
    host,
    port: readPort(parameters.port ?? place.port),
    channelBinding: parameters.channel_binding === 'require',
    ...present(given),
  };
}

function readHost(hostspec: string): { host: string; port: string } {
  if (hostspec.includes(',')) throw new Problem(severalHosts);
  const [, v6, name, port = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(hostspec) ?? [];
  const host = v6 ?? name;
  if (host === undefined) throw new Problem('names no host that can be read; IPv6 addresses stand in brackets');
  return { host: decode(host) ?? '', port };
}

function readPort(text: string): number {
  if (text === '') return 5432;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new Problem(
    'has a port that is no number from 1 to 65535, or a user or password with / ? @ that is not percent-encoded',
  );
}

function readParameters(search: string | undefined): Record<string, string | undefined> {
  const pairs = (search ?? '').split('&').filter((pair) => pair !== '');
  const parameters = Object.fromEntries(
    pairs.map((pair) => {
      const [name, ...rest] = pair.split('=');
      return [decode(name) ?? '', decode(rest.join('='))];
    }),
  );
  for (const [name, why] of Object.entries(refused)) {
    const value = parameters[name];
    const problem = value === undefined ? undefined : why(value);
    if (problem !== undefined) throw new Problem(`has the parameter ${name}: ${problem}`);
  }
  return parameters;
}

function readSslMode({ sslmode, ssl }: Record<string, string | undefined>): SslMode | undefined {
  if (sslmode === undefined) return ssl === 'true' ? 'require' : undefined; // libpq reads JDBC's ssl=true so
  if (sslmode === 'no-verify') return 'require'; // node-postgres' word for what libpq calls require
  if (isSslMode(sslmode)) return sslmode;
  throw new Problem('has an sslmode that is none of disable, allow, prefer, require, verify-ca, verify-full');
}

/** Percent-decoded; undefined when empty. A `+` is a plus. */
function decode(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Problem('has a % that is not followed by two hexadecimal digits; write a percent sign as %25');
  }
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const present = <T extends object>(values: T): Present<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
