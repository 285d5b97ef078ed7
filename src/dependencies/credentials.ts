// Secrets and certificates as they are now: files are read again at each connect, so that a rotation is seen.
import { readFileSync } from 'node:fs';
import { Failure } from '../core/failure.ts';
import type { TlsSettings } from '../core/fields.ts';
import type { Secret } from '../core/secret.ts';
import { type FileText, readPemText, readSecretText } from '../core/secret-text.ts';
import { trustSystem } from './authorities.ts';
import { judgeAuthorities, judgePair, type Pem } from './pem.ts';

/**
 * The secret's value now.
 * @throws Failure : a file that cannot be read or used is class `auth`, naming the file and never its text. What is in it
 * must be UTF-8, not empty, and as the setting's value would have to be.
 */
export function reveal(secret: Secret): string {
  const { source, rule } = secret;
  if ('value' in source) return source.value;
  const value = readText(source.file, 'auth', readSecretText);
  const problem = rule?.(value);
  if (problem !== undefined) throw new Failure('auth', `cannot use what is in ${source.file}: it ${problem}`);
  secret.saw(value);
  return value;
}

/** ` in /run/secrets/url`, where the value of a secret comes from a file: for messages about what it holds. */
export const whose = ({ source }: Secret): string => ('file' in source ? ` in ${source.file}` : '');

/** The password that holds: the file, else the setting, else undefined. */
export function revealPassword(settings: {
  password?: Secret | undefined;
  password_file?: Secret | undefined;
}): string | undefined {
  const secret = settings.password_file ?? settings.password;
  return secret === undefined ? undefined : reveal(secret);
}

/** The block `tls`, and what an encrypted key needs. */
type TlsFiles = TlsSettings & { readonly passphrase?: string };

/** What node:tls takes, with the files' contents as they are now. `servername` only when given. */
export type TlsMaterial = {
  ca?: string;
  cert?: string;
  key?: string;
  passphrase?: string;
  servername?: string;
  rejectUnauthorized: boolean;
  /** A server's own certificate, or an intermediate one, can be trusted as it is, as by curl. */
  allowPartialTrustChain: true;
};

/**
 * Without `ca_file` the system's authorities count beside Node's. The files are read once more when they cannot be used: a
 * rotation between two reads gives a certificate and the key of another.
 * @throws Failure `tls` naming the file that cannot be read or used.
 */
export function readTls(settings: TlsFiles | undefined): TlsMaterial {
  let files: ReturnType<typeof readUsable>;
  try {
    files = readUsable(settings);
  } catch {
    files = readUsable(settings); // what is wrong with them still is
  }
  const rejectUnauthorized = settings?.insecure_skip_verify !== true;
  if (rejectUnauthorized && files.ca === undefined) trustSystem();
  return {
    ...files,
    ...(settings?.passphrase === undefined ? {} : { passphrase: settings.passphrase }),
    ...(settings?.server_name === undefined ? {} : { servername: settings.server_name }),
    rejectUnauthorized,
    allowPartialTrustChain: true,
  };
}

function readUsable(settings: TlsFiles | undefined): Pick<TlsMaterial, 'ca' | 'cert' | 'key'> {
  const read = (file: string | undefined): Pem | undefined =>
    file === undefined ? undefined : { file, text: readText(file, 'tls', readPemText) };
  const [ca, cert, key] = [read(settings?.ca_file), read(settings?.cert_file), read(settings?.key_file)];
  if (ca !== undefined) judgeAuthorities(ca);
  if (cert !== undefined && key !== undefined) judgePair(cert, key, settings?.passphrase);
  return {
    ...(ca === undefined ? {} : { ca: ca.text }),
    ...(cert === undefined ? {} : { cert: cert.text }),
    ...(key === undefined ? {} : { key: key.text }),
  };
}

function readText(file: string, errorClass: 'auth' | 'tls', read: (bytes: Uint8Array) => FileText): string {
  const found = read(bytesOf(file, errorClass));
  if ('text' in found) return found.text;
  throw new Failure(errorClass, `cannot use ${file}: it ${found.problem}; ${found.fix}`);
}

function bytesOf(file: string, errorClass: 'auth' | 'tls'): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(errorClass, `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`, {
      cause: error,
    });
  }
}
