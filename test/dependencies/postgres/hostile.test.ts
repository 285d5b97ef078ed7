// Servers that break the rules of the log-in, as no real one does: what they do not get, and do not cost.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
import { once as happens } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Certificates, makeCertificates } from '../../servers/certificates.ts';
import { once } from './trial.ts';

let folder: string;
let files: Certificates;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidewarden-hostile-'));
  files = await makeCertificates(folder);
});
afterAll(() => rm(folder, { recursive: true }));

function message(type: string, ...parts: readonly (number | string)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part);
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(part);
      return bytes;
    }),
  );
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}
const sasl = (...mechanisms: readonly string[]): Buffer => message('R', 10, `${mechanisms.join('\0')}\0\0`);
const saslContinue = (data: string): Buffer => message('R', 11, data);
const saslFinal = (data: string): Buffer => message('R', 12, data);
const welcome = Buffer.concat([message('R', 0), message('Z', 'I')]);

/** The next chunk; messages of a log-in come whole. */
const next = async (socket: Socket): Promise<string> => String((await happens(socket, 'data'))[0]);

/** Speaks with every client, over TLS, from its startup message on. @returns the URL. */
async function listen(speak: (socket: Socket) => Promise<void>): Promise<string> {
  const tls = { cert: readFileSync(files.cert), key: readFileSync(files.key), isServer: true };
  const server = createServer(async (plain) => {
    plain.on('error', () => {}); // the client ends the connection when it has seen enough
    await next(plain); // SSLRequest
    plain.write('S');
    const socket = new TLSSocket(plain, tls).on('error', () => {});
    await next(socket);
    speak(socket).catch((error) => socket.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `postgres://app:secret@127.0.0.1:${address.port}/shop?sslmode=require`;
}

/** Ends with the first query. */
async function letIn(socket: Socket): Promise<void> {
  socket.write(welcome);
  await next(socket);
  socket.destroy();
}

/** The server's first message of SCRAM. */
async function challenge(socket: Socket, iterations: number): Promise<void> {
  const [, nonce = ''] = /r=(.+)$/.exec(await next(socket)) ?? [];
  socket.write(saslContinue(`r=${nonce}server,s=c2FsdHNhbHQ=,i=${iterations}`));
}

test('more than a million iterations of SCRAM are not computed', async () => {
  let proof: string | undefined;
  const url = await listen(async (socket) => {
    socket.write(sasl('SCRAM-SHA-256'));
    await challenge(socket, 1_000_001);
    proof = await next(socket);
    socket.destroy();
  });
  expect(await once({ url })).toMatchObject({
    outcome: 'auth',
    phases: 'connect auth',
    message: expect.stringContaining('iteration count 1000001 exceeds scramMaxIterations of 1000000'),
  });
  expect(proof).toBeUndefined();
});

test.each<[how: string, speak: (socket: Socket) => Promise<void>, message: RegExp]>([
  [
    'lets in before any proof',
    async (socket) => {
      socket.write(sasl('SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'));
      await next(socket);
      await letIn(socket);
    },
    /^channel_binding=require, and the server let in without it$/,
  ],
  [
    'lets in with the client’s proof alone',
    async (socket) => {
      socket.write(sasl('SCRAM-SHA-256-PLUS'));
      await challenge(socket, 4096);
      await next(socket);
      await letIn(socket);
    },
    /^channel_binding=require, and the server let in without it$/,
  ],
  [
    'proves something else',
    async (socket) => {
      socket.write(sasl('SCRAM-SHA-256-PLUS'));
      await challenge(socket, 4096);
      await next(socket);
      socket.write(saslFinal('v=d3Jvbmc='));
      await letIn(socket);
    },
    /server signature does not match/,
  ],
])('with channel_binding=require, a server that offers it and %s is auth', async (_, speak, said) => {
  const url = await listen(speak);
  expect(await once({ url: `${url}&channel_binding=require` })).toMatchObject({
    outcome: 'auth',
    phases: 'connect auth',
    message: expect.stringMatching(said),
  });
});
