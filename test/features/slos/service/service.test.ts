// What a real Prometheus says of the objectives: recorded series for all at once, and raw expressions where there are none.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../../src/core/clock.ts';
import type { Counts, Standing } from '../../../../src/features/slos/budget.ts';
import { type Prometheus, startPrometheus } from '../../../servers/prometheus.ts';
import { day, openMetricsOf, type Series, startService, step } from './history.ts';

const minute = 60_000;
const now = Math.floor(Date.now() / step) * step;
const today = new Date(now);
const month = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1);
const lastMonth = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1, 1);

/** Of five minutes that end then: an hour of each week, and the first and last five minutes of each month, are bad. */
const isBad = (at: number): boolean =>
  (Math.floor(at / 3_600_000) % 168 === 17 && now - at > day) ||
  [lastMonth, lastMonth + step, month, month + step].includes(at);
const badOf = (at: number): number => (isBad(at) ? 300 : 0);

/** Of the steps that end after `from` and not after `to`. */
function counted(from: number, to: number, bad = badOf): Counts {
  let sum = { good: 0, bad: 0 };
  for (let at = Math.floor(from / step) * step + step; at <= to; at += step)
    sum = { good: sum.good + 300 - bad(at), bad: sum.bad + bad(at) };
  return sum;
}

const shop = { service: 'shop', namespace: 'shop' } as const;
/** Recorded series of an objective, as the pack `slo` has them. */
function recorded(slo: string, labels: Readonly<Record<string, string>>, from: number, burn = 2): readonly Series[] {
  const since = (value: (at: number) => number) => (at: number) => (at > from ? value(at) : undefined);
  const last = (value: number) => (at: number) => (at > now - 2 * step ? value : undefined);
  const all = { slo, ...labels };
  const { good, bad } = counted(Math.max(from, now - 30 * day), now);
  return [
    { name: 'slo:sli_events:increase5m', labels: all, value: since(() => 300) },
    { name: 'slo:sli_errors:increase5m', labels: all, value: since(badOf) },
    { name: 'slo:sli_events:increase_period', labels: all, value: last(good + bad) },
    { name: 'slo:sli_errors:increase_period', labels: all, value: last(bad) },
    ...['1h', '6h', '1d', '3d'].map((window, index) => ({
      ...{ name: `slo:burn_rate:ratio${window}`, labels: all, value: last(burn / (index + 1)) },
    })),
  ];
}

const rawFrom = now - 9 * day;
/** A counter of one pod that began anew two days ago; each minute has sixty events. */
const counter = (perMinute: number) => (at: number) =>
  at < rawFrom ? undefined : ((at - Math.max(rawFrom, at >= now - 2 * day ? now - 2 * day : 0)) / minute) * perMinute;
const pod = { job: 'shop-sidewarden', instance: 'a', namespace: 'shop' } as const;
const raw: readonly Series[] = [
  { name: 'sidewarden_slo_events_total', labels: { slo: 'raw', result: 'good', ...pod }, value: counter(57) },
  { name: 'sidewarden_slo_events_total', labels: { slo: 'raw', result: 'bad', ...pod }, value: counter(3) },
  {
    name: 'sidewarden_slo_events_total',
    labels: { slo: 'raw', result: 'bad', ...pod, namespace: 'staging' },
    value: counter(60),
  },
];

let server: Prometheus;
beforeAll(async () => {
  const long = [
    ...recorded('availability', shop, lastMonth - day),
    ...recorded('availability', { ...shop, namespace: 'staging' }, now - day, 100),
    ...recorded('young', shop, now - 3 * day),
    ...recorded('spread', { service: 'shop', cluster: 'eu' }, now - 8 * day),
    ...recorded('spread', { service: 'shop', cluster: 'us' }, now - 4 * day),
    ...recorded('availability', { ...shop, service: 'other' }, now - day, 100),
  ];
  const text = openMetricsOf(long, { from: lastMonth - day, to: now + 2 * step });
  const ofRaw = openMetricsOf(raw, { from: rawFrom, to: now + 2 * step, every: 2 * minute });
  server = await startPrometheus({
    scrape: [],
    openMetrics: text.replace('# EOF\n', ofRaw),
    flags: ['--storage.tsdb.retention.time=120d'],
  });
}, 60_000);
afterAll(() => server?.stop());

const objective = { indicator: { ready: true }, objective: 99 } as const;
const near = (found: Counts | undefined, expected: Counts): void => {
  expect(found?.bad).toBe(expected.bad);
  expect(Math.abs((found?.good ?? 0) - expected.good)).toBeLessThanOrEqual(300); // five minutes may end meanwhile
};
const soFar = (from = month): Counts => (Date.now() - month < 6 * minute ? { good: 0, bad: 0 } : counted(from, now));

test('recorded series: every number of all objectives, by a handful of questions', async () => {
  const { ask, standing, lines, values, failures } = startService({
    objectives: { availability: objective, young: { ...objective, window: '7d' } },
    asked: { url: server.url },
    namespace: 'shop',
  });
  expect(standing('availability')).toBeUndefined();
  await ask();
  const { from, since, counts, coveredMs, burn, ...months } = standing('availability') as Standing;
  expect(from).toBe('prometheus');
  near(counts, counted(now - 30 * day, now));
  expect(Math.abs((since?.getTime() ?? 0) - (now - 30 * day))).toBeLessThanOrEqual(2 * step);
  expect(Math.abs(coveredMs - 30 * day)).toBeLessThanOrEqual(2 * step);
  expect(burn).toEqual({ '1h': 2, '6h': 1, '1d': 2 / 3, '3d': 0.5 });
  near(months.month, soFar());
  near(months.lastMonth, counted(lastMonth, month));
  const young = standing('young') as Standing;
  near(young.counts, counted(now - 3 * day, now));
  expect(young.since?.getTime()).toBe(now - 3 * day);
  expect(Math.abs(young.coveredMs - 3 * day)).toBeLessThanOrEqual(2 * step);
  near(young.month, soFar(Math.max(month, now - 3 * day)));
  expect(young.lastMonth, 'most of it is not known').toBeUndefined();
  expect(lines).toEqual([]);
  expect(values.get('up')).toBe(1);
  expect(values.get('duration_seconds')).toBeGreaterThan(0);
  expect(failures()).toEqual({});
});

