// Answers that are not quite HTTP, and bodies in other codings: curl beside us decides what is readable.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import type { Definition } from '../../../src/dependencies/define.ts';
import { elasticsearch } from '../../../src/dependencies/elasticsearch/index.ts';
import { http } from '../../../src/dependencies/http/index.ts';
import { UnreadableHttp } from '../../../src/dependencies/lenient-http/head.ts';
import { createResponseReader } from '../../../src/dependencies/lenient-http/response.ts';
import { lenient } from '../../../src/dependencies/lenient-http/socket.ts';
import { createHarness } from '../../contract/harness.ts';
import { conclusive } from '../../patience.ts';
import { type Listening, startListening } from '../../servers/listening.ts';

const run = promisify(execFile);
let server: Listening;
let answer: Buffer;
let close: boolean;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = await startListening(() =>
    createServer((socket) => {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .once('data', () => {
          if (close) socket.end(answer);
          else socket.write(answer);
        });
    }),
  );
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});
afterAll(() => server.stop());

async function probe(definition: unknown, settings: Record<string, unknown> = {}) {
  const url = `http://127.0.0.1:${server.port}/`;
  const harness = await createHarness(definition as Definition, { url, ...settings }, 5000);
  const result = await conclusive(() => harness.run());
  harness.close();
  if (result === undefined) throw new Error('stopped');
  return result.kind === 'passed'
    ? 'healthy'
    : `${result.errorClass} at ${result.phases.at(-1)?.name}: ${result.message}`;
}
const byCurl = async (): Promise<'healthy' | 'refused'> =>
  run('curl', ['-sS', '--fail', '--max-time', '10', `http://127.0.0.1:${server.port}/`]).then(
    () => 'healthy',
    () => 'refused',
  );

const json = '{"status":"green"}';
const size = json.length;
const head = (...lines: string[]) =>
  `${['HTTP/1.1 200 OK', ...lines, `Content-Length: ${size}`, ''].join('\r\n')}\r\n${json}`;

describe('an answer that curl takes is healthy, for http and elasticsearch', () => {
  it.each([
    ['LF alone', `HTTP/1.1 200 OK\nContent-Length: ${size}\n\n${json}`],
    ['LF and CRLF by turns', `HTTP/1.1 200 OK\r\nA: b\nContent-Length: ${size}\r\n\n${json}`],
    ['a header of 20 KB', head(`X: ${'a'.repeat(20_000)}`)],
    ['a header of 90 KB', head(`X: ${'a'.repeat(90_000)}`)],
    ['1000 headers', head(...Array.from({ length: 1000 }, (_, index) => `X-${index}: 1`))],
    ['control bytes in a header', head('X: a\x01\x02\x7fb')],
    ['a folded header', head('X: a', '  b', '\tc')],
    ['a name that is no token', head('X(A): 1')],
    ['a name beyond ASCII', head('X-é: 1')],
    ['a space before the colon', head('X-A : 1')],
    ['no name', head(': 1')],
    [
      'chunked with Content-Length',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n${size.toString(16)}\r\n${json}\r\n0\r\n\r\n`,
    ],
    [
      'chunks that end in LF alone',
      `HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n${size.toString(16)}\n${json}\n0\n\n`,
    ],
    [
      'an extension of a chunk',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size.toString(16)};a=\x01\r\n${json}\r\n0\r\nT: 1\r\n\r\n`,
    ],
    [
      'spaces behind a chunk’s size',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size.toString(16)}  \r\n${json}\r\n0  \r\n\r\n`,
    ],
    ['bytes behind the body', `${head()}more and more`],
    ['bytes behind the body, and Connection: close', `${head('Connection: close')}more and more`],
    [
      'bytes behind the last chunk',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${json}\r\n0\r\n\r\nmore`,
    ],
    ['a length given twice', head(`Content-Length: ${size}`)],
    ['a list of lengths', `HTTP/1.1 200 OK\r\nContent-Length: ${size}, ${size}\r\n\r\n${json}`],
    ['a length with a plus', `HTTP/1.1 200 OK\r\nContent-Length: +${size}\r\n\r\n${json}`],
    ['no reason', `HTTP/1.1 200\r\nContent-Length: ${size}\r\n\r\n${json}`],
    ['control bytes in the reason', `HTTP/1.1 200 O\x01K\r\nContent-Length: ${size}\r\n\r\n${json}`],
    ['two spaces before the status', `HTTP/1.1  200 OK\r\nContent-Length: ${size}\r\n\r\n${json}`],
    ['HTTP/2 on the first line', `HTTP/2 200 OK\r\nContent-Length: ${size}\r\n\r\n${json}`],
    ['two CRs before each LF', `HTTP/1.1 200 OK\r\r\nContent-Length: ${size}\r\r\n\r\r\n${json}`],
    [
      'a chunk’s size of sixteen digits',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size.toString(16).padStart(16, '0')}\r\n${json}\r\n0\r\n\r\n`,
    ],
    ['100 and 103 before it', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\nLink: a\n\n${head()}`],
  ])('%s', async (_, text) => {
    answer = Buffer.from(text, 'latin1');
    close = false;
    expect({ http: await probe(http, { json: { path: 'status', equals: 'green' } }), curl: await byCurl() }).toEqual({
      http: 'healthy',
      curl: 'healthy',
    });
    answer = Buffer.from(
      text.replace(/(Content-Length|Transfer-Encoding)/, 'Content-Type: application/json\r\n$1'),
      'latin1',
    );
    expect(await probe(elasticsearch)).toBe('healthy');
  });

  it.each([
    ['HTTP/1.0 until the end', `HTTP/1.0 200 OK\r\n\r\n${json}`],
    ['neither length nor chunks', `HTTP/1.1 200 OK\r\n\r\n${json}`],
    ['Transfer-Encoding: identity', head('Transfer-Encoding: identity')],
    ['204 with a body', `HTTP/1.1 204 No\r\nContent-Length: ${size}\r\n\r\n${json}`],
  ])('%s, then closed', async (_, text) => {
    answer = Buffer.from(text);
    close = true;
    expect({ http: await probe(http), curl: await byCurl() }).toEqual({ http: 'healthy', curl: 'healthy' });
  });
});

