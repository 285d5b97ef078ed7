// A Prometheus that breaks: what is said and counted of it, and what is still told meanwhile.
import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Clock } from '../../../../src/core/clock.ts';
import { type HttpServer, startHttpServer } from '../../../servers/http.ts';
import { startService } from './history.ts';

let server: HttpServer;
let url: string;
beforeAll(async () => {
  server = await startHttpServer(() => {});
  url = `http://127.0.0.1:${server.port}`;
});
afterAll(() => server.stop());

const objective = { indicator: { ready: true }, objective: 99 } as const;
const sample = (labels: Readonly<Record<string, string>>, value: number) => ({
  metric: labels,
  value: [1, `${value}`],
});
const seconds = Date.now() / 1000;
/** Of whatever is asked, for each of the objectives. */
const samplesOf = (...slos: readonly string[]) =>
  slos.flatMap((slo) =>
    Object.entries({ bad: 10, all: 1000, chunks: 4, first: seconds - 900, '1h': 1 }).map(([part, value]) =>
      sample({ slo, sidewarden_part: part }, value),
    ),
  );
const send = (body: unknown, status = 200): RequestListener => {
  return (_, response) => response.writeHead(status).end(JSON.stringify(body));
};
const vector = (result: readonly unknown[]) => ({ status: 'success', data: { resultType: 'vector', result } });
const queryOf = (path = ''): string => new URL(path, url).searchParams.get('query') ?? '';

test('a failure is said once for each class, counted each time, and its end is said', async () => {
  const { ask, standing, lines, values, failures } = startService({ objectives: { a: objective }, asked: { url } });
  const said = (): readonly string[] => lines.map(([level, text]) => `${level} ${text}`);
  server.answer = send(vector(samplesOf('a')));
  await ask();
  expect(standing('a')?.counts).toEqual({ good: 990, bad: 10 });
  expect([values.get('up'), said()]).toEqual([1, []]);
  server.answer = send({}, 401);
  await ask();
  await ask();
  server.answer = send({}, 500);
  await ask();
  expect(said()).toEqual([
    'warn Prometheus gives no answer about the objectives: answered 401, not 200',
    'warn Prometheus gives no answer about the objectives: answered 500, not 200',
  ]);
  expect(lines[0]?.[2]).toEqual({
    'labels.feature': 'slos',
    'error.type': 'auth',
    'error.message': 'answered 401, not 200',
  });
  expect(values.get('up')).toBe(0);
  expect(failures()).toEqual({ auth: 2, server: 1 });
  expect(standing('a')?.counts, 'what it said last').toEqual({ good: 990, bad: 10 });
  server.answer = send(vector(samplesOf('a')));
  await ask();
  await ask();
  expect(said().slice(2)).toEqual(['info Prometheus answers again about the objectives']);
  expect(values.get('up')).toBe(1);
  server.answer = send({}, 401);
  await ask();
  expect(said().slice(3), 'it is news again').toHaveLength(1);
});

test('one question at a time; the end of the job ends it without a word', async () => {
  let open = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  server.answer = (request, response) => {
    open += 1;
    most = Math.max(most, open);
    response.once('close', () => {
      open -= 1;
    });
    const some = queryOf(request.url).includes('sidewarden_slo_events') ? [] : samplesOf('a');
    if (waiting.length < 3) waiting.push(() => {});
    else return; // it hangs
    send(vector(some))(request, response);
  };
  const { ask, stop, lines, values, failures } = startService({
    objectives: { a: objective, b: objective },
    asked: { url, timeout: '60s' },
  });
  const round = ask();
  await expect.poll(() => open).toBe(1);
  await expect.poll(() => waiting.length).toBe(3);
  stop.abort();
  await round;
  expect(most).toBe(1);
  expect([lines, values.get('up'), failures()]).toEqual([[], undefined, {}]);
});

