import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { Definition } from '../../../src/dependencies/define.ts';
import { tcp } from '../../../src/dependencies/tcp/index.ts';
import { createHarness } from '../../contract/harness.ts';
import { conclusive } from '../../patience.ts';
import { startTcpServer } from '../../servers/tcp.ts';

async function run(settings: Record<string, unknown>, timeoutMs = 10_000) {
  const harness = await createHarness(tcp as unknown as Definition, settings, timeoutMs);
  const result = await conclusive(() => harness.run());
  harness.close();
  return {
    kind: result?.kind,
    phase: result?.phases.at(-1)?.name,
    ...(result?.kind === 'failed' ? { errorClass: result.errorClass } : {}),
  };
}
async function serving(treat?: (socket: Socket) => void): Promise<string> {
  const server = await startTcpServer(treat);
  onTestFinished(() => server.stop());
  return `127.0.0.1:${server.port}`;
}

test('a port that accepts passes; without expect nothing is read', async () => {
  expect(await run({ address: await serving() })).toEqual({ kind: 'passed', phase: 'connect' });
});

test('a run costs the connections that it is said to', async () => {
  let connections = 0;
  const address = await serving(() => {
    connections += 1;
  });
  for (let runs = 0; runs < 3; runs += 1) await run({ address });
  const { logIns, calls } = tcp.cost(z.strictObject(tcp.settings).parse({ address }));
  expect(calls).toEqual([{ name: 'connection', count: 1, per: 'run' }]);
  expect({ connections, logIns }).toEqual({ connections: 3, logIns: 0 });
});

test('a Unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-tcp-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a.sock');
  const server = await startTcpServer((socket) => socket.end('hello'), { path });
  onTestFinished(() => server.stop());
  expect(await run({ address: `unix:${path}`, expect: '^hello$' })).toEqual({ kind: 'passed', phase: 'answer' });
  expect(await run({ address: `unix:${path}x` })).toEqual({ kind: 'failed', phase: 'connect', errorClass: 'refused' });
});

test('a banner in pieces matches as soon as it can', async () => {
  const address = await serving((socket) => {
    socket.write('SSH-');
    setImmediate(() => socket.write('2.0-x\r\n'));
  });
  expect(await run({ address, expect: '^SSH-2\\.0' })).toMatchObject({ kind: 'passed' });
});

test('send, then expect', async () => {
  const address = await serving((socket) => socket.on('data', (data) => socket.write(String(data).toUpperCase())));
  expect(await run({ address, send: 'ping\r\n', expect: 'PING' })).toMatchObject({ kind: 'passed' });
});

test.each<[string, (socket: Socket) => void, string]>([
  ['a wrong answer that ends', (socket) => socket.end('no'), 'server'],
  ['a wrong answer that stays open', (socket) => socket.write('no'), 'server'],
  ['too long an answer', (socket) => socket.write('x'.repeat(10_000)), 'server'],
  ['an end without an answer', (socket) => socket.end(), 'refused'],
  ['silence', () => {}, 'timeout'],
])('%s', async (_name, treat, errorClass) => {
  expect(await run({ address: await serving(treat), expect: 'yes' }, 1200)).toEqual({
    kind: 'failed',
    phase: 'answer',
    errorClass,
  });
});

test('settings', () => {
  const shape = z.strictObject(tcp.settings);
  expect(shape.safeParse({ address: 'nowhere' }).error?.issues[0]?.message).toContain('must be host:port');
  expect(shape.safeParse({ address: 'unix:relative' }).success).toBe(false);
  expect(tcp.problems?.(shape.parse({ address: 'a:1', send: 'x' }))).toHaveLength(1);
  const local = (address: string) => tcp.local?.(shape.parse({ address }));
  expect(['127.0.0.1:1', '[::1]:1', 'localhost:1', 'unix:/run/a.sock'].map(local)).toEqual([true, true, true, true]);
  expect(['db:1', '10.0.0.1:1', 'localhost.test:1'].map(local)).toEqual([false, false, false]);
});
