// Server-Sent Events for any number of askers. https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** A connection of which nothing is heard for 10 s is cut: each hears a comment more often. */
const beatMs = 4000;
/** Bytes that wait for an asker who does not read; one with more is cut, and asks again when it lives. */
const mostWaiting = 65_536;

export interface EventStream {
  /** Answers with the stream. @param first events that this asker alone gets */
  open(reply: FastifyReply, first?: readonly StreamEvent[]): void;
  /** To all that are open. */
  send(event: StreamEvent): void;
  /** Ends all that are open; one that comes later gets 503. */
  close(): void;
}

/** @param data becomes JSON */
export type StreamEvent = { readonly event: string; readonly data: unknown };

export function createEventStream(): EventStream {
  const open = new Set<ServerResponse>();
  let beat: NodeJS.Timeout | undefined;
  let closed = false;

  const write = (response: ServerResponse, text: string): void => {
    if (response.writableLength > mostWaiting) response.destroy();
    else response.write(text);
  };
  const toAll = (text: string): void => {
    for (const response of open) write(response, text);
  };
  const leave = (response: ServerResponse): void => {
    open.delete(response);
    if (open.size > 0) return;
    clearInterval(beat);
    beat = undefined;
  };
  return {
    open(reply, first = []) {
      if (closed) {
        void reply.code(503).send();
        return;
      }
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
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
