// Questions to name servers: who is asked next, and that none goes on once they are cancelled.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createQuestioner } from '../../../src/dependencies/resolve/question.ts';
import { type DnsServer, startDnsServer } from '../../servers/dns.ts';

let first: DnsServer;
let second: DnsServer;
beforeAll(async () => {
  const records = [{ type: 'A' as const, name: 'db.test', data: '10.0.0.1' }];
  [first, second] = await Promise.all([startDnsServer(records), startDnsServer(records)]);
});
afterEach(() => {
  for (const server of [first, second]) {
    server.troubles.clear();
    server.questions.length = 0;
  }
});
afterAll(() => Promise.all([first.stop(), second.stop()]));

const conf = (attempts = 2) => ({
  nameservers: [first, second].map(({ port }) => `127.0.0.1:${port}`),
  search: [],
  ndots: 1,
  timeoutMs: 30_000,
  attempts,
});

test.each(['SERVFAIL', 'REFUSED'] as const)(
  '%s: the next server is asked, and the last one’s word counts',
  async (trouble) => {
    first.troubles.set('*', trouble);
    const questioner = createQuestioner(conf(), 2000);
    expect(await questioner.ask('db.test', 4)).toEqual({ addresses: ['10.0.0.1'] });
    second.troubles.set('*', trouble);
    expect((await questioner.ask('db.test', 4)).error?.code).toBe(`E${trouble}`);
  },
);

test('an unknown name is an answer: no other server is asked', async () => {
  expect((await createQuestioner(conf(), 2000).ask('nobody.test', 4)).error?.code).toBe('ENOTFOUND');
  expect([first.questions, second.questions]).toEqual([['nobody.test A'], []]);
});

test('what is cancelled ends at once, and asks nobody any more', async () => {
  for (const server of [first, second]) server.troubles.set('*', 'silent');
  const questioner = createQuestioner(conf(5), 600_000);
  const asked = [questioner.ask('db.test', 4), questioner.ask('db.test', 6)];
  await expect.poll(() => first.questions.length).toBe(2);
  questioner.cancel();
  for (const { addresses, error } of await Promise.all(asked)) {
    expect({ addresses, code: error?.code }).toEqual({ addresses: [], code: 'ECANCELLED' });
  }
  expect((await questioner.ask('db.test', 4)).error?.code).toBe('ECANCELLED');
  expect([first.questions.length, second.questions.length]).toEqual([2, 0]);
});
