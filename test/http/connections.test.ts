// The cap on connections: who is closed for a newcomer, who is not; and how much one connection may ask unread.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { capWithin, descriptorLimit } from '../../src/http/descriptors.ts';
import type { HttpServer } from '../../src/http/server.ts';
import { makeEntry } from '../core/entries.ts';
import { pageOf, serve } from './serve.ts';
import { type Client, client, clientOf } from './sockets.ts';

const loopback = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
const most = 20;
let folder: string;
let server: HttpServer | undefined;
let clients: Client[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidewarden-connections-'));
});
afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  clients = [];
  await server?.close(AbortSignal.abort());
  rmSync(folder, { recursive: true });
});

async function open(over: Parameters<typeof serve>[1] = {}, addresses = 1) {
  const made = serve([makeEntry('database')], { maxConnections: most, ...over });
  server = made.server;
  await server.listen(Array(addresses).fill(loopback), join(folder, 'control.sock'));
  const ports = server.addresses().map((address) => Number(new URL(address).port));
  const arrive = async (port = ports[0]): Promise<Client> => {
    const arrived = await client({ port: Number(port), host: '127.0.0.1' });
    clients.push(arrived);
    return arrived;
  };
  const arriveMany = async (count: number, port = ports[0]): Promise<Client[]> => {
    const arrived: Client[] = [];
    for (let index = 0; index < count; index += 1) arrived.push(await arrive(port));
    return arrived;
  };
  return { ...made, ports, arrive, arriveMany };
}

const closedOnes = (some: readonly Client[]): number[] => some.flatMap(({ closed }, index) => (closed ? [index] : []));

/** /metrics is answered when the test says so. */
function held() {
  const asked: ((page: string) => void)[] = [];
  const page = pageOf(() => new Promise<string>((resolve) => asked.push(resolve)));
  return { page, asked, release: () => asked.splice(0).map((answer) => answer('page\n')) };
}
const metrics = 'GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n';

test('a newcomer is answered, and the one longest without a request is closed for it', async () => {
  const { arrive, arriveMany, log } = await open();
  const first = await arriveMany(most);
  expect(await first[0]?.ask('/health')).toBe(200); // the oldest connection, and the latest request
  expect(await (await arrive()).ask('/health')).toBe(200);
  await expect.poll(() => closedOnes(first)).toEqual([1]);
  expect(await (await arrive()).ask('/health')).toBe(200);
  await expect.poll(() => closedOnes(first)).toEqual([1, 2]);
  expect(await first[0]?.ask('/health')).toBe(200);
  // Said once, not for each.
  expect(log.lines.filter((line) => line['event.action'] === 'connections-full')).toEqual([
    expect.objectContaining({ level: 'warn', message: expect.stringContaining(`${most} connections are open`) }),
  ]);
});

test('the cap is that of all addresses together, and those who left do not count', async () => {
  const { arriveMany, ports } = await open({}, 2);
  const here = await arriveMany(most / 2, ports[0]);
  const there = await arriveMany(most / 2, ports[1]);
  for (const { socket } of there.slice(0, 5)) socket.end();
  await expect.poll(() => closedOnes(there)).toEqual([0, 1, 2, 3, 4]);
  const later = await arriveMany(5, ports[1]);
  expect(await later[0]?.ask('/health')).toBe(200);
  expect(closedOnes([...here, ...later])).toEqual([]);
  await arriveMany(3, ports[1]);
  await expect.poll(() => closedOnes(here)).toEqual([0, 1, 2]);
});

test('a request that has come in counts, though a burst of newcomers came before it', async () => {
  const { arriveMany, ports } = await open();
  const [oldest] = await arriveMany(most);
  // All in one turn of the loop, in which the server is not run: it finds the newcomers and the request together.
  const burst = Array.from({ length: most / 2 }, () => connect({ port: Number(ports[0]), host: '127.0.0.1' }));
  clients.push(...burst.map(clientOf));
  expect(await oldest?.ask('/health')).toBe(200);
  expect(oldest?.closed).toBe(false);
});

