// The server's certificate, its key and the authority of its clients, read again when a file changes.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureVersion } from 'node:tls';
import { errorFields, type Log } from '../core/log.ts';
import { readPemText } from '../core/secret-text.ts';
import { plainly } from '../dependencies/tls-words.ts';

export type TlsFiles = {
  /** PEM: the certificate, and after it those that lead to its authority. */
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM: with it, only clients with a certificate of these authorities get in. */
  readonly clientCaFile?: string;
};

/** What node:tls takes. */
export type TlsMaterial = {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly minVersion: SecureVersion;
};

export type CertificateOptions = {
  readonly log: Log;
  /** Told at each reading after the first whether the files were good. */
  readonly read: (good: boolean) => void;
  /** Milliseconds between two looks at the files. */
  readonly lookMs: number;
};

export interface Certificate {
  readonly material: TlsMaterial;
  /** Calls with the new material when the files have changed and are good. */
  onChange(use: (material: TlsMaterial) => void): void;
  close(): void;
}

/**
 * Reads the files now and looks at them from then on. Two looks must find them alike before they are read, since
 * certificate and key are seldom written in one moment. What is wrong is logged once, and the last good ones serve on.
 * @throws Error naming the setting and the file that is wrong.
 */
export function openCertificate(files: TlsFiles, { log, read, lookMs }: CertificateOptions): Certificate {
  let material = readMaterial(files);
  let served = stampOf(files);
  let seen = served;
  const users: ((material: TlsMaterial) => void)[] = [];
  const reload = (): void => {
    try {
      material = readMaterial(files);
      for (const use of users) use(material);
      log.info({ 'event.action': 'certificate' }, `the certificate of ${files.certFile} is served from now on`);
      read(true);
    } catch (error) {
      log.error({ 'event.action': 'certificate', ...errorFields(error) }, 'the last good certificate is served on');
      read(false);
    }
  };
  const timer = setInterval(() => {
    const stamp = stampOf(files);
    const settled = stamp === seen;
    seen = stamp;
    if (!settled || stamp === served) return;
    served = stamp;
    reload();
  }, lookMs);
  timer.unref();
  return {
    get material() {
      return material;
    },
    onChange: (use) => void users.push(use),
    close: () => clearInterval(timer),
  };
}

function readMaterial({ certFile, keyFile, clientCaFile }: TlsFiles): TlsMaterial {
  const cert = readPem('cert_file', certFile);
  const key = readPem('key_file', keyFile);
  const ca = clientCaFile === undefined ? undefined : readPem('client_ca_file', clientCaFile);
  const certificate = parse('cert_file', certFile, () => new X509Certificate(cert));
  const privateKey = parse('key_file', keyFile, () => createPrivateKey(key));
  // An authority that cannot be read would be passed over in silence.
  if (ca !== undefined) parse('client_ca_file', clientCaFile, () => new X509Certificate(ca));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`tls: the key of ${keyFile} is not that of the certificate of ${certFile}`);
  }
  const material: TlsMaterial = { cert, key, ...(ca === undefined ? {} : { ca }), minVersion: 'TLSv1.2' };
  parse('cert_file', certFile, () => createSecureContext(material)); // the rest of the chain, and what OpenSSL forbids
  return material;
}

function readPem(setting: string, file: string): string {
  const read = readPemText(bytesOf(setting, file));
  if ('text' in read) return read.text;
  throw new Error(`tls.${setting}: cannot use ${file}: it ${read.problem}; ${read.fix}`);
}

function bytesOf(setting: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new Error(`tls.${setting}: cannot read ${file}: ${code}`, { cause: error });
  }
}

function parse<T>(setting: string, file: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`tls.${setting}: ${file} holds none in PEM that can be used: ${plainly(error)}`);
  }
}

/** Changes when a file is written or replaced, and when a symlink on its way leads elsewhere (a Secret's update). */
function stampOf({ certFile, keyFile, clientCaFile }: TlsFiles): string {
  return [certFile, keyFile, clientCaFile]
    .flatMap((file) => file ?? [])
    .map((file) => {
      try {
        const { mtimeNs, ctimeNs, size, ino } = statSync(file, { bigint: true });
        return `${mtimeNs} ${ctimeNs} ${size} ${ino}`;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code; // the reading will say so
      }
    })
    .join();
}
