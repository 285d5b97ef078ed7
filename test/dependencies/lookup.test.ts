import { ADDRCONFIG, type LookupAddress, type LookupOptions } from 'node:dns';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { createLookup, lookup, lookupWithin } from '../../src/dependencies/lookup.ts';
import { loopTime } from '../patience.ts';
import { type DnsServer, startDnsServer } from '../servers/dns.ts';

let server: DnsServer;
let second: DnsServer;
const folder = mkdtempSync(join(tmpdir(), 'sidewarden-lookup-'));
const files = { hostsFile: join(folder, 'hosts'), resolvConf: join(folder, 'resolv.conf') };
const a = (name: string, data: string) => ({ type: 'A' as const, name, data });
const aaaa = (name: string, data: string) => ({ type: 'AAAA' as const, name, data });

beforeAll(async () => {
  const records = [
    a('db.test', '10.0.0.1'),
    a('db.test', '10.0.0.2'),
    aaaa('db.test', 'fd00::1'),
    aaaa('six.test', 'fd00::6'),
    a('db.shop.svc.cluster.local', '10.0.1.1'),
    a('kms.eu-west-1.amazonaws.com', '10.0.2.1'),
    { type: 'CNAME' as const, name: 'alias.test', data: 'db.test' },
  ];
  server = await startDnsServer(records);
  second = await startDnsServer(records);
});
afterEach(() => {
  for (const each of [server, second]) {
    each.troubles.clear();
    each.fixed.clear();
    each.questions.length = 0;
  }
});
afterAll(async () => {
  await Promise.all([server.stop(), second.stop()]);
  rmSync(folder, { recursive: true });
});

const nameserver = ({ port }: { port: number }) => `nameserver [127.0.0.1]:${port}\n`;
function prepare(conf = nameserver(server), hosts = '', withinMs?: number): LookupFunction {
  writeFileSync(files.resolvConf, conf);
  writeFileSync(files.hostsFile, hosts);
  return createLookup(files, withinMs);
}
function find(look: LookupFunction, name: string, options: LookupOptions = {}): Promise<string[]> {
  return new Promise((resolve, reject) =>
    look(name, { all: true, ...options }, (error, found) =>
      error === null ? resolve((found as LookupAddress[]).map(({ address }) => address)) : reject(error),
    ),
  );
}
async function failureOf(promise: Promise<unknown>): Promise<Failure & { cause?: { code?: string } }> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(Failure);
  expect(error.errorClass).toBe('dns');
  return error;
}

test('all addresses, IPv4 first; or those of one family; or one', async () => {
  const look = prepare();
  expect(await find(look, 'db.test')).toEqual(['10.0.0.1', '10.0.0.2', 'fd00::1']);
  expect(await find(look, 'db.test', { family: 6 })).toEqual(['fd00::1']);
  expect(await find(look, 'db.test', { family: 'IPv4' })).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(await find(look, 'six.test')).toEqual(['fd00::6']);
  expect(await find(look, 'alias.test', { family: 4 })).toEqual(['10.0.0.1', '10.0.0.2']);
  const one = await new Promise((resolve) => look('db.test', {}, (...answer) => resolve(answer)));
  expect(one).toEqual([null, '10.0.0.1', 4]);
});

test('literals and localhost ask nobody', async () => {
  const look = prepare();
  expect(await find(look, '192.0.2.7')).toEqual(['192.0.2.7']);
  expect(await find(look, '::1')).toEqual(['::1']);
  expect(await find(look, 'localhost')).toEqual(['127.0.0.1', '::1']);
  await failureOf(find(look, '::1', { family: 4 }));
  expect(server.questions).toEqual([]);
});

test('the hosts file wins, also when it changes; a family that it lacks is asked for', async () => {
  const look = prepare(undefined, '192.0.2.1 db.test alias-of-db\n');
  expect(await find(look, 'db.test')).toEqual(['192.0.2.1']);
  expect(await find(look, 'ALIAS-of-db')).toEqual(['192.0.2.1']);
  expect(server.questions).toEqual([]);
  expect(await find(look, 'db.test', { family: 6 })).toEqual(['fd00::1']);
  writeFileSync(files.hostsFile, '192.0.2.99 db.test\n');
  expect(await find(look, 'db.test')).toEqual(['192.0.2.99']);
});

test('Kubernetes: ndots:5 goes through the search list, then tries the name as it is', async () => {
  const look = prepare(
    `${nameserver(server)}search shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n`,
  );
  expect(await find(look, 'db', { family: 4 })).toEqual(['10.0.1.1']);
  expect(await find(look, 'db.shop.svc', { family: 4 })).toEqual(['10.0.1.1']);
  server.questions.length = 0;
  expect(await find(look, 'kms.eu-west-1.amazonaws.com', { family: 4 })).toEqual(['10.0.2.1']);
  expect(server.questions).toEqual([
    'kms.eu-west-1.amazonaws.com.shop.svc.cluster.local A',
    'kms.eu-west-1.amazonaws.com.svc.cluster.local A',
    'kms.eu-west-1.amazonaws.com.cluster.local A',
    'kms.eu-west-1.amazonaws.com A',
  ]);
  server.questions.length = 0;
  expect(await find(look, 'kms.eu-west-1.amazonaws.com.', { family: 4 })).toEqual(['10.0.2.1']);
  expect(server.questions).toEqual(['kms.eu-west-1.amazonaws.com A']);
});

test('an unknown name, a name without addresses, a name that is none', async () => {
  const look = prepare();
  const unknown = await failureOf(find(look, 'nobody.test'));
  expect(unknown.message).toContain('unknown name');
  expect(unknown.cause?.code).toBe('ENOTFOUND');
  expect((await failureOf(find(look, 'six.test', { family: 4 }))).cause?.code).toBe('ENODATA');
  await failureOf(find(look, ''));
  await failureOf(find(look, 'a..b'));
});

