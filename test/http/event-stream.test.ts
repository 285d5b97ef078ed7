// Server-Sent Events on a socket: who hears what, who is cut, and how it ends.
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEventStream, type EventStream } from '../../src/http/event-stream.ts';
import { makeEntry } from '../core/entries.ts';
import { serve } from './serve.ts';

let stream: EventStream;
let server: ReturnType<typeof serve>['server'];
let url: URL;
/** In the order in which they were asked for. */
let answers: ServerResponse[];
beforeEach(async () => {
  stream = createEventStream();
  answers = [];
  ({ server } = serve([makeEntry('a')]));
  const mounted = await server.mount([
    (app) => {
      app.get('/stream', { config: { access: 'open' } }, (_, reply) => {
        answers.push(reply.raw);
        stream.open(reply, [{ event: 'first', data: { line: 'one\ntwo' } }]);
      });
    },
  ]);
  mounted.begin();
  await server.listen([{ kind: 'tcp', host: '127.0.0.1', port: 0 }]);
  url = new URL('/stream', server.addresses()[0]);
});
afterEach(() => server.close(AbortSignal.timeout(1000)));

async function reading(): Promise<ReadableStreamDefaultReader<string>> {
  const { body } = await fetch(url);
  if (body === null) throw new Error('no stream');
  return body.pipeThrough(new TextDecoderStream()).getReader();
}

test('each asker hears what is its own first, then what all hear, and the end', async () => {
  const [one, other] = [await reading(), await reading()];
  for (const reader of [one, other])
    expect((await reader.read()).value).toBe('retry: 2000\n\nevent: first\ndata: {"line":"one\\ntwo"}\n\n');
  stream.send({ event: 'unhealthy', data: { check: 'a' } });
  for (const reader of [one, other])
    expect((await reader.read()).value).toBe('event: unhealthy\ndata: {"check":"a"}\n\n');
  await other.cancel();
  stream.close();
  expect((await one.read()).done).toBe(true);
  expect((await fetch(url)).status).toBe(503);
});

test('one who does not read is cut, and the others go on', async () => {
  const reader = await reading();
  await reader.read();
  const deaf = connect(Number(url.port), '127.0.0.1');
  deaf.write(`GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`);
  await new Promise((resolve) => deaf.once('readable', resolve));
  deaf.pause();
  const [, response] = answers;
  const cut = new Promise((resolve) => response?.once('close', resolve));
  const data = 'x'.repeat(100_000);
  for (let time = 0; time < 100; time += 1) {
    stream.send({ event: 'much', data });
    for (let got = 0; got < data.length; ) got += (await reader.read()).value?.length ?? data.length;
  }
  await cut;
  deaf.destroy();
  stream.send({ event: 'last', data: 1 });
  let said = '';
  while (!said.includes('event: last')) said += (await reader.read()).value ?? 'event: last, never';
  expect(said).toContain('event: last\n');
  stream.close();
});

test('many events at once, more than may wait for long, reach whoever reads', async () => {
  const reader = await reading();
  await reader.read();
  const data = 'x'.repeat(10_000);
  for (let event = 0; event < 20; event += 1) stream.send({ event: 'burst', data });
  let got = 0;
  while (got < 20 * data.length) got += (await reader.read()).value?.length ?? 20 * data.length;
  expect(answers[0]?.destroyed).toBe(false);
  stream.close();
});

test('an asker who has left before the answer holds nothing', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const reader = await reading();
  const left = answers[0];
  await reader.cancel();
  if (left?.closed === false) await new Promise((resolve) => left.once('close', resolve));
  stream.open({ raw: left, request: { id: 'one' }, hijack() {}, server: {} } as never);
  expect(timers()).toBeLessThanOrEqual(before);
});

test('a connection that hears nothing else hears a comment, sooner than it would be cut', async () => {
  const reader = await reading();
  await reader.read();
  expect((await reader.read()).value).toBe(': beat\n\n');
  stream.close();
}, 20_000);
