// A loop that was late: what came in meanwhile was in time, and is read before anybody is cut for having said nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HttpServer } from '../../src/http/server.ts';
import type { Limits } from '../../src/http/service.ts';
import { makeEntry } from '../core/entries.ts';
import { serve } from './serve.ts';
import { type Client, client } from './sockets.ts';

let folder: string;
let server: HttpServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidewarden-late-loop-'));
});
afterEach(async () => {
  await server?.close(AbortSignal.abort());
  rmSync(folder, { recursive: true });
});

async function arrive(limits: Partial<Limits>): Promise<Client> {
  server = serve([makeEntry('database')], { limits }).server;
  await server.listen([{ kind: 'tcp', host: '127.0.0.1', port: 0 }], join(folder, 'control.sock'));
  const [address = ''] = server.addresses();
  return client({ host: '127.0.0.1', port: Number(new URL(address).port) });
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Bytes that the kernel has, and a loop that is late to read them: first come its timers. */
async function sendToLateLoop(one: Client, bytes: string): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  one.send(bytes);
  const end = performance.now() + 600;
  while (performance.now() < end);
}

const request = 'GET /health HTTP/1.1\r\nHost: test\r\n\r\n';
const soon: Partial<Limits> = { headersMs: 400, requestMs: 400, lookMs: 20 };

test.each<[string, Partial<Limits>]>([
  ['the headers', { headersMs: 400, lookMs: 20 }],
  ['saying anything', { headersMs: 400, requestMs: 400, lookMs: 60_000 }],
])('a request that came within the time for %s is answered', async (_, limits) => {
  const one = await arrive(limits);
  await pause(50);
  await sendToLateLoop(one, request);
  await expect.poll(() => one.closed || one.answers() === 1).toBe(true);
  expect(one.text()).toMatch(/^HTTP\/1\.1 200 /);
  expect(await one.ask('/health')).toBe(200);
});

test('and one that came before the end of an idle time', async () => {
  const one = await arrive({ idleMs: 100 });
  expect(await one.ask('/health')).toBe(200);
  await pause(700); // Node grants a second more (https://nodejs.org/api/http.html#serverkeepalivetimeoutbuffer)
  await sendToLateLoop(one, request);
  await expect.poll(() => one.closed || one.answers() === 2).toBe(true);
  expect(one.answers()).toBe(2);
});

test.each([
  ['nothing', ''],
  ['half a request', request.slice(0, 20)],
])('who sends %s is cut all the same', async (_, bytes) => {
  const one = await arrive(soon);
  await pause(50);
  await sendToLateLoop(one, bytes);
  await expect.poll(() => one.closed, { timeout: 2000 }).toBe(true);
  expect(one.text()).not.toContain(' 200 ');
});
