// Several nodes: which one is asked, when the next one is, and what is said of those that did not answer.
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { elasticsearch } from '../../../src/dependencies/elasticsearch/index.ts';
import { nameOf, parseUrls } from '../../../src/dependencies/elasticsearch/nodes.ts';
import { createHarness, type Harness } from '../../contract/harness.ts';
import { conclusive } from '../../patience.ts';
import { always, type Stub, startStub } from '../../servers/elasticsearch-stub.ts';
import { freePort } from '../../servers/process.ts';

const green = { status: 'green', timed_out: false, number_of_nodes: 2, active_primary_shards: 1, unassigned_shards: 0 };
const noMaster = { error: { type: 'master_not_discovered_exception', reason: 'no master' }, status: 503 };
const full = { error: { type: 'circuit_breaking_exception', reason: 'data too large' }, status: 429 };
const unauthorized = { error: { type: 'security_exception', reason: 'who are you?' }, status: 401 };
const silent: RequestListener = () => {};
/** A timeout beside which a busy machine's own delays are small. */
const longMs = 60_000;

/** For longer than a node's share of the usual timeout. */
const slow: RequestListener = (...request) => void setTimeout(() => always(200, green)(...request), 3000);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const node = async (answer: RequestListener): Promise<Stub> => {
  const made = await startStub(answer);
  closing.push(() => made.stop());
  return made;
};
const harness = async (given: object, timeoutMs = 5000): Promise<Harness> => {
  const made = await createHarness(elasticsearch, { ...given }, timeoutMs);
  closing.push(() => made.close());
  return made;
};
const gone = async () => `http://127.0.0.1:${await freePort()}`;
const place = (url: string) => nameOf(new URL(url));
const connectOf = (result: Awaited<ReturnType<Harness['run']>>) =>
  result?.phases.find(({ name }) => name === 'connect');

describe('the text of several URLs', () => {
  it.each([
    ['http://a:9200', ['a:9200']],
    ['http://a:9200,https://b', ['a:9200', 'b:443']],
    ['https://a , HTTPS://b:1/es\n', ['a:443', 'b:1']],
    ['http://u:p,q@a,http://b', ['a:80', 'b:80']],
    ['http://a,http://a', ['a:80']],
    ['https://a:443,https://A/,HTTPS://a', ['a:443']],
    ['http://a/one,http://a/two', ['a:80', 'a:80']],
    ['http://one:x@a,http://two:x@a', ['a:80', 'a:80']],
    ['http://[::1]:9200,http://b', ['[::1]:9200', 'b:80']],
  ])('%s', (text, names) => {
    const parsed = parseUrls(text);
    expect('nodes' in parsed ? parsed.nodes.map(({ url }) => nameOf(url)) : parsed).toEqual(names);
  });
  it.each(['', 'http://a,', 'http://a,b:9200', 'http://a:9200,b:9200', 'ftp://a,http://b', 'a,http://b'])(
    '%j is none',
    (text) => {
      expect(parseUrls(text)).toHaveProperty('problem');
    },
  );
});

