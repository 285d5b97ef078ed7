// Clients that mean no good, on the built daemon. Meanwhile every newcomer is answered, not much later than in peace, and
// the daemon's memory stays bounded. Loopback only, and everything ends by itself.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { descriptorLimit } from '../../src/http/descriptors.ts';
import { type Client, client, clientOf } from '../http/sockets.ts';
import type { Listening } from '../servers/listening.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { newcomers } from './newcomers.ts';

const token = 'the-token-of-this-test';
const bearer = `Authorization: Bearer ${token}`;
/** Beside connections, of this process and of the daemon. */
const otherDescriptors = 1500;
/** Between two newcomers where there is long to wait, since their own work would be most of what is done. */
const pauseMs = 5;
/** How much later newcomers may be answered, at the median: both cores are shared with the attackers here. */
const muchLater = 10;
/** How many times as much memory: Node collects garbage late, whoever asks. */
const muchMore = 3;

let dependency: Listening;
let daemon: Sidewarden;
/** Takes as many connections as this process can open. */
let roomy: Sidewarden;
let roomyMemory: number;

const start = (settings: Record<string, unknown> = {}, through: readonly string[] = []): Promise<Sidewarden> =>
  startSidewarden({
    through,
    configuration: {
      token,
      ...settings,
      // Not required: it is this very process that would be late, and newcomers are what is looked at.
      checks: { dependency: { type: 'tcp', address: `127.0.0.1:${dependency.port}`, required: false } },
    },
  });

beforeAll(async () => {
  dependency = await startTcpServer();
  [daemon, roomy] = await Promise.all([start(), start({ max_connections: 12_000 })]);
  for (const one of [daemon, roomy]) {
    await one.until(({ status }) => status === 'healthy', 20_000);
    await newcomers(one, 1500); // warm
  }
  roomyMemory = await memoryOf(roomy);
});
afterAll(async () => {
  await Promise.all([daemon?.stop(), roomy?.stop()]);
  await dependency?.stop();
  expect(await daemon?.exited).toBe(0);
});

const arrive = (at = daemon): Promise<Client> => client({ host: '127.0.0.1', port: Number(new URL(at.url).port) });
const memoryOf = async (at = daemon): Promise<number> =>
  (await at.metric('sidewarden_process_resident_memory_bytes')) ?? Number.NaN;
const descriptorsOf = async (at = daemon): Promise<number> =>
  (await at.metric('sidewarden_process_open_fds')) ?? Number.NaN;
/** What the process says of itself is up to a second old: waits until it has been read anew. */
async function renewed(at: Sidewarden): Promise<void> {
  const read = () => at.metric('sidewarden_process_cpu_seconds_total');
  const before = await read();
  await expect.poll(read, { interval: 100 }).not.toBe(before);
}
const still = (clients: readonly Client[]): number => clients.filter(({ closed }) => !closed).length;

type Endured<T> = {
  readonly result: T;
  /** How many times as much memory, and as late the newcomers' answers, as before. */
  readonly memory: number;
  readonly later: number;
};

/** Newcomers come while the attack goes on, and every one of them is answered. */
async function endure<T>(attack: () => Promise<T>, at = daemon, pause = 0): Promise<Endured<T>> {
  const before = { memory: await memoryOf(at), ...(await newcomers(at, 100, pause)) };
  const attacking = attack();
  const during = await newcomers(at, attacking, pause);
  const result = await attacking;
  expect(during.answers.length).toBeGreaterThan(0);
  expect(during.answers.filter((answer) => answer !== 200)).toEqual([]);
  return { result, memory: (await memoryOf(at)) / before.memory, later: during.medianMs / before.medianMs };
}

/** Opens many, a few hundred at a time, without waiting for any to say anything. */
async function flood(count: number, opened: (so: Client) => void, at = daemon): Promise<void> {
  const { hostname: host, port } = new URL(at.url);
  for (let left = count; left > 0; left -= 200) {
    const sockets = Array.from({ length: Math.min(left, 200) }, () => connect({ host, port: Number(port) }));
    for (const socket of sockets) opened(clientOf(socket));
    await Promise.all(sockets.map(connected));
  }
}
const connected = (socket: Socket): Promise<unknown> => Promise.race([once(socket, 'connect'), once(socket, 'close')]);

