// What TLS and OpenSSL find wrong reaches people in plain words, under the class `tls`, from real handshakes and files.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTls } from '../../../src/dependencies/credentials.ts';
import type { Definition } from '../../../src/dependencies/define.ts';
import { http } from '../../../src/dependencies/http/index.ts';
import { tls } from '../../../src/dependencies/tls/index.ts';
import { plainly } from '../../../src/dependencies/tls-words.ts';
import { createHarness } from '../../contract/harness.ts';
import { conclusive } from '../../patience.ts';
import { type Listening, startListening } from '../../servers/listening.ts';
import { removeFolder, runFolder } from '../../servers/process.ts';
import { startTcpServer } from '../../servers/tcp.ts';

/** All in one shell: keys of P-256 but where a short one of RSA is what is wrong. */
const script = `set -e; cd "$1"; exec 2>&1
ec='ec -pkeyopt ec_paramgen_curve:P-256'
local='subjectAltName=DNS:localhost'
ca() { openssl req -x509 -newkey $2 -nodes -days 30 -subj "/CN=$1" -addext keyUsage=critical,keyCertSign -keyout $1.key -out $1.crt; }
leaf() { # name, authority, kind of key, extensions, options
  openssl req -new -newkey $3 -nodes -subj /CN=localhost -keyout $1.key -out $1.csr
  printf '%b\\n' "$4" > $1.ext; openssl x509 -req -in $1.csr -CA $2.crt -CAkey $2.key -days 20 -out $1.crt -extfile $1.ext $5; }
ca root "$ec"; ca other "$ec"; ca short-root rsa:1024
leaf good root "$ec" "$local"; cat good.crt root.crt > good-whole.crt
leaf short root rsa:1024 "$local"; leaf of-short short-root "$ec" "$local"
leaf sha1 root "$ec" "$local" -sha1; leaf md5 short-root rsa:1024 "$local" -md5
leaf inter root "$ec" 'basicConstraints=critical,CA:TRUE'
leaf below inter "$ec" "$local"; cat below.crt inter.crt > below-whole.crt
leaf below-good good "$ec" "$local"; cat below-good.crt good.crt > below-good-whole.crt
leaf for-clients root "$ec" "$local\\nextendedKeyUsage=clientAuth"
leaf elsewhere root "$ec" 'subjectAltName=DNS:elsewhere.test'
leaf critical root "$ec" "$local\\n1.2.3.4.5=critical,DER:0500"
leaf only-test root "$ec" 'basicConstraints=critical,CA:TRUE\\nnameConstraints=critical,permitted;DNS:test'
leaf outside only-test "$ec" "$local"; cat outside.crt only-test.crt > outside-whole.crt
openssl req -x509 -newkey $ec -nodes -days 20 -subj /CN=localhost -addext "$local" -keyout self.key -out self.crt
printf '[ca]\\ndefault_ca=a\\n[a]\\ndefault_md=sha256\\npolicy=p\\nrand_serial=yes\\nunique_subject=no\\ndatabase=index\\nnew_certs_dir=.\\nx509_extensions=l\\n[p]\\ncommonName=supplied\\n[l]\\n%s\\n' "$local" > ca.cnf; : > index
at() { cp good.key $1.key; openssl ca -batch -notext -config ca.cnf -cert root.crt -keyfile root.key -in good.csr -out $1.crt -startdate $2 -enddate $3; }
at ended 20200101000000Z 20210101000000Z; at early 20400101000000Z 20410101000000Z
openssl pkcs8 -topk8 -in good.key -passout pass:sesame -out locked.key
openssl genpkey -algorithm x25519 -out x25519.key
head -c 300 good.crt > half.crt; head -c 120 good.key > half.key; sed 's/^MI/!!/' good.crt > base64.crt
printf -- '-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n' > rubbish.crt
printf -- '-----BEGIN CERTIFICATE-----\\n-----END CERTIFICATE-----\\n' > empty.crt
`;

let folder: string;
const file = (name: string): string => join(folder, name);
const pem = (name: string): string => readFileSync(file(name), 'utf8');
/** The pair of a name; `-whole` has more certificates and the same key. Weak ones are served as well. */
const pair = (name: string): TlsOptions => ({
  cert: pem(`${name}.crt`),
  key: pem(`${name.replace('-whole', '')}.key`),
  ciphers: 'DEFAULT@SECLEVEL=0',
});

beforeAll(async () => {
  folder = await runFolder('tls-words');
  execFileSync('/bin/sh', ['-c', script, 'sh', folder]);
});
afterAll(() => removeFolder(folder));

/** Addresses of memory, codes, files of C, advice that only a user of Node can take; the one variable is named on purpose. */
const raw = /error:|\.c:\d|routines|--use-system-ca|[A-Z]{3,}_[A-Z]/;
const unnamed = (text: string): string => text.replaceAll('SSL_CERT_FILE', '');

