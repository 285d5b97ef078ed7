// The closed set of error classes, and what network and TLS errors mean whatever the type.

/** What a dependency can do to a probe; a type declares which of them it can have. */
export const dependencyClasses = [
  'dns',
  'refused',
  'timeout',
  'tls',
  'auth',
  'permission',
  'throttled',
  'capacity',
  'starting',
  'readonly',
  'misconfig',
  'server',
] as const;
export type DependencyClass = (typeof dependencyClasses)[number];

/** Every class a body or a label can say. `stale` and `self` are ours. */
export const errorClasses = [...dependencyClasses, 'stale', 'self'] as const;
export type ErrorClass = (typeof errorClasses)[number];

/** Thrown by a probe when an answer arrived and is not the one wanted. Other errors are thrown as they come. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly errorClass: DependencyClass;
  constructor(errorClass: DependencyClass, message: string, options?: ErrorOptions) {
    super(message, options);
    this.errorClass = errorClass;
  }
}

// https://nodejs.org/api/errors.html#common-system-errors and the c-ares codes of node:dns
const systemCodes: Record<string, DependencyClass> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  ENODATA: 'dns',
  ESERVFAIL: 'dns',
  ETIMEOUT: 'dns',
  EFORMERR: 'dns',
  EBADNAME: 'dns',
  ENONAME: 'dns',
  EBADRESP: 'dns',
  ENOTIMP: 'dns',
  EREFUSED: 'dns',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  ECONNABORTED: 'refused',
  EPIPE: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EHOSTDOWN: 'refused',
  ENETDOWN: 'refused',
  EADDRNOTAVAIL: 'refused',
  ENOENT: 'refused',
  EACCES: 'refused',
  EPERM: 'refused',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  EPROTO: 'tls',
};

// OpenSSL's verification results as node:tls names them; https://nodejs.org/api/tls.html#x509-certificate-error-codes.
// Those that Node has no name for are UNSPECIFIED, such as a key that is too short; the last lines are their own names.
const certificateCodes = new Set([
  ...[
    'UNSPECIFIED',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
  ...['UNABLE_TO_DECRYPT_CERT_SIGNATURE', 'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY', 'CERT_SIGNATURE_FAILURE'],
  ...['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED', 'ERROR_IN_CERT_NOT_BEFORE_FIELD', 'ERROR_IN_CERT_NOT_AFTER_FIELD'],
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_CHAIN_TOO_LONG', 'CERT_REVOKED'],
  ...['INVALID_CA', 'PATH_LENGTH_EXCEEDED', 'INVALID_PURPOSE', 'CERT_UNTRUSTED', 'CERT_REJECTED', 'HOSTNAME_MISMATCH'],
  ...['UNABLE_TO_GET_CRL', 'UNABLE_TO_DECRYPT_CRL_SIGNATURE', 'CRL_SIGNATURE_FAILURE', 'CRL_NOT_YET_VALID'],
  ...['CRL_HAS_EXPIRED', 'ERROR_IN_CRL_LAST_UPDATE_FIELD', 'ERROR_IN_CRL_NEXT_UPDATE_FIELD'],
  ...['EE_KEY_TOO_SMALL', 'CA_KEY_TOO_SMALL', 'CA_MD_TOO_WEAK', 'PERMITTED_VIOLATION', 'EXCLUDED_VIOLATION'],
  ...['UNHANDLED_CRITICAL_EXTENSION', 'INVALID_EXTENSION', 'IP_ADDRESS_MISMATCH', 'KEYUSAGE_NO_CERTSIGN'],
]);

/** The code that systems, resolvers and clients give their errors. */
export const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
};

/**
 * What a system, resolver or TLS error means, looked for in the error, its `cause` and, when several addresses
 * were tried (AggregateError), in the parts.
 * @returns undefined when the error is none of these: the type's own `classify` or the caller decides.
 */
export function classifyTransport(error: unknown, depth = 0): DependencyClass | undefined {
  if (error === null || typeof error !== 'object' || depth > 4) return undefined;
  if (error instanceof Failure) return error.errorClass;
  const code = codeOf(error);
  if (code !== undefined) {
    const known = systemCodes[code];
    if (known !== undefined) return known;
    if (
      certificateCodes.has(code) ||
      code.startsWith('ERR_TLS_') ||
      code.startsWith('ERR_SSL_') ||
      code.startsWith('ERR_OSSL_')
    )
      return 'tls';
  }
  for (const inner of innerErrors(error)) {
    const found = classifyTransport(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Our own want of descriptors or memory: https://man7.org/linux/man-pages/man2/socket.2.html#ERRORS */
const ownCodes = ['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS'];

/** Our own want of processor time: the machine, or a limit on the container, let us compute too little for a verdict. */
export class Starved extends Error {
  override readonly name = 'Starved';
}

/** Whether the error, or one inside it, says that this process has run out of something: no dependency's fault. */
export function isOwnExhaustion(error: unknown, depth = 0): boolean {
  if (error === null || typeof error !== 'object' || depth > 4) return false;
  return (
    error instanceof Starved ||
    ownCodes.includes(codeOf(error) ?? '') ||
    innerErrors(error).some((inner) => isOwnExhaustion(inner, depth + 1))
  );
}

const innerErrors = (error: object): readonly unknown[] => [
  ...(error instanceof AggregateError ? error.errors : []),
  (error as { cause?: unknown }).cause,
];
