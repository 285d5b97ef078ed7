// What TLS and OpenSSL say, in plain words: one table for every type, for files and for what a server answers.
// https://docs.openssl.org/3.5/man1/openssl-verification-options/#certificate-extensions and ssl/ssl_err.c of OpenSSL
import { codeOf } from '../core/failure.ts';
import { howToTrust } from './authorities.ts';

const orAnother = 'or one of those that it leads to';
const untrusted = 'leads to no authority that is trusted';
const issue = 'issue it anew';

/** What verification found, said of "the server’s certificate"; by Node's code, or by OpenSSL's words where it has none. */
const certificates: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: `has ended, ${orAnother}: renew it`,
  CERT_NOT_YET_VALID: `is not valid yet, ${orAnother}: is the clock of this machine right?`,
  CERT_REVOKED: `has been revoked: ${issue}`,
  CERT_SIGNATURE_FAILURE: 'is not signed by the authority that it names: is that an older one of the same name?',
  CERT_CHAIN_TOO_LONG: 'leads over too many others to its authority: send fewer',
  PATH_LENGTH_EXCEEDED: 'leads over more others than its authority allows: issue it nearer to the authority',
  INVALID_CA: `leads to one that may not issue certificates: ${issue}, by an authority`,
  INVALID_PURPOSE: `is not meant for a server, ${orAnother} may not issue any: ${issue}, for servers (serverAuth)`,
  CERT_UNTRUSTED: 'is not trusted for this purpose',
  CERT_REJECTED: 'is marked as one to reject',
  UNABLE_TO_GET_CRL: 'cannot be looked up in a list of revoked ones, which is absent',
  HOSTNAME_MISMATCH: 'is for another name: set `tls.server_name` to one that it has, or issue it for this one',
  'EE certificate key too weak': `has a key that is too short (RSA wants 2048 bits): ${issue} with a longer one`,
  'CA certificate key too weak': `leads to an authority whose key is too short (RSA wants 2048 bits): ${issue} by another`,
  'CA signature digest algorithm too weak': `is signed with MD5 or SHA-1, ${orAnother}: ${issue} with SHA-256`,
  'permitted subtree violation': 'is for a name that its authority may not issue for',
  'excluded subtree violation': 'is for a name that its authority may not issue for',
  'unhandled critical extension': `demands a check that is not known here (a critical extension): ${issue} without it`,
};

const selfSigned = 'DEPTH_ZERO_SELF_SIGNED_CERT';

/** Those that an authority would fix. */
const unknownAuthority: Readonly<Record<string, string>> = {
  [selfSigned]: 'is signed by itself and not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: `${untrusted} (or the server does not send all that lead to it)`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `${untrusted} (or the server does not send all that lead to it)`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${untrusted} (or the server does not send all that lead to it)`,
};

const client = 'the client certificate';
const refused = `the server refused ${client}`;
const versions = 'the server and this side share no version of TLS (1.2 and 1.3 are spoken here)';
const damaged = 'it is damaged or cut off';
const noTls = 'what answers speaks no TLS: give the port that does, or leave TLS out';
const wantsCertificate = 'the server wants a client certificate: set `tls.cert_file` and `tls.key_file`';
const shortDiffieHellman = 'the server’s Diffie-Hellman key is too short: give it one of 2048 bits, or ECDHE';
const shortKey = 'its key is too short (RSA wants 2048 bits): issue it with a longer one';
const weakSignature = 'it is signed with MD5 or SHA-1: issue it with SHA-256';

/** What the server sends when it breaks off: an alert, by OpenSSL's name for it. https://www.rfc-editor.org/rfc/rfc8446#section-6 */
const alerts: Readonly<Record<string, string>> = {
  'handshake failure':
    'the server refused the handshake: it shares no version or cipher with this side, or wants a client certificate (`tls.cert_file`)',
  'protocol version': versions,
  'insufficient security': 'the server finds the ciphers of this side too weak',
  'certificate required': wantsCertificate,
  'no certificate': wantsCertificate,
  'bad certificate': `${refused}: does it come from an authority that the server trusts?`,
  'unsupported certificate': `${refused}: is it meant for clients (clientAuth)?`,
  'certificate revoked': `${refused} as revoked: issue another`,
  'certificate expired': `${refused} as ended: renew it`,
  'certificate unknown': `${refused}: its log has more`,
  'unknown ca': `the server does not trust the authority of ${client}: add that there, or set another \`tls.cert_file\``,
  'access denied': `the server does not let in whom ${client} names`,
  'unrecognized name': 'the server has no such name: set `tls.server_name` to one that it has',
  'no application protocol': 'the server does not offer the protocol that was asked for over TLS',
  'internal error': 'the server failed during TLS: its log has more',
};

