// The Fastify app: our own routes, those of features, and what holds for every request.
import type { IncomingMessage } from 'node:http';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { z } from 'zod';
import type { KnownCheck } from '../core/known-check.ts';
import { errorFields, type Log } from '../core/log.ts';
import type { Redact } from '../core/redact.ts';
import { Refusal } from '../core/refusal.ts';
import { type ServedRoute, servedRouteOf } from '../core/served.ts';
import type { Page } from '../metrics/page.ts';
import { sendError } from './answer.ts';
import { schemaController } from './compilers.ts';
import { detailedRoute } from './detailed.ts';
import { type Drain, drainRoutes } from './drain.ts';
import { type Bearer, createGuard } from './guard.ts';
import { type HealthBoard, type HealthOptions, healthRoutes } from './health.ts';
import { headersProblem } from './host.ts';
import { metricsRoutes } from './metrics.ts';
import { answerMissing } from './missing.ts';
import { mountRoutes, type Routes } from './mount.ts';
import { logGuarded, requestFields, requestId } from './request.ts';
import { canonicalUrl } from './twins.ts';

export type AppOptions = Omit<HealthOptions, 'board' | 'drain'> & {
  readonly board: HealthBoard<KnownCheck>;
  readonly drain: Drain;
  readonly page: Page;
  readonly redact: Redact;
  readonly log: Log;
  /** The tokens as they are now; without one the guarded routes answer 403, but by the control socket. */
  readonly bearers?: () => readonly Bearer[];
  /** Told of every answer, and how long its request took. */
  readonly answered: (route: ServedRoute, code: number, seconds: number) => void;
};

/** Bytes; a route with a body that is larger says its own limit. */
const bodyLimit = 16_384;
/** Characters: room for leaving out 50 checks by name. */
const longestUrl = 4096;

/**
 * @param trusted requests that came by the control socket
 * @param routes of features, beside our own
 */
export function createApp(
  options: AppOptions,
  trusted: WeakSet<IncomingMessage>,
  routes: readonly Routes[],
): FastifyInstance {
  const app = fastify({
    bodyLimit,
    genReqId: requestId,
    rewriteUrl: canonicalUrl,
    schemaController,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (_error, _request, reply) => sendError(reply, 400, 'bad_request', 'the path cannot be read'),
  });
  app.decorateRequest('begunAt', 0);
  app.decorateRequest('isAnswered', false);
  app.decorateRequest('askedBy', '');
  app.decorate('answered', (request: FastifyRequest, code: number): void => {
    if (request.isAnswered) return; // by a hook of its own, after the error that it was answered with
    request.isAnswered = true;
    const { url, begunAt, routeOptions } = request;
    const ms = begunAt === 0 ? 0 : performance.now() - begunAt; // 0: a path that cannot be read comes by no hook
    options.answered(servedRouteOf(routeOptions.url ?? url), code, ms / 1000);
  });
  answerMissing(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, undefined));
  app.addHook('onRequest', (request, reply, done) => {
    request.begunAt = performance.now();
    const problem = headersProblem(request.raw);
    if (problem !== undefined) {
      reply.raw.shouldKeepAlive = false;
      sendError(reply, 400, 'bad_request', problem);
    } else if (request.url.length > longestUrl) {
      sendError(reply, 414, 'uri_too_long', 'the path and its query are too long');
    } else done();
  });
  answerErrors(app, options.log);

  healthRoutes(app, options);
  metricsRoutes(app, options.page);
  const { log, bearers = () => [] } = options;
  const guard = createGuard({ bearers, trusted, log });
  app.register(async (guarded) => {
    guarded.addHook('onRequest', guard);
    guarded.addHook('onResponse', (request, reply, done) => {
      logGuarded(log, request, reply);
      done();
    });
    detailedRoute(guarded, options);
    drainRoutes(guarded, options.drain);
  });
  mountRoutes(app, routes, { guard, log });
  return app;
}

/** Errors in our own shape: the asker's are named, ours are logged and never shown. */
function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((thrown: Thrown, request, reply) => {
    const error = thrown.code === 'FST_ERR_VALIDATION' ? refusalOf(thrown) : thrown;
    if (error instanceof Refusal) {
      const { answer } = error;
      return sendError(reply, answer.code, answer.error, error.message);
    }
    const code = isAskers(error) ? (error.statusCode ?? 500) : 500;
    if (code === 413) return sendError(reply, 413, 'body_too_large', 'the body is too large');
    if (code === 415)
      return sendError(reply, 415, 'unsupported_media_type', 'this route takes application/json, said in Content-Type');
    if (code >= 400 && code < 500) return sendError(reply, code, 'bad_request', 'the request cannot be read');
    log.error({ ...requestFields(request), ...errorFields(error) }, 'a request failed');
    sendError(reply, 500, 'internal_error', 'something went wrong here; the log has it under the request id');
  });
}

/** Of Fastify, or of a body whose asker left. A client of ours says the code of its own server: that is our fault. */
const isAskers = ({ code = '' }: Thrown): boolean => code.startsWith('FST_ERR_') || code === 'ECONNRESET';

type Thrown = Error & { readonly statusCode?: number; readonly code?: string; readonly validationContext?: string };

/** What a route's schema refuses: the first of it, with its place. It quotes no value of what was sent, and of keys those that are too many. */
function refusalOf(thrown: Thrown): Refusal {
  const [issue] = thrown instanceof z.ZodError ? thrown.issues : [];
  const place = [thrown.validationContext ?? 'body', ...(issue?.path ?? [])].map(String).join('.');
  return new Refusal(
    thrown.validationContext === 'body' ? 'unprocessable' : 'bad_request',
    `${place}: ${issue?.message}`,
  );
}
