// The service's page over a real server: what is asked, what goes wrong, and that nothing is left open.
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../patience.ts';
import { type Certificates, makeCertificates } from '../../../servers/certificates.ts';
import { type HttpServer, startHttpServer } from '../../../servers/http.ts';
import { removeFolder, runFolder } from '../../../servers/place.ts';
import { startPage } from './house.ts';

const text = 'text/plain; version=0.0.4; charset=utf-8';
const send = (body: string | Buffer, headers: Record<string, string> = {}, code = 200): RequestListener => {
  return (_, response) => response.writeHead(code, { 'content-type': text, ...headers }).end(body);
};

let server: HttpServer;
let url: string;
let folder: string;
let certificates: Certificates;
const asked: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];
/** Connections that were asked over and are still open. */
let open = 0;
let answer: RequestListener;
const listener: RequestListener = (request, response) => {
  asked.push({ url: request.url ?? '', headers: request.headers });
  open += 1;
  request.socket.once('close', () => {
    open -= 1;
  });
  answer(request, response);
};

beforeAll(async () => {
  folder = await runFolder('app-page');
  certificates = await makeCertificates(folder);
  server = await startHttpServer(listener);
  url = `http://127.0.0.1:${server.port}/metrics`;
});
afterAll(async () => {
  await server.stop();
  removeFolder(folder);
});
afterEach(async () => {
  await eventually(() => expect(open).toBe(0));
  asked.length = 0;
});

test('a page is asked for with what the settings say, text first, and shown', async () => {
  answer = send('up 1\nsidewarden_x 1\n');
  const { page, fetch, values, lines, ...of } = startPage({ url, headers: { 'X-Scope': 'shop' }, token: 'abc' });
  expect(values.get('up')).toBeUndefined();
  expect(await fetch()).toBe('up');
  const accept =
    'text/plain;version=0.0.4;escaping=underscores,application/openmetrics-text;version=1.0.0;escaping=underscores;' +
    'q=0.5,text/plain;q=0.4,*/*;q=0.1';
  const headers = { accept, 'user-agent': 'sidewarden', 'x-scope': 'shop', authorization: 'Bearer abc' };
  expect(asked).toEqual([
    { url: '/metrics', headers: { ...headers, host: `127.0.0.1:${server.port}`, connection: 'close' } },
  ]);
  expect(of.text()).toBe('up 1\n');
  expect([...page.names()]).toEqual(['up']);
  expect(values.get('scrape_samples')).toBe(1);
  expect(values.get('scrape_duration_seconds')).toBeGreaterThan(0);
  expect(of.failures()).toEqual({});
  expect(of.dropped()).toEqual({ reserved: 1 });
  page.close();
  expect(of.text()).toBe('');
});

test('gzip is asked for where the page does not stay in the pod, and read wherever it comes', async () => {
  answer = send(gzipSync('up 1\n'), { 'content-encoding': 'gzip' });
  const { fetch, text } = startPage({ url });
  expect(await fetch()).toBe('up');
  expect(text()).toBe('up 1\n');
  expect(asked[0]?.headers['accept-encoding']).toBeUndefined();
  // It is this machine too, though nobody can say so of an address of its kind.
  expect(await startPage({ url: url.replace('127.0.0.1', '0.0.0.0') }).fetch()).toBe('up');
  expect(asked[1]?.headers['accept-encoding']).toBe('gzip');
  answer = send(gzipSync('up 1\n').subarray(3), { 'content-encoding': 'gzip' });
  expect(await fetch()).toBe('server: the body is not gzip, as its Content-Encoding says');
});

test('TLS: by the authority that the settings name', async () => {
  const secure = await startHttpServer(listener, { tls: certificates });
  answer = send('up 1\n');
  const https = `https://localhost:${secure.port}/metrics`;
  const good = startPage({ url: https, tls: { ca_file: certificates.ca }, username: 'me', password: 'secret' });
  expect(await good.fetch()).toBe('up');
  expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
  expect(await startPage({ url: https, tls: { ca_file: certificates.otherCa } }).fetch()).toMatch(/^tls: /);
  await secure.stop();
});

test('a Unix socket', async () => {
  const path = join(folder, 'app.sock');
  const local = await startHttpServer(listener, { path });
  answer = send('up 1\n');
  expect(await startPage({ url: 'http://localhost/metrics', socket: path }).fetch()).toBe('up');
  await local.stop();
});