/** What OpenSSL finds on this side, in a handshake or in a file. */
const reasons: Readonly<Record<string, string>> = {
  'wrong version number': noTls,
  'packet length too long': noTls,
  'http request': noTls,
  'unexpected eof while reading': 'the server closed the connection in the middle of TLS',
  'unsupported protocol': versions,
  'no protocols available': versions,
  'version too low': versions,
  'no shared cipher': 'the server and this side share no cipher',
  'no cipher match': 'the server and this side share no cipher',
  'dh key too small': shortDiffieHellman,
  'legacy sigalg disallowed or unsupported':
    'the server signs with SHA-1, which is too weak: let it speak TLS 1.2 or 1.3',
  'wrong signature type': 'the server signs in a way that was not offered: update its TLS',
  'unsafe legacy renegotiation disabled': 'the server knows no secure renegotiation (RFC 5746): update its TLS',

  'ee key too small': shortKey,
  'ca key too small': shortKey,
  'ca md too weak': weakSignature,
  'no start line': 'it is no PEM',
  'bad end line': `${damaged}: its last line is absent`,
  'bad base64 decode': `${damaged}: it holds what base64 has not`,
  'too long': damaged,
  'wrong tag': damaged,
  'header too long': damaged,
  'not enough data': damaged,
  'nested asn1 error': damaged,
  unsupported: `it is no key, or ${damaged}`,
  'key values mismatch': 'it is the key of another',
  'key type mismatch': 'it is the key of another',
  'bad decrypt': 'the passphrase is wrong',
  'bad password read': 'the passphrase is absent',
  'interrupted or cancelled': 'the passphrase is absent',
  'unknown certificate type': 'its kind of key is none for TLS, which takes RSA, ECDSA and Ed25519',
};

/** What only the code tells apart, or where Node has words of its own. */
const codes: Readonly<Record<string, string>> = {
  ERR_OSSL_EVP_UNSUPPORTED:
    'it is encrypted in an outdated way: convert it with `openssl pkcs8 -topk8 -v2 aes-256-cbc`',
  ERR_TLS_DH_PARAM_SIZE: shortDiffieHellman,
  ERR_TLS_HANDSHAKE_TIMEOUT: 'the server did not end the handshake in time',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'the names in the server’s certificate cannot be read: issue it anew',
};

/** Words of Node whose code says less, or nothing. */
const messages: readonly (readonly [RegExp, string])[] = [
  [
    /^Client network socket disconnected before secure TLS/,
    'the server closed the connection during the handshake: it speaks no TLS there, or refused what it was shown; its log has more',
  ],
  [/^SSL_CTX_use_certificate_chain$/, 'it is empty'],
];

/**
 * What to tell people: plain words for what TLS or OpenSSL says, else the error's own message.
 * @param setting that names the file with the authorities.
 */
export function plainly(error: unknown, setting = '`tls.ca_file`'): string {
  if (!(error instanceof Error)) return String(error);
  const verdict = certificateWords(error, setting);
  if (verdict !== undefined) return `the server’s certificate ${verdict}`;
  const said = messages.find(([pattern]) => pattern.test(error.message))?.[1];
  return said ?? codes[codeOf(error) ?? ''] ?? opensslWords(error.message) ?? error.message;
}

/** What verification found, said of a certificate: "has ended". undefined for any other error. */
export function certificateWords(error: Verdict, setting = '`tls.ca_file`'): string | undefined {
  const code = error.code ?? '';
  const unknown = unknownAuthority[code];
  if (unknown !== undefined) return `${unknown}: ${howToTrust(code === selfSigned ? 'it' : 'its authority', setting)}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return otherName(error);
  // Node's name for every result that it has no name for: the message is OpenSSL's.
  if (code === 'UNSPECIFIED') return certificates[error.message ?? ''] ?? `is not accepted: ${error.message ?? code}`;
  return certificates[code];
}

/** The error of a verification; `host` and `cert` are those of a name that does not fit. */
type Verdict = {
  readonly code?: string;
  readonly message?: string;
  readonly host?: string;
  readonly cert?: { readonly subjectaltname?: string; readonly subject?: { readonly CN?: string | string[] } };
};

function otherName({ host, cert }: Verdict): string {
  const names = cert?.subjectaltname || cert?.subject?.CN || 'no name at all';
  const asked = host === undefined ? '' : `, not for ${host}`;
  return `is for ${names}${asked}: set \`tls.server_name\` to a name that it has, or issue it for this one`;
}

// 4047…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/…:354:SSL alert number 70
const raw = /error:[0-9A-F]{8}:[^:]*:[^:]*:([^:\n]+)/i;
const alert = /^(?:ssl\/tls|sslv3|tlsv1|tlsv13)(?: alert)? /;

/** Without addresses of memory and names of files, which tell nobody anything. */
function opensslWords(message: string): string | undefined {
  const found = raw.exec(message)?.[1]?.trim();
  if (found === undefined) return undefined;
  const sent = found.replace(alert, '');
  if (sent !== found) return alerts[sent] ?? `the server broke off TLS: ${sent}`;
  return reasons[found] ?? `TLS failed: ${found}`;
}