test('several groups are added up, which is said once; a label of alerts.select chooses one', async () => {
  const objectives = { spread: { ...objective, window: '7d' } };
  const both = startService({ objectives, asked: { url: server.url }, namespace: 'shop' });
  await both.ask();
  await both.ask();
  const { counts, burn, coveredMs } = both.standing('spread') as Standing;
  const [eu, us] = [counted(now - 8 * day, now), counted(now - 4 * day, now)];
  near(counts, { good: eu.good + us.good, bad: eu.bad + us.bad });
  expect(Math.abs(coveredMs - 7 * day)).toBeLessThanOrEqual(2 * step);
  expect(Object.keys(burn)).toEqual(['1h', '6h', '1d', '3d']);
  expect(burn['1h'], 'not the recorded 2 of each').toBe(0);
  expect(both.lines).toEqual([
    [
      'warn',
      'Prometheus has 2 groups of series of the objective spread, which are added up: write `namespace`, or `alerts.select`, if only some are of this service',
      { 'labels.feature': 'slos' },
    ],
  ]);
  const one = startService({ objectives, asked: { url: server.url }, alerts: { select: { cluster: 'us' } } });
  await one.ask();
  near(one.standing('spread')?.counts, us);
  expect(one.standing('spread')?.burn['1h']).toBe(2);
  expect(one.lines).toEqual([]);
});

test('without recorded series the events of the whole window are asked for, over restarts', async () => {
  const { ask, standing, lines, values } = startService({
    objectives: { raw: { ...objective, window: '7d' }, nowhere: objective },
    asked: { url: `${server.url}/` },
    namespace: 'shop',
  });
  await ask();
  const { counts, since, coveredMs, burn, lastMonth } = standing('raw') as Standing;
  const total = counts.good + counts.bad;
  expect(Math.abs(total / (7 * 24 * 3600) - 1)).toBeLessThan(0.005);
  expect(counts.bad / total).toBeCloseTo(0.05, 4);
  expect(Math.abs((since?.getTime() ?? 0) - (now - 7 * day))).toBeLessThanOrEqual(2 * step);
  expect(Math.abs(coveredMs - 7 * day)).toBeLessThanOrEqual(3 * step);
  for (const rate of Object.values(burn)) expect(rate).toBeCloseTo(5, 2);
  expect(Object.keys(burn)).toHaveLength(4);
  expect(lastMonth).toBeUndefined();
  expect(standing('nowhere'), 'Prometheus has nothing of it').toBeUndefined();
  expect(values.get('up')).toBe(1);
  expect(lines.map(([level, text]) => `${level} ${text}`)).toEqual([
    'info Prometheus has no recorded series of raw, nowhere: it is asked for the events of the whole window, which costs it more; load the rules of `sidewarden generate rules` there',
  ]);
});

test('an expression of the user that is wrong is said by its name, and costs the others nothing', async () => {
  const broken = { indicator: { expression: { good: 'sum(', total: 'vector(1)' } }, objective: 99 };
  const { ask, standing, lines, values, failures } = startService({
    objectives: { broken, raw: { ...objective, window: '7d' } },
    asked: { url: server.url },
    namespace: 'shop',
  });
  await ask();
  await ask();
  expect(standing('raw')).toBeDefined();
  expect(values.get('up')).toBe(0);
  expect(failures()).toEqual({ server: 2 });
  expect(lines.filter(([level]) => level === 'warn').map(([, text]) => text)).toEqual([
    expect.stringMatching(/^Prometheus gives no answer about the objective broken: answered 400: .*parse error/),
  ]);
});

test('an answer is told for a quarter of an hour, and handed on to a successor with the same questions', async () => {
  const objectives = { availability: objective, young: objective };
  const asked = { url: server.url };
  const { ask, standing, service } = startService({ objectives, asked });
  await ask();
  const then = systemClock.now();
  expect(standing('young', then + 14 * minute)).toBeDefined();
  expect(standing('young', then + 16 * minute)).toBeUndefined();
  const changed = { availability: objective, young: { ...objective, window: '7d' } };
  const inherited = service.heritage;
  const after = startService({ objectives: changed, asked, inherited });
  expect(after.standing('availability')).toEqual(standing('availability'));
  expect(after.standing('young')).toBeUndefined();
  expect(startService({ objectives, asked: { url: 'http://elsewhere' }, inherited }).standing('young')).toBeUndefined();
});

test('rounds come every five minutes or so, and a minute after one without an answer', async () => {
  let time = 0;
  const clock: Clock = { now: () => time, wall: () => new Date() };
  const { service, ask } = startService({ objectives: { young: objective }, asked: { url: server.url }, clock });
  expect(service.job.next(time)).toBe(15_000);
  time = 15_000;
  await ask();
  expect(service.job.next(time)).toBe(15_000 + 5 * minute);
  const dead = startService({ objectives: { young: objective }, asked: { url: 'http://127.0.0.1:9' }, clock });
  await dead.ask();
  expect(dead.service.job.next(time)).toBe(time + minute);
});
