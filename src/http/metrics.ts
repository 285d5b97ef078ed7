// GET /metrics and its two halves.
import type { FastifyInstance } from 'fastify';
import type { Page } from '../metrics/page.ts';
import { send } from './answer.ts';

export function metricsRoutes(app: FastifyInstance, page: Page): void {
  const pages: Readonly<Record<string, () => ReturnType<Page['statistics']> | ReturnType<Page['render']>>> = {
    '/metrics': page.render,
    '/metrics/checks': page.checks,
    '/metrics/statistics': page.statistics,
  };
  for (const [path, render] of Object.entries(pages)) {
    app.get(path, async (_, reply) => {
      send(reply, { code: 200, contentType: page.contentType, body: await render() });
    });
  }
}