async function run(definition: unknown, settings: Record<string, unknown>) {
  const harness = await createHarness(definition as Definition, settings);
  const result = await conclusive(() => harness.run());
  harness.close();
  if (result?.kind !== 'failed') return result?.kind;
  expect(unnamed(result.message)).not.toMatch(raw);
  return `${result.errorClass}: ${result.message}`;
}

/** What both types that show the certificate say of a server on that port. */
async function both({ port }: Listening, settings: Record<string, unknown>) {
  const one = await run(tls, { address: `localhost:${port}`, warn_before: '1d', tls: settings });
  return [one, await run(http, { url: `https://localhost:${port}/`, tls: settings })];
}

async function serving<T>(server: () => Server, ask: (listening: Listening) => Promise<T>): Promise<T> {
  const listening = await startListening(server);
  try {
    return await ask(listening);
  } finally {
    await listening.stop();
  }
}

const answering = (options: TlsOptions) => (): Server =>
  createServer(options, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  }).on('tlsClientError', () => {});

describe('a certificate, judged as curl 7.88 judges it', () => {
  test.each([
    ['good', 'root'],
    ['good', 'good'],
    ['good-whole', 'good'],
    ['below', 'inter'],
    ['below-whole', 'inter'],
    ['below', 'below'],
    ['below-whole', 'root'],
    ['self', 'self'],
    ['sha1', 'sha1'],
  ])('%s is accepted where ca_file is %s', async (server, ca) => {
    const answers = await serving(answering(pair(server)), (on) => both(on, { ca_file: file(`${ca}.crt`) }));
    expect(answers).toEqual(['passed', 'passed']);
  });

  test.each([
    ['good', 'other', /leads to no authority that is trusted .*: name its authority in `tls.ca_file`/],
    ['good-whole', 'other', /leads to no authority that is trusted: name its authority in `tls.ca_file`/],
    ['below', 'root', /or the server does not send all that lead to it/],
    ['self', 'root', /is signed by itself and not trusted: name it in `tls.ca_file`/],
    ['short', 'root', /has a key that is too short \(RSA wants 2048 bits\): issue it anew/],
    ['short', 'short', /has a key that is too short/],
    ['of-short', 'short-root', /leads to an authority whose key is too short/],
    ['sha1', 'root', /is signed with MD5 or SHA-1, .*: issue it anew with SHA-256/],
    ['md5', 'md5', /has a key that is too short/],
    ['below-good-whole', 'root', /may not issue any|may not issue certificates/],
    ['for-clients', 'root', /is not meant for a server.*\(serverAuth\)/],
    ['ended', 'root', /has ended, or one of those that it leads to: renew it/],
    ['early', 'root', /is not valid yet.*is the clock of this machine right\?/],
    ['elsewhere', 'root', /is for DNS:elsewhere.test, not for localhost: set `tls.server_name`/],
    ['critical', 'root', /demands a check that is not known here/],
    ['outside-whole', 'root', /is for a name that its authority may not issue for/],
  ])('%s is refused where ca_file is %s', async (server, ca, words) => {
    const answers = await serving(answering(pair(server)), (on) => both(on, { ca_file: file(`${ca}.crt`) }));
    for (const answer of answers) expect(answer).toMatch(new RegExp(`^tls: the .*certificate.*(${words.source})`));
  });
});

describe('a server that breaks off', () => {
  const sending = async (answer: string | Buffer) => {
    const server = await startTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(answer));
    });
    const answers = await both(server, { ca_file: file('root.crt') });
    await server.stop();
    return answers;
  };
  test.each([
    ['HTTP/1.1 400 Bad Request\r\n\r\n', /^tls: what answers speaks no TLS: give the port that does/],
    ['220 mail.test ESMTP\r\n', /^tls: what answers speaks no TLS/],
    ['', /^refused: the server closed the connection during the handshake/],
  ])('with %j', async (answer, words) => {
    for (const one of await sending(answer)) expect(one).toMatch(words);
  });

  // https://www.rfc-editor.org/rfc/rfc8446#section-6
  test.each([
    [10, 'broke off TLS: unexpected message'],
    [20, 'broke off TLS: bad record mac'],
    [40, 'refused the handshake: it shares no version or cipher with this side, or wants a client certificate'],
    [42, 'refused the client certificate: does it come from an authority'],
    [43, 'refused the client certificate: is it meant for clients'],
    [44, 'refused the client certificate as revoked'],
    [45, 'refused the client certificate as ended: renew it'],
    [46, 'refused the client certificate: its log has more'],
    [47, 'broke off TLS: illegal parameter'],
    [48, 'does not trust the authority of the client certificate'],
    [49, 'does not let in whom the client certificate names'],
    [50, 'broke off TLS: decode error'],
    [51, 'broke off TLS: decrypt error'],
    [70, 'share no version of TLS'],
    [71, 'finds the ciphers of this side too weak'],
    [80, 'failed during TLS: its log has more'],
    [109, 'broke off TLS: missing extension'],
    [112, 'has no such name: set `tls.server_name`'],
    [116, 'wants a client certificate: set `tls.cert_file`'],
    [120, 'does not offer the protocol that was asked for'],
  ])('with alert %i', async (number, words) => {
    for (const one of await sending(Buffer.from([21, 3, 3, 0, 2, 2, number]))) {
      expect(one).toMatch(/^tls: the server /);
      expect(one).toContain(words);
    }
  });

  test.each<[string, TlsOptions, RegExp]>([
    ['speaks old versions', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, /^tls: .*share no version of TLS/],
    [
      'knows other ciphers',
      { ciphers: 'NULL-SHA256@SECLEVEL=0', maxVersion: 'TLSv1.2' },
      /^tls: .*no version or cipher/,
    ],
    ['wants a certificate', { requestCert: true, maxVersion: 'TLSv1.2' }, /^tls: .*client certificate/],
  ])('one that %s', async (_name, options, words) => {
    const served = { ...pair('good'), ca: pem('root.crt'), ...options };
    const answers = await serving(answering(served), (on) => both(on, { ca_file: file('root.crt') }));
    for (const answer of answers) expect(answer).toMatch(words);
  });

  test('one that wants a certificate after the handshake, as with TLS 1.3', async () => {
    const options = { ...pair('good'), ca: pem('root.crt'), requestCert: true };
    const [, answer] = await serving(answering(options), (on) => both(on, { ca_file: file('root.crt') }));
    expect(answer).toBe('tls: the server wants a client certificate: set `tls.cert_file` and `tls.key_file`');
  });
});

