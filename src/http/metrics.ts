// GET /metrics and its half about the checks.
import type { FastifyInstance } from 'fastify';
import type { Page } from '../metrics/page.ts';

export function metricsRoutes(app: FastifyInstance, page: Page): void {
  for (const path of ['/metrics', '/metrics/checks']) {
    app.get(path, async (_, reply) => reply.header('content-type', page.contentType).send(await page.render()));
  }
}
