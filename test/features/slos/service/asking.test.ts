// How the asking of Prometheus goes, as answers tell it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../../../servers/http.ts';
import { startService } from './history.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer(() => {});
});
afterAll(() => server.stop());

test('it waits, fails since its first failure, and is good again', async () => {
  const asked = { url: `http://127.0.0.1:${server.port}` };
  const { ask, asking } = startService({ objectives: { a: { indicator: { ready: true }, objective: 99 } }, asked });
  const nothing = { status: 'success', data: { resultType: 'vector', result: [] } };
  expect(asking()).toEqual({ state: 'waiting', since: undefined });
  server.answer = (_, response) => response.writeHead(503).end();
  await ask();
  const first = asking();
  expect(first).toEqual({ state: 'failing', since: expect.any(Number) });
  await ask();
  expect(asking()).toEqual(first);
  server.answer = (_, response) => response.end(JSON.stringify(nothing));
  await ask();
  expect(asking().state).toBe('good');
  expect(asking().since).toBeGreaterThan(first.since ?? Number.NaN);
});
