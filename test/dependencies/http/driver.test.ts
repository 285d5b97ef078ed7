import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Definition } from '../../../src/dependencies/define.ts';
import { http } from '../../../src/dependencies/http/index.ts';
import { createHarness } from '../../contract/harness.ts';
import { conclusive, processorTime } from '../../patience.ts';
import { type Certificates, makeCertificates } from '../../servers/certificates.ts';
import { type HttpServer, startHttpServer } from '../../servers/http.ts';
import type { Listening } from '../../servers/listening.ts';
import { startTcpServer } from '../../servers/tcp.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidewarden-http-'));
const path = join(folder, 'app.sock');
const open: Listening[] = [];
let server: HttpServer;
let certificates: Certificates;
const ok: RequestListener = (_request, response) =>
  response.end('{"status":"up","checks":[{"ok":true}],"degraded":false}');

beforeAll(async () => {
  certificates = await makeCertificates(folder);
  server = await startHttpServer(ok);
});
afterEach(async () => {
  server.answer = ok;
  for (const one of open.splice(0)) await one.stop();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const url = (rest = '/') => `http://127.0.0.1:${server.port}${rest}`;
async function run(settings: Record<string, unknown>, timeoutMs = 10_000) {
  const harness = await createHarness(http as unknown as Definition, { url: url(), ...settings }, timeoutMs);
  const result = await conclusive(() => harness.run());
  harness.close();
  if (result === undefined) throw new Error('stopped');
  const { kind, phases } = result;
  const why = result.kind === 'passed' ? {} : { errorClass: result.errorClass, message: result.message };
  return { kind, phase: phases.at(-1)?.name, ...why };
}

test('sends what it is told, and follows no redirect', async () => {
  let seen:
    | { method?: string | undefined; url?: string | undefined; headers: IncomingHttpHeaders; body: string }
    | undefined;
  server.answer = (request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      seen = { method: request.method, url: request.url, headers: request.headers, body };
      response.writeHead(302, { location: url('/elsewhere') }).end();
    });
  };
  const settings = {
    url: url('/q?x=1'),
    method: 'POST',
    headers: { 'X-Tenant': 'tenant-7' },
    body: 'ü',
    token: 'secret-token',
  };
  expect(await run(settings)).toMatchObject({
    errorClass: 'server',
    phase: 'response',
    message: 'answered 302, not 200-299',
  });
  expect(seen).toMatchObject({ method: 'POST', url: '/q?x=1', body: 'ü' });
  expect(seen?.headers).toMatchObject({
    'x-tenant': 'tenant-7',
    authorization: 'Bearer secret-token',
    'user-agent': 'sidewarden',
    'content-length': '2',
  });
  expect(await run({ ...settings, expected_status: [200, '300-399'] })).toMatchObject({ kind: 'passed' });
});

test('credentials: the setting wins over the URL; files are read again; a lone % is no crash', async () => {
  const seen: (string | undefined)[] = [];
  server.answer = ({ headers }, response) => {
    seen.push(headers.authorization);
    response.end();
  };
  const file = join(folder, 'token');
  writeFileSync(file, 'one\n');
  await run({ token_file: file });
  writeFileSync(file, 'two\n');
  await run({ token_file: file });
  await run({ url: `http://u%40x:p%25@127.0.0.1:${server.port}/` });
  await run({ url: `http://u:old@127.0.0.1:${server.port}/`, password: '100%' });
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  expect(seen).toEqual(['Bearer one', 'Bearer two', basic('u@x:p%'), basic('u:100%')]);
  writeFileSync(file, 'with\nnewline');
  const broken = await run({ token_file: file });
  expect(broken).toMatchObject({ errorClass: 'auth', phase: 'connect' });
  expect(broken.message).not.toContain('with');
  expect(await run({ token_file: join(folder, 'missing') })).toMatchObject({ errorClass: 'auth' });
});

test.each([
  [401, 'auth'],
  [407, 'auth'],
  [403, 'permission'],
  [429, 'throttled'],
  [404, 'server'],
  [500, 'server'],
])('status %i is %s, unless it is expected', async (status, errorClass) => {
  server.answer = (_request, response) => response.writeHead(status).end();
  expect(await run({})).toMatchObject({ errorClass, phase: 'response' });
  expect(await run({ expected_status: status })).toMatchObject({ kind: 'passed' });
});

test.each([
  [{ body_matches: '"status":\\s*"up"' }, undefined],
  [{ body_matches: 'down' }, 'does not match'],
  [{ json: { path: '$.status', equals: 'up' } }, undefined],
  [{ json: { path: 'checks[0].ok' } }, undefined],
  [{ json: { path: 'degraded', equals: false } }, undefined],
  [{ json: { path: 'degraded' } }, 'has false at'],
  [{ json: { path: 'checks', equals: 'x' } }, 'has an array at'],
  [{ json: { path: '$.missing' } }, 'nothing at'],
])('body judged by %j: %s', async (settings, message) => {
  if (message === undefined) expect(await run(settings)).toMatchObject({ kind: 'passed', phase: 'body' });
  else
    expect(await run(settings)).toMatchObject({
      errorClass: 'server',
      phase: 'body',
      message: expect.stringContaining(message),
    });
});

test('a body that is no JSON is not quoted', async () => {
  server.answer = (_request, response) => response.end('private words');
  const { errorClass, message } = await run({ json: { path: 'a' } });
  expect({ errorClass, message }).toEqual({ errorClass: 'server', message: 'the body is not JSON' });
});

