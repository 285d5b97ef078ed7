// The HTTP server: one Fastify app at a time behind several addresses.
import type { IncomingMessage, RequestListener } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { aborted } from '../core/aborted.ts';
import { errorFields } from '../core/log.ts';
import { type AppOptions, createApp } from './app.ts';
import { type Certificate, openCertificate, type TlsFiles } from './certificate.ts';
import { createConnections } from './connections.ts';
import { capWithin } from './descriptors.ts';
import { type ListenAddress, listenOn, listenOnControl } from './listen.ts';
import type { Listener } from './listener.ts';
import type { Routes } from './mount.ts';
import { defaultLimits, type Limits } from './service.ts';

export type HttpOptions = AppOptions & {
  readonly limits?: Partial<Limits>;
  /** Open connections at a time, fewer where the descriptors do not suffice; the control socket has as many again. */
  readonly maxConnections: number;
  /** Makes the addresses speak TLS, but for Unix sockets. */
  readonly tls?: TlsFiles;
  /** Told whether the files of `tls` were good when they were last read. */
  readonly certificateRead: (good: boolean) => void;
};

/** An app that is ready and does not answer yet. */
export type Mounted = {
  /** It answers from now on; a request that came before is answered by the app that it came to. */
  begin(): void;
  /** It is not wanted. */
  drop(): void;
};

export interface HttpServer {
  /** The one that answers now. */
  readonly app: FastifyInstance;
  /**
   * Makes an app with these routes beside our own.
   * @throws when a plugin does, or two of them want the same route; nothing has changed then.
   */
  mount(routes: readonly Routes[]): Promise<Mounted>;
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

export function createServer(options: HttpOptions): HttpServer {
  const trusted = new WeakSet<IncomingMessage>();
  const open: Listener[] = [];
  let controlled: Listener | undefined;
  let certificate: Certificate | undefined;
  let app = createApp(options, trusted, []);
  const handler: RequestListener = (request, response) => app.routing(request, response);
  const limits = { ...defaultLimits, ...options.limits };
  const byControl: RequestListener = (request, response) => {
    trusted.add(request);
    handler(request, response);
  };

  /** Nobody waits for what a plugin does when its app ends. */
  const drop = (one: FastifyInstance): void =>
    void one.close().catch((error: unknown) => options.log.error(errorFields(error), 'routes did not end in order'));

  const close = async (signal: AbortSignal): Promise<void> => {
    certificate?.close();
    await Promise.all([...open, controlled].map((listener) => listener?.close(signal)));
    await Promise.race([app.close(), aborted(signal)]); // a plugin's own end may not hold it up
  };

  return {
    get app() {
      return app;
    },
    async mount(routes) {
      const next = createApp(options, trusted, routes);
      await next.ready();
      return {
        begin() {
          const before = app;
          app = next;
          drop(before); // what it was answering goes on: it has no server of its own
        },
        drop: () => drop(next),
      };
    },
    async listen(addresses, control) {
      await app.ready();
      try {
        const { clock, log, tls } = options;
        const most = capWithin(options.maxConnections);
        const { lookMs } = limits;
        if (tls !== undefined) certificate = openCertificate(tls, { log, read: options.certificateRead, lookMs });
        const service = { handler, limits, connections: createConnections({ most, clock, log }) };
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