test.each([
  [401, 'auth'],
  [403, 'permission'],
  [429, 'throttled'],
  [500, 'server'],
  [204, 'server'],
  [302, 'server'],
])('the status %i is a failure of the class %s, and nothing is followed', async (code, errorClass) => {
  answer = send(code === 204 ? '' : 'up 1\n', { location: '/other' }, code);
  const { fetch, values, failures } = startPage({ url });
  expect(await fetch()).toBe(`${errorClass}: answered ${code}, not 200`);
  expect(failures()).toEqual({ [errorClass]: 1 });
  expect(values.get('up')).toBe(0);
  expect(asked).toHaveLength(1);
});

/** Writes again and again for as long as somebody takes it. */
function pour(response: ServerResponse, chunk: string): void {
  const write = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', write);
  write();
}

const broken: [what: string, answer: RequestListener, said: string | RegExp, timeout?: string][] = [
  ['no answer', () => {}, 'timeout: no answer within 300 ms', '300ms'],
  ['no end', (_, response) => void response.write('up 1\n'), 'timeout: no answer within 300 ms', '300ms'],
  [
    'one byte after another',
    async (_, response) => {
      for (; !response.destroyed; await wait(10)) response.write('a');
    },
    'timeout: no answer within 300 ms',
    '300ms',
  ],
  [
    'an endless page',
    (_, response) => pour(response, 'up 1\n'.repeat(10_000)),
    'server: the page is longer than 10240000 bytes',
  ],
  [
    'an endless line',
    (_, response) => pour(response, 'x'.repeat(100_000)),
    'server: the page is longer than 10240000 bytes',
  ],
  [
    'a bomb',
    send(gzipSync('\n'.repeat(12_000_000)), { 'content-encoding': 'gzip' }),
    'server: the page is longer than 10240000 bytes',
  ],
  [
    'a page that is cut',
    (_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('up 1\n');
      setTimeout(() => response.destroy(), 20);
    },
    /^refused: /,
  ],
  ['a connection that is cut', (request) => void request.socket.destroy(), /^refused: /],
  [
    'OpenMetrics without its end',
    send('up 1\n', { 'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' }),
    'server: the page is OpenMetrics without the line # EOF: it was cut short',
  ],
  [
    'another kind of page',
    send('<html>\n<p>secret</p>\n', { 'content-type': 'text/html; charset=utf-8' }),
    'server: the page has no sample, and 2 lines that are no metrics, line 1 first; its Content-Type is text/html',
  ],
  [
    'a strange Content-Type',
    send('x\n', { 'content-type': 'a secret: "b"' }),
    'server: the page has no sample, and 1 lines that are no metrics, line 1 first; its Content-Type is missing or not readable',
  ],
];

test.each(broken)('%s', async (_, how, said, timeout = '20s') => {
  answer = how;
  const { fetch, failures, values } = startPage({ url, timeout });
  expect(await fetch()).toMatch(said);
  expect(Object.values(failures())).toEqual([1]);
  expect(values.get('up')).toBe(0);
  answer = send('up 1\n# EOF\n');
  expect(await fetch()).toBe('up');
});

test('a slow page is read for as long as it has time', async () => {
  answer = async (_, response) => {
    for (const byte of 'up{a="1"} 12\n') {
      response.write(byte);
      await wait(2);
    }
    response.end();
  };
  const { fetch, text } = startPage({ url });
  expect(await fetch()).toBe('up');
  expect(text()).toBe('up{a="1"} 12\n');
});

test('an empty page is a page', async () => {
  answer = send('');
  const { fetch, values } = startPage({ url });
  expect(await fetch()).toBe('up');
  expect(values.get('scrape_samples')).toBe(0);
});

test('what was read is shown until it expires; up is 0 at once; each change is said once', async () => {
  answer = send('up 1\n');
  let now = 1000;
  const clock = { now: () => now, wall: () => new Date() };
  const { page, fetch, text, lines, values, failures } = startPage({ url }, { clock });
  expect(page.job.next(now)).toBe(1500);
  now = 1500;
  expect(await fetch()).toBe('up');
  expect(page.job.next(now)).toBe(2500);
  const parts = page.parts(now);
  await server.stop();
  now = 2500;
  expect(await fetch()).toMatch(/^refused: /);
  expect(await fetch()).toMatch(/^refused: /);
  expect(values.get('up')).toBe(0);
  expect(values.get('scrape_samples')).toBe(1);
  expect(failures()).toEqual({ refused: 2 });
  expect(page.parts(1500 + 2 * 1000 + 5000 - 1)).toBe(parts);
  expect(text(1500 + 2 * 1000 + 5000)).toBe('');
  expect([...page.names()]).toEqual(['up']); // what has them goes on having them
  now = 10_000;
  await fetch();
  expect(values.get('scrape_samples')).toBe(1);
  await server.start();
  expect(await fetch()).toBe('up');
  expect(text()).toBe('up 1\n');
  answer = send('', {}, 503);
  await fetch();
  const labels = { 'labels.feature': 'app' };
  const message = 'answered 503, not 200';
  expect(lines).toEqual([
    [
      'warn',
      expect.stringMatching(/^the page of the service cannot be read: .*ECONNREFUSED/),
      expect.objectContaining({ 'error.type': 'refused', ...labels }),
    ],
    ['info', 'the page of the service is read again', labels],
    [
      'warn',
      `the page of the service cannot be read: ${message}`,
      { 'error.type': 'server', 'error.message': message, ...labels },
    ],
  ]);
});

