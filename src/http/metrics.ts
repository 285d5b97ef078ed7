// GET /metrics and its half about the checks.
import type { FastifyInstance } from 'fastify';
import type { Page } from '../metrics/page.ts';
import { send } from './answer.ts';

export function metricsRoutes(app: FastifyInstance, page: Page): void {
  for (const path of ['/metrics', '/metrics/checks']) {
    app.get(path, async (_, reply) => {
      send(reply, { code: 200, contentType: page.contentType, body: await page.render() });
    });
  }
}
