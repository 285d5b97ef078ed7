// What a connection string does here equals what it does in psql, run beside it on the same servers: whether it connects,
// to which of them, encrypted or not, with which certificate, as whom; what is verified shows in what does not connect.
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPsql } from '../../servers/psql.ts';
import { makeAttempt } from '../attempt.ts';
import { type Servers, startServers } from './libpq-servers.ts';
import { createTrial } from './trial.ts';

let s: Servers;
beforeAll(async () => {
  s = await startServers();
});
afterAll(() => s?.remove());

/** One row of one column. Each client has a name of its own; without one that was asked for, it says nothing. */
const seen = `SELECT concat_ws(' ', CASE WHEN ssl THEN version ELSE 'plain' END, current_setting('port'), current_user,
  current_database(), current_setting('work_mem'), client_dn,
  nullif(nullif(current_setting('application_name'), 'psql'), 'sidewarden')) AS seen
  FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;

/** `no: ` and the class, or `settings` when it is refused before anything is tried. */
async function ours(connection: string): Promise<string> {
  let trial: ReturnType<typeof createTrial>;
  try {
    trial = createTrial({ url: connection }, 25_000); // however slow the machine is: psql waits for ever
  } catch (error) {
    return `no: settings ${(error as Error).message}`;
  }
  try {
    const { outcome, message } = await trial.run();
    if (outcome !== 'passed') return `no: ${outcome} ${message}`;
    return String((await trial.current.query(seen, makeAttempt())).seen);
  } finally {
    trial.end();
  }
}

const url = (query = '', at = s.tls, user = 'app'): string => `postgres://${user}:${s.pw}@${at}/shop${query}`;
const words = (rest = ''): string =>
  `host=127.0.0.1 port=${s.port} dbname=shop user=app password='${s.password}' ${rest}`;
const noPassword = (rest: string): string => `host=127.0.0.1 port=${s.port} dbname=shop user=app ${rest}`;
const elsewhere = (query: string): string =>
  `postgres://app:${s.pw}@db.test:${s.port}/shop?hostaddr=127.0.0.1&${query}`;
const hasV6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

type Row = readonly [what: string, expected: RegExp, connection: () => string];

