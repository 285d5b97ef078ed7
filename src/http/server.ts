// The HTTP server: one Fastify app behind several addresses, and what holds for every request.
import type { IncomingMessage, RequestListener } from 'node:http';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import type { DetailedCheck } from '../core/body.ts';
import { errorFields, type Log } from '../core/log.ts';
import type { Redact } from '../core/redact.ts';
import { type ServedRoute, servedRouteOf } from '../core/served.ts';
import type { Page } from '../metrics/page.ts';
import { sendError } from './answer.ts';
import { type Certificate, openCertificate, type TlsFiles } from './certificate.ts';
import { schemaController } from './compilers.ts';
import { createConnections } from './connections.ts';
import { capWithin } from './descriptors.ts';
import { detailedRoute } from './detailed.ts';
import { type Drain, drainRoutes } from './drain.ts';
import { createGuard } from './guard.ts';
import { type HealthBoard, type HealthOptions, healthRoutes } from './health.ts';
import { headersProblem } from './host.ts';
import { type ListenAddress, listenOn, listenOnControl } from './listen.ts';
import { defaultLimits, type Limits, type Listener } from './listener.ts';
import { metricsRoutes } from './metrics.ts';
import { answerMissing } from './missing.ts';
import { requestFields, requestId } from './request.ts';
import { canonicalUrl } from './twins.ts';

export type HttpOptions = Omit<HealthOptions, 'board' | 'drain'> & {
  readonly board: HealthBoard<DetailedCheck>;
  readonly drain: Drain;
  readonly page: Page;
  readonly redact: Redact;
  readonly log: Log;
  /** The token as it is now; without one the guarded routes answer 403, but by the control socket. */
  readonly token?: () => string;
  readonly limits?: Partial<Limits>;
  /** Open connections at a time, fewer where the descriptors do not suffice; the control socket has as many again. */
  readonly maxConnections: number;
  /** Makes the addresses speak TLS, but for Unix sockets. */
  readonly tls?: TlsFiles;
  /** Told of every answer, and how long its request took. */
  readonly answered: (route: ServedRoute, code: number, seconds: number) => void;
  /** Told whether the files of `tls` were good when they were last read. */
  readonly certificateRead: (good: boolean) => void;
};

export interface HttpServer {
  readonly app: FastifyInstance;
  /**
   * @param addresses all or none are opened.
   * @param control path of the control socket, when wanted.
   * @throws Error naming the address that cannot be had, or the file of `tls` that is wrong.
   */
  listen(addresses: readonly ListenAddress[], control?: string): Promise<void>;
  /** What is open, as `http://host:port`, `https://host:port` and `unix:/path`, but for the control socket. */
  addresses(): readonly string[];
  /** Lets answers in flight finish, closes idle connections, cuts what is left when the signal aborts. */
  close(signal: AbortSignal): Promise<void>;
}

/** Bytes: no route takes a body; a later one that does says its own limit. */
const bodyLimit = 16_384;
/** Characters: room for leaving out 50 checks by name. */
const longestUrl = 4096;

export function createServer(options: HttpOptions): HttpServer {
  const trusted = new WeakSet<IncomingMessage>();
  const open: Listener[] = [];
  let controlled: Listener | undefined;
  let certificate: Certificate | undefined;
  const app = createApp(options, trusted);
  const limits = { ...defaultLimits, ...options.limits };
  const byControl: RequestListener = (request, response) => {
    trusted.add(request);
    app.routing(request, response);
  };

  const close = async (signal: AbortSignal): Promise<void> => {
    certificate?.close();
    await Promise.all([...open, controlled].map((listener) => listener?.close(signal)));
    await app.close();
  };

  return {
    app,
    async listen(addresses, control) {
      await app.ready();
      try {
        const { clock, log, tls } = options;
        const most = capWithin(options.maxConnections);
        const { lookMs } = limits;
        if (tls !== undefined) certificate = openCertificate(tls, { log, read: options.certificateRead, lookMs });
        const service = { handler: app.routing, limits, connections: createConnections({ most, clock, log }) };
        for (const address of addresses) {
          const listener = await listenOn(address, { ...service, ...(certificate && { certificate }) });
          if (listener !== undefined) open.push(listener);
        }
        // Counted apart: whatever comes by the network takes none of them away.
        const connections = createConnections({ most, clock, log });
        if (control !== undefined)
          controlled = await listenOnControl(control, { handler: byControl, limits, connections });
      } catch (error) {
        await close(AbortSignal.abort());
        throw error;
      }
    },
    addresses: () => open.map(({ address }) => address),
    close,
  };
}

function createApp(options: HttpOptions, trusted: WeakSet<IncomingMessage>): FastifyInstance {
  const app = fastify({
    bodyLimit,
    genReqId: requestId,
    rewriteUrl: canonicalUrl,
    schemaController,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (_error, _request, reply) => sendError(reply, 400, 'bad_request', 'the path cannot be read'),
  });
  app.decorateRequest('begunAt', 0);
  app.decorate('answered', ({ url, begunAt, routeOptions }: FastifyRequest, code: number): void => {
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
  app.register(async (guarded) => {
    guarded.addHook('onRequest', createGuard({ token: options.token, trusted, log: options.log }));
    guarded.addHook('onResponse', (request, reply, done) => {
      options.log.info(requestFields(request, reply), `${request.method} of a guarded route`);
      done();
    });
    detailedRoute(guarded, options);
    drainRoutes(guarded, options.drain);
  });
  return app;
}

/** Errors in our own shape: the asker's are named, ours are logged and never shown. */
function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const code = error.statusCode ?? 500;
    if (code === 413) return sendError(reply, 413, 'body_too_large', 'the body is too large');
    if (code >= 400 && code < 500) return sendError(reply, code, 'bad_request', 'the request cannot be read');
    log.error({ ...requestFields(request), ...errorFields(error) }, 'a request failed');
    sendError(reply, 500, 'internal_error', 'something went wrong here; the log has it under the request id');
  });
}