describe('a file', () => {
  const verifying = { insecure_skip_verify: false };
  const good = { cert_file: 'good.crt', key_file: 'good.key' };
  test.each([
    [
      { ca_file: 'half.crt' },
      /its certificate 1 of 1 cannot be read \(it is damaged or cut off: its last line is absent\)/,
    ],
    [{ ca_file: 'base64.crt' }, /cannot be read \(it is damaged or cut off: it holds what base64 has not\)/],
    [{ ca_file: 'rubbish.crt' }, /cannot be read \(it is damaged or cut off\)/],
    [{ ca_file: 'empty.crt' }, /cannot be read \(it is damaged or cut off\)/],
    [{ ca_file: 'good.key' }, /holds no certificate in PEM/],
    [{ ...good, cert_file: 'half.crt' }, /holds no certificate that can be read \(it is damaged or cut off: its last/],
    [{ ...good, cert_file: 'empty.crt' }, /holds no certificate that can be read \(it is empty\)/],
    [{ ...good, cert_file: 'short.crt' }, /short.crt: its key is too short \(RSA wants 2048 bits\)/],
    [{ ...good, key_file: 'half.key' }, /holds no key that can be read \(it is no key, or it is damaged or cut off\)/],
    [{ ...good, key_file: 'root.key' }, /does not fit the certificate in .*good.crt \(it is the key of another\)/],
    [{ ...good, key_file: 'x25519.key' }, /its kind of key is none for TLS/],
    [{ ...good, key_file: 'locked.key' }, /the key is encrypted: decrypt it with/],
    [
      { ...good, key_file: 'locked.key', passphrase: 'no' },
      /holds no key that can be read \(the passphrase is wrong\)/,
    ],
  ])('%o', (settings, words) => {
    const given = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name, name === 'passphrase' ? value : file(value)]),
    );
    const read = () => readTls({ ...verifying, ...given });
    expect(read).toThrow(words);
    expect(read).not.toThrow(/error:|routines|SSL_CTX/);
    expect(read).toThrow(expect.objectContaining({ errorClass: 'tls' }));
  });
});

describe('what no server here can be made to say', () => {
  test.each([
    ['ERR_SSL_DH_KEY_TOO_SMALL', 'dh key too small', 'the server’s Diffie-Hellman key is too short'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'unsupported protocol', 'share no version of TLS'],
    ['ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED', 'unsafe legacy renegotiation disabled', 'no secure renegotiation'],
    ['ERR_SSL_NO_SHARED_CIPHER', 'no shared cipher', 'share no cipher'],
    [
      'ERR_SSL_UNEXPECTED_EOF_WHILE_READING',
      'unexpected eof while reading',
      'closed the connection in the middle of TLS',
    ],
    ['ERR_SSL_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED', 'legacy sigalg disallowed or unsupported', 'signs with SHA-1'],
    ['ERR_SSL_BAD_ECPOINT', 'bad ecpoint', 'TLS failed: bad ecpoint'],
    ['EPROTO', 'wrong version number', 'what answers speaks no TLS'],
  ])('%s', (code, reason, words) => {
    const message = `write 404D4559087F0000:error:0A00018A:SSL routines:tls_process_ske_dhe:${reason}:../deps/x.c:20:\n`;
    const error = Object.assign(new Error(message), { code });
    expect(plainly(error)).toContain(words);
    expect(unnamed(plainly(error))).not.toMatch(raw);
  });

  test('any other error keeps its own words', () => {
    expect(plainly(new Error('the answer is no JSON'))).toBe('the answer is no JSON');
    expect(plainly('text')).toBe('text');
  });
});
