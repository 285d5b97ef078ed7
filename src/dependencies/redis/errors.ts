// What Redis' error replies mean. The first word of a reply is its kind: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
import { classifyTransport, type DependencyClass } from '../../core/failure.ts';
import type { Classified } from '../define.ts';

/** An error reply of the server, without the command that it answered, which can hold a password. */
export class RedisReply extends Error {
  override readonly name = 'RedisReply';
  /** Its first word, such as NOPERM. */
  readonly kind: string;
  constructor(text: string) {
    // An unknown command is quoted with its arguments.
    const message = text.replace(/,? with args beginning with:.*$/s, '');
    super(message);
    this.kind = message.split(' ', 1)[0] ?? '';
  }
}

const kinds: Record<string, Classified> = {
  NOAUTH: { errorClass: 'auth', phase: 'auth' },
  WRONGPASS: { errorClass: 'auth', phase: 'auth' },
  NOPERM: { errorClass: 'permission' },
  DENIED: { errorClass: 'permission', phase: 'connect' }, // protected mode
  LOADING: { errorClass: 'starting' },
  READONLY: { errorClass: 'readonly' },
  MOVED: { errorClass: 'misconfig' },
};

/** Replies whose kind is the general ERR. */
const texts: readonly (readonly [RegExp, DependencyClass, phase?: string])[] = [
  [/^ERR max number of clients/, 'capacity', 'connect'],
  [
    /^ERR (AUTH|invalid password|Client sent AUTH|wrong number of arguments for 'auth'|unknown command [`']AUTH)/i,
    'auth',
    'auth',
  ],
  [/^ERR (DB index is out of range|invalid DB index|SELECT is not allowed in cluster mode)/, 'misconfig'],
  [/cluster support disabled/, 'misconfig'],
];

/** Everything that is not listed is the server's own trouble: BUSY, MASTERDOWN, MISCONF, OOM, CLUSTERDOWN and their kin. */
export function classify(error: unknown): Classified | undefined {
  if (!(error instanceof RedisReply)) {
    // With TLS 1.3 a refused client certificate is known only after the handshake.
    return classifyTransport(error) === 'tls' ? { errorClass: 'tls', phase: 'connect' } : undefined;
  }
  const known = kinds[error.kind];
  if (known !== undefined) return known;
  for (const [pattern, errorClass, phase] of texts) {
    if (pattern.test(error.message)) return phase === undefined ? { errorClass } : { errorClass, phase };
  }
  return { errorClass: 'server' };
}

/**
 * How services refuse what they do not offer, beside NOPERM. ElastiCache, MemoryDB and a `rename-command` know no such
 * command, it is "disallowed" for Azure Cache (https://github.com/MicrosoftDocs/azure-docs/issues/113007), "not allowed"
 * for Redis Software and Azure Managed Redis, "not support" for Tair.
 */
const notOffered = /^ERR (unknown (sub)?command|command\b.*\b(disallowed|not (allowed|support)))/i;

/** The user may not make the call, or the server does not offer it. */
export const isNotOffered = (error: unknown): error is RedisReply =>
  error instanceof RedisReply && (error.kind === 'NOPERM' || notOffered.test(error.message));