const rows: Readonly<Record<string, readonly Row[]>> = {
  'a server with TLS': [
    ['no sslmode', /^TLS\S+ tls app shop/, () => url()],
    ['disable', /^plain tls/, () => url('?sslmode=disable')],
    ['prefer', /^TLS\S+ tls/, () => url('?sslmode=prefer')],
    ['require', /^TLS\S+ tls/, () => url('?sslmode=require')],
    ['require verifies against a given authority', /^TLS\S+ tls/, () => url(`?sslmode=require&sslrootcert=${s.ca}`)],
    ['require and another authority', /^no: tls/, () => url(`?sslmode=require&sslrootcert=${s.other}`)],
    ['prefer and another authority', /^plain tls/, () => url(`?sslmode=prefer&sslrootcert=${s.other}`)],
    ['verify-ca', /^TLS\S+ tls/, () => url(`?sslmode=verify-ca&sslrootcert=${s.ca}`)],
    ['verify-ca and another authority', /^no: tls/, () => url(`?sslmode=verify-ca&sslrootcert=${s.other}`)],
    ['verify-ca without an authority', /^no: tls/, () => url('?sslmode=verify-ca')],
    ['verify-ca and another name', /^TLS\S+ tls/, () => elsewhere(`sslmode=verify-ca&sslrootcert=${s.ca}`)],
    ['verify-full by address', /^TLS\S+ tls/, () => url(`?sslmode=verify-full&sslrootcert=${s.ca}`)],
    [
      'verify-full by name',
      /^TLS\S+ tls/,
      () => url(`?sslmode=verify-full&sslrootcert=${s.ca}`, `localhost:${s.port}`),
    ],
    ['verify-full and another name', /^no: tls/, () => elsewhere(`sslmode=verify-full&sslrootcert=${s.ca}`)],
    ['verify-full and another authority', /^no: tls/, () => url(`?sslmode=verify-full&sslrootcert=${s.other}`)],
    [
      'verify-full without a name',
      /^no: misconfig .*name to verify/,
      () => `postgres://app:${s.pw}@/shop?hostaddr=127.0.0.1&port=${s.port}&sslmode=verify-full&sslrootcert=${s.ca}`,
    ],
    ['JDBC’s ssl=true', /^TLS\S+ tls/, () => url('?ssl=true')],
    ['an unknown sslmode', /^no: settings/, () => url('?sslmode=verify')],
    ['an empty sslmode', /^no: settings/, () => url('?sslmode=')],
    ['a version of TLS', /^TLSv1.2 tls/, () => url('?sslmode=require&ssl_max_protocol_version=TLSv1.2')],
    ['without SNI', /^TLS\S+ tls/, () => url('?sslmode=require&sslsni=0', `localhost:${s.port}`)],
    ['channel binding', /^TLS\S+ tls/, () => url('?channel_binding=require')],
    ['channel binding without TLS', /^no: auth/, () => url('?channel_binding=require&sslmode=disable')],
  ],
  'a server without TLS': [
    ['no sslmode', /^plain plain app shop/, () => url('', s.plain)],
    ['disable', /^plain plain/, () => url('?sslmode=disable', s.plain)],
    ['prefer', /^plain plain/, () => url('?sslmode=prefer', s.plain)],
    ['require', /^no: tls/, () => url('?sslmode=require', s.plain)],
    ['verify-full', /^no: tls/, () => url(`?sslmode=verify-full&sslrootcert=${s.ca}`, s.plain)],
  ],
  'pg_hba.conf': [
    ['hostssl alone, with TLS', /^TLS\S+ tls tlsonly/, () => url('', s.tls, 'tlsonly')],
    ['hostssl alone, without TLS', /^no: auth/, () => url('?sslmode=disable', s.tls, 'tlsonly')],
    ['hostnossl alone, preferring TLS', /^plain tls plainonly/, () => url('', s.tls, 'plainonly')],
    ['hostnossl alone, requiring TLS', /^no: auth/, () => url('?sslmode=require', s.tls, 'plainonly')],
    ['clientcert, without one', /^no: auth/, () => url('?sslmode=require', s.tls, 'certified')],
    [
      'clientcert, with one',
      /^TLS\S+ tls certified shop \S+ .*client/,
      () => url(`?sslmode=require&sslcert=${s.cert}&sslkey=${s.key}`, s.tls, 'certified'),
    ],
    [
      'clientcert, with one and without TLS',
      /^no: auth/,
      () => url(`?sslmode=disable&sslcert=${s.cert}&sslkey=${s.key}`, s.tls, 'certified'),
    ],
    [
      'a certificate instead of a password',
      /^TLS\S+ tls client/,
      () => `postgres://client@${s.tls}/shop?sslcert=${s.cert}&sslkey=${s.key}`,
    ],
    [
      'a certificate without its key',
      /^no: misconfig/,
      () => `postgres://client@${s.tls}/shop?sslmode=require&sslcert=${s.cert}`,
    ],
    [
      'an encrypted key',
      /^TLS\S+ tls client/,
      () =>
        `postgres://client@${s.tls}/shop?sslmode=require&sslcert=${s.cert}&sslkey=${s.locked}&sslpassword=open-sesame`,
    ],
    [
      'an encrypted key with another password',
      /^no: tls/,
      () =>
        `postgres://client@${s.tls}/shop?sslmode=require&sslcert=${s.cert}&sslkey=${s.locked}&sslpassword=open-barley`,
    ],
  ],
  'parts of a URL': [
    ['percent-encoded', /^TLS\S+ tls app shop/, () => `postgres://%61pp:${s.pw}@127%2E0.0.1:${s.port}/%73hop`],
    [
      'the longer scheme, everything after ?',
      /^TLS\S+ tls app shop/,
      () => `postgresql://?host=127.0.0.1&port=${s.port}&user=app&password=${s.pw}&dbname=shop`,
    ],
    ['a scheme in capitals', /^no: settings/, () => url().replace('postgres', 'POSTGRES')],
    ['no database: the user’s', /^no: misconfig/, () => `postgres://app:${s.pw}@${s.tls}`],
    [
      'what follows the ? wins',
      /^TLS\S+ tls app shop/,
      () => `postgres://x:y@127.0.0.2:1/z?host=127.0.0.1&port=${s.port}&user=app&password=${s.pw}&dbname=shop`,
    ],
    ['a slash in the password', /^no: settings/, () => `postgres://app:${s.password}@${s.tls}/shop`],
    ['another password', /^no: auth/, () => `postgres://app:wrong@${s.tls}/shop`],
    ['no password', /^no: auth/, () => `postgres://app@${s.tls}/shop`],
    ['no user', /^no: misconfig/, () => `postgres://${s.tls}/shop?password=${s.pw}`],
    ['an IPv6 address', hasV6 ? /^TLS\S+ tls app/ : /^no: refused/, () => url('', `[::1]:${s.port}`)],
    [
      'a socket’s folder, percent-encoded',
      /^plain tls app shop/,
      () => url('', `${encodeURIComponent(s.socket)}:${s.port}`),
    ],
    ['a socket’s folder after the ?', /^plain tls app shop/, () => url(`?host=${s.socket}&port=${s.port}`, '')],
    [
      'a socket is never encrypted',
      /^plain tls app/,
      () => url(`?host=${s.socket}&port=${s.port}&sslmode=require`, ''),
    ],
    [
      'an address beside a socket’s folder',
      /^TLS\S+ tls/,
      () => url(`?host=${s.socket}&hostaddr=127.0.0.1&port=${s.port}`, ''),
    ],
    ['no host', /^no: settings/, () => url('', `:${s.port}`)],
    ['a name as hostaddr', /^no: settings/, () => url('?hostaddr=localhost')],
    ['a port that is none', /^no: settings/, () => url('', '127.0.0.1:0')],
    ['options', /^TLS\S+ tls app shop 5MB/, () => url('?options=-c%20work_mem%3D5MB')],
    ['options that the server refuses', /^no: server/, () => url('?options=-c%20no_such%3D1')],
    ['a second = in a value', /^no: settings/, () => url('?options=-cwork_mem=5MB')],
    ['a mistyped parameter', /^no: settings/, () => url('?sslmod=require')],
    ['application_name', /me too$/, () => url('?application_name=me%20too')],
    ['fallback_application_name, outdone', /4MB me$/, () => url('?fallback_application_name=you&application_name=me')],
  ],
  'keywords and values': [
    ['plainly', /^TLS\S+ tls app shop/, () => words()],
    [
      'with spaces and quotes',
      /^plain tls app shop \S+ it's me$/,
      () => words("sslmode = 'disable' application_name='it\\'s me'"),
    ],
    ['a socket’s folder', /^plain tls app/, () => words(`host=${s.socket}`)],
    ['an unknown keyword', /^no: settings/, () => words('schema=public')],
    ['a quote that does not end', /^no: settings/, () => words("application_name='me")],
    ['a keyword without a value', /^no: settings/, () => words('sslmode')],
    ['a password file', /^TLS\S+ tls app/, () => noPassword(`passfile=${s.passfile}`)],
    [
      'a password file without a line that fits',
      /^no: auth .*no line/,
      () => noPassword(`passfile=${s.otherPassfile}`),
    ],
    ['a password file that others may read', /^no: auth .*chmod 600/, () => noPassword(`passfile=${s.openPassfile}`)],
    ['no password file', /^no: auth .*ENOENT/, () => noPassword('passfile=/no/such/file')],
    ['a service file', /service files are not read; write host/, () => noPassword('service=shop')],
  ],
  'several hosts': [
    ['the first does not listen', /^TLS\S+ tls/, () => url('', `${s.nobody},${s.tls}`)],
    ['the first has no address', /^TLS\S+ tls/, () => url('', `${'x'.repeat(64)}.invalid,${s.tls}`)],
    ['the first is silent', /^TLS\S+ tls/, () => url('?connect_timeout=2', `${s.silent},${s.tls}`)],
    ['the first has no socket', /^TLS\S+ tls/, () => url('', `%2Fno%2Fsuch,${s.tls}`)],
    ['the first lets in', /^plain plain/, () => url('', `${s.plain},${s.tls}`)],
    ['the first offers no TLS', /^no: tls 127.0.0.1:/, () => url('?sslmode=require', `${s.plain},${s.tls}`)],
    ['the first does not know the user', /^no: auth 127.0.0.1:/, () => url('', `${s.plain},${s.tls}`, 'tlsonly')],
    ['none listens', /^no: refused .*; localhost:\d+/, () => url('', `${s.nobody},localhost:${s.ports.nobody}`)],
    ['as lists of words', /^TLS\S+ tls/, () => words(`host=127.0.0.1,localhost port=${s.ports.nobody},${s.port}`)],
    ['one port for all', /^TLS\S+ tls/, () => words('host=/no/such,localhost')],
    ['addresses beside names', /^TLS\S+ tls/, () => words('host=a,b hostaddr=127.0.0.3,127.0.0.1')],
    ['more ports than hosts', /^no: settings/, () => words(`port=${s.port},${s.port}`)],
    ['more addresses than hosts', /^no: settings/, () => words('hostaddr=127.0.0.1,127.0.0.1')],
  ],
  target_session_attrs: [
    ['any', /^TLS\S+ standby/, () => url('?target_session_attrs=any', `${s.standby},${s.tls}`)],
    ['read-write', /^TLS\S+ tls/, () => url('?target_session_attrs=read-write', `${s.standby},${s.tls}`)],
    ['read-only', /^TLS\S+ standby/, () => url('?target_session_attrs=read-only', `${s.tls},${s.standby}`)],
    ['primary', /^TLS\S+ tls/, () => url('?target_session_attrs=primary', `${s.nobody},${s.standby},${s.tls}`)],
    ['standby', /^TLS\S+ standby/, () => url('?target_session_attrs=standby', `${s.tls},${s.standby}`)],
    ['prefer-standby', /^TLS\S+ standby/, () => url('?target_session_attrs=prefer-standby', `${s.tls},${s.standby}`)],
    [
      'prefer-standby, and none is',
      /^plain plain/,
      () => url('?target_session_attrs=prefer-standby', `${s.nobody},${s.plain},${s.tls}`),
    ],
    ['read-write, and none is', /^no: readonly .*read-only/, () => url('?target_session_attrs=read-write', s.standby)],
    [
      'standby, and none is',
      /^no: readonly 127.*; 127/,
      () => url('?target_session_attrs=standby', `${s.tls},${s.nobody}`),
    ],
    [
      'read-only by options',
      /^TLS\S+ tls/,
      () => url('?target_session_attrs=read-only&options=-cdefault_transaction_read_only%3Don'),
    ],
    [
      'read-write, read-only by options',
      /^no: readonly/,
      () => url('?target_session_attrs=read-write&options=-cdefault_transaction_read_only%3Don'),
    ],
    ['an unknown value', /^no: settings/, () => url('?target_session_attrs=master')],
  ],
};

for (const [group, table] of Object.entries(rows)) {
  describe(group, () => {
    test.concurrent.each(table)('%s', async (_, expected, connection) => {
      const text = connection();
      const [here, there] = await Promise.all([ours(text), runPsql(text, seen, s.home)]);
      const named = here.replace(/(?<=^\S+ )\d+/, s.nameOf);
      expect(named).toMatch(expected);
      if ('answer' in there) expect(here).toBe(there.answer);
      else expect(named, there.refused).toMatch(/^no: /);
    });
  });
}