describe('an answer that curl refuses is class server, or refused where it is cut short', () => {
  it.each([
    ['a zero byte', head('X: a\0b'), /server at response: .*zero byte/],
    ['no colon', head('rubbish'), /server at response: .*without a colon/],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok', /server at response: .*Content-Length/],
    ['another protocol', '220 mail ready\r\n', /server at response: the other end speaks SMTP or FTP, not HTTP/],
    ['HTTP/0.9', 'ok', /server at response: the other end does not speak HTTP/],
    ['ICY', 'ICY 200 OK\r\n\r\nok', /server at response: the other end does not speak HTTP/],
    ['HTTP/1.2', 'HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok', /server at response: the answer is no HTTP/],
    [
      'a status of four digits',
      'HTTP/1.1 1000 OK\r\nContent-Length: 2\r\n\r\nok',
      /server at response: the answer is no HTTP/,
    ],
    ['CR alone', 'HTTP/1.1 200 OK\rContent-Length: 2\r\rok', /refused at response/],
    ['a body cut short', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok', /refused at body/],
    [
      'a chunk without a size',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nok\r\n0\r\n\r\n',
      /server at body: a chunk of the body/,
    ],
    ['chunks cut short', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok', /refused at body/],
    [
      'a head of 400 KB',
      `HTTP/1.1 200 OK\r\n${`X: ${'a'.repeat(50_000)}\r\n`.repeat(8)}\r\n`,
      /server at response: the head of the answer/,
    ],
  ])('%s', async (_, text, says) => {
    answer = Buffer.from(text, 'latin1');
    close = true;
    expect(await byCurl()).toBe('refused');
    expect(await probe(http)).toMatch(says);
    expect(await probe(elasticsearch)).toMatch(/^(server|refused) at /);
  });
});

test('a status that is not expected is told, though the body behind it cannot be read', async () => {
  answer = Buffer.from('HTTP/1.1 503 no\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n');
  close = false;
  expect(await probe(http)).toMatch(/server at response: answered 503/);
});

test('a line break before the answer, as some servers leave behind a body, is passed over', async () => {
  answer = Buffer.from(`\r\n${head()}`);
  close = false;
  expect(await probe(http)).toBe('healthy');
});

test.each([5000, 60_000])('a path of %i bytes', async (length) => {
  answer = Buffer.from(head('Content-Type: application/json'));
  close = false;
  const path = 'a'.repeat(length);
  expect(await probe(http, { url: `http://127.0.0.1:${server.port}/?q=${path}` })).toBe('healthy');
  const index = Array.from({ length: length / 50 }, (_, at) => `index-${at}`.padEnd(49, 'x')).join(',');
  expect(await probe(elasticsearch, { index })).toBe('healthy');
});

describe('what never ends is cut by its size', () => {
  it.each([
    ['interim answers', 'HTTP/1.1 103 Early\r\n\r\n'.repeat(100), /over 20 interim answers/],
    [
      'trailers',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'A: b\r\n'.repeat(100_000)}`,
      /over 307200 bytes/,
    ],
    [
      'a chunk’s extension',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(100_000)}`,
      /a line between the chunks/,
    ],
  ])('%s', (_, text, says) => {
    const reader = createResponseReader();
    reader.asked('GET');
    expect(reader.read(Buffer.from(text)).error?.message).toMatch(says);
  });
});

test('after bytes behind an answer the connection is not used again', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const opened: Socket[] = [];
  const create = agent.createConnection.bind(agent) as (options: object) => Socket;
  agent.createConnection = (options: object) => {
    const socket = create(options);
    opened.push(socket);
    return lenient(socket);
  };
  const ask = async () => {
    const sent = request({ port: server.port, agent }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response) body += chunk;
    return body;
  };
  close = false;
  answer = Buffer.from(`${head()}HTTP/1.1 500 stale\r\nContent-Length: 0\r\n\r\n`);
  expect([await ask(), await ask()]).toEqual([json, json]);
  expect(opened).toHaveLength(2);
  agent.destroy();
});

