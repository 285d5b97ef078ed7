// Secrets and certificates as they are now: files are read again at each connect, so that a rotation is seen.
import { readFileSync } from 'node:fs';
import { Failure } from '../core/failure.ts';
import type { TlsSettings } from '../core/fields.ts';
import type { Secret } from '../core/secret.ts';

const stripNewline = (text: string): string => text.replace(/\r?\n$/, '');

/**
 * The secret's value now. A file loses exactly one final newline.
 * @throws Failure : a file that cannot be read is class `auth`, naming the file and never its text.
 */
export function reveal(secret: Secret): string {
  const { source } = secret;
  if ('value' in source) return source.value;
  const value = stripNewline(readText(source.file, 'auth'));
  secret.saw(value);
  return value;
}

/** The password that holds: the file, else the setting, else undefined. */
export function revealPassword(settings: {
  password?: Secret | undefined;
  password_file?: Secret | undefined;
}): string | undefined {
  const secret = settings.password_file ?? settings.password;
  return secret === undefined ? undefined : reveal(secret);
}

/** What node:tls takes, with the files' contents as they are now. `servername` only when given. */
export type TlsMaterial = {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized: boolean;
};

/** @throws Failure `tls` naming the file that cannot be read. */
export function readTls(settings: TlsSettings | undefined): TlsMaterial {
  return {
    ...(settings?.ca_file === undefined ? {} : { ca: readText(settings.ca_file, 'tls') }),
    ...(settings?.cert_file === undefined ? {} : { cert: readText(settings.cert_file, 'tls') }),
    ...(settings?.key_file === undefined ? {} : { key: readText(settings.key_file, 'tls') }),
    ...(settings?.server_name === undefined ? {} : { servername: settings.server_name }),
    rejectUnauthorized: settings?.insecure_skip_verify !== true,
  };
}

function readText(file: string, errorClass: 'auth' | 'tls'): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(errorClass, `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`, {
      cause: error,
    });
  }
}
