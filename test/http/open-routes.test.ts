// Without the token, nothing but health and metrics: every route that there is, and every way to spell a guarded one.
import { once } from 'node:events';
import { METHODS } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeEntry } from '../core/entries.ts';
import { routesOf } from './routes-of.ts';
import { serve } from './serve.ts';
import { client } from './sockets.ts';

const token = 'the-token-of-this-test';
const { server, drain } = serve([makeEntry('database')], { token: () => token });
let port: number;

beforeAll(async () => {
  await server.listen([{ kind: 'tcp', host: '127.0.0.1', port: 0 }]);
  port = Number(new URL(server.addresses()[0] ?? '').port);
});
afterAll(() => server.close(AbortSignal.abort()));

/** The request as it stands, byte for byte. @returns its status code. */
async function send(method: string, path: string, headers: readonly string[] = []): Promise<number> {
  const asker = await client({ port, host: '127.0.0.1' });
  asker.send([`${method} ${path} HTTP/1.1`, 'Host: test', 'Connection: close', ...headers, '', ''].join('\r\n'));
  if (!asker.closed) await once(asker.socket, 'close');
  return Number(/^HTTP\/1\.1 (\d+)/.exec(asker.text())?.[1] ?? 0);
}

/** What may be asked by anybody; a route that comes later must be guarded, or be added here on purpose. */
const open = [
  'GET /health',
  'GET /health/ready',
  'GET /health/live',
  'GET /health/live/app',
  'GET /health/startup',
  'GET /health/checks/:name',
  'GET /metrics',
  'GET /metrics/checks',
  'GET /metrics/statistics',
];

test('every route that is not on the list of open ones is refused', async () => {
  const routes = routesOf(server.app.printRoutes({ commonPrefix: false }));
  expect(routes).toEqual(expect.arrayContaining([...open, 'GET /health/detailed', 'POST /drain', 'DELETE /drain']));
  for (const route of routes) {
    const [method = '', path = ''] = route.replace(':name', 'database').split(' ');
    const isOpen = open.includes(route.replace(/^HEAD/, 'GET'));
    for (const headers of [
      [],
      ['Authorization: Bearer wrong'],
      ['Authorization: Bearer '],
      ['Authorization: Basic Og=='],
    ]) {
      expect(await send(method, path, headers), `${route} ${headers}`).toBe(isOpen ? 200 : 401);
    }
    expect(await send(method, path, [`Authorization: Bearer ${token}`]), route).toBe(200);
    drain.undo();
  }
});

describe('a guarded path is not reached by another spelling', () => {
  test.each([
    '/health/detailed/',
    '//health/detailed',
    '/health//detailed',
    '/health/./detailed',
    '/health/live/../detailed',
    '/HEALTH/DETAILED',
    '/health/%64etailed',
    '/health%2fdetailed',
    '/health/detailed%00',
    '/health/detailed;a=b',
    '/health/detailed?exclude=database',
    '/health/detailed#live',
    '/health/checks/../detailed',
    '/health/checks/%2e%2e%2fdetailed',
    'http://127.0.0.1/health/detailed',
    '*',
  ])('%s', async (path) => {
    expect([400, 401, 404]).toContain(await send('GET', path));
  });
});

test('no method but POST drains, with or without the token', async () => {
  const bearer = `Authorization: Bearer ${token}`;
  for (const method of METHODS.filter((each) => each !== 'POST')) {
    for (const headers of [[], [bearer], [bearer, 'X-HTTP-Method-Override: POST'], [bearer, 'X-Method: POST']]) {
      await Promise.all(['/drain', '/drain?_method=POST'].map((path) => send(method, path, headers)));
      expect(drain.draining, `${method} ${headers}`).toBe(false);
    }
  }
  expect(await send('POST', '/drain', [bearer])).toBe(200);
  expect(drain.draining).toBe(true);
  drain.undo();
});
