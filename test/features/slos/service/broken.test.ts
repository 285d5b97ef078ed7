// A Prometheus that breaks: what is said and counted of it, and what is still told meanwhile.
import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../../src/core/clock.ts';
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
/** Of whatever is asked, for each of the objectives: as recorded, and as the counters have it. */
const samplesOf = (...slos: readonly string[]) =>
  slos.flatMap((slo) => [
    sample({ slo, __name__: 'slo:sli_errors:increase_period' }, 10),
    sample({ slo, __name__: 'slo:sli_events:increase_period' }, 1000),
    sample({ slo, __name__: 'slo:window_covered:ratio_period' }, 0.5),
    sample({ slo, __name__: 'slo:objective:ratio' }, 0.99),
    sample({ slo, __name__: 'slo:time_period:days' }, 30),
    ...Object.entries({ bad: 10, all: 1000 }).map(([part, value]) => sample({ slo, sidewarden_part: part }, value)),
  ]);
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
  let time = 0;
  const { ask, standing, lines, failures, values } = startService({
    objectives: { a: objective, b: objective, c: objective },
    asked: { url, timeout: '400ms' },
    clock: { ...systemClock, now: () => systemClock.now() + time },
  });
  await ask();
  expect(asked).toEqual(['a', 'b']);
  expect(standing('c')).toBeUndefined();
  asked.length = 0;
  await ask();
  expect([asked, values.get('up')], 'a round between: months alone, and nothing is well').toEqual([['a'], 0]);
  asked.length = 0;
  time = 5 * 60_000;
  await ask();
  expect(asked).toEqual(['c', 'a', 'b']);
  expect(standing('c')).toBeDefined();
  expect(failures()).toEqual({ timeout: 2 });
  expect(values.get('up')).toBe(0);
  const warnings = lines.filter(([level]) => level === 'warn').map(([, text]) => text);
  expect(warnings).toEqual(['Prometheus gives no answer about the objective b: no answer within 400 ms']);
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

/** Asked about an instant: the end of a time in the past. */
const aboutOf = (path = ''): string => {
  const at = new URL(path, url).searchParams.get('time');
  return at === null ? '' : new Date(Number(at) * 1000).toISOString();
};
const range = /\[(\d+[smhd])\]/;

test('months are asked of the counters once an hour, of two objectives in a round, and anew when the month turns', async () => {
  let time = 0;
  const begin = Date.UTC(2026, 10, 20, 12);
  const clock: Clock = { now: () => time, wall: () => new Date(begin + time) };
  const about: string[] = [];
  server.answer = (request, response) => {
    const query = queryOf(request.url);
    const slo = /slo_events_total\{[^}]*slo="(\w)"/.exec(query)?.[1];
    if (slo !== undefined) about.push(`${slo} ${aboutOf(request.url)} ${range.exec(query)?.[1]}`);
    send(vector(slo === undefined ? samplesOf('a', 'b', 'c') : samplesOf(slo)))(request, response);
  };
  const { ask, standing } = startService({
    objectives: { a: objective, b: objective, c: objective },
    asked: { url },
    clock,
  });
  const round = async (minutes: number): Promise<readonly string[]> => {
    time = minutes * 60_000;
    about.length = 0;
    await ask();
    return about;
  };
  const of = (slo: string, now: string, seconds: number) => [
    `${slo} 2026-11-20T${now}.000Z ${seconds}s`,
    `${slo} 2026-10-02T00:00:00.000Z 1d`,
    `${slo} 2026-11-01T00:00:00.000Z ${31 * 86_400}s`,
  ];
  const soFar = 19.5 * 86_400;
  expect(await round(0)).toEqual([...of('a', '12:00:00', soFar), ...of('b', '12:00:00', soFar)]);
  expect(await round(1)).toEqual(of('c', '12:01:00', soFar + 60));
  expect(standing('c')).toMatchObject({ month: { good: 990, bad: 10 }, lastMonth: { good: 990, bad: 10 } });
  expect(await round(59)).toEqual([]);
  expect(await round(60)).toEqual([...of('a', '13:00:00', soFar + 3600), ...of('b', '13:00:00', soFar + 3600)]);
  const turn = 10.5 * 24 * 60;
  await round(turn - 2);
  await round(turn - 1);
  expect(await round(turn)).toHaveLength(4);
  expect(standing('c')?.month, 'of the new month nothing is known yet').toEqual({ good: 0, bad: 0 });
});

test('in the first minutes of a month nothing of it is asked', async () => {
  const queries: string[] = [];
  server.answer = (request, response) => {
    queries.push(queryOf(request.url));
    send(vector(samplesOf('a')))(request, response);
  };
  const wall = new Date(Date.UTC(2026, 10, 1, 0, 4, 59));
  let time = 0;
  const { ask, standing } = startService({
    objectives: { a: objective },
    asked: { url },
    clock: { now: () => time, wall: () => wall },
  });
  await ask();
  expect(standing('a')?.month).toEqual({ good: 0, bad: 0 });
  expect(queries).toHaveLength(3);
  wall.setUTCMinutes(10);
  time = 301_000;
  await ask();
  expect(standing('a')?.month).toEqual({ good: 990, bad: 10 });
});

