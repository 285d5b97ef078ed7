// Whether to encrypt and what to verify: libpq's sslmode, and how the setting `tls` joins in. Pure.
// https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
import type { TlsSettings } from '../../../core/fields.ts';
import { isUnix, type Server } from './server.ts';

/** libpq's, but `allow`, which would send the log-in unencrypted first. */
export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export type SslSource = {
  readonly servers: readonly Server[];
  readonly sslmode?: SslMode;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
};

export type Protection = {
  /** Ways of connecting, in the order in which they are tried. */
  readonly order: readonly ('tls' | 'plain')[];
  /** Whether the certificate must come from a trusted authority. */
  readonly verifyChain: boolean;
  /** Whether it must be for this host too. */
  readonly verifyName: boolean;
  /** PEM files; without `ca_file` the authorities that Node trusts. */
  readonly files: { readonly ca_file?: string; readonly cert_file?: string; readonly key_file?: string };
};

const orders: Record<SslMode, Protection['order']> = {
  disable: ['plain'],
  prefer: ['tls', 'plain'],
  require: ['tls'],
  'verify-ca': ['tls'],
  'verify-full': ['tls'],
};

/**
 * The URL's sslmode holds. Without one, the setting `tls` asks for TLS and verifies all unless told otherwise, and
 * without that it is libpq's `prefer`. As in libpq, an authority that is given is always used to verify.
 */
export function protectionOf(source: SslSource, server: Server, tls: TlsSettings | undefined): Protection {
  const mode = modeOf(source, tls);
  const authority = tls?.ca_file ?? (source.sslrootcert === 'system' ? undefined : source.sslrootcert);
  const trusting = tls?.insecure_skip_verify === true;
  const cert = tls?.cert_file ?? source.sslcert;
  const key = tls?.key_file ?? source.sslkey;
  return {
    order: isUnix(server) ? ['plain'] : orders[mode],
    verifyChain: !trusting && (mode.startsWith('verify-') || authority !== undefined),
    verifyName: !trusting && mode === 'verify-full',
    files: {
      ...(authority === undefined ? {} : { ca_file: authority }),
      ...(cert === undefined || key === undefined ? {} : { cert_file: cert, key_file: key }),
    },
  };
}

function modeOf({ sslmode, sslrootcert }: SslSource, tls: TlsSettings | undefined): SslMode {
  if (sslmode !== undefined) return sslmode;
  if (tls !== undefined) return tls.insecure_skip_verify ? 'require' : 'verify-full';
  return sslrootcert === 'system' ? 'verify-full' : 'prefer';
}

/** What contradicts itself; undefined when nothing does. */
export function protectionProblem(source: SslSource, tls: TlsSettings | undefined): string | undefined {
  const { servers, sslmode, sslrootcert, sslcert, sslkey } = source;
  if (tls !== undefined && sslmode === 'disable') return 'the URL says sslmode=disable: remove that, or `tls`';
  if (tls?.insecure_skip_verify === true && sslmode?.startsWith('verify-')) {
    return `the URL says sslmode=${sslmode} and \`tls.insecure_skip_verify\` the contrary: remove one`;
  }
  if (sslrootcert === 'system' && sslmode !== undefined && sslmode !== 'verify-full') {
    return `the URL says sslrootcert=system, which goes with sslmode=verify-full, not ${sslmode}`;
  }
  if (
    modeOf(source, tls) === 'verify-full' &&
    tls?.server_name === undefined &&
    servers.some(({ host }) => host === '')
  ) {
    return 'the URL gives hostaddr alone, and sslmode=verify-full needs a host’s name to verify: add host, or `tls.server_name`';
  }
  if ((sslcert === undefined) !== (sslkey === undefined)) return 'the URL must give sslcert and sslkey together';
  return undefined;
}