describe('of several nodes', () => {
  it('the first is asked alone, and named', async () => {
    const [first, second] = [await node(always(200, green)), await node(always(200, green))];
    const result = await (await harness({ url: `${first.url},${second.url}` })).run();
    expect(result).toMatchObject({ kind: 'passed', warnings: [] });
    expect(connectOf(result)).toMatchObject({ at: place(first.url) });
    expect(connectOf(result)?.why).toBeUndefined();
    expect(second.accepted).toBe(0);
  });

  it('one that is gone is passed over, and said so on every run of the connection', async () => {
    const [first, second] = [await gone(), await node(always(200, green))];
    const on = await harness({ url: `${first},${second.url}` }, longMs);
    for (let run = 0; run < 2; run++) {
      const result = await on.run();
      expect(result).toMatchObject({ kind: 'passed', warnings: ['skipped'] });
      expect(connectOf(result)).toMatchObject({ at: place(second.url), why: expect.stringContaining('ECONNREFUSED') });
      expect(connectOf(result)?.why).toContain(place(first));
      expect(result?.durationMs).toBeLessThan(longMs / 5); // its share is not waited for
    }
    expect(second.accepted).toBe(1);
  });

  it.each([
    ['says that there is no master', always(503, noMaster), /no master/],
    ['has no room', always(429, full), /no room/],
    ['is a page of something before it', always(502, '<html>bad gateway</html>'), /502/],
    ['closes the connection', ((request) => request.socket.destroy()) as RequestListener, /closed|hang up|reset/i],
  ])('one that %s is passed over', async (_what, answer, why) => {
    const [first, second] = [await node(answer), await node(always(200, green))];
    const on = await harness({ url: `${first.url},${second.url}` }, longMs);
    const result = await on.run();
    expect(result).toMatchObject({ kind: 'passed', warnings: ['skipped'] });
    expect(connectOf(result)).toMatchObject({ at: place(second.url), why: expect.stringMatching(why) });
    expect(result?.durationMs).toBeLessThan(longMs / 5);
    expect(await on.run()).toMatchObject({ kind: 'passed' });
    expect([first.accepted, second.accepted]).toEqual([1, 1]);
  });

  it('one that is silent gets its share of the time', async () => {
    const [first, second] = [await node(silent), await node(always(200, green))];
    const on = await harness({ url: `${first.url},${second.url}` }, 6000);
    const result = await on.run();
    expect(result).toMatchObject({ kind: 'passed', warnings: ['skipped'] });
    for (const each of [result, await on.run()]) {
      expect(connectOf(each)).toMatchObject({ at: place(second.url), why: `${place(first.url)}: silent` });
    }
    expect(result?.durationMs).toBeGreaterThan(2850);
    expect(result?.durationMs).toBeLessThan(5400);
  });

  it('a slow cluster is not cut off for having several', async () => {
    const [first, second] = [await node(slow), await node(slow)];
    const result = await (await harness({ url: `${first.url},${second.url}` })).run();
    expect(result).toMatchObject({ kind: 'passed', warnings: [] });
    expect(connectOf(result)).toMatchObject({ at: place(first.url) });
  });

  it('two paths of one address are two nodes: neither ends, nor speaks for, the other', async () => {
    const { url } = await node((request, response) =>
      (request.url?.startsWith('/slow/') ? slow : always(502, '<html>bad gateway</html>'))(request, response),
    );
    const waited = await (await harness({ url: `${url}/slow,${url}/bad` })).run();
    expect(waited).toMatchObject({ kind: 'passed' });
    const passedOver = await (await harness({ url: `${url}/bad,${url}/slow` })).run();
    expect(passedOver).toMatchObject({ kind: 'passed', warnings: ['skipped'] });
    expect(connectOf(passedOver)).toMatchObject({ at: place(url), why: expect.stringMatching(/502/) });
  });

  it('what one says of the cluster or the user is final', async () => {
    const second = await node(always(200, green));
    const says = async (status: number, body: object) =>
      (await harness({ url: `${(await node(always(status, body))).url},${second.url}` })).run();
    expect(await says(401, unauthorized)).toMatchObject({ kind: 'failed', errorClass: 'auth' });
    expect(await says(403, { ...unauthorized, status: 403 })).toMatchObject({ errorClass: 'permission' });
    expect(await says(200, { ...green, status: 'red' })).toMatchObject({ errorClass: 'server', message: /is red/ });
    expect(second.accepted).toBe(0);
  });

  it('when all fail each has its say, and an answer counts more than a refusal', async () => {
    const [first, second] = [await gone(), await gone()];
    const refused = await (await harness({ url: `${first},${second}` })).run();
    expect(refused).toMatchObject({ kind: 'failed', errorClass: 'refused' });
    expect(refused?.phases.map(({ name }) => name)).toEqual(['connect']);
    for (const url of [first, second]) expect(refused).toMatchObject({ message: expect.stringContaining(place(url)) });
    const alone = await node(always(503, noMaster));
    const lost = await (await harness({ url: `${first},${alone.url}` })).run();
    expect(lost).toMatchObject({
      kind: 'failed',
      errorClass: 'server',
      message: /ECONNREFUSED.*no master|no master.*ECONNREFUSED/,
    });
    expect(lost?.phases.at(-1)?.name).toBe('health');
    const mute = await node(silent);
    const on = await harness({ url: `${first},${mute.url}` }, 2000);
    const timedOut = await conclusive(() => on.run());
    expect(timedOut).toMatchObject({ kind: 'failed', errorClass: 'timeout' });
    expect(connectOf(timedOut)?.why).toContain(place(first));
  });

  it('all get the user that one url names, and no message shows a password of any', async () => {
    const seen: (string | undefined)[] = [];
    const second = await node((request, response) => {
      seen.push(request.headers.authorization);
      always(500, { error: 'not with first-secret or second-secret' })(request, response);
    });
    const first = (await gone()).replace('//', '//one:first-secret@');
    const result = await (await harness({ url: `${first},${second.url.replace('//', '//two:second-secret@')}` })).run();
    expect(seen).toEqual([`Basic ${Buffer.from('one:first-secret').toString('base64')}`]);
    expect(result).toMatchObject({ kind: 'failed', message: expect.stringContaining('not with *** or ***') });
  });
});
