// What is behind a listening address: the app, its connections, its limits and its certificate.
import type { RequestListener } from 'node:http';
import type { Certificate } from './certificate.ts';
import type { Connections } from './connections.ts';

/** Milliseconds; a socket that says nothing, or drips, is closed. Fastify and Node leave it open for minutes. */
export type Limits = {
  /** Until the headers are complete; before them, until the TLS handshake is. */
  readonly headersMs: number;
  /** Until the whole request is there, and between two parts of an answer that the asker takes. */
  readonly requestMs: number;
  /** Between two requests of one connection; longer than the 60 s of common load balancers. */
  readonly idleMs: number;
  /** How often the limits are looked at, and whether the files of the certificate have changed. */
  readonly lookMs: number;
};

export const defaultLimits: Limits = { headersMs: 5000, requestMs: 10_000, idleMs: 65_000, lookMs: 1000 };

/** What is behind an address. */
export type Service = {
  readonly handler: RequestListener;
  readonly limits: Limits;
  readonly connections: Connections;
  /** With it TLS is spoken, and nothing else. */
  readonly certificate?: Certificate;
};
