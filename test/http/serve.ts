// An app over plain entries, for what can be asked without a socket.
import type { KnownCheck } from '../../src/core/known-check.ts';
import type { Log, LogFields } from '../../src/core/log.ts';
import { createDrain } from '../../src/http/drain.ts';
import { createServer, type HttpOptions } from '../../src/http/server.ts';
import type { Page } from '../../src/metrics/page.ts';
import { makeBoard, makeClock } from '../core/entries.ts';

export type Line = { level: string; message: string } & LogFields;

/** A log that keeps its lines. */
export function makeLog(): Log & { lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: LogFields, message: string) => lines.push({ ...fields, level, message });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A page of which only the whole is asked for. */
export const pageOf = (render: () => Promise<string>, contentType = 'text/plain'): Page => ({
  contentType,
  render: async () => [Buffer.from(await render())],
  checks: async () => [Buffer.from(await render())],
  statistics: () => [],
  app: () => [],
});

/** @param over `token` is the one that may do everything. */
export function serve(
  entries: readonly KnownCheck[],
  over: Partial<HttpOptions> & { late?: () => number; token?: () => string } = {},
) {
  const { late = () => 0, token, ...options } = over;
  const board = makeBoard(entries);
  const clock = makeClock();
  const drain = createDrain();
  const log = makeLog();
  const page = pageOf(async () => 'page 1\n', 'text/plain; version=0.0.4; charset=utf-8');
  const server = createServer({
    board,
    clock,
    drain,
    log,
    page,
    version: '1.2.3',
    redact: (text) => text.replaceAll('hunter2', '***'),
    latenessMs: late,
    maxConnections: 1024,
    certificateRead: () => {},
    answered: () => {},
    ...(token && { bearers: () => [{ name: 'token', scopes: 'all', value: token }] }),
    ...options,
  });
  /** What an asker gets; the path alone, or with headers. */
  const ask = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' | 'DELETE' = 'GET') =>
    server.app.inject({ method, url, headers });
  return { server, board, clock, drain, log, ask };
}