test('lines that are dropped are counted each time, and told once', async () => {
  const { fetch, lines, dropped } = startPage({ url });
  answer = send('up 1\nup 2\nsecret\n\nsecret\n');
  await fetch();
  await fetch();
  answer = send('up 1\n');
  await fetch();
  answer = send('pg_up 1\n');
  await fetch();
  expect(dropped()).toEqual({ bad_line: 4, duplicate: 2, reserved: 1 });
  const fields = { 'labels.feature': 'app' };
  const begin = 'lines of the page of the service are not shown: ';
  expect(lines).toEqual([
    ['warn', `${begin}2 bad_line, 1 duplicate; the first is line 2`, fields],
    ['warn', `${begin}1 reserved; the first is line 1`, fields],
  ]);
});

test('a message shows no secret', async () => {
  const redact = (said: string): string => said.replaceAll('127.0.0.1', '***');
  await server.stop();
  expect(await startPage({ url }, { redact }).fetch()).toContain('ECONNREFUSED ***:');
  await server.start();
});

test('a stop ends a fetch at once, and is no failure', async () => {
  answer = (_, response) => void response.write('up 1\n');
  const { page, stop, failures, values, lines } = startPage({ url });
  const run = page.job.run(stop.signal);
  await eventually(() => expect(open).toBe(1));
  stop.abort();
  await run;
  await page.job.run(stop.signal);
  expect(failures()).toEqual({});
  expect(values.get('up')).toBeUndefined();
  expect(lines).toEqual([]);
});

test.each([false, true])('a large page leaves turns of the loop to others; gzipped: %s', async (gzipped) => {
  const samples = Array.from(
    { length: 100_000 },
    (_, at) => `requests_total{path="/a/long/path/of/a/page/${at}"} ${at}\n`,
  );
  const body = samples.join('');
  answer = gzipped ? send(gzipSync(body), { 'content-encoding': 'gzip' }) : send(body);
  let now = 0;
  const clock = {
    now() {
      now += 3; // whatever is done takes as long as this
      return now;
    },
    wall: () => new Date(),
  };
  const { page, fetch, values } = startPage({ url, max_samples: 100_000, timeout: '60s' }, { clock });
  let turns = 0;
  let on = true;
  const count = (): void => {
    turns += 1;
    if (on) setImmediate(count);
  };
  count();
  expect(await fetch()).toBe('up');
  on = false;
  expect(values.get('scrape_samples')).toBe(100_000);
  expect(turns).toBeGreaterThan(body.length / 10_000);
  expect(Buffer.concat(page.parts(now)).toString()).toBe(body);
});

test('others get their turn after every piece that is read, and after every step of what is shown', async () => {
  const families = 2000;
  const length = 50;
  const body = Array.from({ length: families }, (_, at) => `${`family_${at}_`.padEnd(length - 3, 'x')} 1\n`).join('');
  answer = send(body);
  let now = 0;
  const clock = {
    now() {
      now += 3; // whatever is done takes as long as this
      return now;
    },
    wall: () => new Date(),
  };
  let turns = 0;
  /** How many new names each turn read. */
  const readIn = new Map<number, number>();
  const taken = (): boolean => {
    readIn.set(turns, (readIn.get(turns) ?? 0) + 1);
    return false;
  };
  let on = true;
  const count = (): void => {
    turns += 1;
    if (on) setImmediate(count);
  };
  const { fetch, values } = startPage({ url, timeout: '60s' }, { clock, taken });
  count();
  expect(await fetch()).toBe('up');
  on = false;
  expect(values.get('scrape_samples')).toBe(families);
  // A piece has 8 KiB, and the end of one turn and the begin of the next may be counted as one.
  expect(Math.max(...readIn.values())).toBeLessThanOrEqual((2 * 8192) / length + 2);
  expect(turns - Math.max(...readIn.keys())).toBeGreaterThanOrEqual(families);
});
