// What is asked of Prometheus, and every kind of broken answer: a stub gives those that a real one cannot show.
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { createRedactor, secretsOf } from '../../../src/core/redact.ts';
import { brief, classify, messageOf } from '../../../src/dependencies/fault.ts';
import { prometheus } from '../../../src/features/prometheus/index.ts';
import { askApi, askInstant, askKnowing, type Sample } from '../../../src/features/prometheus/query.ts';
import type { AskedSettings } from '../../../src/features/prometheus/settings.ts';
import { withLimits } from '../../../src/schedule/limits.ts';
import { eventually } from '../../patience.ts';
import { makeCertificates } from '../../servers/certificates.ts';
import { type HttpServer, startHttpServer } from '../../servers/http.ts';
import { removeFolder, runFolder } from '../../servers/place.ts';
import { type Prometheus, startPrometheus } from '../../servers/prometheus.ts';

type Request = {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  body: string;
};
let server: HttpServer;
let url: string;
let answer: RequestListener;
let open = 0;
const asked: Request[] = [];
const listener: RequestListener = (request, response) => {
  const one: Request = { method: request.method, url: request.url ?? '', headers: request.headers, body: '' };
  asked.push(one);
  open += 1;
  request.socket.once('close', () => {
    open -= 1;
  });
  request.on('data', (chunk) => {
    one.body += chunk;
  });
  request.on('end', () => answer(request, response));
};
const settingsOf = (given: Readonly<Record<string, unknown>>): AskedSettings =>
  prometheus.settings.parse({ url, timeout: '5s', ...given }) as AskedSettings;
const within = <T>(
  given: Readonly<Record<string, unknown>>,
  ask: (settings: AskedSettings, limits: Limits) => Promise<T>,
) => {
  const settings = settingsOf(given);
  const timed = { clock: systemClock, timeoutMs: settings.timeout };
  return withLimits(timed, new AbortController().signal, (limits) => ask(settings, limits));
};
type Limits = Parameters<typeof askApi>[1];
const instant = (query: string, given = {}, at?: Date): Promise<readonly Sample[]> =>
  within(given, (settings, limits) => askInstant(settings, limits, query, at));
/** `class: message` of the failure. */
const failure = async (given: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  try {
    return `no failure: ${JSON.stringify(await instant('up', given))}`;
  } catch (error) {
    const redact = createRedactor(() => secretsOf(settingsOf(given)));
    const message = brief(messageOf(error, settingsOf(given).timeout), redact);
    return `${classify(askKnowing, error).errorClass}: ${message}`;
  }
};
const send = (body: string | Buffer, status = 200, headers = {}): RequestListener => {
  return (_, response) => response.writeHead(status, headers).end(body);
};
const vector = (...result: readonly unknown[]) => ({ status: 'success', data: { resultType: 'vector', result } });
const json = (body: unknown, status = 200): RequestListener => send(JSON.stringify(body), status);

beforeAll(async () => {
  server = await startHttpServer(listener);
  url = `http://127.0.0.1:${server.port}`;
});
afterAll(() => server.stop());
afterEach(async () => {
  await eventually(() => expect(open).toBe(0));
  asked.length = 0;
});

test('the question goes below the URL, with what the settings say', async () => {
  answer = json(vector({ metric: { slo: 'a' }, value: [1, '2.5'] }));
  const given = { url: `${url}/prometheus/?tenant=b`, token: 'abc', headers: { 'X-Scope-OrgID': 'shop' } };
  expect(await instant('up{a="b+c"}', given, new Date(1500))).toEqual([{ labels: { slo: 'a' }, value: 2.5 }]);
  const [request] = asked;
  expect(request?.method).toBe('GET');
  const { pathname, searchParams } = new URL(request?.url ?? '', url);
  expect(pathname).toBe('/prometheus/api/v1/query');
  const { timeout, ...parameters } = Object.fromEntries(searchParams);
  expect(parameters).toEqual({ tenant: 'b', query: 'up{a="b+c"}', time: '1.5' });
  expect(timeout, 'no longer than it is waited for').toMatch(/^\d{1,4}ms$/);
  expect(request?.headers).toMatchObject({
    ...{ accept: 'application/json', 'user-agent': 'sidewarden', authorization: 'Bearer abc', 'x-scope-orgid': 'shop' },
  });
});

