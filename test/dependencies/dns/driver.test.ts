import { getServers } from 'node:dns';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Definition } from '../../../src/dependencies/define.ts';
import { dns } from '../../../src/dependencies/dns/index.ts';
import { createHarness } from '../../contract/harness.ts';
import { conclusive } from '../../patience.ts';
import { type DnsServer, startDnsServer } from '../../servers/dns.ts';

let server: DnsServer;
beforeAll(async () => {
  server = await startDnsServer([
    { type: 'A', name: 'shop.test', data: '192.0.2.1' },
    { type: 'A', name: 'shop.test', data: '192.0.2.2' },
    { type: 'AAAA', name: 'shop.test', data: '2001:db8::1' },
    { type: 'CNAME', name: 'www.test', data: 'shop.test' },
    { type: 'MX', name: 'shop.test', data: { preference: 10, exchange: 'Mail.shop.test' } },
    { type: 'NS', name: 'shop.test', data: 'ns1.shop.test' },
    { type: 'SRV', name: '_db._tcp.shop.test', data: { priority: 1, weight: 2, port: 5432, target: 'db.shop.test' } },
    { type: 'TXT', name: 'shop.test', data: ['v=spf1 ', '-all'] },
  ]);
});
afterEach(() => server.troubles.clear());
afterAll(() => server.stop());

async function run(settings: Record<string, unknown>, timeoutMs = 2000) {
  const given = { name: 'shop.test', resolver: `127.0.0.1:${server.port}`, ...settings };
  const harness = await createHarness(dns as unknown as Definition, given, timeoutMs);
  const result = await conclusive(() => harness.run());
  harness.close();
  if (result === undefined) throw new Error('stopped');
  const why = result.kind === 'passed' ? {} : { errorClass: result.errorClass, message: result.message };
  return { kind: result.kind, rung: result.rungs.at(-1)?.name, ...why };
}

test.each([
  [{}],
  [{ expect: ['192.0.2.2', '192.0.2.1'] }],
  [{ name: 'SHOP.test.', expect: ['192.0.2.1'] }],
  [{ record: 'AAAA', expect: ['2001:DB8::1'] }],
  [{ name: 'www.test', expect: ['192.0.2.1'] }],
  [{ name: 'www.test', record: 'CNAME', expect: ['shop.test.'] }],
  [{ record: 'MX', expect: ['10 mail.shop.test'] }],
  [{ record: 'NS', expect: ['ns1.shop.test'] }],
  [{ name: '_db._tcp.shop.test', record: 'SRV', expect: ['1 2 5432 db.shop.test'] }],
  [{ record: 'TXT', expect: ['v=spf1 -all'] }],
  [{ resolver: undefined, name: 'shop.test' }],
])('%j', async (settings) => {
  const given = 'resolver' in settings ? { resolver: `localhost:${server.port}` } : {};
  expect(await run({ ...settings, ...given })).toEqual({ kind: 'passed', rung: 'match' });
});

test.each([
  [{ expect: ['192.0.2.1', '192.0.2.9'] }, 'missing 192.0.2.9'],
  [{ record: 'TXT', expect: ['V=spf1 -all'] }, 'missing V=spf1'],
])('an answer that does not match: %j', async (settings, message) => {
  expect(await run(settings)).toMatchObject({
    errorClass: 'misconfig',
    rung: 'match',
    message: expect.stringContaining(message),
  });
});

test.each([
  ['an unknown name', { name: 'nobody.test' }, undefined, 'unknown name'],
  ['a name without such a record', { name: '_db._tcp.shop.test', record: 'A' }, undefined, 'no such record'],
  ['SERVFAIL', {}, 'SERVFAIL', 'the name server failed'],
  ['REFUSED', {}, 'REFUSED', 'refused to answer'],
  ['silence', {}, 'silent', 'silent'],
  ['nobody there', { resolver: '127.0.0.1:9' }, undefined, 'no name server there'],
  ['a name server of an unknown name', { resolver: 'nobody.invalid:53' }, undefined, 'nobody.invalid'],
] as const)('%s is dns', async (_name, settings, trouble, message) => {
  if (trouble !== undefined) server.troubles.set('*', trouble);
  expect(await run(settings, 1200)).toMatchObject({
    errorClass: 'dns',
    rung: 'resolve',
    message: expect.stringContaining(message),
  });
});

test('without `resolver` the name servers of this machine are asked', async () => {
  const known = getServers();
  expect(known.length).toBeGreaterThan(0);
  expect(await run({ name: 'nobody.invalid', resolver: undefined }, 600)).toMatchObject({
    errorClass: 'dns',
    message: expect.stringContaining(`; asked ${known.join(', ')}`),
  });
});

test('settings', () => {
  const shape = z.strictObject(dns.settings);
  expect(shape.parse({ name: 'a.test' }).record).toBe('A');
  expect(dns.target(shape.parse({ name: 'a.test', resolver: '10.0.0.1:53' }))).toBe('a.test@10.0.0.1:53');
  for (const name of ['', 'http://a.test', 'a b', 'a:53']) expect(shape.safeParse({ name }).success, name).toBe(false);
});
