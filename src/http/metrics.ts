// GET /metrics and its three parts, plain or gzipped.
import type { FastifyInstance } from 'fastify';
import type { Page } from '../metrics/page.ts';
import { send } from './answer.ts';
import { createGzip, wantsGzip } from './gzip.ts';

const plain = ['vary', 'Accept-Encoding'];
const gzipped = ['content-encoding', 'gzip', ...plain];

export function metricsRoutes(app: FastifyInstance, page: Page): void {
  const gzip = createGzip();
  const pages: Readonly<Record<string, () => ReturnType<Page['statistics']> | ReturnType<Page['render']>>> = {
    '/metrics': page.render,
    '/metrics/checks': page.checks,
    '/metrics/statistics': page.statistics,
    '/metrics/app': page.app,
  };
  for (const [path, render] of Object.entries(pages)) {
    app.get(path, async (request, reply) => {
      const parts = await render();
      const packed = wantsGzip(request.headers['accept-encoding'] as string | undefined)
        ? await gzip(parts)
        : undefined;
      const { contentType } = page;
      if (packed === undefined) send(reply, { code: 200, contentType, body: parts }, plain);
      else send(reply, { code: 200, contentType, body: [packed] }, gzipped);
    });
  }
}
