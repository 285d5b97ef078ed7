// Rendered answers, kept for as long as they are true, and how one is sent.
import type { FastifyReply } from 'fastify';
import type { Clock, Instant } from '../core/clock.ts';
import type { Format } from './accept.ts';

export type Answer = {
  readonly code: number;
  readonly contentType: string;
  /** Text, not bytes: Node writes it in one go with the headers. */
  readonly body: string;
  /** When it stops being true; a request after it renders first. */
  readonly until: Instant;
};

/** An answer is rendered anew after this long, so that its `timestamp` is never old. */
const longestMs = 1000;

type Kept = { readonly version: number; readonly variant: number; readonly answer: Answer };

/**
 * Keeps the last answer of one resource for each format.
 * @param board its version changes with every result.
 * @param variant what else changes the answer, as a number (draining, our own liveness).
 * @returns the kept answer while it is true, otherwise one rendered now. Nothing is awaited.
 */
export function keepAnswers(
  board: { readonly version: number },
  clock: Clock,
  variant: () => number,
  render: (format: Format, now: Instant) => Answer,
): (format: Format) => Answer {
  const kept: Partial<Record<Format, Kept>> = {};
  return (format) => {
    const now = clock.now();
    const last = kept[format];
    const current = variant();
    if (last?.version === board.version && last.variant === current && now < last.answer.until) return last.answer;
    const rendered = render(format, now);
    const answer = { ...rendered, until: Math.min(rendered.until, now + longestMs) };
    kept[format] = { version: board.version, variant: current, answer };
    return answer;
  };
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Told of every answer. */
    answered?(request: FastifyRequest, code: number): void;
  }
  interface FastifyRequest {
    /** When its head was read, in milliseconds of `performance.now()`. */
    begunAt: number;
    /** Its answer was counted. */
    isAnswered: boolean;
  }
}

/** Header names and values in turn, as Node writes them. */
type Headers = readonly string[];

/** What every answer carries beside its request's id: nothing here may be stored or guessed at. */
const common: Headers = ['cache-control', 'no-store', 'x-content-type-options', 'nosniff'];

/**
 * The one way out. Straight to Node's response, with the headers in one list: Fastify's own way costs a third more.
 * https://fastify.dev/docs/latest/Reference/Reply/#hijack
 */
export function send(reply: FastifyReply, { code, contentType, body }: Sent, more: Headers = []): void {
  const parts = typeof body === 'string' ? [body] : body;
  reply.server.answered?.(reply.request, code);
  reply.hijack();
  reply.raw.writeHead(code, [
    'content-type',
    contentType,
    'content-length',
    String(parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0)),
    ...common,
    'x-request-id',
    reply.request.id,
    ...more,
  ]);
  for (const part of parts.slice(0, -1)) reply.raw.write(part);
  reply.raw.end(parts.at(-1));
}

type Sent = Pick<Answer, 'code' | 'contentType'> & { readonly body: string | readonly (string | Uint8Array)[] };

const vary: Headers = ['vary', 'Accept'];

export function sendAnswer(reply: FastifyReply, answer: Answer): void {
  send(reply, answer, vary);
}

const json = 'application/json; charset=utf-8';

export function sendJson(reply: FastifyReply, code: number, value: unknown, more?: Headers): void {
  send(reply, { code, contentType: json, body: `${JSON.stringify(value)}\n` }, more);
}

/** The one shape of an error: a word for programs, a sentence for people, the id for the log. Never internals. */
export function sendError(reply: FastifyReply, code: number, error: string, message: string, more?: Headers): void {
  sendJson(reply, code, { error, message, request_id: reply.request.id }, more);
}
