// Events that the service counts itself: on its own page, and by StatsD lines. Its restarts, new series, and a page that is gone.
import { afterEach, describe, expect, test } from 'vitest';
import { app } from '../../../src/features/app/index.ts';
import { slos } from '../../../src/features/slos/index.ts';
import { startHttpServer } from '../../servers/http.ts';
import { asked } from '../daemon.ts';
import { createStage } from './stage.ts';

let stop = async (): Promise<void> => {};
afterEach(() => stop());

const second = 1000;
const minute = 60 * second;
const requests = {
  indicator: { ratio: { good: 'requests_total{code!~"5.."}', total: 'requests_total' } },
  objective: 99,
};
const failures = {
  indicator: { ratio: { bad: 'failures_total', total: 'requests_total' } },
  objective: 99,
};
const checkout = {
  indicator: { histogram: 'took_seconds', selector: 'route="/checkout"', threshold: 0.5 },
  objective: 95,
};

/** A service whose page a test writes, fetched every 5 s. */
async function begin(objectives: Record<string, unknown>) {
  let text = '';
  let up = true;
  const service = await startHttpServer((_, response) => {
    response.statusCode = up ? 200 : 500;
    response.end(text);
  });
  stop = service.stop;
  const metrics = { url: `http://${service.host}:${service.port}`, interval: '5s', timeout: '1s' };
  const stage = createStage();
  const configure = (of: Record<string, unknown>) =>
    stage.configure([asked(app, { metrics, statsd: { listen: [] } }), asked(slos, of)]);
  await configure(objectives);
  return {
    ...stage,
    configure,
    /** The page has these lines from now on; undefined: it fails. Time goes by until they are read. */
    async show(lines: readonly string[] | undefined, ms = 15 * second): Promise<void> {
      up = lines !== undefined;
      text = `${(lines ?? []).join('\n')}\n`;
      await stage.pass(ms);
    },
    async counts(slo: string): Promise<readonly [good: number | undefined, bad: number | undefined]> {
      const series = await stage.series();
      return [series[`events_total{slo="${slo}",result="good"}`], series[`events_total{slo="${slo}",result="bad"}`]];
    },
  };
}
/** @param counts of requests by code */
const page = (counts: Readonly<Record<string, number>>): readonly string[] => [
  '# TYPE requests_total counter',
  ...Object.entries(counts).map(([code, count]) => `requests_total{code="${code}"} ${count}`),
  'requests_total_of_another{code="500"} 7',
  'other_requests_total{code="500"} 7',
];

test('what is there at the first reading is a baseline, and what grows afterwards is counted', async () => {
  const { show, counts } = await begin({ requests });
  await show(page({ 200: 1000, 500: 50 }));
  expect(await counts('requests')).toEqual([0, 0]);
  await show(page({ 200: 1010, 500: 52 }));
  expect(await counts('requests')).toEqual([10, 2]);
  await show(page({ 200: 1010, 500: 52 }));
  expect(await counts('requests')).toEqual([10, 2]);
});

test('a restart of the service begins from 0, and a series that is new counts whole', async () => {
  const { show, counts } = await begin({ requests, failures });
  await show(page({ 200: 1000, 500: 50 }));
  await show(page({ 200: 7 }));
  expect(await counts('requests')).toEqual([7, 0]);
  await show([...page({ 200: 7, 503: 2 }), 'failures_total 2']);
  expect(await counts('requests')).toEqual([7, 2]);
  expect(await counts('failures')).toEqual([7, 2]);
  await show([...page({ 200: 9, 503: 2, 500: 60 }), 'failures_total 62']);
  expect(await counts('requests')).toEqual([9, 12]);
});

describe('a page that is gone', () => {
  test('for less than two minutes goes on', async () => {
    const { show, counts } = await begin({ requests });
    await show(page({ 200: 1000 }));
    await show(undefined, 90 * second);
    await show(page({ 200: 1100, 500: 3 }));
    expect(await counts('requests')).toEqual([100, 3]);
  });
  test('for longer gives a baseline, also what is new on it', async () => {
    const { show, counts, series } = await begin({ requests });
    await show(page({ 200: 1000 }));
    await show(page({ 200: 1001 }));
    await show(undefined, 10 * minute);
    await show(page({ 200: 1100, 500: 3 }));
    expect(await counts('requests')).toEqual([1, 0]);
    await show(page({ 200: 1101, 500: 4 }));
    expect(await counts('requests')).toEqual([2, 1]);
    expect((await series())['compliance_ratio{slo="requests"}']).toBeCloseTo(2 / 3);
  });
});

test('of a histogram the events up to the threshold are good, however the bound is written', async () => {
  const { show, counts } = await begin({ checkout });
  const shown = (bound: string, within: number, all: number): readonly string[] => [
    '# TYPE took_seconds histogram',
    ...[0, 1].flatMap((route) => [
      `took_seconds_bucket{route="/${route === 0 ? 'checkout' : 'other'}",le="0.25"} ${within}`,
      `took_seconds_bucket{le="${bound}",route="/${route === 0 ? 'checkout' : 'other'}"} ${within}`,
      `took_seconds_bucket{route="/${route === 0 ? 'checkout' : 'other'}",le="+Inf"} ${all}`,
      `took_seconds_sum{route="/${route === 0 ? 'checkout' : 'other'}"} 1`,
      `took_seconds_count{route="/${route === 0 ? 'checkout' : 'other'}"} ${all}`,
    ]),
  ];
  await show(shown('0.5', 100, 200));
  await show(shown('0.5', 110, 215));
  expect(await counts('checkout')).toEqual([10, 5]);
  await show(shown('5e-1', 3, 4));
  expect(await counts('checkout')).toEqual([13, 6]);
});

