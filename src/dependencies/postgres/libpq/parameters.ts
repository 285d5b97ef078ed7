// Which of libpq's parameters are understood, which change nothing here, and which are refused with what to do instead.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
import { type ConnectionParameters, Problem } from './conninfo.ts';

const oneOf =
  (...values: readonly string[]) =>
  (value: string): string | undefined =>
    values.includes(value) ? undefined : `it must be one of ${values.join(', ')}`;

const revocation = (): string => 'revocation lists are not supported; remove it';
const oauth = (): string => 'log-in with OAuth is not supported; give a password or a client certificate';
const sslMode = oneOf('disable', 'prefer', 'require', 'verify-ca', 'verify-full');
const version = (value: string): string | undefined =>
  value === '' ? undefined : oneOf('TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3')(value);
const number = (value: string): string | undefined =>
  /^\s*[+-]?\d+\s*$/.test(value) ? undefined : 'it must be a whole number';

export const sessionAttrs = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type SessionAttrs = (typeof sessionAttrs)[number];

/** What is wrong with a value, and what to write instead; undefined when it is understood or changes nothing. */
const judges: Record<string, (value: string) => string | undefined> = {
  sslmode: (value) => {
    if (value === 'allow') return 'allow would send the log-in unencrypted first; write prefer, or better require';
    return value === 'no-verify' ? undefined : sslMode(value);
  },
  ssl: () => 'write sslmode=require, or sslmode=disable',
  sslaccept: () => 'it is Prisma’s; write sslmode=verify-full for strict, sslmode=require for accept_invalid_certs',
  sslidentity: () => 'it is Prisma’s; write sslcert and sslkey, each the path of a PEM file',
  requiressl: () => 'write sslmode=require, or sslmode=prefer',
  target_session_attrs: oneOf(...sessionAttrs),
  load_balance_hosts: oneOf('disable', 'random'),
  channel_binding: oneOf('disable', 'prefer', 'require'),
  sslsni: oneOf('0', '1'),
  ssl_min_protocol_version: version,
  ssl_max_protocol_version: version,
  connect_timeout: number,
  sslnegotiation: (value) => (value === 'postgres' ? undefined : 'write postgres, or remove it'),
  sslcertmode: (value) => (value === 'allow' ? undefined : 'write allow, or remove it; without sslcert none is sent'),
  gssencmode: (value) => (value === 'require' ? 'GSSAPI is not supported; use TLS' : oneOf('disable', 'prefer')(value)),
  service: () => 'service files are not read; write host, port, dbname and user here instead',
  servicefile: () => 'service files are not read; write host, port, dbname and user here instead',
  require_auth: () => 'it is not supported; channel_binding=require is',
  requirepeer: () => 'it is not supported; remove it',
  sslcrl: revocation,
  sslcrldir: revocation,
  replication: () => 'the check runs ordinary queries; remove it',
  oauth_issuer: oauth,
  oauth_client_id: oauth,
  oauth_client_secret: oauth,
  oauth_scope: oauth,
  scram_client_key: () => 'log-in with SCRAM keys is not supported; give the password',
  scram_server_key: () => 'log-in with SCRAM keys is not supported; give the password',
};

/** Understood, or without a meaning for a check. */
const harmless = [
  ...['host', 'hostaddr', 'port', 'dbname', 'user', 'password', 'passfile', 'options'],
  ...['application_name', 'fallback_application_name', 'client_encoding', 'sslrootcert', 'sslcert', 'sslkey'],
  ...['sslpassword', 'sslcompression', 'sslkeylogfile'],
  ...['keepalives', 'keepalives_idle', 'keepalives_interval', 'keepalives_count', 'tcp_user_timeout'],
  ...['krbsrvname', 'gsslib', 'gssdelegation', 'min_protocol_version', 'max_protocol_version'],
];

/**
 * Libraries add parameters of their own to URLs (`schema`, `pool_timeout`), which change nothing here; a mistyped one
 * about TLS must not.
 * @throws Problem
 */
export function judge(kind: 'url' | 'keywords', given: ConnectionParameters): void {
  for (const [name, value = ''] of Object.entries(given)) {
    const problem = Object.hasOwn(judges, name) ? judges[name]?.(value) : undefined;
    if (problem !== undefined) throw new Problem(`has the parameter ${name}: ${problem}`);
    if (Object.hasOwn(judges, name) || harmless.includes(name)) continue;
    if (kind === 'keywords')
      throw new Problem("has a keyword that libpq does not know, or a value with spaces that is not 'in quotes'");
    if (/^ssl./i.test(name))
      throw new Problem('has a parameter about TLS that libpq does not know; sslmode=verify-full verifies all');
    if (/^(target|load_?balance|host|pass|user)/i.test(name)) {
      throw new Problem(
        'has a parameter that libpq does not know and that looks like one of its own; correct or remove it',
      );
    }
  }
}
