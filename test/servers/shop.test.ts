// The shop does what it says of itself, and each of its faults is one.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appMetrics } from '../../src/core/app-catalogue.ts';
import { exposedName, shortName } from '../../src/core/app-names.ts';
import { lintMetrics } from './prometheus.ts';
import { type Faults, noFaults, pageFaults } from './shop/faults.ts';
import { type Shop, startShop } from './shop.ts';

let shop: Shop;
let listening: Socket;
const packets: Buffer[] = [];

beforeAll(async () => {
  listening = createSocket('udp4').on('message', (packet) => packets.push(packet));
  listening.bind(0, '127.0.0.1');
  await once(listening, 'listening');
  shop = await startShop({ statsd: `127.0.0.1:${(listening.address() as AddressInfo).port}`, lockoutMs: 1500 });
});
afterAll(async () => {
  listening.close();
  await shop.remove();
});
beforeEach(() => shop.fault(noFaults));

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(shop.url + path, { redirect: 'manual', ...init });
const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const logIn = (user: string, password: string): Promise<Response> => post('/login', { user, password });
async function cookie(): Promise<string> {
  const answer = await logIn(shop.user, shop.password);
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}
const numberOf = (page: string, sample: string): number =>
  Number(
    page
      .split('\n')
      .find((line) => line.startsWith(`${sample} `))
      ?.split(' ')[1] ?? 0,
  );
const metrics = async (): Promise<string> => (await ask('/metrics')).text();

describe('the log-in', () => {
  test('gives a session to who knows the password, in a cookie that scripts and other sites do not get', async () => {
    const answer = await logIn(shop.user, shop.password);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toMatch(/^session=[0-9a-f]{32}; HttpOnly; Secure; SameSite=Lax; Path=\//);
    const session = await cookie();
    expect(await (await ask('/account', { headers: { cookie: session } })).json()).toEqual({ user: shop.user });
    expect((await ask('/account')).status).toBe(401);
    expect((await post('/logout', {}, { cookie: session })).status).toBe(204);
    expect((await ask('/account', { headers: { cookie: session } })).status).toBe(401);
  });

  test('takes a form too, and leads to the page', async () => {
    const body = new URLSearchParams({ user: shop.user, password: shop.password });
    const answer = await ask('/login', { method: 'POST', body });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(answer.headers.get('set-cookie')).toContain('session=');
  });

  test('locks an account after five wrong passwords, for a while', async () => {
    const codes = [];
    for (let tries = 0; tries < 6; tries += 1) codes.push((await logIn('grace', 'wrong')).status);
    expect(codes).toEqual([401, 401, 401, 401, 401, 429]);
    const locked = await logIn('grace', 'wrong');
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await logIn(shop.user, shop.password)).status).toBe(200);
    await expect.poll(async () => (await logIn('grace', 'wrong')).status, { timeout: 10_000 }).toBe(401);
  });

  test('wants a user and a password', async () => {
    expect((await ask('/login', { method: 'POST', body: 'user=ada' })).status).toBe(415);
    expect((await post('/login', null)).status).toBe(415);
    expect((await logIn('constructor', 'wrong')).status).toBe(401);
    expect((await post('/login', { user: 'x'.repeat(100_000), password: '' })).status).toBe(413);
  });
});

describe('other origins', () => {
  const preflight = (origin: string): Promise<Response> =>
    ask('/api/orders', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });

  test('one may ask /api, and is told so before', async () => {
    const answer = await preflight(shop.origin);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(shop.origin);
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, POST');
    const asked = await ask('/api/products', { headers: { origin: shop.origin } });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([200, shop.origin]);
    expect(asked.headers.get('access-control-allow-credentials')).toBe('true');
  });

  test('others may not, nor what is not /api', async () => {
    expect((await preflight('https://elsewhere.test')).status).toBe(403);
    const asked = await ask('/api/products', { headers: { origin: 'https://elsewhere.test' } });
    expect([asked.headers.get('access-control-allow-origin'), asked.headers.get('vary')]).toEqual([null, 'origin']);
    expect(
      (await ask('/', { headers: { origin: shop.origin } })).headers.get('access-control-allow-origin'),
    ).toBeNull();
  });
});

