// The authorities of the system, which Node does not trust by itself. Read when the first connection wants them, so that
// the start stays cheap. Our own reading: Node's takes the same file several times over, and prints where a folder is absent.
import { X509Certificate } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** Where systems keep them: the first of the files that is there, and all folders. */
export type Places = { readonly files: readonly string[]; readonly folders: readonly string[] };

// https://go.dev/src/crypto/x509/root_linux.go
const usual: Places = {
  files: [
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/ssl/ca-bundle.pem',
    '/etc/pki/tls/cacert.pem',
    '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    '/etc/ssl/cert.pem',
  ],
  folders: ['/etc/ssl/certs', '/etc/pki/tls/certs'],
};

/** The certificates that were found, each once, and why what SSL_CERT_FILE names is not among them. */
export type Store = { readonly certificates: ReadonlyMap<string, string>; readonly problem?: string };

/** As OpenSSL reads them, so do we: each variable takes the place of its part. https://docs.openssl.org/3.0/man7/openssl-env/ */
export function readStore(environment: NodeJS.ProcessEnv, places: Places = usual): Store {
  const certificates = new Map<string, string>();
  const { SSL_CERT_FILE: named, SSL_CERT_DIR: listed } = environment;
  const problem = named ? refusal(named, collect(certificates, named)) : undefined;
  if (!named) places.files.some((file) => collect(certificates, file) === 'read');
  for (const folder of listed ? listed.split(':') : places.folders) {
    for (const file of filesOf(folder)) collect(certificates, file);
  }
  return { certificates, ...(problem === undefined ? {} : { problem }) };
}

const refusal = (file: string, outcome: string): string | undefined =>
  outcome === 'read' ? undefined : `SSL_CERT_FILE names ${file}, which ${outcome}`;

/** More than any bundle has; what is larger, or is a pipe, would hold up the loop. */
const mostBytes = 8 * 1024 * 1024;

// OpenSSL's own form (TRUSTED CERTIFICATE) can say what a certificate is not to be trusted for, so it is left out.
const block = /-----BEGIN ((?:X509 )?CERTIFICATE)-----([^-]+)-----END \1-----/g;

function collect(certificates: Map<string, string>, file: string): string {
  try {
    const status = statSync(file);
    if (!status.isFile() || status.size > mostBytes) return 'is no file of certificates';
    let found = false;
    for (const [text, , body = ''] of readFileSync(file, 'latin1').matchAll(block)) {
      found = true;
      certificates.set(keyOf(body), text);
    }
    return found ? 'read' : 'holds no certificate in PEM';
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
  }
}

/** Without what two writings of the same certificate differ in. */
const keyOf = (body: string): string => body.replace(/\s+/g, '');

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !isSecondName(folder, entry))
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** Folders for OpenSSL name each file twice: the second time by a hash, as a link to the first. */
const isSecondName = (folder: string, entry: Dirent): boolean =>
  entry.isSymbolicLink() && !readlinkSync(join(folder, entry.name)).includes('/');

let store: { readonly problem?: string; readonly empty: boolean } | undefined;

/** From the first call on, connections without authorities of their own trust the system's too, beside Node's. */
export function trustSystem(environment: NodeJS.ProcessEnv = process.env, places: Places = usual): void {
  if (store !== undefined) return;
  const { certificates, ...rest } = readStore(environment, places);
  store = { empty: certificates.size === 0, ...rest };
  const own = getCACertificates('default');
  const known = new Set(own.map((text) => keyOf(text.replace(/-----[^-]+-----/g, ''))));
  const more = [...certificates].filter(([key]) => !known.has(key)).map(([, text]) => text);
  if (more.length === 0) return;
  try {
    setDefaultCACertificates([...own, ...more]);
  } catch {
    setDefaultCACertificates([...own, ...more.filter(isReadable)]); // one that is damaged takes no other with it
  }
}

function isReadable(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}

/**
 * How to make a certificate known, as far as this system has a place for it.
 * @param what to trust, as in "name it in".
 * @param setting that takes a file.
 */
export function howToTrust(what: string, setting: string): string {
  const name = `name ${what} in ${setting}`;
  if (store?.problem !== undefined) return `${name}; ${store.problem}`;
  if (store?.empty !== true) {
    return `${name}, or, without that, add it to the system’s authorities or to the file in SSL_CERT_FILE, and restart`;
  }
  return `${name}, or, since this system has no authorities, mount some as ${usual.files[0]}, or set SSL_CERT_FILE`;
}