test('whoever reads slowly reads all that came before the server ended the connection', async () => {
  const body = 'x'.repeat(1_000_000);
  answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  close = true;
  const agent = new Agent();
  const create = agent.createConnection.bind(agent) as (options: object) => Socket;
  let connection: Socket | undefined;
  agent.createConnection = (options: object) => {
    connection = create(options);
    return lenient(connection);
  };
  const sent = request({ port: server.port, agent }).end();
  const failures: Error[] = [];
  sent.on('error', (error) => failures.push(error));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let read = '';
  for await (const chunk of response) {
    read += chunk;
    await wait(read.length > body.length / 2 && connection?.destroyed === false ? 50 : 1);
  }
  expect(read).toBe(body);
  await wait(20);
  expect(failures).toEqual([]);
});

test('a connection that is idle for too long says so, as any other', async () => {
  const socket = lenient(connect(server.port, '127.0.0.1'));
  socket.setTimeout(20);
  await once(socket, 'timeout');
  socket.destroy();
});

describe('a body is decoded before it is judged', () => {
  const text = '{"status":"grün","€":"ok"}';
  const latin = Buffer.from('{"status":"grün"}', 'latin1');
  const be = Buffer.from(text, 'utf16le').swap16();
  const mark = (...bytes: number[]) => Buffer.from(bytes);
  it.each<[string, string[], Buffer]>([
    ['UTF-8', [], Buffer.from(text)],
    ['UTF-8 with a mark', [], Buffer.concat([mark(0xef, 0xbb, 0xbf), Buffer.from(text)])],
    ['UTF-16 with a mark', [], Buffer.concat([mark(0xff, 0xfe), Buffer.from(text, 'utf16le')])],
    ['big-endian UTF-16 with a mark', [], Buffer.concat([mark(0xfe, 0xff), be])],
    ['UTF-16 without a mark', [], Buffer.from(text, 'utf16le')],
    ['big-endian UTF-16 without a mark', [], be],
    [
      'UTF-16 that the header names',
      ['Content-Type: application/json; charset="UTF-16LE"'],
      Buffer.from(text, 'utf16le'),
    ],
    ['ISO-8859-1', ['Content-Type: application/json; charset=ISO-8859-1'], latin],
    ['windows-1252', ['Content-Type: text/plain;charset=Windows-1252'], latin],
    ['gzip', ['Content-Encoding: gzip'], gzipSync(text)],
    ['x-gzip, in capitals', ['Content-Encoding: X-GZIP'], gzipSync(text)],
    ['deflate', ['Content-Encoding: deflate'], deflateSync(text)],
    ['deflate without zlib’s head', ['Content-Encoding: deflate'], deflateRawSync(text)],
    ['br', ['Content-Encoding: br'], brotliCompressSync(text)],
    ['identity', ['Content-Encoding: identity'], Buffer.from(text)],
    ['deflate, then gzip', ['Content-Encoding: deflate, gzip'], gzipSync(deflateSync(text))],
    ['zstd', ['Content-Encoding: zstd'], zstdCompressSync(text)],
    [
      'gzip on two lines with deflate',
      ['Content-Encoding: deflate', 'Content-Encoding: gzip'],
      gzipSync(deflateSync(text)),
    ],
    ['a coding that codes nothing', ['Content-Encoding: aws-chunked'], Buffer.from(text)],
    ['a coding that nobody knows, of plain text', ['Content-Encoding: utf8'], Buffer.from(text)],
    ['a charset in single quotes', ["Content-Type: application/json; charset='utf-8'"], Buffer.from(text)],
    ['two types in one', ['Content-Type: text/html; charset=utf-8, application/json'], Buffer.from(text)],
    ['a charset with a quality', ['Content-Type: text/html; charset=ISO-8859-1,utf-8;q=0.7'], latin],
    ['utf8mb4', ['Content-Type: text/html; charset=utf8mb4'], Buffer.from(text)],
    ['UTF-8-BOM', ['Content-Type: text/html; charset=UTF-8-BOM'], Buffer.from(text)],
    ['a charset that nobody knows, of UTF-8', ['Content-Type: text/html; charset=cp850'], Buffer.from(text)],
    ['ISO-8859-1 in gzip', ['Content-Type: text/html; charset=latin1', 'Content-Encoding: gzip'], gzipSync(latin)],
  ])('%s', async (_, lines, body) => {
    answer = Buffer.concat([
      Buffer.from(`${['HTTP/1.1 200 OK', ...lines, `Content-Length: ${body.length}`, ''].join('\r\n')}\r\n`),
      body,
    ]);
    close = false;
    expect(await probe(http, { json: { path: 'status', equals: 'grün' } })).toBe('healthy');
    expect(await probe(http, { body_matches: '^\\{"status":"grün"' })).toBe('healthy');
  });

  it.each<[string, string, Buffer, RegExp]>([
    [
      'a coding that nobody knows',
      'Content-Encoding: zip',
      Buffer.from([0x50, 0xff]),
      /server at body: the body is coded as zip, which is not known here/,
    ],
    [
      'no gzip',
      'Content-Encoding: gzip',
      Buffer.from('{"status":"up"}'),
      /server at body: the body is not gzip, as its Content-Encoding says/,
    ],
    ['no br', 'Content-Encoding: br', Buffer.from('{"status":"up"}'), /server at body: the body is not br/],
    [
      'no deflate',
      'Content-Encoding: deflate',
      Buffer.from('{"status":"up"}'),
      /server at body: the body is not deflate/,
    ],
    [
      'gzip cut short',
      'Content-Encoding: gzip',
      gzipSync('{"status":"up"}').subarray(0, 20),
      /server at body: the body is not gzip/,
    ],
    [
      'a charset that nobody knows',
      'Content-Type: text/plain; charset=klingon',
      Buffer.from([0x50, 0xff]),
      /server at body: the body is in the charset klingon, which is not known here/,
    ],
    [
      'gzip of a hundred megabytes',
      'Content-Encoding: gzip',
      gzipSync(Buffer.alloc(100_000_000)),
      /server at body: .*longer than 65536 bytes/,
    ],
  ])('%s is named', async (_, line, body, says) => {
    answer = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${line}\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
    close = false;
    expect(await probe(http, { json: { path: 'status' } })).toMatch(says);
    expect(await probe(http), 'nothing of it is judged').toBe('healthy');
  });
});

