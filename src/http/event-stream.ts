// Server-Sent Events for any number of askers. https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { Refusal } from '../core/refusal.ts';

/** A connection of which nothing is heard for 10 s is cut: each hears a comment more often. */
const beatMs = 4000;
/** An asker for whom more bytes wait, and still do after a while, does not read: it is cut, and can ask again. */
const mostWaiting = 65_536;
const waitingMs = 1000;

export interface EventStream {
  /**
   * Answers with the stream.
   * @param first events that this asker alone gets
   * @throws Refusal once the stream was closed
   */
  open(reply: FastifyReply, first?: readonly StreamEvent[]): void;
  /** To all that are open. */
  send(event: StreamEvent): void;
  /** Ends all that are open. */
  close(): void;
}

/** @param data becomes JSON */
export type StreamEvent = { readonly event: string; readonly data: unknown };

export function createEventStream(): EventStream {
  const open = new Set<ServerResponse>();
  /** Those who are looked at again. */
  const slow = new Map<ServerResponse, NodeJS.Timeout>();
  let beat: NodeJS.Timeout | undefined;
  let closed = false;

  const write = (response: ServerResponse, text: string): void => {
    response.write(text);
    if (response.writableLength <= mostWaiting || slow.has(response)) return;
    const look = (): void => {
      slow.delete(response);
      if (response.writableLength > mostWaiting) response.destroy();
    };
    slow.set(response, setTimeout(look, waitingMs));
  };
  const toAll = (text: string): void => {
    for (const response of open) write(response, text);
  };
  const leave = (response: ServerResponse): void => {
    open.delete(response);
    clearTimeout(slow.get(response));
    slow.delete(response);
    if (open.size > 0) return;
    clearInterval(beat);
    beat = undefined;
  };
  return {
    open(reply, first = []) {
      if (closed) throw new Refusal('unavailable', 'this stream has ended: ask again');
      const { raw } = reply;
      if (raw.destroyed || raw.closed) return; // the asker has left meanwhile
      reply.server.answered?.(reply.request, 200); // how long it is open is not how long an answer took
      reply.hijack();
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-request-id': reply.request.id,
        'x-accel-buffering': 'no',
      });
      open.add(raw);
      raw.once('close', () => leave(raw));
      beat ??= setInterval(() => toAll(': beat\n\n'), beatMs);
      write(raw, `retry: 2000\n\n${first.map(textOf).join('')}`);
    },
    send: (event) => toAll(textOf(event)),
    close() {
      closed = true;
      for (const response of open) response.end();
    },
  };
}

/** JSON has no line break, so one line of data is enough. */
const textOf = ({ event, data }: StreamEvent): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
