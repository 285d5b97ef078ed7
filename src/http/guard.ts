// Who may use the guarded routes: the bearer of the token, and whoever comes by the control socket.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../core/log.ts';
import { errorFields } from '../core/log.ts';
import { sendError } from './answer.ts';
import { requestFields } from './request.ts';

export type GuardOptions = {
  /** The token as it is now (a file can change); undefined or an empty text: none is configured. */
  readonly token: (() => string) | undefined;
  /** Requests that came by the control socket. */
  readonly trusted: WeakSet<IncomingMessage>;
  readonly log: Log;
};

/** A hook for the guarded scope: lets a request pass or answers it. */
export function createGuard({ token, trusted, log }: GuardOptions) {
  const refusal = (request: FastifyRequest): Refusal | undefined => {
    if (trusted.has(request.raw)) return undefined;
    try {
      const expected = token?.() ?? '';
      if (expected === '') return refusals.none;
      const given = request.headers.authorization;
      if (given === undefined) return refusals.missing;
      return bearerIs(expected, given) ? undefined : refusals.wrong;
    } catch (error) {
      log.error({ ...requestFields(request), ...errorFields(error) }, 'the token cannot be read');
      return refusals.unreadable;
    }
  };
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const refused = refusal(request);
    if (refused === undefined) {
      done();
      return;
    }
    const challenge = refused.code === 401 ? ['www-authenticate', 'Bearer realm="sidewarden"'] : [];
    sendError(reply, refused.code, refused.error, refused.message, challenge);
  };
}

type Refusal = (typeof refusals)[keyof typeof refusals];

const refusals = {
  none: {
    code: 403,
    error: 'no_token',
    message:
      'this route needs a token and none is configured: set token, SIDEWARDEN_TOKEN or SIDEWARDEN_TOKEN_FILE, or ask by the control socket',
  },
  missing: { code: 401, error: 'unauthorized', message: 'the token is missing: Authorization: Bearer <token>' },
  wrong: {
    code: 401,
    error: 'unauthorized',
    message: 'this token is not the one that is configured: Authorization: Bearer <token>',
  },
  unreadable: { code: 503, error: 'token_unreadable', message: 'the token cannot be read now; the log says why' },
} as const;

/** Compares digests, so that neither the length nor the first difference shows in the time it takes. */
function bearerIs(expected: string, header: string): boolean {
  const given = /^bearer +(\S+) *$/i.exec(header)?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(expected));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