test('static files say how long they hold, and are not sent to who has them', async () => {
  const style = await ask('/style.css');
  const etag = style.headers.get('etag') ?? '';
  expect([style.status, style.headers.get('cache-control')]).toEqual([200, 'public, max-age=3600']);
  expect(await style.text()).toContain('font-family');
  const again = await ask('/style.css', { headers: { 'if-none-match': etag } });
  expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
  expect((await ask('/style.css', { headers: { 'if-none-match': '"another"' } })).status).toBe(200);
  const page = await ask('/');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await page.text()).toContain('href="/style.css"');
  const head = await ask('/', { method: 'HEAD' });
  expect([head.status, head.headers.get('etag')]).toEqual([200, page.headers.get('etag')]);
  expect((await ask('/constructor')).status).toBe(404);
});

test('HTTPS answers the same, with a certificate that its authority signed', async () => {
  const ca = readFileSync(shop.ca);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${shop.tlsUrl}/healthz`, { ca }, resolve).once('error', reject);
  });
  response.resume();
  expect(response.statusCode).toBe(200);
  await expect(
    new Promise((resolve, reject) => get(`${shop.tlsUrl}/healthz`, resolve).once('error', reject)),
  ).rejects.toThrow();
});

test('a customer buys something, and sees the order', async () => {
  expect((await post('/api/checkout', {})).status).toBe(401);
  const headers = { cookie: await cookie() };
  expect((await post('/api/checkout', { items: [{ product: 'car', count: 1 }] }, headers)).status).toBe(400);
  const bought = await post('/api/checkout', { items: [{ product: 'tea', count: 2 }] }, headers);
  const order = (await bought.json()) as { id: number; cents: number };
  expect([bought.status, order.cents]).toEqual([201, 900]);
  expect(bought.headers.get('location')).toBe(`/api/orders/${order.id}`);
  expect(await (await ask(`/api/orders/${order.id}`, { headers })).json()).toMatchObject({ cents: 900 });
  expect(await (await ask('/api/orders', { headers })).json()).toContainEqual(order);
  expect((await ask('/api/orders/999', { headers })).status).toBe(404);
  const asked = await (await post('/graphql', { query: '{ products { id } }' })).json();
  expect(asked).toMatchObject({ data: { products: [{ id: 'tea' }, { id: 'cup' }, { id: 'pot' }] } });
  expect(await (await post('/graphql', { query: '{ secrets }' })).json()).toHaveProperty('errors');
});

describe('/metrics', () => {
  const ofHttp = appMetrics.filter(({ preset }) => preset === 'http').map((metric) => exposedName(metric, 'shop'));

  test('has the metrics of the preset http, counts what is asked, and promtool has nothing to say of it', async () => {
    const sample = 'shop_http_requests_total{method="GET",route="/account",code="401"}';
    const before = numberOf(await metrics(), sample);
    for (let n = 0; n < 3; n += 1) await (await ask('/account')).text();
    const page = await metrics();
    expect(numberOf(page, sample) - before).toBe(3);
    expect([...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name).sort()).toEqual([...ofHttp].sort());
    expect(await lintMetrics(page)).toEqual({ code: 0, output: '' });
  });

  test('is gzipped for who takes that', async () => {
    const answer = await ask('/metrics', { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(await answer.text()).toContain('# TYPE shop_http_requests_total counter');
    expect(
      (await ask('/metrics', { headers: { 'accept-encoding': 'identity' } })).headers.get('content-encoding'),
    ).toBeNull();
  });
});

describe('StatsD', () => {
  const lines = (): readonly string[] => packets.map(String);

  test('what the other presets record is sent, a line each, under names of the catalogue', async () => {
    packets.length = 0;
    await logIn(shop.user, 'wrong');
    await cookie();
    await post('/graphql', { query: '{ products { id } }' });
    await ask('/api/products');
    const wanted = [
      ...['auth_attempts:1|c|#status:error', 'auth_failures:1|c|#reason:bad_credentials'],
      ...['auth_attempts:1|c|#status:success', 'queries:1|c|#status:success', 'query_complexity_score:30|d'],
      ...['cache_requests:1|c|#cache:products,result:hit'],
    ];
    await expect.poll(lines).toEqual(expect.arrayContaining(wanted));
    const names = new Set(appMetrics.filter(({ preset }) => preset !== 'http').map(shortName));
    expect(lines().filter((line) => !names.has(line.split(':')[0] ?? ''))).toEqual([]);
  });

  test('can be off, garbage or a flood', async () => {
    await shop.fault({ statsd: 'garbage' });
    packets.length = 0;
    await expect.poll(lines).toEqual(expect.arrayContaining(['', 'queries:one|c', ':1|c']));
    await shop.fault({ statsd: 'flood' });
    packets.length = 0;
    await expect.poll(() => lines().filter((line) => line.startsWith('flood:')).length).toBeGreaterThan(5000);
    await shop.fault({ statsd: 'off' });
    await shop.fault({ statsd: 'off' }); // what was sent before is here by now
    packets.length = 0;
    await ask('/api/products');
    await post('/graphql', { query: '{ products { id } }' });
    expect(lines().filter((line) => !line.startsWith('flood:'))).toEqual([]);
  });
});

describe('faults', () => {
  test('what cannot be is refused, and nothing of it is taken', async () => {
    for (const wrong of [{ latency_ms: -1 }, { error_rate: 2 }, { metrics: 'odd' }, { constructor: 1 }, 'x', null]) {
      const answer = await post(
        '/faults',
        typeof wrong === 'object' && wrong !== null ? { latency_ms: 7, ...wrong } : wrong,
      );
      expect(answer.status, JSON.stringify(wrong)).toBe(400);
    }
    expect(await (await ask('/faults')).json()).toEqual(noFaults);
  });

  test('answers are late, but for /healthz and /metrics', async () => {
    await shop.fault({ latency_ms: 60_000 });
    const late = ask('/api/products', { signal: AbortSignal.timeout(300) });
    await expect(late).rejects.toThrow();
    expect((await ask('/healthz')).status).toBe(200);
    expect((await ask('/metrics')).status).toBe(200);
    await shop.fault({ latency_ms: 200 });
    const began = performance.now();
    await ask('/api/products');
    expect(performance.now() - began).toBeGreaterThan(195);
  });

  test('answers fail, the same ones for the same seed', async () => {
    const [one, two, other] = await Promise.all([3, 3, 4].map((seed) => startShop({ seed })));
    try {
      const codesOf = async (each: Shop | undefined): Promise<readonly number[]> => {
        await each?.fault({ error_rate: 0.5 });
        const codes = [];
        for (let n = 0; n < 40; n += 1) codes.push((await fetch(`${each?.url}/api/products`)).status);
        return codes;
      };
      const codes = await codesOf(one);
      expect(new Set(codes)).toEqual(new Set([200, 500]));
      expect(await codesOf(two)).toEqual(codes);
      expect(await codesOf(other)).not.toEqual(codes);
      const page = await (await fetch(`${one?.url}/metrics`)).text();
      const failed = codes.filter((code) => code === 500).length;
      expect(numberOf(page, 'shop_errors_total{error_type="injected",severity="error"}')).toBe(failed);
    } finally {
      await Promise.all([one, two, other].map((each) => each?.remove()));
    }
  });
});

describe('a page with a fault', () => {
  const withFault = async (fault: Faults['metrics'], init: RequestInit = {}): Promise<Response> => {
    await ask('/account'); // so that there is something on it
    await shop.fault({ metrics: fault });
    return ask('/metrics', init);
  };
  const line = /^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? \S+$|^# (HELP|TYPE) .*$/;

  test('garbage: lines that are none between those that are', async () => {
    const lines = (await (await withFault('garbage')).text()).split('\n');
    expect(lines).toContain('<html>oops');
    expect(lines.filter((one) => !line.test(one)).length).toBeGreaterThan(20);
    expect(lines.filter((one) => line.test(one)).length).toBeGreaterThan(20);
    expect(Math.max(...lines.map((one) => one.length))).toBe(100_000);
  });

  test('half: the last line is not whole', async () => {
    const page = await (await withFault('half')).text();
    expect(page.endsWith('\n')).toBe(false);
    expect(line.test(page.split('\n').at(-1) ?? '')).toBe(false);
  });

  test('cut: the connection ends amid the body', async () => {
    const answer = await withFault('cut', { headers: { 'accept-encoding': 'identity' } });
    await expect(answer.text()).rejects.toThrow();
  });

  test('duplicate: every line twice', async () => {
    const lines = (await (await withFault('duplicate')).text())
      .trimEnd()
      .split('\n')
      .filter((one) => one !== '');
    expect(lines.length % 2).toBe(0);
    expect(lines.filter((one, index) => index % 2 === 0 && one !== lines[index + 1])).toEqual([]);
  });

  test('types: a family has another type than before', async () => {
    const typesOf = (page: string): readonly string[] =>
      [...page.matchAll(/^# TYPE shop_(?:changing|twice) (\S+)$/gm)].map(([, type = '']) => type);
    const first = typesOf(await (await withFault('types')).text());
    const second = typesOf(await metrics());
    expect(first.slice(1)).toEqual(['counter', 'gauge']);
    expect(first[0]).not.toBe(second[0]);
  });

  test('exemplars: in the text format, and in OpenMetrics where it is accepted', async () => {
    const exemplar =
      /^shop_http_request_duration_seconds_bucket\{.*\} \d+ # \{trace_id="[0-9a-f]+"\} 0\.05 1700000000\.123$/m;
    const answer = await withFault('exemplars');
    const page = await answer.text();
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(page).toMatch(exemplar);
    expect(page).toMatch(/\n# EOF\n$/);
    const open = await ask('/metrics', { headers: { accept: 'application/openmetrics-text;version=1.0.0' } });
    expect(open.headers.get('content-type')).toContain('application/openmetrics-text');
    const text = await open.text();
    expect(text).toMatch(exemplar);
    expect(text).toContain('# TYPE shop_http_requests counter\nshop_http_requests_total{');
  });

  test('endless: more than any limit', async () => {
    const answer = await withFault('endless');
    let bytes = 0;
    for await (const chunk of answer.body ?? []) {
      bytes += chunk.length;
      if (bytes > 20_000_000) break;
    }
    expect(bytes).toBeGreaterThan(20_000_000);
  });

  test('huge: 200,000 samples', async () => {
    const page = await (await withFault('huge')).text();
    expect(page.match(/^shop_huge\{/gm)?.length).toBe(200_000);
  });

  test('slow: a little at a time', async () => {
    const answer = await withFault('slow', { signal: AbortSignal.timeout(1000) });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });

  test('hang: nothing comes', async () => {
    await expect(withFault('hang', { signal: AbortSignal.timeout(300) })).rejects.toThrow();
  });

  test('redirect: the page is elsewhere', async () => {
    const answer = await withFault('redirect');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/metrics/moved']);
    expect(await (await ask('/metrics/moved')).text()).toContain('shop_http_requests_total');
  });

  test('crash: the process ends, and can be started again', async () => {
    await expect(withFault('crash')).rejects.toThrow();
    await shop.ended();
    await expect(ask('/healthz')).rejects.toThrow();
    await shop.start();
    expect(numberOf(await metrics(), 'shop_http_requests_total{method="GET",route="/account",code="401"}')).toBe(0);
    expect(await (await ask('/faults')).json()).toEqual(noFaults);
  });

  test('none is left out here', () => {
    const told = readFileSync(new URL(import.meta.url), 'utf8');
    expect(pageFaults.filter((fault) => fault !== 'none' && !told.includes(`test('${fault}: `))).toEqual([]);
  });
});

test('its own load moves every number', async () => {
  const busy = await startShop({ loadPerS: 100, statsd: `127.0.0.1:${(listening.address() as AddressInfo).port}` });
  try {
    packets.length = 0;
    const page = async (): Promise<string> => (await fetch(`${busy.url}/metrics`)).text();
    const routes = ['/', '/login', '/graphql', '/api/products', '/api/orders', '/api/checkout'];
    await expect
      .poll(
        async () => {
          const text = await page();
          return routes.filter((route) => !text.includes(`route="${route}",code="2`));
        },
        { timeout: 20_000 },
      )
      .toEqual([]);
    const sent = (): readonly string[] => [...new Set(packets.map((packet) => String(packet).split(':')[0] ?? ''))];
    const some = ['auth_attempts', 'auth_sessions_active', 'cache_requests', 'queries', 'query_errors'];
    await expect.poll(sent, { timeout: 20_000 }).toEqual(expect.arrayContaining(some));
  } finally {
    await busy.remove();
  }
});