test('an expression that takes too long ends the round, and the next one begins behind it', async () => {
  const asked: string[] = [];
  server.answer = (request, response) => {
    const query = queryOf(request.url);
    const slo = /slo_events_total\{[^}]*slo="(\w)"/.exec(query)?.[1];
    if (slo !== undefined && asked.at(-1) !== slo) asked.push(slo);
    if (slo !== 'b') send(vector(slo === undefined ? [] : samplesOf(slo)))(request, response);
  };
  const { ask, standing, lines, failures, values } = startService({
    objectives: { a: objective, b: objective, c: objective },
    asked: { url, timeout: '100ms' },
  });
  await ask();
  expect(asked).toEqual(['a', 'b']);
  expect(standing('c')).toBeUndefined();
  asked.length = 0;
  await ask();
  expect(asked).toEqual(['c', 'a', 'b']);
  expect(standing('c')).toBeDefined();
  expect(failures()).toEqual({ timeout: 2 });
  expect(values.get('up')).toBe(0);
  const warnings = lines.filter(([level]) => level === 'warn').map(([, text]) => text);
  expect(warnings).toEqual(['Prometheus gives no answer about the objective b: no answer within 100 ms']);
});

test('a round that has lasted four minutes leaves the rest to the next one', async () => {
  let time = 0;
  const clock: Clock = { now: () => time, wall: () => new Date() };
  server.answer = (request, response) => {
    const query = queryOf(request.url);
    if (query.includes('slo_events_total')) time += 50_000;
    send(vector(query.includes('slo="c"') ? samplesOf('c') : query.includes('slo_events_total') ? samplesOf('a') : []))(
      request,
      response,
    );
  };
  const { ask, standing } = startService({
    objectives: { a: objective, b: objective, c: objective },
    asked: { url, timeout: '2m' },
    clock,
  });
  await ask();
  expect([standing('a') !== undefined, standing('c') !== undefined]).toEqual([true, false]);
});

test('the month before is asked for once an hour', async () => {
  let time = 0;
  const wall = new Date(Date.UTC(2026, 10, 20, 12));
  const clock: Clock = { now: () => time, wall: () => wall };
  const about: string[] = [];
  server.answer = (request, response) => {
    const at = new URL(request.url ?? '', url).searchParams.get('time');
    if (at !== null) about.push(new Date(Number(at) * 1000).toISOString());
    send(vector(samplesOf('a')))(request, response);
  };
  const { ask } = startService({ objectives: { a: objective }, asked: { url }, clock });
  for (const minute of [0, 5, 60, 66]) {
    time = minute * 60_000;
    await ask();
  }
  expect(about).toEqual(['2026-11-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z']);
});

test('in the first minutes of a month nothing of it is asked', async () => {
  const queries: string[] = [];
  server.answer = (request, response) => {
    queries.push(queryOf(request.url));
    send(vector(samplesOf('a')))(request, response);
  };
  const wall = new Date(Date.UTC(2026, 10, 1, 0, 5, 59));
  const { ask, standing } = startService({
    objectives: { a: objective },
    asked: { url },
    clock: { now: () => 0, wall: () => wall },
  });
  await ask();
  expect(standing('a')?.month).toEqual({ good: 0, bad: 0 });
  expect(queries).toHaveLength(3);
  wall.setUTCMinutes(6);
  await ask();
  expect(standing('a')?.month).toEqual({ good: 990, bad: 10 });
  expect(queries.at(-1)).toContain('[5m:5m]');
});

test.each([
  ['12 hours', 12, { good: 990, bad: 10 }],
  ['two days', 48, undefined],
])('the month before, known from %s after its begin', async (_, hours, expected) => {
  const first = Date.UTC(2026, 9, 1, hours) / 1000;
  server.answer = (request, response) => {
    const ofPart = samplesOf('a').map((one) =>
      one.metric.sidewarden_part === 'first' ? sample(one.metric, first) : one,
    );
    send(vector(ofPart))(request, response);
  };
  const clock: Clock = { now: () => 0, wall: () => new Date(Date.UTC(2026, 10, 20)) };
  const { ask, standing } = startService({ objectives: { a: objective }, asked: { url }, clock });
  await ask();
  expect(standing('a')?.lastMonth).toEqual(expected);
});