test('the month before is not told where nothing of its first day is known', async () => {
  server.answer = (request, response) => {
    const isFirstDay = aboutOf(request.url) === '2026-10-02T00:00:00.000Z';
    send(vector(isFirstDay ? [] : samplesOf('a')))(request, response);
  };
  const clock: Clock = { now: () => 0, wall: () => new Date(Date.UTC(2026, 10, 20)) };
  const { ask, standing } = startService({ objectives: { a: objective }, asked: { url }, clock });
  await ask();
  expect(standing('a')).toMatchObject({ month: { good: 990, bad: 10 }, lastMonth: undefined });
});

test('what is told is of the time of the answer', async () => {
  const wall = new Date(Date.UTC(2026, 10, 20));
  server.answer = (request, response) => {
    wall.setUTCSeconds(wall.getUTCSeconds() + 2);
    send(vector(samplesOf('a')))(request, response);
  };
  const clock: Clock = { now: () => 0, wall: () => new Date(wall) };
  const { ask, standing } = startService({ objectives: { a: objective }, asked: { url }, clock });
  await ask();
  const { at, since, coveredMs } = standing('a') ?? {};
  expect([at, since, coveredMs]).toEqual([
    new Date('2026-11-20T00:00:02Z'),
    new Date('2026-11-05T00:00:02Z'),
    15 * 86_400_000,
  ]);
});

test('series that are recorded are asked for each minute, the counters of others every five', async () => {
  let time = 0;
  const asked: string[] = [];
  server.answer = (request, response) => {
    const query = queryOf(request.url);
    const slo = /slo_events_total\{[^}]*slo="(\w)"/.exec(query)?.[1];
    if (slo === undefined) asked.push('recorded');
    else if (aboutOf(request.url) === '' && asked.at(-1) !== slo) asked.push(slo);
    send(vector(samplesOf(slo ?? 'a')))(request, response);
  };
  const clock: Clock = { now: () => time, wall: () => new Date() };
  const { ask, service } = startService({ objectives: { a: objective, b: objective }, asked: { url }, clock });
  const rounds: string[] = [];
  time = service.job.next(time) ?? 0;
  for (let round = 0; round < 11; round += 1) {
    asked.length = 0;
    await ask();
    rounds.push(asked.join(' '));
    time = service.job.next(time) ?? 0;
  }
  const between = Array.from({ length: 4 }, () => 'recorded');
  expect(rounds).toEqual(['recorded b', ...between, 'recorded b', ...between, 'recorded b']);
});

test('series that are not recorded are missed after ten minutes, and their coming is said', async () => {
  let time = 0;
  const clock: Clock = { now: () => time, wall: () => new Date() };
  const { ask, lines } = startService({ objectives: { a: objective, b: objective }, asked: { url }, clock });
  const said = async (minutes: number, ...slos: readonly string[]): Promise<readonly string[]> => {
    time = minutes * 60_000;
    server.answer = send(vector(samplesOf(...slos)));
    lines.length = 0;
    await ask();
    return lines.map(([level, text]) => `${level} ${text}`);
  };
  expect(await said(0)).toEqual([]);
  expect(await said(9)).toEqual([]);
  expect(await said(9.5, 'a'), 'nobody missed it').toEqual([]);
  expect(await said(10, 'a')).toEqual([
    'info Prometheus has no recorded series of b: it is asked for the events of the whole window, which costs it more; load the rules of `sidewarden generate rules` there',
  ]);
  expect(await said(11, 'a')).toEqual([]);
  expect(await said(12, 'a', 'b')).toEqual(['info Prometheus has the recorded series of b now']);
});

const told =
  'Prometheus is asked for the events of the whole window, which costs it more; generate and load them again';
test.each([
  ['another objective', { objective: 99.5 }],
  ['another window', { window: '28d' }],
])('rules of %s are not believed, which is said once', async (_, changed) => {
  let time = 0;
  const clock: Clock = { now: () => time, wall: () => new Date() };
  let raw = 0;
  server.answer = (request, response) => {
    if (queryOf(request.url).includes('slo_events_total{') && aboutOf(request.url) === '') raw += 1;
    send(vector(samplesOf('a', 'b')))(request, response);
  };
  const { ask, lines, standing } = startService({
    objectives: { a: { ...objective, ...changed }, b: objective },
    asked: { url },
    clock,
  });
  for (const minutes of [0, 10, 15]) {
    time = minutes * 60_000;
    await ask();
  }
  expect(raw).toBe(3 * 4);
  expect(standing('a')).toBeDefined();
  expect(lines.map(([level, text]) => `${level} ${text}`)).toEqual([
    `warn The rules in Prometheus are those of another configuration of a: ${told}`,
  ]);
});
