// Real sockets: several addresses, Unix sockets and the control socket, requests that are none, and the close.
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { connect, createServer as createNetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HttpServer } from '../../src/http/server.ts';
import { makeEntry } from '../core/entries.ts';
import { loopTime } from '../patience.ts';
import { pageOf, serve } from './serve.ts';

const loopback = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
let folder: string;
let opened: HttpServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidewarden-http-'));
});
afterEach(async () => {
  await Promise.all(opened.map((server) => server.close(AbortSignal.abort())));
  opened = [];
  rmSync(folder, { recursive: true });
});

function open(...[over]: [Parameters<typeof serve>[1]?]) {
  const made = serve([makeEntry('database')], over);
  opened.push(made.server);
  return made;
}

/** One real request; `close` also tells the server so. */
async function get(options: RequestOptions & { url?: string }): Promise<IncomingMessage & { body: string }> {
  const { url, ...rest } = options;
  const asked = url === undefined ? request(rest) : request(url, rest);
  const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage];
  return Object.assign(answer, { body: await text(answer) });
}

const portOf = (server: HttpServer): number => Number(new URL(server.addresses()[0] ?? '').port);

/** Sends raw bytes and reads until the server closes. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

test('answers on every address alike', async () => {
  const { server } = open();
  const path = join(folder, 'http.sock');
  await server.listen([loopback, loopback, { kind: 'unix', path }]);
  const [first, second, third] = server.addresses();
  expect([first, second, third]).toEqual([
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    `unix:${path}`,
  ]);
  expect(first).not.toBe(second);
  for (const where of [
    { url: `${first}/health` },
    { url: `${second}/health` },
    { socketPath: path, path: '/health' },
  ]) {
    expect(await get(where)).toMatchObject({ statusCode: 200 });
  }
});

test('`::` takes IPv4 too', async () => {
  const { server } = open();
  await server.listen([{ kind: 'tcp', host: '::', port: 0 }]);
  expect(await get({ host: '127.0.0.1', port: portOf(server), path: '/health' })).toMatchObject({ statusCode: 200 });
});

test('a port in use is an error that names it, and nothing stays open', async () => {
  const { server: first } = open();
  await first.listen([loopback]);
  const { server: second } = open();
  const path = join(folder, 'http.sock');
  const taken = { ...loopback, port: portOf(first) };
  await expect(second.listen([{ kind: 'unix', path }, taken])).rejects.toThrow(
    `cannot listen on 127.0.0.1:${taken.port}: it is in use`,
  );
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
});

test('an address that the machine lacks is an error, unless it is optional', async () => {
  const foreign = { kind: 'tcp', host: '192.0.2.1', port: 0 } as const;
  const { server } = open();
  await server.listen([loopback, { ...foreign, optional: true }]);
  expect(server.addresses()).toHaveLength(1);
  await expect(open().server.listen([foreign])).rejects.toThrow('this machine has no such address');
});

describe('Unix sockets', () => {
  test('one that a dead process left is replaced', async () => {
    const path = join(folder, 'http.sock');
    const { server } = open();
    await leaveSocket(path);
    await server.listen([{ kind: 'unix', path }]);
    expect(await get({ socketPath: path, path: '/health' })).toMatchObject({ statusCode: 200 });
  });
  test('one that answers, or another file, is left alone', async () => {
    const path = join(folder, 'http.sock');
    await open().server.listen([{ kind: 'unix', path }]);
    await expect(open().server.listen([{ kind: 'unix', path }])).rejects.toThrow(`unix:${path}: it is in use`);
    expect(await get({ socketPath: path, path: '/health' })).toMatchObject({ statusCode: 200 });
    const file = join(folder, 'file');
    writeFileSync(file, 'kept');
    await expect(open().server.listen([{ kind: 'unix', path: file }])).rejects.toThrow('not a socket');
    expect(statSync(file).size).toBe(4);
  });
  test('the control socket needs no token, is for its user alone, and goes with the server', async () => {
    const path = join(folder, 'control.sock');
    const { server, drain } = open({ token: () => 'secret' });
    await server.listen([loopback], path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const post = (where: RequestOptions) => get({ ...where, method: 'POST', path: '/drain' });
    expect(await post({ host: '127.0.0.1', port: portOf(server) })).toMatchObject({ statusCode: 401 });
    expect(drain.draining).toBe(false);
    expect(await post({ socketPath: path })).toMatchObject({ statusCode: 200, body: '{"draining":true}\n' });
    expect(drain.draining).toBe(true);
    await server.close(AbortSignal.timeout(5000));
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });
});

/** A socket file as a killed process leaves it: bound, and nobody behind it. */
async function leaveSocket(path: string): Promise<void> {
  const { execFileSync } = await import('node:child_process');
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  expect(() => execFileSync(process.execPath, ['-e', script])).toThrow();
  expect(statSync(path).isSocket()).toBe(true);
}

describe('what is no request', () => {
  test('gets a short JSON error and the connection is closed', async () => {
    const { server } = open();
    await server.listen([loopback]);
    const answer = await raw(portOf(server), 'nonsense\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: 'bad_request' });
    const large = await raw(portOf(server), `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(9000)}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1\.1 431 .*headers_too_large/s);
  });
  test.each([
    ['silence', ''],
    ['headers that never end', 'GET /health HTTP/1.1\r\nHost: x\r\n'],
    ['a body that never ends', 'POST /drain HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12'],
  ])('%s is closed in time', async (_, bytes) => {
    const { server } = open({ limits: { headersMs: 100, requestMs: 200, lookMs: 20 }, token: () => 't' });
    await server.listen([loopback]);
    expect(await loopTime(() => raw(portOf(server), bytes))).toBeLessThan(3000);
  });
});

describe('close', () => {
  /** A page that is rendered when the test says so. */
  function held() {
    let release = (): void => {};
    const rendered = new Promise<string>((resolve) => {
      release = () => resolve('page\n');
    });
    let asked = (): void => {};
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const render = () => {
      asked();
      return rendered;
    };
    return { page: pageOf(render), release, wasAsked };
  }

  test('finishes the answer in flight, says that it closes, and cuts idle connections', async () => {
    const { page, release, wasAsked } = held();
    const { server } = open({ page });
    await server.listen([loopback]);
    const port = portOf(server);
    const agent = new Agent({ keepAlive: true });
    await get({ port, path: '/health', agent });
    const idle = Object.values(agent.freeSockets).flat()[0] as Socket;
    const idleClosed = once(idle, 'close');
    const answer = get({ port, path: '/metrics', agent: new Agent({ keepAlive: true }) });
    await wasAsked;
    const closed = server.close(AbortSignal.timeout(5000));
    await idleClosed;
    release();
    const { statusCode, body, headers } = await answer;
    expect([statusCode, body, headers.connection]).toEqual([200, 'page\n', 'close']);
    await closed;
    await expect(get({ port, path: '/health' })).rejects.toThrow('ECONNREFUSED');
  });

  test('is bounded: what never ends is cut', async () => {
    const { page, release, wasAsked } = held();
    const { server } = open({ page });
    await server.listen([loopback]);
    const answer = get({ port: portOf(server), path: '/metrics' }).then(
      () => 'answered',
      () => 'cut',
    );
    await wasAsked;
    await server.close(AbortSignal.timeout(50));
    expect(await answer).toBe('cut');
    release();
  });
});

test('a port held by another program is said as well', async () => {
  const other = createNetServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(open().server.listen([{ ...loopback, port }])).rejects.toThrow(`127.0.0.1:${port}: it is in use`);
  other.close();
});