const drips = {
  'says nothing': { first: '', drip: '' },
  'slow-loris: another header now and then': { first: 'GET /health HTTP/1.1\r\nHost: test\r\n', drip: 'X-A: b\r\n' },
  'drips its headers': { first: 'GET /health HTTP/1.1\r\nHost: test\r\nX-A: ', drip: 'x' },
  'drips its body': {
    first: `POST /drain HTTP/1.1\r\nHost: test\r\n${bearer}\r\nContent-Length: 1000\r\n\r\n`,
    drip: 'x',
  },
  'drips the chunks of its body': {
    first: `POST /drain HTTP/1.1\r\nHost: test\r\n${bearer}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    drip: '1\r\nx\r\n',
  },
} as const;

// These two, side by side, wait for the 10 s after which what stands still is cut.
test.concurrent('who drips or says nothing is cut in time, however it drips', async () => {
  const all: { name: string; drip: string; client: Client }[] = [];
  const { memory, later } = await endure(
    async () => {
      for (const [name, { first, drip }] of Object.entries(drips)) {
        await flood(80, (one) => {
          one.send(first);
          all.push({ name, drip, client: one });
        });
      }
      const timer = setInterval(() => {
        for (const { drip, client } of all) if (!client.closed && drip !== '') client.send(drip);
      }, 300);
      await expect
        .poll(() => all.flatMap(({ name, client }) => (client.closed ? [] : name)), { timeout: 25_000, interval: 200 })
        .toEqual([]);
      clearInterval(timer);
    },
    daemon,
    pauseMs,
  );
  expect(await daemon.metric('sidewarden_draining')).toBe(0);
  const said = (name: keyof typeof drips): string[] =>
    all.flatMap((each) => (each.name === name ? [each.client.text().slice(0, 12)] : []));
  expect(new Set(said('drips its headers'))).toEqual(new Set(['HTTP/1.1 408']));
  expect(later).toBeLessThan(muchLater);
  expect(memory).toBeLessThan(muchMore);
});

test.concurrent('pipelining: answers that nobody reads fill no memory', async () => {
  const before = await descriptorsOf(roomy);
  const { memory } = await endure(
    async () => {
      const clients = await Promise.all(Array.from({ length: 20 }, () => arrive(roomy)));
      for (const { socket, send } of clients) {
        socket.pause();
        send(get('Host: test').replace('/health', '/metrics').repeat(1400)); // 64 KB, what Node reads at once
      }
      await renewed(roomy);
      await expect.poll(() => descriptorsOf(roomy), { interval: 250 }).toBeLessThan(before + 10);
      for (const { socket } of clients) socket.destroy();
    },
    roomy,
    pauseMs,
  );
  expect(memory).toBeLessThan(muchMore);
});

test('of 10,000 idle connections those longest without a request are closed, and one in use stays', async () => {
  const all: Client[] = [];
  const inUse = await arrive();
  const { memory } = await endure(async () => {
    for (let wave = 0; wave < 100; wave += 1) {
      await flood(100, (one) => all.push(one));
      expect(await inUse.ask('/health')).toBe(200);
    }
  });
  expect(all).toHaveLength(10_000);
  await expect.poll(() => still(all)).toBeLessThan(512);
  expect(await descriptorsOf()).toBeLessThan(600);
  expect(daemon.log().filter((line) => line['event.action'] === 'connections-full')).toHaveLength(1);
  expect(memory).toBeLessThan(muchMore);
  for (const { socket } of all) socket.destroy();
  expect(await inUse.ask('/health')).toBe(200);
  inUse.socket.destroy();
}, 120_000);

test('10,000 idle connections are held where max_connections permits', async () => {
  const room = (descriptorLimit() ?? 20_000) - otherDescriptors;
  const count = Math.min(10_000, room);
  if (count < 10_000) process.stderr.write(`only ${count} idle connections: raise ulimit -Hn for 10,000\n`);
  const before = await newcomers(roomy, 200);
  const all: Client[] = [];
  // Each has asked once: who never does is cut after 5 s.
  const opened = (one: Client): void => {
    one.send('GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n');
    all.push(one);
  };
  await endure(async () => {
    await flood(count, opened, roomy);
    await expect.poll(() => all.filter((one) => one.answers() === 1).length, { interval: 250 }).toBe(count);
  }, roomy);
  const beside = await newcomers(roomy, 200);
  expect(await descriptorsOf(roomy)).toBeGreaterThan(count);
  expect(still(all)).toBe(count);
  expect(new Set(beside.answers)).toEqual(new Set([200]));
  expect(beside.medianMs / before.medianMs).toBeLessThan(muchLater);
  expect((await memoryOf(roomy)) / roomyMemory).toBeLessThan(2 * muchMore);
  for (const { socket } of all) socket.destroy();
});

test('with few descriptors there are fewer connections, and newcomers get in still', async () => {
  const narrow = await start({}, ['sh', '-c', 'ulimit -n 200; exec "$@"', 'sh']);
  const all: Client[] = [];
  await endure(async () => {
    for (let wave = 0; wave < 20; wave += 1) await flood(50, (one) => all.push(one), narrow);
  }, narrow);
  expect(new Set((await newcomers(narrow, 50)).answers)).toEqual(new Set([200]));
  await expect.poll(() => still(all)).toBeLessThanOrEqual(100);
  for (const { socket } of all) socket.destroy();
  await narrow.stop();
});

test('headers and paths of a megabyte are refused, and not kept', async () => {
  const megabyte = 'x'.repeat(1_000_000);
  const large = [`GET /health HTTP/1.1\r\nHost: test\r\nX-A: ${megabyte}\r\n\r\n`, `GET /${megabyte} HTTP/1.1\r\n\r\n`];
  const { result, memory, later } = await endure(async () => {
    const texts: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      const clients = await Promise.all(Array.from({ length: 10 }, () => arrive()));
      for (const [index, one] of clients.entries()) one.send(large[index % 2] ?? '');
      await expect.poll(() => still(clients)).toBe(0);
      texts.push(...clients.map((one) => one.text()));
    }
    return texts;
  });
  // The close can overtake the answer: the rest of the megabyte is under way still.
  expect(result.filter((text) => text !== '' && !text.startsWith('HTTP/1.1 431 '))).toEqual([]);
  expect(later).toBeLessThan(muchLater);
  expect(memory).toBeLessThan(muchMore);
});

describe('pipelining', () => {
  const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;

  test('100 requests at once get 100 answers, on many connections', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => arrive()));
    const { memory, later } = await endure(async () => {
      for (let round = 1; round <= 5; round += 1) {
        for (const one of clients) one.send(request('/health').repeat(100));
        await expect.poll(() => clients.map((one) => one.answers())).toEqual(clients.map(() => round * 100));
      }
    });
    for (const { socket } of clients) socket.destroy();
    expect(later).toBeLessThan(muchLater);
    expect(memory).toBeLessThan(muchMore);
  });
});

/** What is no HTTP, or can be read in two ways. Smuggled behind it is a request that would drain. */
const smuggled = `POST /drain HTTP/1.1\r\nHost: test\r\n${bearer}\r\nContent-Length: 0\r\n\r\n`;
const post = (...headers: string[]): string => ['POST /health HTTP/1.1', 'Host: test', ...headers, '', ''].join('\r\n');
const get = (...lines: string[]): string => ['GET /health HTTP/1.1', ...lines, '', ''].join('\r\n');

const malformed: Readonly<Record<string, string>> = {
  'both lengths': `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n${smuggled}`,
  'both lengths, the other way round': `${post('Transfer-Encoding: chunked', 'Content-Length: 4')}0\r\n\r\n${smuggled}`,
  'two different lengths': `${post('Content-Length: 0', `Content-Length: ${smuggled.length}`)}${smuggled}`,
  'a length with a sign': `${post('Content-Length: +0')}${smuggled}`,
  'a negative length': `${post('Content-Length: -1')}${smuggled}`,
  'a hexadecimal length': `${post('Content-Length: 0x0')}${smuggled}`,
  'a list of lengths': `${post('Content-Length: 0, 0')}${smuggled}`,
  'an endless length': `${post('Content-Length: 99999999999999999999')}${smuggled}`,
  'an unknown coding': `${post('Transfer-Encoding: xchunked')}${smuggled}`,
  'chunked, but not last': `${post('Transfer-Encoding: chunked, identity')}0\r\n\r\n${smuggled}`,
  'a space before the colon': `${post('Transfer-Encoding : chunked')}0\r\n\r\n${smuggled}`,
  'a chunk that is no number': `${post('Transfer-Encoding: chunked')}zz\r\n${smuggled}`,
  'an endless chunk': `${post('Transfer-Encoding: chunked')}FFFFFFFFFFFFFFFFF\r\n${smuggled}`,
  'a line feed alone in a chunk': `${post('Transfer-Encoding: chunked')}0\n\n${smuggled}`,
  'a folded header': `${get('Host: test', 'X-A: a', ' Transfer-Encoding: chunked')}${smuggled}`,
  'a header without a name': `${get('Host: test', ': x')}${smuggled}`,
  'a zero byte in a header': `${get('Host: test', 'X-A: a\0b')}${smuggled}`,
  'a carriage return in a header': `${get('Host: test', 'X-A: a\rX-B: b')}${smuggled}`,
  'no host': `${get()}${smuggled}`,
  'a space in the path': `GET /health x HTTP/1.1\r\nHost: test\r\n\r\n${smuggled}`,
  'an unknown method': `FETCH /health HTTP/1.1\r\nHost: test\r\n\r\n${smuggled}`,
  'a version that is none': `GET /health HTTP/9.9\r\nHost: test\r\n\r\n${smuggled}`,
  'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a TLS handshake': '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
  'a tunnel': `CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: test\r\n\r\n${smuggled}`,
};

describe('malformed requests', () => {
  const drained = async (): Promise<boolean> => (await daemon.metric('sidewarden_draining')) === 1;

  test.each(Object.entries(malformed))(
    '%s: one refusal at most, the end, and what is smuggled behind is not obeyed',
    async (_, bytes) => {
      const one = await arrive();
      one.socket.write(bytes, 'latin1');
      await expect.poll(() => one.closed).toBe(true);
      expect(one.answers(), one.text()).toBeLessThanOrEqual(1);
      expect(one.text()).toMatch(/^($|HTTP\/1\.1 [45]\d\d )/);
      expect(await drained()).toBe(false);
    },
  );

  test('the smuggled request drains when it is not smuggled', async () => {
    const one = await arrive();
    one.send(smuggled);
    await expect.poll(() => one.answers()).toBe(1);
    expect(await drained()).toBe(true);
    one.send(smuggled.replace('POST', 'DELETE'));
    await expect.poll(() => one.answers()).toBe(2);
    expect(await drained()).toBe(false);
    one.socket.destroy();
  });

  test.each([
    ['HTTP/0.9', 'GET /health\r\n\r\n'],
    ['HTTP/1.0', 'GET /health HTTP/1.0\r\n\r\n'],
    ['one that says that it is the last', get('Host: test', 'Connection: close')],
  ])('%s is answered, and what comes behind is not obeyed', async (_, bytes) => {
    const one = await arrive();
    one.send(bytes + smuggled);
    await expect.poll(() => one.closed).toBe(true);
    expect([one.answers(), one.text().slice(0, 12)]).toEqual([1, 'HTTP/1.1 200']);
    expect(await drained()).toBe(false);
  });

  test('a body is never taken for a request', async () => {
    const one = await arrive();
    one.send(`${get('Host: test', `Content-Length: ${smuggled.length}`)}${smuggled}`);
    await expect.poll(() => one.answers()).toBe(1);
    expect(await one.ask('/health')).toBe(200);
    expect(one.answers()).toBe(2);
    expect(await drained()).toBe(false);
    one.socket.destroy();
  });

  const throwAt = async (rubbish: Buffer): Promise<Client> => {
    const one = await arrive();
    one.socket.end(rubbish);
    return one;
  };

  test('rubbish of all kinds', async () => {
    const seed = 20_261_121;
    const { result, later } = await endure(async () => {
      const texts: string[] = [];
      const all = [...rubbishOf(seed, 400)];
      while (all.length > 0) {
        const clients = await Promise.all(all.splice(0, 20).map(throwAt));
        await expect.poll(() => still(clients)).toBe(0);
        texts.push(...clients.map((one) => one.text()));
      }
      return texts;
    });
    expect(result.filter((text) => !/^($|HTTP\/1\.1 (200|4\d\d) )/.test(text))).toEqual([]);
    expect(later).toBeLessThan(muchLater);
    expect(await drained()).toBe(false);
  });

  test('none of it was an error of the daemon', () => {
    expect(daemon.log().filter((line) => line['log.level'] === 'error')).toEqual([]);
  });
});

/** Requests of which a few bytes were replaced, and bytes that never were one. */
function* rubbishOf(seed: number, count: number): Generator<Buffer> {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Knuth's and Lewis' generator
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let index = 0; index < count; index += 1) {
    const bytes = index % 2 === 0 ? Buffer.alloc(1 + next(300)) : Buffer.from(`${get('Host: test', 'X-A: b')}`);
    const first = index % 2 === 0 ? 0 : 4;
    for (let times = index % 2 === 0 ? bytes.length : 1 + next(5); times > 0; times -= 1) {
      bytes[index % 2 === 0 ? times - 1 : first + next(bytes.length - first)] = next(256);
    }
    yield bytes;
  }
}
