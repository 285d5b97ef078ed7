// The routes of features: ordinary Fastify plugins, with bodies, their own content types, and streams.
import type { FastifyInstance } from 'fastify';
import type { Log } from '../core/log.ts';
import { Refusal } from '../core/refusal.ts';
import type { Guard } from './guard.ts';
import { logGuarded } from './request.ts';

/**
 * A Fastify plugin. Its routes are guarded unless they say `config: { access: 'open' }`. It is called again, for an app of
 * its own, whenever any feature changes.
 */
export type Routes = (app: FastifyInstance) => void | Promise<void>;

/** Each in a scope of its own: a parser or a hook of one is nothing to the others, nor to our own routes. */
export function mountRoutes(
  app: FastifyInstance,
  routes: readonly Routes[],
  { guard, log }: { readonly guard: Guard; readonly log: Log },
): void {
  for (const plugin of routes) {
    app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('application/json', { parseAs: 'string' }, readJson);
      scope.addHook('onRequest', (request, reply, done) => {
        // At the end of every answer, also of one whose asker left.
        reply.raw.once('close', () => {
          scope.answered?.(request, reply.raw.statusCode);
          const { access, often } = request.routeOptions.config;
          if (access !== 'open' && (often !== true || reply.raw.statusCode >= 400)) logGuarded(log, request, reply);
        });
        reply.headers({
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'x-request-id': request.id,
        });
        guard(request, reply, done);
      });
      await plugin(scope);
    });
  }
}

/** As Fastify reads JSON, but for its guard against the key `__proto__`: a schema of zod refuses what it does not name. */
function readJson(_: unknown, body: string | Buffer, done: (error: Error | null, value?: unknown) => void): void {
  try {
    done(null, JSON.parse(String(body)));
  } catch {
    done(new Refusal('bad_request', 'the body is not JSON'));
  }
}
