import { getServers } from 'node:dns';
import type { Answer } from 'dns-packet';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Definition } from '../../../src/dependencies/define.ts';
import { dns } from '../../../src/dependencies/dns/index.ts';
import { createHarness } from '../../contract/harness.ts';
import { conclusive } from '../../patience.ts';
import { type DnsServer, startDnsServer } from '../../servers/dns.ts';

type Answers = readonly Answer[];

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
    { type: 'TXT', name: 'words.test', data: [Buffer.from([0x67, 0x72, 0xc3]), Buffer.from([0xbc, 0x6e])] },
    { type: 'TXT', name: 'bytes.test', data: [Buffer.from([0xff, 0x41])] },
    { type: 'CNAME', name: 'intern.test', data: 'xn--bcher-kva.test' },
    // what leads to nothing
    { type: 'MX', name: 'nothing.test', data: { preference: 0, exchange: '.' } },
    { type: 'SRV', name: 'nothing.test', data: { priority: 0, weight: 0, port: 0, target: '.' } },
    { type: 'TXT', name: 'nothing.test', data: [Buffer.alloc(0)] },
  ]);
});
afterEach(() => {
  server.troubles.clear();
  server.fixed.clear();
});
afterAll(() => server.stop());

async function run(settings: Record<string, unknown>, timeoutMs = 2000) {
  const given = { name: 'shop.test', resolver: `127.0.0.1:${server.port}`, ...settings };
  const harness = await createHarness(dns as unknown as Definition, given, timeoutMs);
  const result = await conclusive(() => harness.run());
  harness.close();
  if (result === undefined) throw new Error('stopped');
  const why = result.kind === 'passed' ? {} : { errorClass: result.errorClass, message: result.message };
  return { kind: result.kind, phase: result.phases.at(-1)?.name, ...why };
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
  // the same record, written otherwise
  [{ record: 'AAAA', expect: ['2001:0db8:0:0:0:0:0:1'] }],
  [{ record: 'AAAA', expect: ['2001:0DB8::0.0.0.1'] }],
  [{ expect: [' 192.0.2.1 '] }],
  [{ record: 'MX', expect: ['10  mail.shop.test'] }],
  [{ record: 'MX', expect: ['\t010\tMAIL.shop.test. '] }],
  [{ name: '_db._tcp.shop.test', record: 'SRV', expect: ['1  2   5432\tDB.shop.TEST.'] }],
  [{ record: 'NS', expect: [' NS1.shop.test.'] }],
  [{ name: 'intern.test', record: 'CNAME', expect: ['Bücher.test'] }],
  [{ name: 'words.test', record: 'TXT', expect: ['grün'] }],
  [{ name: 'bytes.test', record: 'TXT', expect: ['\u00ffA'] }],
  // that there is none may be what is expected
  [{ name: 'nothing.test', record: 'MX', expect: ['0 .'] }],
  [{ name: 'nothing.test', record: 'SRV', expect: ['0 0 0 .'] }],
])('%j', async (settings) => {
  const given = 'resolver' in settings ? { resolver: `localhost:${server.port}` } : {};
  expect(await run({ ...settings, ...given })).toEqual({ kind: 'passed', phase: 'match' });
});

test.each([
  [{ expect: ['192.0.2.1', '192.0.2.9'] }, 'missing 192.0.2.9'],
  [{ record: 'TXT', expect: ['V=spf1 -all'] }, 'missing V=spf1'],
  [{ record: 'TXT', expect: [' v=spf1 -all'] }, 'missing  v=spf1'],
  [{ name: 'words.test', record: 'TXT', expect: ['grun'] }, 'TXT of words.test is grün; missing grun'],
  [{ record: 'MX', expect: ['1 0mail.shop.test'] }, 'missing 1 0mail'],
  [{ name: 'nothing.test', record: 'MX', expect: ['10 mail.shop.test'] }, 'is 0 .; missing 10 mail.shop.test'],
])('an answer that does not match: %j', async (settings, message) => {
  expect(await run(settings)).toMatchObject({
    errorClass: 'misconfig',
    phase: 'match',
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
    phase: 'resolve',
    message: expect.stringContaining(message),
  });
});

// c-ares tells of most of these as a success without records
const types = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'SRV', 'TXT'] as const;
const examples: Record<string, string> = { A: '192.0.2.1', AAAA: '::1', MX: '1 a.test', SRV: '1 1 1 a.test' };
const alias = [{ type: 'CNAME' as const, name: 'odd.test', data: 'gone.test' }];
const others: Answers = [{ type: 'CAA', name: 'odd.test', data: { flags: 0, tag: 'issue', value: 'ca.test' } }];
const anAddress: Answers = [{ type: 'A', name: 'odd.test', data: '192.0.2.1' }];
test.each([
  ...types.filter((record) => record !== 'CNAME').map((record) => ['an alias alone', record, alias] as const),
  ...types.map((record) => ['records of another type', record, others] as const),
  ...types.filter((record) => record !== 'A').map((record) => ['an address', record, anAddress] as const),
  ...types.map((record) => ['no record', record, []] as const),
])('an answer with %s is none for %s', async (_name, record, answers) => {
  server.fixed.set('odd.test', answers);
  const none = {
    errorClass: 'dns',
    phase: 'resolve',
    message: `cannot look up odd.test ${record}: the name, or what it is an alias of, has no such record; asked 127.0.0.1:${server.port}`,
  };
  expect(await run({ name: 'odd.test', record })).toMatchObject(none);
  expect(await run({ name: 'odd.test', record, expect: [examples[record] ?? 'a.test'] })).toMatchObject(none);
});

test.each(['MX', 'SRV', 'TXT'])('a %s record that says that there is nothing proves nothing', async (record) => {
  expect(await run({ name: 'nothing.test', record })).toMatchObject({
    errorClass: 'dns',
    phase: 'resolve',
    message: expect.stringContaining('it says that there is nothing'),
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

test.each([
  ['A', ['shop.test', '192.0.2', '192.0.2.256', '192.0.02.1', '2001:db8::1', '192.0.2.1:53', '10.0.0.0/8']],
  ['AAAA', ['192.0.2.1', '2001:db8::1::', '[2001:db8::1]', 'fe80::1%eth0', 'shop.test']],
  ['CNAME', ['192.0.2.1', '2001:db8::1', 'a b.test', 'https://shop.test', 'shop..test', '.test']],
  ['NS', ['192.0.2.1', '10 ns1.test', 'ns1.test:53', 'a'.repeat(254)]],
  ['MX', ['mail.test', 'mail.test 10', '10', '10 192.0.2.1', '-1 mail.test', '65536 mail.test', '10 a.test 5']],
  ['SRV', ['db.test', '5432 db.test', '1 2 5432', '1 2 65536 db.test', '1 2 db.test 5432', 'db.test:5432']],
] as const)('what can never be a record of the type %s is refused, with what to write', (record, values) => {
  const shape = z.strictObject(dns.settings);
  const problems = dns.problems?.(shape.parse({ name: 'a.test', record, expect: [...values] }));
  expect(problems?.map(({ path }) => path)).toEqual(values.map((_value, index) => ['expect', index]));
  for (const { message } of problems ?? [])
    expect(message).toMatch(new RegExp(`^can never be a record of the type ${record}: write .+ such as `));
});