const odd = (name: string) => ({
  'an alias alone': [{ type: 'CNAME' as const, name, data: 'gone.test' }],
  'records of another type': [{ type: 'TXT' as const, name, data: 'x' }],
  'no record': [],
});
test.each(
  (['an alias alone', 'records of another type', 'no record'] as const).flatMap((what) =>
    ([4, 6, 0] as const).map((family) => [what, family] as const),
  ),
)('a name with %s has no address (family %i), and the search goes on as in glibc', async (what, family) => {
  const look = prepare(`${nameserver(server)}search a.test\noptions ndots:5\n`);
  for (const name of ['db.test.a.test', 'nobody.test', 'nobody.test.a.test']) server.fixed.set(name, odd(name)[what]);
  expect(await find(look, 'db.test', { family })).toContain(family === 6 ? 'fd00::1' : '10.0.0.1');
  const failure = await failureOf(find(look, 'nobody.test', { family }));
  expect(failure.cause?.code).toBe('ENODATA');
  expect(failure.message).toContain('has no such record');
});

test('a failing server: the search goes on, and its failure is what is reported', async () => {
  const look = prepare(`${nameserver(server)}search a.test b.test\noptions ndots:5\n`);
  server.troubles.set('db.test.a.test', 'SERVFAIL');
  expect(await find(look, 'db.test', { family: 4 })).toEqual(['10.0.0.1', '10.0.0.2']);
  server.troubles.set('nobody.a.test', 'SERVFAIL');
  expect((await failureOf(find(look, 'nobody'))).cause?.code).toBe('ESERVFAIL');
  server.troubles.set('*', 'REFUSED');
  expect((await failureOf(find(look, 'db.test'))).cause?.code).toBe('EREFUSED');
});

test.each(['SERVFAIL', 'REFUSED', 'silent'] as const)(
  'when the first server is %s the second is asked',
  async (trouble) => {
    const look = prepare(nameserver(server) + nameserver(second));
    server.troubles.set('*', trouble);
    expect(await find(look, 'db.test')).toEqual(['10.0.0.1', '10.0.0.2', 'fd00::1']);
  },
);

test('nobody listens at the name server', async () => {
  const closed = await startDnsServer([]);
  await closed.stop();
  const failure = await failureOf(find(prepare(nameserver(closed)), 'db.test'));
  expect(failure.cause?.code).toBe('ECONNREFUSED');
});

test('a silent server is given up within the bound, and delays no other name', async () => {
  const look = prepare(undefined, '', 600);
  server.troubles.set('hung.test', 'silent');
  let otherTook = Number.POSITIVE_INFINITY;
  const allTook = await loopTime(async () => {
    const hung = Array.from({ length: 20 }, () => failureOf(find(look, 'hung.test')));
    otherTook = await loopTime(async () => expect(await find(look, 'db.test')).toHaveLength(3));
    for (const failure of await Promise.all(hung)) expect(failure.message).toContain('silent');
  });
  expect(otherTook).toBeLessThan(300);
  expect(allTook).toBeLessThan(1500);
});

test('the bound holds however many attempts resolv.conf wants', async () => {
  const look = prepare(`${nameserver(server)}options timeout:30 attempts:5\n`, '', 300);
  server.troubles.set('*', 'silent');
  const failure = await failureOf(find(look, 'db.test'));
  expect(failure.cause?.code).toBe('ETIMEOUT');
  expect(server.questions.length, 'five of each family').toBeLessThan(10);
});

test('a lost packet is asked again within the bound', async () => {
  const look = prepare(undefined, '', 1500);
  server.troubles.set('db.test', 'silent');
  const found = find(look, 'db.test', { family: 4 });
  await expect.poll(() => server.questions.length).toBe(1);
  server.troubles.clear();
  expect(await found).toEqual(['10.0.0.1', '10.0.0.2']);
});

test('a server that is silent about IPv6 alone costs almost nothing', async () => {
  const look = prepare();
  server.troubles.set('db.test AAAA', 'silent');
  const took = await loopTime(async () => expect(await find(look, 'db.test')).toEqual(['10.0.0.1', '10.0.0.2']));
  expect(took).toBeLessThan(500);
});

test('a changed resolv.conf counts from the next lookup on', async () => {
  const look = prepare();
  await find(look, 'db.test');
  writeFileSync(files.resolvConf, `${nameserver(second)}# changed\n`);
  await find(look, 'db.test');
  expect(second.questions.toSorted()).toEqual(['db.test A', 'db.test AAAA']);
});

test('with ADDRCONFIG some family is always asked for', async () => {
  const look = prepare();
  expect(await find(look, 'db.test', { hints: ADDRCONFIG })).not.toEqual([]);
});

test('node:net takes it, and an unknown host arrives as dns', async () => {
  const listener = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const look = prepare(undefined, '127.0.0.1 here.test\n');
  const socket = connect({ host: 'here.test', port, lookup: look });
  expect(String((await once(socket, 'data'))[0])).toBe('hello');
  listener.close();
  const error = await new Promise<Error>((resolve) =>
    connect({ host: 'nobody.test', port, lookup: look }).once('error', resolve),
  );
  expect(error).toMatchObject({ errorClass: 'dns' });
});

test('the system’s own files', async () => {
  expect(await find(lookup, 'localhost')).toContain('127.0.0.1');
  expect(await find(lookupWithin(1000), 'localhost', { family: 4 })).toEqual(['127.0.0.1']);
});