test('a long question goes by POST, and nothing of it is cut', async () => {
  answer = json(vector());
  const query = `count(up{a="${'ä'.repeat(1000)}"})`;
  await instant(query, { url: `${url}/?tenant=b` });
  expect(asked[0]).toMatchObject({ method: 'POST', url: '/api/v1/query?tenant=b' });
  expect(asked[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(new URLSearchParams(asked[0]?.body).get('query')).toBe(query);
});

test('only finite numbers are samples; gzip is read', async () => {
  const values = ['NaN', '+Inf', '-Inf', '', '-0.5', '1e3'].map((value) => ({ metric: {}, value: [1, value] }));
  const all = JSON.stringify(vector(...values, { metric: {}, histogram: [1, {}] }));
  answer = send(gzipSync(all), 200, { 'content-encoding': 'gzip' });
  expect((await instant('up')).map(({ value }) => value)).toEqual([-0.5, 1000]);
});

test.each<[string, RequestListener, string]>([
  ['401', send('no', 401), 'auth: answered 401, not 200'],
  ['401 in JSON', json({ status: 'error', errorType: 'x', error: 'y' }, 401), 'auth: answered 401, not 200'],
  ['403', send('no', 403), 'permission: answered 403, not 200'],
  ['429', send('no', 429), 'throttled: answered 429, not 200'],
  ['a redirect', send('', 302, { location: '/login' }), 'server: answered 302, not 200'],
  ['404 of a page', send('<html>', 404), 'server: answered 404, not 200'],
  [
    '422',
    json({ status: 'error', errorType: 'execution', error: 'too many samples' }, 422),
    'server: answered 422: too many samples',
  ],
  [
    'its own timeout',
    json({ status: 'error', errorType: 'timeout', error: 'query timed out' }, 503),
    'timeout: answered 503: query timed out',
  ],
  [
    '200 with an error',
    json({ status: 'error', errorType: 'bad_data', error: 'no org id' }),
    'server: answered an error: no org id',
  ],
  ['200 with half an error', json({ status: 'error' }), 'server: answered an error: without a word'],
  [
    'a part of the data',
    json({ ...vector(), warnings: ['PromQL info: x', 'store eu: deadline exceeded'] }),
    'server: the answer is not whole: store eu: deadline exceeded',
  ],
  ['words on the query alone', json({ ...vector(), warnings: ['PromQL info: no counter'] }), 'no failure: []'],
  ['HTML', send('<html>log in</html>'), 'server: the answer is not JSON: is the URL that of Prometheus?'],
  ['half of it', send('{"status":"succ'), 'server: the answer is not JSON: is the URL that of Prometheus?'],
  ['nothing', send(''), 'server: the answer is not JSON: is the URL that of Prometheus?'],
  ['other JSON', json([1]), 'server: the answer is not JSON as Prometheus has it: is the URL its own?'],
  [
    'a matrix',
    json({ status: 'success', data: { resultType: 'matrix', result: [] } }),
    'server: the answer is no vector',
  ],
  ['no data', json({ status: 'success' }), 'server: the answer is no vector'],
  ['no sample', json(vector({ metric: {}, value: [1] })), 'server: the answer has something that is no sample'],
  ['null', json(vector(null)), 'server: the answer has something that is no sample'],
  ['too much', send('x'.repeat(512 * 1024 + 1)), 'server: the answer is longer than 524288 bytes'],
  [
    'no gzip',
    send('x', 200, { 'content-encoding': 'gzip' }),
    'server: the body is not gzip, as its Content-Encoding says',
  ],
])('%s', async (_, how, expected) => {
  answer = how;
  expect(await failure()).toBe(expected);
});

test('a small body that unpacks into a large one is cut', async () => {
  answer = send(gzipSync('x'.repeat(50 * 1024 * 1024)), 200, { 'content-encoding': 'gzip' });
  expect(await failure()).toBe('server: the answer is longer than 524288 bytes');
});

test('one that hangs before or within the answer ends in its time', async () => {
  answer = () => {};
  expect(await failure({ timeout: '200ms' })).toBe('timeout: no answer within 200 ms');
  answer = (_, response) => response.writeHead(200).write('{"status":');
  expect(await failure({ timeout: '200ms' })).toBe('timeout: no answer within 200 ms');
});

test('one that cuts the answer, or is not there', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{');
    setImmediate(() => response.destroy());
  };
  expect(await failure()).toMatch(/^refused: /);
  expect(await failure({ url: 'http://127.0.0.1:9' })).toMatch(/^refused: /);
  expect(await failure({ url: 'http://prometheus.invalid' })).toMatch(/^dns: /);
  expect(await failure({ token_file: '/nowhere/token' })).toMatch(/^auth: .*\/nowhere\/token/);
});

test('no secret is in what is said, whatever the server repeats', async () => {
  answer = ({ headers, url: path }, response) => {
    const [, base64 = ''] = headers.authorization?.split(' ') ?? [];
    const error = JSON.stringify([headers, path, Buffer.from(base64, 'base64').toString()]);
    response.writeHead(400).end(JSON.stringify({ status: 'error', errorType: 'bad_data', error }));
  };
  const secrets = {
    url: `${url.replace('//', '//me:s3cretpassword@')}/?key=s3cretparameter`,
    headers: { 'X-Scope-OrgID': 's3cretheader' },
  };
  expect(await failure(secrets)).toMatch(/^server: answered 400: .*\*\*\*/);
  for (const given of [secrets, { token: 's3crettoken' }]) expect(await failure(given)).not.toMatch(/s3cret/);
  expect(JSON.stringify(settingsOf(secrets))).not.toMatch(/s3cret/);
  const control = await failure({ token: 's3cret\ntoken' });
  expect(control).toMatch(/^auth: the value for the header authorization/);
  expect(control).not.toMatch(/s3cret/);
});

test('a real one: TLS, a password, and its own words on a wrong question', async () => {
  const folder = await runFolder('prometheus-query');
  const certificates = await makeCertificates(folder);
  let real: Prometheus | undefined;
  try {
    real = await startPrometheus({ scrape: [] });
    const secure = await startHttpServer(listener, { tls: certificates });
    answer = json(vector());
    const https = { url: `https://localhost:${secure.port}`, tls: { ca_file: certificates.ca } };
    expect(await failure(https)).toBe('no failure: []');
    expect(await failure({ url: https.url })).toMatch(/^tls: /);
    await secure.stop();
    const given = { url: `${real.url}/`, token_file: join(folder, 'none') };
    expect(await failure(given)).toMatch(/^auth: /);
    expect(await instant('vector(42)', { url: real.url })).toEqual([{ labels: {}, value: 42 }]);
    const long = `vector(${'1 + '.repeat(2000)}1)`;
    expect(await instant(long, { url: real.url })).toEqual([{ labels: {}, value: 2001 }]);
    await expect(instant('sum(', { url: real.url })).rejects.toThrow(/^answered 400: .*parse error/);
    await expect(instant('1', { url: real.url }), 'a scalar').rejects.toThrow('the answer is no vector');
    const flags = await within({ url: real.url }, (settings, limits) => askApi(settings, limits, 'status/flags'));
    expect(flags).toMatchObject({ 'storage.tsdb.path': expect.stringContaining('data') });
  } finally {
    await real?.stop();
    removeFolder(folder);
  }
});