test.each(['gzip', 'br', 'deflate', 'zstd'])('of nothing there is nothing to unpack: %s', async (coding) => {
  answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: 0\r\n\r\n`);
  close = false;
  expect(await probe(http, { body_matches: '^$' })).toBe('healthy');
});

test('elasticsearch names a coding that it does not read', async () => {
  const body = brotliCompressSync(json);
  answer = Buffer.concat([
    Buffer.from(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: br\r\nContent-Length: ${body.length}\r\n\r\n`,
    ),
    body,
  ]);
  close = false;
  expect(await probe(elasticsearch)).toMatch(/server at health: .*in a coding that is not known here: br/);
});

/** All that comes out, when it comes in pieces of these lengths. */
function strict(text: Buffer, pieces: readonly number[]): string {
  const reader = createResponseReader();
  reader.asked('GET');
  const out: Buffer[] = [];
  let at = 0;
  for (const length of [...pieces, text.length]) {
    const { pieces: read, error } = reader.read(text.subarray(at, at + length));
    expect(error).toBeUndefined();
    out.push(...read);
    at += length;
  }
  return Buffer.concat(out)
    .toString('latin1')
    .replace(/\r\nconnection: close/, '') // where the end is seen in time
    .replace(/\r\nconnection: close/, '') // where the end is seen in time
    .replace(/\r\n[0-9a-f]+\r\n/g, '|'); // where chunks are cut is free
}

test('however the bytes are cut, the same comes out, and no bytes make it throw anything else', () => {
  const texts = [
    head('X(A): 1'),
    `HTTP/1.1 100 -\n\n${head()}xx`,
    'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 40 }),
      (text, pieces) => {
        const whole = strict(Buffer.from(text), []);
        const cut = strict(Buffer.from(text), pieces);
        expect(cut.split('|').join('')).toBe(whole.split('|').join(''));
      },
    ),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, begins) => {
      const reader = createResponseReader();
      reader.asked('GET');
      const { error } = reader.read(Buffer.concat([Buffer.from(begins ? 'HTTP/1.1 200 OK\n' : ''), bytes]));
      if (error !== undefined) expect(error).toBeInstanceOf(UnreadableHttp);
    }),
    { numRuns: 300 },
  );
});
