// Whether the PEM files of a `tls` block can be used, so that an error names the file. OpenSSL passes over an authority
// that it cannot read, and over an empty certificate, without a word.
import { createHash, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { codeOf, Failure } from '../core/failure.ts';
import { plainly } from './tls-words.ts';

/** A file and its text. */
export type Pem = { readonly file: string; readonly text: string };

/** The texts that were found good last, by their files: what runs anew every few seconds parses them once. */
const good = new Map<string, string>();

/** @throws Failure `tls` naming the file, unless every certificate in it can be read and there is one. */
export function judgeAuthorities(ca: Pem): void {
  judgeOnce([ca], () => {
    const blocks = ca.text
      .split(/(?=-----BEGIN )/)
      .filter((block) => /^-----BEGIN (X509 )?CERTIFICATE-----/.test(block));
    // OpenSSL's own form is left to OpenSSL: https://docs.openssl.org/3.0/man1/openssl-x509/#trust-settings
    if (blocks.length === 0 && !ca.text.includes('-----BEGIN TRUSTED CERTIFICATE-----')) {
      throw unusable(ca, 'holds no certificate in PEM');
    }
    for (const [index, block] of blocks.entries()) {
      parse(ca, `its certificate ${index + 1} of ${blocks.length} cannot be read`, () => new X509Certificate(block));
    }
  });
}

/** @throws Failure `tls` naming the file that holds no certificate, no key, or the key of another certificate. */
export function judgePair(cert: Pem, key: Pem, passphrase?: string): void {
  const unlock = passphrase === undefined ? {} : { passphrase };
  judgeOnce([cert, { ...key, text: `${key.text}${passphrase ?? ''}` }], () => {
    if (!/-----BEGIN .*CERTIFICATE-----/.test(cert.text)) throw unusable(cert, 'holds no certificate in PEM');
    parse(cert, 'holds no certificate that can be read', () => createSecureContext({ cert: cert.text }));
    if (!/-----BEGIN .*PRIVATE KEY-----/.test(key.text)) throw unusable(key, 'holds no private key in PEM');
    const encrypted = /-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(key.text);
    if (encrypted && passphrase === undefined)
      throw unusable(key, 'the key is encrypted: decrypt it with `openssl pkey`');
    parse(key, 'holds no key that can be read', () => createSecureContext({ key: key.text, ...unlock }));
    const both = { cert: cert.text, key: key.text, ...unlock };
    parse(key, `does not fit the certificate in ${cert.file}`, () => createSecureContext(both));
  });
}

function judgeOnce(files: readonly Pem[], judge: () => void): void {
  const place = files.map(({ file }) => file).join('\n');
  const digest = createHash('sha256')
    .update(files.map(({ text }) => text).join('\0'))
    .digest('base64');
  if (good.get(place) === digest) return;
  judge();
  good.set(place, digest);
}

function parse(pem: Pem, why: string, read: () => unknown): void {
  try {
    read();
  } catch (error) {
    // It was read, and TLS will not have it: a key that is too short.
    const judged = codeOf(error)?.startsWith('ERR_SSL_') === true;
    throw unusable(pem, judged ? plainly(error) : `${why} (${plainly(error)})`, error);
  }
}

const unusable = ({ file }: Pem, why: string, cause?: unknown): Failure =>
  new Failure('tls', `cannot use ${file}: ${why}`, { cause });