test('of a histogram without a bucket at the threshold nothing is counted', async () => {
  const { show, counts } = await begin({ checkout });
  const shown = (all: number): readonly string[] => [
    '# TYPE took_seconds histogram',
    ...['0.25', '1', '+Inf'].map((bound) => `took_seconds_bucket{route="/checkout",le="${bound}"} ${all}`),
    'took_seconds_sum{route="/checkout"} 1',
    `took_seconds_count{route="/checkout"} ${all}`,
  ];
  await show(shown(100));
  await show(shown(200));
  expect(await counts('checkout')).toEqual([0, 0]);
});

test('what is counted at the end of a request makes good what was counted at its begin', async () => {
  const { show, counts } = await begin({
    answers: { indicator: { ratio: { good: 'answers_total', total: 'requests_total' } }, objective: 99 },
  });
  const shown = (begun: number, ended: number) => [`requests_total ${begun}`, `answers_total ${ended}`];
  await show(shown(0, 0));
  await show(shown(10, 4));
  await show(shown(10, 10));
  await show(shown(20, 14));
  expect(await counts('answers')).toEqual([14, 6]);
  await show(shown(20, 20));
  await show(shown(30, 30));
  expect(await counts('answers')).toEqual([24, 6]);
});

test('what was ahead before a gap says nothing of what comes after it', async () => {
  const { show, counts } = await begin({
    answers: { indicator: { ratio: { good: 'answers_total', total: 'requests_total' } }, objective: 99 },
  });
  const shown = (begun: number, ended: number) => [`requests_total ${begun}`, `answers_total ${ended}`];
  await show(shown(10, 10));
  await show(shown(10, 15));
  await show(undefined, 10 * minute);
  await show(shown(100, 100));
  await show(shown(110, 100));
  expect(await counts('answers')).toEqual([0, 10]);
});

test('labels are read as they are meant', async () => {
  const good = String.raw`jobs_total{name="a \"b\" ü, }\\"}`;
  const { show, counts } = await begin({
    jobs: { indicator: { ratio: { good, total: 'jobs_total' } }, objective: 99 },
  });
  const shown = (count: number) => [
    String.raw`jobs_total{name="a \"b\" ü, }\\",} ${count}`,
    `jobs_total{name="other"} ${2 * count}`,
  ];
  await show(shown(1));
  await show(shown(2));
  expect(await counts('jobs')).toEqual([1, 2]);
});

test('StatsD lines are counted as the page is', async () => {
  const { counts, pass, sendStatsd } = await begin({ requests, checkout });
  const send = async (status: number, times: number): Promise<void> => {
    await sendStatsd(`requests_total:${times}|c|#code:${status}`, `took_seconds:0.3:0.7|h|#route:/checkout`);
    await pass(5 * second);
  };
  await send(200, 3);
  await send(200, 10);
  await send(500, 2);
  expect(await counts('requests')).toEqual([10, 2]);
  expect(await counts('checkout')).toEqual([2, 2]);
});

describe('a reload', () => {
  test('that leaves the indicator loses no event and counts none twice', async () => {
    const { show, counts, configure } = await begin({ requests });
    await show(page({ 200: 1000 }));
    await show(page({ 200: 1010 }));
    await configure({ requests: { ...requests, objective: 90, window: '7d' }, failures });
    await show([...page({ 200: 1020, 500: 1 }), 'failures_total 1']);
    expect(await counts('requests')).toEqual([20, 1]);
    expect(await counts('failures')).toEqual([10, 1]); // the page was read at the reload
    await show([...page({ 200: 1021, 500: 2 }), 'failures_total 2']);
    expect(await counts('failures')).toEqual([11, 2]);
  });
  test('that changes the indicator begins anew, and its series too', async () => {
    const { show, counts, configure, host } = await begin({ requests });
    await show(page({ 200: 1000 }));
    await show(page({ 200: 1010 }));
    await configure({ requests: { ...requests, indicator: failures.indicator } });
    await show(page({ 200: 1020 }));
    expect(await counts('requests')).toEqual([10, 0]);
    await configure({});
    await show(page({ 200: 1030 }));
    expect(await counts('requests')).toEqual([undefined, undefined]);
    await host.close();
  });
  test('that makes the window longer keeps from then on what is as old as that', async () => {
    const { show, counts, configure, pass, freeze, series } = await begin({ requests: { ...requests, window: '7d' } });
    await show(page({ 200: 1000 }));
    await show(page({ 200: 1001, 500: 1 }));
    await configure({ requests: { ...requests, window: '90d' } });
    await pass(15 * second);
    freeze(70 * 24 * 60 * minute);
    await pass(15 * second);
    await show(page({ 200: 1002, 500: 1 }));
    expect(await counts('requests')).toEqual([2, 1]);
    expect((await series())['compliance_ratio{slo="requests"}']).toBeCloseTo(2 / 3);
  });
  test('that is not carried out leaves all as it is', async () => {
    const { show, counts, host } = await begin({ requests });
    await show(page({ 200: 1000 }));
    (await host.prepare([asked(slos, {})])).drop();
    await show(page({ 200: 1010 }));
    expect(await counts('requests')).toEqual([10, 0]);
  });
});
