// The system's authorities count in every type, from every place that systems have for them, and are read when wanted.
import { readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer, getCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Places, readStore } from '../../src/dependencies/authorities.ts';
import { readTls } from '../../src/dependencies/credentials.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { createHarness } from '../contract/harness.ts';
import { noAwsSettings, setEnvironment } from '../contract/rigs/kms.ts';
import { conclusive } from '../patience.ts';
import { type Certificates, makeCertificates, type Pair } from '../servers/certificates.ts';
import { type Listening, startListening } from '../servers/listening.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { startTcpServer } from '../servers/tcp.ts';

let folder: string;
let files: Certificates;
const at = (name: string): string => join(folder, name);
const pem = (file: string): string => readFileSync(file, 'utf8');

beforeAll(async () => {
  folder = await runFolder('authorities');
  files = await makeCertificates(folder);
  await Promise.all(['folder', 'second', 'hashed', 'nothing', 'odd'].map((name) => mkdir(at(name))));
  const [ca, other] = [pem(files.ca), pem(files.otherCa)];
  const damaged = ca.replace(/\n[^-\n]+\n/, '\nAAAA\n');
  await Promise.all([
    writeFile(at('bundle.pem'), `# the first\n${ca}\n# the second\n${other}`),
    writeFile(at('indented.pem'), ca.replaceAll('\n', '\r\n')),
    writeFile(at('x509.pem'), ca.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')),
    writeFile(at('trusted.pem'), ca.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')),
    writeFile(at('damaged.pem'), `${damaged}${ca}`),
    writeFile(at('text'), 'no certificate'),
    writeFile(at('folder/one.crt'), ca),
    writeFile(at('second/two.crt'), other),
    writeFile(at('hashed/authority.pem'), ca),
    writeFile(at('odd/one'), 'no certificate'),
  ]);
  await symlink('authority.pem', at('hashed/0a1b2c3d.0'));
  await symlink('/nonexistent', at('odd/two'));
  await symlink(files.ca, at('odd/three.crt'));
});
afterAll(() => removeFolder(folder));

describe('what the system has', () => {
  const none: Places = { files: ['/nonexistent/a', '/nonexistent/b'], folders: ['/nonexistent'] };
  const rows: readonly [string, () => NodeJS.ProcessEnv, () => Partial<Places>, number, RegExp?][] = [
    ['nothing anywhere', () => ({}), () => ({}), 0],
    ['the first file that is there', () => ({}), () => ({ files: ['/nonexistent', files.ca, files.otherCa] }), 1],
    ['a file without any, and the next', () => ({}), () => ({ files: [at('text'), at('bundle.pem')] }), 2],
    ['its folders', () => ({}), () => ({ folders: [at('folder'), '/nonexistent', at('second')] }), 2],
    ['a file and a folder with the same', () => ({}), () => ({ files: [files.ca], folders: [at('folder')] }), 1],
    ['a folder of names and hashes', () => ({}), () => ({ folders: [at('hashed')] }), 1],
    ['a folder with other things too', () => ({}), () => ({ folders: [at('odd'), at('nothing')] }), 1],
    ['SSL_CERT_FILE', () => ({ SSL_CERT_FILE: at('bundle.pem') }), () => ({}), 2],
    ['SSL_CERT_FILE instead of the file', () => ({ SSL_CERT_FILE: files.ca }), () => ({ files: [files.otherCa] }), 1],
    ['SSL_CERT_FILE beside the folders', () => ({ SSL_CERT_FILE: files.ca }), () => ({ folders: [at('second')] }), 2],
    ['SSL_CERT_FILE that is empty', () => ({ SSL_CERT_FILE: '' }), () => ({ files: [files.ca] }), 1],
    ['lines that end as on Windows', () => ({ SSL_CERT_FILE: at('indented.pem') }), () => ({ files: [files.ca] }), 1],
    ['the older label', () => ({ SSL_CERT_FILE: at('x509.pem') }), () => ({}), 1],
    ['SSL_CERT_DIR', () => ({ SSL_CERT_DIR: at('folder') }), () => ({ folders: [at('second')] }), 1],
    ['SSL_CERT_DIR, several', () => ({ SSL_CERT_DIR: `${at('folder')}:${at('second')}` }), () => ({}), 2],
    ['both variables', () => ({ SSL_CERT_FILE: files.ca, SSL_CERT_DIR: at('second') }), () => ({}), 2],
    [
      'SSL_CERT_FILE, absent',
      () => ({ SSL_CERT_FILE: '/gone.pem' }),
      () => ({}),
      0,
      /\/gone.pem, which cannot be read/,
    ],
    ['SSL_CERT_FILE, a folder', () => ({ SSL_CERT_FILE: folder }), () => ({}), 0, /which is no file of certificates/],
    ['SSL_CERT_FILE, a device', () => ({ SSL_CERT_FILE: '/dev/zero' }), () => ({}), 0, /which is no file of cert/],
    ['SSL_CERT_FILE, text', () => ({ SSL_CERT_FILE: at('text') }), () => ({}), 0, /which holds no certificate in PEM/],
    ['what OpenSSL restricts', () => ({ SSL_CERT_FILE: at('trusted.pem') }), () => ({}), 0, /holds no certificate/],
  ];
  test.each(rows)('%s', (_name, environment, places, count, problem) => {
    const store = readStore(environment(), { ...none, ...places() });
    expect(store.certificates.size).toBe(count);
    if (problem === undefined) expect(store.problem).toBeUndefined();
    else expect(store.problem).toMatch(problem);
  });
});

describe('a connection without authorities of its own', () => {
  /** One server: what speaks TLS at once, and what does when PostgreSQL's client asks for it. */
  type Served = { readonly direct: Listening; readonly asked: Listening };
  let trusted: Served;
  let other: Served;
  /** Handshakes that the client went through with. */
  let secured = 0;
  let restore: () => void;

  async function serve({ cert, key }: Pair): Promise<Served> {
    const make = () =>
      createServer({ cert: pem(cert), key: pem(key) }, (socket) => {
        secured += 1;
        socket.on('error', () => {});
        socket.end();
      }).on('tlsClientError', () => {});
    const behind = make();
    const asked = startTcpServer((socket) => {
      socket.once('data', () => {
        socket.write('S');
        behind.emit('connection', socket);
      });
    });
    return { direct: await startListening(make), asked: await asked };
  }

  beforeAll(async () => {
    await writeFile(at('token'), 'token');
    trusted = await serve(files);
    const ofOther = join(folder, 'of-other');
    other = await serve(await makeCertificates(ofOther));
    restore = setEnvironment({
      ...noAwsSettings,
      ...{ AWS_REGION: 'eu-west-1', AWS_CA_BUNDLE: undefined, AWS_EC2_METADATA_DISABLED: 'true' },
      ...{ SSL_CERT_FILE: at('damaged.pem'), SSL_CERT_DIR: at('nothing') },
    });
  });
  afterAll(async () => {
    restore();
    await Promise.all([trusted, other].flatMap(({ direct, asked }) => [direct.stop(), asked.stop()]));
  });

  test('the store is read when it is first wanted, and what Node trusts stays trusted', () => {
    const trusted = () => new Set(getCACertificates('default').map((text) => text.replaceAll('\n', '')));
    const own = trusted();
    readTls({ ca_file: files.otherCa, insecure_skip_verify: false });
    readTls({ insecure_skip_verify: true });
    expect(trusted()).toEqual(own);
    readTls(undefined);
    const now = trusted();
    expect(now.size).toBe(own.size + 1); // the one beside a damaged one
    expect(now).toEqual(new Set([...own, ...now]));
    expect([...now].filter((text) => !own.has(text))).toEqual([pem(files.ca).replaceAll('\n', '')]);
  });

  const key = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
  const role = () => ({ AWS_ROLE_ARN: 'arn:aws:iam::1:role/r', AWS_WEB_IDENTITY_TOKEN_FILE: at('token') });
  type Row = [string, string, (port: number) => object, (port: number) => Record<string, string>];
  const rows: readonly Row[] = [
    ['tls', 'tls', (port) => ({ address: `localhost:${port}`, warn_before: '1d' }), () => ({})],
    ['http', 'http', (port) => ({ url: `https://localhost:${port}` }), () => ({})],
    ['redis', 'redis', (port) => ({ url: `rediss://localhost:${port}` }), () => ({})],
    ['redis, a tls block', 'redis', (port) => ({ url: `redis://localhost:${port}`, tls: {} }), () => ({})],
    ['elasticsearch', 'elasticsearch', (port) => ({ url: `https://localhost:${port}` }), () => ({})],
    ['postgres, a tls block', 'postgres', (port) => ({ url: `postgres://u@localhost:${port}/d`, tls: {} }), () => ({})],
    ...['sslmode=verify-full', 'sslmode=verify-ca', 'sslrootcert=system'].map(
      (query): Row => [
        `postgres, ${query}`,
        'postgres',
        (port) => ({ url: `postgres://u@localhost:${port}/d?${query}` }),
        () => ({}),
      ],
    ),
    ['kms', 'kms', (port) => ({ key_id: 'k', endpoint: `https://localhost:${port}` }), () => key],
    [
      'kms, the role’s STS',
      'kms',
      () => ({ key_id: 'k', endpoint: 'http://127.0.0.1:1' }),
      (port) => ({ ...role(), AWS_ENDPOINT_URL_STS: `https://localhost:${port}` }),
    ],
  ];
  const definitionOf = (type: string) => {
    const found = definitions.find((one) => one.type === type);
    if (found === undefined) throw new Error(`no type ${type}`);
    return found as unknown as Definition;
  };
  async function ask([, type, settings, environment]: Row, { direct, asked }: Served) {
    const { port } = type === 'postgres' ? asked : direct;
    const undo = setEnvironment(environment(port));
    const before = secured;
    const harness = await createHarness(definitionOf(type), settings(port) as Record<string, unknown>, 5000);
    const result = await conclusive(() => harness.run());
    harness.close();
    undo();
    const said = result?.kind === 'failed' ? `${result.errorClass}: ${result.message}` : String(result?.kind);
    return { secured: secured > before, said };
  }

  test.each(rows)('%s: trusts the authority in SSL_CERT_FILE', async (...row) => {
    const { secured, said } = await ask(row, trusted);
    expect(said).not.toMatch(/^tls/);
    expect(secured || said === 'passed').toBe(true); // the type `tls` is done before the server has heard
  });

  test.each(rows.slice(0, -1))('%s: says how to trust another', async (...row) => {
    const { said } = await ask(row, other);
    expect(said).toMatch(/^tls: the .*certificate.* leads to no authority.*tls\.ca_file/);
  });

  test('kms, the role’s STS: names the variable that its authority goes into', async () => {
    const row = rows.at(-1);
    if (row === undefined) throw new Error('no rows');
    const { said } = await ask(row, other);
    expect(said).toMatch(/leads to no authority.*AWS_CA_BUNDLE/);
  });
});

describe('how to trust an authority is said', () => {
  const empty: Places = { files: [], folders: [] };
  test.each<[string, () => NodeJS.ProcessEnv, Places, string]>([
    [
      'where the system has some',
      () => ({ SSL_CERT_FILE: files.ca }),
      empty,
      'or, without that, add it to the system’s authorities',
    ],
    [
      'where it has none',
      () => ({}),
      empty,
      'this system has no authorities, mount some as /etc/ssl/certs/ca-certificates.crt, or set SSL_CERT_FILE',
    ],
    [
      'where the variable is wrong',
      () => ({ SSL_CERT_FILE: '/gone' }),
      empty,
      'SSL_CERT_FILE names /gone, which cannot',
    ],
  ])('%s', async (_name, environment, places, words) => {
    vi.resetModules();
    const { trustSystem } = await import('../../src/dependencies/authorities.ts');
    const { plainly } = await import('../../src/dependencies/tls-words.ts');
    trustSystem(environment(), places);
    const error = Object.assign(new Error('unable to'), { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
    expect(plainly(error)).toContain('name its authority in `tls.ca_file`');
    expect(plainly(error)).toContain(words);
    expect(plainly(error, 'AWS_CA_BUNDLE')).toContain('name its authority in AWS_CA_BUNDLE');
  });
});
