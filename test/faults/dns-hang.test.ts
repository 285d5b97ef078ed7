// Nine checks hang, five of them in DNS; the tenth connects anew in each run and is never late by more than its jitter.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DnsServer, startDnsServer } from '../servers/dns.ts';
import type { Listening } from '../servers/listening.ts';
import { type OwnResolvConf, ownResolvConf } from '../servers/resolv-conf.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { waitedSince } from '../servers/waited.ts';
import { boundOf } from './bound.ts';

const intervalMs = 500;
const jitter = 0.1;
/** What timers and sockets may add to a gap, beside what the kernel lets the two processes wait for a core. */
const allowanceMs = 100;
const gapsWatched = 15;
const hanging = { interval: '1s', timeout: '900ms', failure_threshold: 1 };

let names: DnsServer;
let silent: Listening;
let tenth: Listening;
let etc: OwnResolvConf;
let daemon: Sidewarden;
/** When it came, and how long the daemon and we had waited for a core by then. */
const connections: { readonly at: number; readonly waited: number }[] = [];
let waited = (): number => 0;

/** Their names are asked of a name server that takes the question and never answers. */
const inDns: Record<string, Record<string, unknown>> = {
  'dns-postgres': { type: 'postgres', url: 'postgres://app:pw@postgres.hang.test:5432/shop' },
  'dns-redis': { type: 'redis', url: 'redis://redis.hang.test:6379' },
  'dns-http': { type: 'http', url: 'http://http.hang.test:8080/' },
  'dns-elasticsearch': { type: 'elasticsearch', url: 'http://elasticsearch.hang.test:9200' },
  'dns-tcp': { type: 'tcp', address: 'tcp.hang.test:7000' },
};
/** Their server takes every connection and says nothing. */
const inAnswer = (port: number): Record<string, Record<string, unknown>> => ({
  'silent-postgres': { type: 'postgres', url: `postgres://app:pw@127.0.0.1:${port}/shop` },
  'silent-redis': { type: 'redis', url: `redis://127.0.0.1:${port}` },
  'silent-elasticsearch': { type: 'elasticsearch', url: `http://127.0.0.1:${port}` },
  'silent-kms': { type: 'kms', key_id: 'alias/shop', endpoint: `http://127.0.0.1:${port}` },
});

const hosts = ['postgres', 'redis', 'http', 'elasticsearch', 'tcp'].map((type) => `${type}.hang.test`);

beforeAll(async () => {
  names = await startDnsServer([{ name: 'tenth.test', type: 'A', data: '127.0.0.1' }]);
  for (const host of hosts) names.troubles.set(host, 'silent');
  silent = await startTcpServer();
  tenth = await startTcpServer(() => connections.push({ at: performance.now(), waited: waited() }));
  etc = ownResolvConf(`nameserver [${names.host}]:${names.port}\n`); // a port that needs no privilege
  const nine = Object.entries({ ...inDns, ...inAnswer(silent.port) });
  daemon = await startSidewarden({
    through: etc.through,
    environment: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'secret' },
    configuration: {
      checks: {
        ...Object.fromEntries(nine.map(([name, check]) => [name, { ...check, ...hanging, required: false }])),
        tenth: { type: 'tcp', address: `tenth.test:${tenth.port}`, interval: `${intervalMs}ms`, timeout: '450ms' },
      },
    },
  });
});
afterAll(async () => {
  await daemon?.stop();
  etc?.remove();
  await Promise.all([names?.stop(), silent?.stop(), tenth?.stop()]);
});

test('the tenth is never late', async () => {
  const hang = [...Object.keys(inDns), ...Object.keys(inAnswer(0))];
  await daemon.until(({ checks }) => hang.every((name) => checks[name]?.status === 'unhealthy'), 30_000);
  const { checks } = (await daemon.get('/health')).body;
  for (const name of hang) expect(checks[name]?.error, name).toBe(name in inDns ? 'dns' : 'timeout');

  waited = waitedSince(daemon);
  connections.length = 0;
  names.questions.length = 0;
  const silentBefore = silent.accepted;
  await expect.poll(() => connections.length).toBeGreaterThan(gapsWatched);
  const gaps = connections.slice(1).map((one, index) => {
    const before = connections[index] as typeof one;
    return { ms: one.at - before.at, waited: one.waited - before.waited };
  });
  const longest = Math.max(...gaps.map(({ ms, waited }) => ms - waited));
  // What came late is followed the sooner.
  const shortest = Math.min(...gaps.map(({ ms }, index) => ms + (gaps[index - 1]?.waited ?? 0)));
  expect(longest, JSON.stringify(gaps)).toBeLessThanOrEqual(intervalMs * (1 + jitter) + allowanceMs);
  expect(shortest, JSON.stringify(gaps)).toBeGreaterThanOrEqual(intervalMs / 2 - allowanceMs);

  // Meanwhile the nine did hang, run after run.
  const asked = (host: string) => names.questions.filter((question) => question.startsWith(`${host} `)).length;
  for (const host of [...hosts, 'tenth.test']) expect(asked(host), host).toBeGreaterThanOrEqual(gapsWatched / 3);
  expect(silent.accepted - silentBefore).toBeGreaterThanOrEqual(gapsWatched);
});

test('a fault of the tenth is seen within its bound', async () => {
  await daemon.until((_, code) => code === 200, 30_000);
  const bound = await boundOf(daemon, 'tenth');
  await tenth.stop();
  await bound.seen('refused');
  await tenth.start();
  await daemon.until((_, code) => code === 200, 30_000);
});

test('lookups that hang do not hold up the exit', async () => {
  names.questions.length = 0;
  await expect.poll(() => names.questions.some((question) => !question.startsWith('tenth'))).toBe(true);
  const lateMs = waitedSince(daemon);
  const begin = performance.now();
  process.kill(daemon.pid, 'SIGTERM');
  expect(await daemon.exited).toBe(0);
  expect(performance.now() - begin - lateMs()).toBeLessThan(700);
});
