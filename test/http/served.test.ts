// Requests to ourselves are counted by route and code: one of our own paths, whatever was asked for, or `other`.
import { expect, onTestFinished, test } from 'vitest';
import { servedRoutes, usualRoutes } from '../../src/core/served.ts';
import { createRegistry } from '../../src/metrics/registry.ts';
import { makeBoard, makeClock, makeEntry, unhealthy } from '../core/entries.ts';
import { textOf } from '../metrics/text.ts';
import { routesOf } from './routes-of.ts';
import { serve } from './serve.ts';
import { client } from './sockets.ts';

type Told = readonly [string, number, number];

function counting(says?: ReturnType<typeof unhealthy>) {
  const told: Told[] = [];
  const entries = [makeEntry('database', says && { says })];
  const { server, ask } = serve(entries, { answered: (...one) => void told.push(one), token: () => 'right' });
  return { server, told, ask };
}

test('every route that there is has its own name', async () => {
  const { server, told, ask } = counting();
  await server.app.ready();
  const paths = routesOf(server.app.printRoutes({ commonPrefix: false })).map((route) => route.split(' ')[1] ?? '');
  for (const path of new Set(paths)) {
    await ask(path.replace(':name', 'database'), { authorization: 'Bearer right' });
    expect(told.pop()?.[0]).toBe(path);
  }
  expect(new Set([...paths, 'other'])).toEqual(new Set(Object.keys(servedRoutes)));
});

test.each([
  ['/health?verbose', '/health', 200],
  ['/health/?exclude=a', '/health', undefined],
  ['/healthz', '/health', undefined],
  ['/readyz/', '/health/ready', undefined],
  ['/livez', '/health/live', undefined],
  ['/startupz', '/health/startup', undefined],
  ['/health/checks/database', '/health/checks/:name', 200],
  ['/health/checks/nobody', '/health/checks/:name', 404],
  ['/health/checks/a/b', 'other', 404],
  ['/health/detailed', '/health/detailed', 401],
  ['/%68ealth', '/health', 200],
  ['/healthz//', 'other', 404],
  ['/nowhere/"},evil{"', 'other', 404],
  ['/health%', 'other', 400],
  [`/${'x'.repeat(5000)}`, 'other', 414],
])('%s is counted as %s', async (url, route, code) => {
  const { told, ask } = counting();
  const { statusCode } = await ask(url);
  expect(told).toEqual([[route, statusCode, expect.any(Number)]]);
  if (code !== undefined) expect(statusCode).toBe(code);
});

test.each([
  ['http://x/health', '/health', 200],
  ['http://x/healthz', '/health', 200],
  ['HTTPS://u:p@x:1/readyz/?verbose', '/health/ready', 200],
  ['http://x/health/checks/database#there', '/health/checks/:name', 200],
  ['http://x/health/detailed', '/health/detailed', 401],
  ['http:///health/detailed/', '/health/detailed', 401],
  ['http://x/http://y/health', 'other', 404],
  ['http://x', 'other', 404],
  ['http://x?/health', 'other', 404],
  ['ftp://x/health', 'other', 404],
  ['*', 'other', 404],
])('as a proxy is asked, %s is counted as %s', async (url, route, code) => {
  const { server, told } = counting();
  onTestFinished(() => server.close(AbortSignal.abort()));
  await server.listen([{ kind: 'tcp', host: '127.0.0.1', port: 0 }]);
  const asker = await client({ host: '127.0.0.1', port: Number(new URL(server.addresses()[0] ?? '').port) });
  expect(await asker.ask(url)).toBe(code);
  asker.send(`GET ${url} HTTP/1.1\r\n\r\n`);
  await expect.poll(() => asker.closed).toBe(true);
  expect(asker.text(), 'without a header host').toMatch(
    /^HTTP\/1\.1 400 [\s\S]*a request of HTTP\/1\.1 names its host/m,
  );
  expect(told).toEqual([
    [route, code, expect.any(Number)],
    [route, 400, expect.any(Number)],
  ]);
});

test('the duration is that of the request, in seconds', async () => {
  const { told, ask } = counting(unhealthy());
  const begin = performance.now();
  await ask('/health/ready');
  const most = (performance.now() - begin) / 1000;
  expect(told).toEqual([['/health/ready', 503, expect.any(Number)]]);
  expect(told[0]?.[2]).toBeGreaterThan(0);
  expect(told[0]?.[2]).toBeLessThan(most);
});

test('on the page: what is always asked from the start, another route from its first request on, read once a second', async () => {
  const clock = makeClock();
  const [draining, latenessMs] = [() => false, () => 0];
  const registry = createRegistry({
    version: '1',
    service: '',
    detail: 'default',
    clock,
    board: makeBoard([]),
    draining,
    latenessMs,
  });
  const requests = 'sidewarden_http_requests_total';
  const duration = 'sidewarden_http_request_duration_seconds';
  const lines = async () => (await textOf(registry)).split('\n').filter((line) => line.startsWith('sidewarden_http_'));
  const before = await lines();
  expect(before.every((line) => line.endsWith(' 0'))).toBe(true);
  expect(before.filter((line) => line.startsWith(requests))).toEqual(
    usualRoutes.flatMap((route) => servedRoutes[route].map((code) => `${requests}{route="${route}",code="${code}"} 0`)),
  );
  expect(before.filter((line) => line.startsWith(`${duration}_count`))).toHaveLength(usualRoutes.length);
  registry.answered('/health/ready', 503, 0.5);
  registry.answered('/health/ready', 200, 0.1);
  registry.answered('other', 404, 2);
  expect(await lines(), 'within the second').toEqual(before);
  clock.at += 1000;
  const after = await lines();
  expect(before.filter((line) => !after.includes(line)).every((line) => line.includes('"/health/ready"'))).toBe(true);
  expect(after.filter((line) => !before.includes(line))).toEqual([
    `${requests}{route="/health/ready",code="200"} 1`,
    `${requests}{route="/health/ready",code="503"} 1`,
    `${requests}{route="other",code="404"} 1`,
    `${duration}_bucket{route="/health/ready",le="0.1"} 1`,
    `${duration}_bucket{route="/health/ready",le="1"} 2`,
    `${duration}_bucket{route="/health/ready",le="+Inf"} 2`,
    `${duration}_sum{route="/health/ready"} 0.6`,
    `${duration}_count{route="/health/ready"} 2`,
    `${duration}_bucket{route="other",le="0.1"} 0`,
    `${duration}_bucket{route="other",le="1"} 0`,
    `${duration}_bucket{route="other",le="+Inf"} 1`,
    `${duration}_sum{route="other"} 2`,
    `${duration}_count{route="other"} 1`,
  ]);
});
