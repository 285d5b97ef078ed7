// Who may use the guarded routes: the bearer of a token that may do what the route does, and whoever comes by the control
// socket.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access, Scope } from '../core/access.ts';
import type { Log } from '../core/log.ts';
import { errorFields } from '../core/log.ts';
import { sendError } from './answer.ts';
import { requestFields } from './request.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The names of the tokens that it showed; empty where it showed none that is configured. */
    askedBy: string;
  }
  interface FastifyContextConfig {
    /** What a token needs for this route: `write` unless said. Routes outside a guarded plugin are open. */
    access?: Access;
    /** Asked many times a minute: the log has only what was refused. */
    often?: true;
  }
}

/** A token, and what it may do. */
export type Bearer = {
  /** As the log names it. */
  readonly name: string;
  readonly scopes: 'all' | readonly Scope[];
  /** The token as it is now: a file can change. @throws when it cannot be read. */
  value(): string;
};

export type GuardOptions = {
  /** Those that are configured now; one whose text is empty is none. */
  readonly bearers: () => readonly Bearer[];
  /** Requests that came by the control socket. */
  readonly trusted: WeakSet<IncomingMessage>;
  readonly log: Log;
};

export type Guard = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** A hook for the guarded scope: lets a request pass or answers it. */
export function createGuard({ bearers, trusted, log }: GuardOptions): Guard {
  /** Every token is compared, so that the time says nothing of which one it was. */
  const bearersOf = (request: FastifyRequest, given: string): readonly Bearer[] | Refused => {
    if (bearers().length === 0) return refusals.none;
    if (given === '') return refusals.missing; // nothing is read for whoever shows nothing
    const found: Bearer[] = [];
    let seen = 0;
    let unreadable = false;
    for (const bearer of bearers()) {
      try {
        const expected = bearer.value();
        if (expected === '') continue;
        seen += 1;
        if (bearerIs(expected, given)) found.push(bearer);
      } catch (error) {
        unreadable = true;
        log.error({ ...requestFields(request), ...errorFields(error) }, 'the token cannot be read');
      }
    }
    if (found.length > 0) return found;
    if (unreadable) return refusals.unreadable;
    if (seen === 0) return refusals.none;
    return refusals.wrong;
  };
  const refusal = (request: FastifyRequest): Refused | undefined => {
    const { access = 'write' } = request.routeOptions.config;
    if (access === 'open' || trusted.has(request.raw)) return undefined;
    const found = bearersOf(request, request.headers.authorization ?? '');
    if ('code' in found) return found;
    request.askedBy = found.map(({ name }) => name).join();
    return found.some(({ scopes }) => scopes === 'all' || scopes.includes(access)) ? undefined : beyondScope(access);
  };
  return (request, reply, done) => {
    const refused = refusal(request);
    if (refused === undefined) {
      done();
      return;
    }
    const challenge = refused.code === 401 ? ['www-authenticate', 'Bearer realm="sidewarden"'] : [];
    sendError(reply, refused.code, refused.error, refused.message, challenge);
  };
}

type Refused = (typeof refusals)[keyof typeof refusals] | ReturnType<typeof beyondScope>;

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
    message: 'this token is not one that is configured: Authorization: Bearer <token>',
  },
  unreadable: { code: 503, error: 'token_unreadable', message: 'the token cannot be read now; the log says why' },
} as const;

const beyondScope = (scope: Scope) =>
  ({
    code: 403,
    error: 'beyond_scope',
    message: `this token may not: the route needs one with the scope ${scope}`,
  }) as const;

/** Compares digests, so that neither the length nor the first difference shows in the time it takes. */
function bearerIs(expected: string, header: string): boolean {
  const given = /^bearer +(\S+) *$/i.exec(header)?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(expected));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
