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
  'GET /metrics/app',
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

/** Twice: the second request of the connection is one that would drain. */
async function statusesOf(version: string, headers: readonly string[]): Promise<readonly number[]> {
  const asker = await client({ port, host: '127.0.0.1' });
  const head = [`GET /health HTTP/${version}`, ...headers, 'Connection: keep-alive', '', ''].join('\r\n');
  const behind = ['POST /drain HTTP/1.1', 'Host: test', `Authorization: Bearer ${token}`, 'Connection: close', '', ''];
  asker.send(head + behind.join('\r\n'));
  if (!asker.closed) await once(asker.socket, 'close');
  drain.undo();
  return [...asker.text().matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
}

describe('whom a request is for and where it ends is said once (RFC 9112, 3.2)', () => {
  test.each<[string, string, readonly string[]]>([
    ['no host', '1.1', []],
    ['two hosts', '1.1', ['Host: one', 'Host: two']],
    ['the same host twice', '1.1', ['Host: one', 'host: one']],
    ['two hosts in HTTP/1.0', '1.0', ['Host: one', 'Host: two']],
    ['an empty host and one', '1.1', ['Host:', 'Host: one']],
    ['hosts with a comma', '1.1', ['Host: one, two']],
    ['hosts with a comma alone', '1.1', ['Host: one,two']],
    ['a host with a space', '1.1', ['Host: one two']],
    ['a host with a tab', '1.1', ['Host: one\ttwo']],
    ['a host with a path', '1.1', ['Host: one/two']],
    ['a host with a user', '1.1', ['Host: me@one']],
    ['a URL as host', '1.1', ['Host: http://one']],
    ['a host with a backslash', '1.1', ['Host: one\\two']],
    ['a host with a query', '1.1', ['Host: one?two']],
    ['a host in quotation marks', '1.1', ['Host: "one"']],
    ['a host of other letters', '1.1', ['Host: m\u00fcnchen']],
    ['a port that is no number', '1.1', ['Host: one:http']],
    ['two ports', '1.1', ['Host: one:80:81']],
    ['an address without brackets', '1.1', ['Host: ::1']],
    ['an open bracket', '1.1', ['Host: [::1']],
    ['the same length twice', '1.1', ['Host: one', 'Content-Length: 0', 'Content-Length: 0']],
    ['chunked twice', '1.1', ['Host: one', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']],
  ])('%s is 400, and the end', async (_, version, headers) => {
    expect(await statusesOf(version, headers)).toEqual([400]);
  });

  test.each([
    ...['one', 'one:8080', 'one:', 'ONE.example.com.', 'a_b.svc', '10.0.0.1:9090', '[::1]:80', '[fe80::1%25eth0]', ''],
  ])('the host %j is good', async (host) => {
    expect(await statusesOf('1.1', [`Host: ${host}`])).toEqual([200, 200]);
  });

  test('HTTP/1.0 needs none', async () => {
    expect((await statusesOf('1.0', []))[0]).toBe(200);
  });
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
