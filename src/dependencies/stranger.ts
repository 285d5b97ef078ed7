// Whom the first bytes of an answer come from, where they are none of the protocol that was expected: mostly a wrong port.
// Pure.

const protocols: readonly (readonly [begin: RegExp, name: string])[] = [
  [/^HTTP\/\d/, 'HTTP'],
  [/^SSH-/, 'SSH'],
  [/^220[ -]/, 'SMTP or FTP'],
  [/^\* (OK|PREAUTH|BYE)\b/, 'IMAP'],
  [/^\+OK \S/, 'POP3'],
  [/^-(ERR|NOAUTH|WRONGPASS|NOPERM|DENIED|LOADING|MISCONF)\b/, 'Redis’ protocol'],
  [/^\+(OK|PONG)\r\n/, 'Redis’ protocol'],
  [/^[EN]\0\0..S[A-Z]+\0/s, 'PostgreSQL’s protocol'],
  [/^[^\0].\0\0\n/s, 'MySQL’s protocol'],
  [/^AMQP/, 'AMQP'],
  [/^INFO \{/, 'NATS’ protocol'],
  [/^(ERROR|(CLIENT|SERVER)_ERROR .*)\r\n/, 'memcached’s protocol'],
];

/** A record of TLS 1.0 to 1.3: an alert, mostly. */
const isTls = ([type = 0, major, minor = 255]: Uint8Array): boolean =>
  type >= 20 && type <= 23 && major === 3 && minor <= 4;

/** @returns undefined for what none of them begins with. */
export const protocolOf = (bytes: Uint8Array): string | undefined => {
  if (isTls(bytes)) return 'TLS';
  const text = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  return protocols.find(([begin]) => begin.test(text))?.[1];
};

/** For people. @param bytes undefined: nothing is known of them. @param expected as of `protocols` */
export function strangerSays(bytes: Uint8Array | undefined, expected: string): string {
  const spoken = bytes && protocolOf(bytes);
  if (spoken === undefined || spoken === expected) return `the other end does not speak ${expected}: see host and port`;
  const hint = spoken === 'TLS' ? 'see the port, and whether TLS is wanted there' : 'see host and port';
  return `the other end speaks ${spoken}, not ${expected}: ${hint}`;
}