test('64 KiB of an endless body are read, and then it is cut', async () => {
  let ended = false;
  server.answer = (_request, response) => {
    const more = () => {
      while (!ended && response.write(Buffer.alloc(16 * 1024, 'a')));
    };
    response.on('drain', more).on('close', () => (ended = true));
    more();
  };
  expect(await run({ body_matches: '^a' })).toMatchObject({ kind: 'passed' });
  await expect.poll(() => ended).toBe(true);
  ended = false;
  expect(await run({ json: { path: 'a' } })).toMatchObject({
    errorClass: 'server',
    message: expect.stringContaining('65536 bytes'),
  });
});

test('a body of 64 KiB is judged, and one that goes on after them is too long', async () => {
  const exact = `{"a":1${' '.repeat(64 * 1024 - 7)}}`;
  server.answer = (_request, response) => response.end(exact);
  expect(await run({ json: { path: 'a', equals: 1 } })).toMatchObject({ kind: 'passed' });
  server.answer = (_request, response) => {
    response.write(exact, () => setTimeout(() => response.end('}'), 50));
  };
  expect(await run({ json: { path: 'a', equals: 1 } })).toMatchObject({
    errorClass: 'server',
    message: expect.stringContaining('65536 bytes'),
  });
});

test('a pattern that backtracks for ever costs 50 ms, not the event loop', async () => {
  server.answer = (_request, response) => response.end(`${'a'.repeat(40)}!`);
  const took = await processorTime(async () =>
    expect(await run({ body_matches: '^(a+)+$' })).toMatchObject({
      errorClass: 'server',
      message: expect.stringContaining('make it simpler'),
    }),
  );
  expect(took).toBeLessThan(1000);
});

test('a body cut short is refused, an answer that is no HTTP is server', async () => {
  server.answer = (_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => response.destroy());
  };
  expect(await run({})).toMatchObject({ errorClass: 'refused', phase: 'body' });
  const banner = await startTcpServer((socket) => socket.end('SSH-2.0-x\r\n'));
  const silent = await startTcpServer((socket) => socket.once('data', () => socket.end()));
  open.push(banner, silent);
  expect(await run({ url: `http://127.0.0.1:${banner.port}/` })).toMatchObject({
    errorClass: 'server',
    phase: 'response',
  });
  expect(await run({ url: `http://127.0.0.1:${silent.port}/` })).toMatchObject({
    errorClass: 'refused',
    phase: 'response',
  });
});

test('a Unix socket', async () => {
  open.push(await startHttpServer(ok, { path }));
  expect(await run({ url: 'http://app/', socket: path })).toMatchObject({ kind: 'passed' });
  expect(await run({ url: 'http://app/', socket: `${path}.missing` })).toMatchObject({
    errorClass: 'refused',
    phase: 'connect',
  });
});

test('101 is an answer, and its connection is closed', async () => {
  const socket = await startTcpServer((one) =>
    one.once('data', () =>
      one.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    ),
  );
  open.push(socket);
  const settings = {
    url: `http://127.0.0.1:${socket.port}/`,
    headers: { connection: 'Upgrade', upgrade: 'websocket' },
  };
  expect(await run({ ...settings, expected_status: 101 })).toMatchObject({ kind: 'passed' });
  expect(await run(settings)).toMatchObject({ errorClass: 'server', phase: 'response' });
});

test('HTTPS: trusted, untrusted, wrong name, expired, skipped, client certificate', async () => {
  const { ca, otherCa, cert, key, clientCert, clientKey, expired, wrongName } = certificates;
  const secure = async (tls: NonNullable<Parameters<typeof startHttpServer>[1]>['tls']) => {
    const one = await startHttpServer(ok, { ...(tls === undefined ? {} : { tls }) });
    open.push(one);
    return `https://localhost:${one.port}/`;
  };
  const good = await secure({ cert, key });
  expect(await run({ url: good, tls: { ca_file: ca } })).toMatchObject({ kind: 'passed' });
  const refused = { errorClass: 'tls', phase: 'connect' };
  expect(await run({ url: good })).toMatchObject(refused);
  expect(await run({ url: good, tls: { ca_file: otherCa } })).toMatchObject(refused);
  expect(await run({ url: good, tls: { ca_file: key } })).toMatchObject(refused);
  expect(await run({ url: good, tls: { insecure_skip_verify: true } })).toMatchObject({ kind: 'passed' });
  expect(await run({ url: await secure(expired), tls: { ca_file: ca } })).toMatchObject(refused);
  const other = await secure(wrongName);
  expect(await run({ url: other, tls: { ca_file: ca } })).toMatchObject(refused);
  expect(await run({ url: other, tls: { ca_file: ca, server_name: 'elsewhere.test' } })).toMatchObject({
    kind: 'passed',
  });
  const { readFileSync } = await import('node:fs');
  const mutual = await secure({ cert, key, ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true });
  expect(await run({ url: mutual, tls: { ca_file: ca, cert_file: clientCert, key_file: clientKey } })).toMatchObject({
    kind: 'passed',
  });
  expect(await run({ url: mutual, tls: { ca_file: ca } })).toMatchObject({ errorClass: 'tls', phase: 'response' });
  expect(await run({ url: good.replace('https', 'http') })).toMatchObject({ kind: 'failed' });
  expect(await run({ url: url().replace('http', 'https') })).toMatchObject(refused);
});