test('a flood of connections that never ask closes none that has asked', async () => {
  const { arriveMany } = await open();
  const inUse = await arriveMany(most / 2 - 1);
  for (const one of inUse) expect(await one.ask('/health')).toBe(200);
  const flood = await arriveMany(4 * most); // more than there are places, and nobody else asks meanwhile
  await expect.poll(() => closedOnes([...inUse, ...flood]).length).toBe(inUse.length + 3 * most);
  expect(closedOnes(inUse)).toEqual([]);
  for (const one of inUse) expect(await one.ask('/health')).toBe(200);
});

test('who has asked leaves half of the places to newcomers that have not yet', async () => {
  const { arriveMany } = await open();
  const first = await arriveMany(most);
  for (const one of first) expect(await one.ask('/health')).toBe(200);
  const slow = await arriveMany(most / 2);
  await expect.poll(() => closedOnes(first)).toEqual(slow.map((_, index) => index));
  for (const one of slow) expect(await one.ask('/health')).toBe(200);
});

test('whose answer is being made is spared while anybody else is there', async () => {
  const { page, asked, release } = held();
  const { arriveMany } = await open({ page });
  const [busy] = await arriveMany(1);
  busy?.send(metrics);
  await expect.poll(() => asked.length).toBe(1);
  const others = await arriveMany(3 * most);
  await expect.poll(() => closedOnes(others).length).toBe(2 * most + 1);
  expect(busy?.closed).toBe(false);
  release();
  await expect.poll(() => busy?.text()).toContain('page');
  expect(await busy?.ask('/health')).toBe(200);
});

test('when all are being answered, the newcomer comes before the one who asked first', async () => {
  const { page, asked, release } = held();
  const { arrive, arriveMany } = await open({ page });
  const all = await arriveMany(most);
  for (const [index, one] of all.entries()) {
    one.send(metrics);
    await expect.poll(() => asked.length).toBe(index + 1);
  }
  expect(await (await arrive()).ask('/health')).toBe(200);
  await expect.poll(() => closedOnes(all)).toEqual([0]);
  release();
  await expect.poll(() => all.filter((one) => one.text().includes('page')).length).toBe(most - 1);
});

test('the control socket has connections of its own', async () => {
  const { arriveMany } = await open();
  const path = join(folder, 'control.sock');
  const control = await client({ path });
  clients.push(control);
  const others = await arriveMany(2 * most);
  await expect.poll(() => closedOnes(others).length).toBe(most);
  expect(await control.ask('/health/detailed')).toBe(200);
});

test('100 pipelined requests get 100 answers in their order', async () => {
  const { arrive } = await open();
  const one = await arrive();
  const ids = Array.from({ length: 100 }, (_, index) => `id-${index}`);
  one.send(ids.map((id) => `GET /health HTTP/1.1\r\nHost: test\r\nX-Request-Id: ${id}\r\n\r\n`).join(''));
  await expect.poll(() => one.answers()).toBe(100);
  expect([...one.text().matchAll(/^x-request-id: (\S+)\r$/gm)].map(([, id]) => id)).toEqual(ids);
  expect(await one.ask('/health')).toBe(200);
});

test('a flood of requests whose answers are not read is cut', async () => {
  let rendered = 0;
  const page = pageOf(() => {
    rendered += 1;
    return new Promise<string>(() => {});
  });
  const { arrive } = await open({ page });
  const one = await arrive();
  one.send(metrics.repeat(1000));
  await expect.poll(() => one.closed).toBe(true);
  expect(rendered).toBeLessThan(300);
  expect(await (await arrive()).ask('/health')).toBe(200);
});

test('an answer that nobody takes holds no connection for ever', async () => {
  const page = pageOf(async () => 'x'.repeat(50_000_000));
  const { arrive } = await open({ page, limits: { requestMs: 200, headersMs: 100, lookMs: 20 } });
  const one = await arrive();
  one.socket.pause();
  one.send(metrics);
  // A paused socket sees no end, but a write to one whose other side is gone fails. Each write prolongs the time.
  const seen = expect.poll(
    () => {
      one.send('\r\n');
      return one.closed;
    },
    { interval: 1000 },
  );
  await seen.toBe(true);
});

test('the limit of descriptors leaves some to probes', () => {
  expect(capWithin(1024, 1024)).toBe(512);
  expect(capWithin(100_000, 20_000)).toBe(18_976);
  expect(capWithin(1024, 20_000)).toBe(1024);
  expect(capWithin(1024, undefined)).toBe(1024);
  if (process.platform === 'linux') expect(descriptorLimit()).toBeGreaterThan(16);
});
