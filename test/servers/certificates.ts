// Certificates for the real servers of the tests: authorities, and leaves that are right or wrong in one way each.
import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const day = 24 * 60 * 60 * 1000;
const localNames = ['localhost', '127.0.0.1', '::1'];

/** Paths of PEM files. */
export type Pair = { readonly cert: string; readonly key: string };

export type Issue = {
  /** An authority's certificate as `makeCertificates` gave it; its key lies beside it. */
  readonly ca: string;
  /** Host names and addresses that the certificate is for; localhost, 127.0.0.1 and ::1 unless given. */
  readonly names?: readonly string[];
  /** When it ends, in days from now, fractions too; negative: it ended already. */
  readonly notAfterDays: number;
  /** The file name without its ending; unique in the folder. */
  readonly file?: string;
};

export type Certificates = {
  /** The authority that signed everything here. */
  readonly ca: string;
  /** Valid for `names`. */
  readonly cert: string;
  readonly key: string;
  /** An authority that signed nothing here. */
  readonly otherCa: string;
  readonly clientCert: string;
  readonly clientKey: string;
  readonly expired: Pair;
  readonly wrongName: Pair;
};

const keyOf = (cert: string): string => cert.replace(/\.crt$/, '.key');
// https://docs.openssl.org/3.0/man1/openssl-x509/: -days knows whole days only; `openssl ca` takes instants
const asn1Time = (date: Date): string => date.toISOString().replace(/[-:T]|\.\d+/g, '');

/** Makes `<file>.crt` and `<file>.key`, readable by whatever user the server runs as; returns the certificate's path. */
async function makeAuthority(folder: string, file: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const cert = join(folder, `${file}.crt`);
  await run('openssl', [
    ...[
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '30',
      '-subj',
      `/CN=test ${file}`,
    ],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-keyout', keyOf(cert), '-out', cert],
  ]);
  await chmod(keyOf(cert), 0o644);
  return cert;
}

let count = 0;

/** Issues one certificate for servers and clients, beside its authority. */
export async function issue({
  ca,
  names = localNames,
  notAfterDays,
  file = `issued-${++count}`,
}: Issue): Promise<Pair> {
  const base = join(ca, '..', file);
  const cert = `${base}.crt`;
  const notAfter = new Date(Date.now() + notAfterDays * day);
  const notBefore = new Date(Math.min(Date.now() - day, notAfter.getTime() - day));
  const alternatives = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',');
  await writeFile(
    `${base}.cnf`,
    [
      '[ca]\ndefault_ca=authority\n[authority]\ndefault_md=sha256\npolicy=any\nrand_serial=yes\nunique_subject=no',
      `database=${base}.index\nnew_certs_dir=${join(ca, '..')}\nx509_extensions=leaf`,
      '[any]\ncommonName=supplied',
      `[leaf]\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=${alternatives}\n`,
    ].join('\n'),
  );
  await writeFile(`${base}.index`, '');
  await run('openssl', [
    ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', `/CN=${names[0] ?? file}`, '-keyout', keyOf(cert), '-out', `${base}.csr`],
  ]);
  await run('openssl', [
    ...[
      'ca',
      '-batch',
      '-notext',
      '-config',
      `${base}.cnf`,
      '-cert',
      ca,
      '-keyfile',
      keyOf(ca),
      '-in',
      `${base}.csr`,
      '-out',
      cert,
    ],
    ...['-startdate', asn1Time(notBefore), '-enddate', asn1Time(notAfter)],
  ]);
  await chmod(keyOf(cert), 0o644);
  return { cert, key: keyOf(cert) };
}

/** Everything that most tests need, in one folder.. */
export async function makeCertificates(
  folder: string,
  { names = localNames }: { names?: readonly string[] } = {},
): Promise<Certificates> {
  const [ca, otherCa] = await Promise.all([makeAuthority(folder, 'ca'), makeAuthority(folder, 'other-ca')]);
  const [server, client, expired, wrongName] = await Promise.all([
    issue({ ca, names, notAfterDays: 20, file: 'server' }),
    issue({ ca, names: ['client'], notAfterDays: 20, file: 'client' }),
    issue({ ca, names, notAfterDays: -1, file: 'expired' }),
    issue({ ca, names: ['elsewhere.test'], notAfterDays: 20, file: 'wrong-name' }),
  ]);
  await chmod(folder, 0o755);
  return { ca, otherCa, ...server, clientCert: client.cert, clientKey: client.key, expired, wrongName };
}
