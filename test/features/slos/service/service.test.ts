// What a real Prometheus says of the objectives: recorded series for all at once, and raw expressions where there are none.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../../src/core/clock.ts';
import { burnWindowNames, burnWindows, type Counts, type Standing } from '../../../../src/features/slos/budget.ts';
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
/** Recorded series of an objective, as the pack `slo` has them, and the counters that they are recorded from. */
function recorded(slo: string, labels: Readonly<Record<string, string>>, from: number, burn = 2): readonly Series[] {
  const last = (value: number) => (at: number) => (at > now - 2 * step ? value : undefined);
  const all = { slo, ...labels };
  const { good, bad } = counted(Math.max(from, now - 30 * day), now);
  return [
    ...countersOf(all, from),
    { name: 'slo:sli_events:increase_period', labels: all, value: last(good + bad) },
    { name: 'slo:sli_errors:increase_period', labels: all, value: last(bad) },
    {
      name: 'slo:window_covered:ratio_period',
      labels: all,
      value: last(Math.min(1, (now - from) / (windowOf(slo) * day))),
    },
    { name: 'slo:objective:ratio', labels: all, value: last(0.99) },
    { name: 'slo:time_period:days', labels: all, value: last(windowOf(slo)) },
    ...burnWindowNames.flatMap((window, index) => {
      const events = burnWindows[window] / 1000;
      return [
        { name: `slo:sli_events:increase${window}`, labels: all, value: last(events) },
        { name: `slo:sli_errors:increase${window}`, labels: all, value: last((events * burn) / 100 / (index + 1)) },
      ];
    }),
  ];
}

const windowOf = (slo: string): number => (slo === 'availability' ? 30 : 7);

/** For half an hour of yesterday nothing was scraped, while events went on. */
const isScraped = (at: number): boolean => at <= now - day || at > now - day + 6 * step;

function countersOf({ service, slo, ...labels }: Readonly<Record<string, string>>, from: number): readonly Series[] {
  const sums = new Map<number, Counts>();
  let sum: Counts = { good: 0, bad: 0 };
  for (let at = from; at <= now + 2 * step; at += step) {
    if (isScraped(at)) sums.set(at, sum);
    sum = { good: sum.good + 300 - badOf(at + step), bad: sum.bad + badOf(at + step) };
  }
  return (['good', 'bad'] as const).map((result) => ({
    name: 'sidewarden_slo_events_total',
    labels: { slo: `${slo}`, result, ...labels, job: `${service}-sidewarden`, instance: 'a' },
    value: (at) => sums.get(at)?.[result],
  }));
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
  expect(Math.abs((found?.bad ?? 0) - expected.bad)).toBeLessThanOrEqual(expected.bad / 100);
  expect(Math.abs((found?.good ?? 0) - expected.good)).toBeLessThanOrEqual(600); // five minutes may end meanwhile
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
  const { from, at, since, counts, coveredMs, burn, badIn, ...months } = standing('availability') as Standing;
  expect(from).toBe('prometheus');
  expect(Math.abs(Date.now() - (at?.getTime() ?? 0))).toBeLessThan(30_000);
  near(counts, counted(now - 30 * day, now));
  expect(Math.abs((since?.getTime() ?? 0) - (now - 30 * day))).toBeLessThanOrEqual(2 * step);
  expect(Math.abs(coveredMs - 30 * day)).toBeLessThanOrEqual(2 * step);
  for (const [index, window] of burnWindowNames.entries()) {
    expect(burn[window]).toBeCloseTo(2 / (index + 1));
    expect(badIn?.[window]).toBeCloseTo(burnWindows[window] / 50_000 / (index + 1));
  }
  near(months.month, soFar());
  near(months.lastMonth, counted(lastMonth, month));
  const young = standing('young') as Standing;
  near(young.counts, counted(now - 3 * day, now));
  expect(Math.abs((young.since?.getTime() ?? 0) - (now - 3 * day))).toBeLessThanOrEqual(2 * step);
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
  expect(burn['5m'], 'of the events of both').toBeCloseTo(2);
  expect(burn['1h']).toBeCloseTo(2 / 3);
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
  expect(one.standing('spread')?.burn['5m']).toBeCloseTo(2);
  expect(one.lines).toEqual([]);
});

test('without recorded series the events of the whole window are asked for, over restarts', async () => {
  const { ask, standing, lines, values } = startService({
    objectives: { raw: { ...objective, window: '7d' }, nowhere: objective },
    asked: { url: `${server.url}/` },
    namespace: 'shop',
  });
  await ask();
  const { counts, since, coveredMs, burn, badIn, lastMonth } = standing('raw') as Standing;
  const total = counts.good + counts.bad;
  expect(Math.abs(total / (7 * 24 * 3600) - 1)).toBeLessThan(0.005);
  expect(counts.bad / total).toBeCloseTo(0.05, 4);
  expect(Math.abs((since?.getTime() ?? 0) - (now - 7 * day))).toBeLessThanOrEqual(3 * step);
  expect(Math.abs(coveredMs - 7 * day)).toBeLessThanOrEqual(3 * step);
  for (const rate of Object.values(burn)) expect(rate).toBeCloseTo(5, 2);
  expect(Object.keys(burn)).toEqual(burnWindowNames);
  expect(badIn?.['1h']).toBeCloseTo(180, -1);
  expect(lastMonth).toBeUndefined();
  expect(standing('nowhere'), 'Prometheus has nothing of it').toBeUndefined();
  expect(values.get('up')).toBe(1);
  expect(lines, 'rules may be loaded soon').toEqual([]);
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
  expect(values.get('up'), 'nor has it been answered since').toBe(0);
  expect(failures(), 'it was asked once').toEqual({ server: 1 });
  expect(lines.filter(([level]) => level === 'warn').map(([, text]) => text)).toEqual([
    expect.stringMatching(/^Prometheus gives no answer about the objective broken: answered 400: .*parse error/),
  ]);
});

test('an answer is told for a quarter of an hour, and handed on to a successor that counts the same', async () => {
  const objectives = { availability: objective, young: { ...objective, window: '7d' } };
  const asked = { url: server.url };
  const { ask, standing, service } = startService({ objectives, asked });
  await ask();
  const then = systemClock.now();
  expect(standing('young', then + 14 * minute)).toBeDefined();
  expect(standing('young', then + 16 * minute)).toBeUndefined();
  const inherited = service.heritage;
  const after = startService({
    objectives: {
      availability: {
        ...objective,
        description: 'what users see',
        sla: 95,
        page: false,
        min_bad_events: 20,
        objective: 98,
      },
      young: objective,
    },
    asked,
    inherited,
  });
  const { burn, ...rest } = standing('availability') as Standing;
  const { burn: burnNow, ...restNow } = after.standing('availability') as Standing;
  expect(restNow).toEqual(rest);
  expect(burnNow['5m'], 'twice as much is allowed').toBeCloseTo((burn['5m'] ?? 0) / 2);
  expect(after.standing('young'), 'of another window').toBeUndefined();
  const other = { ...objectives, availability: { indicator: { check: 'web' }, objective: 99 } };
  expect(startService({ objectives: other, asked, inherited }).standing('availability')).toBeUndefined();
  expect(startService({ objectives, asked: { url: 'http://elsewhere' }, inherited }).standing('young')).toBeUndefined();
});

test('rounds come every minute or so, also after one without an answer', async () => {
  let time = 0;
  const clock: Clock = { now: () => time, wall: () => new Date() };
  const { service, ask } = startService({ objectives: { young: objective }, asked: { url: server.url }, clock });
  expect(service.job.next(time)).toBe(15_000);
  time = 15_000;
  await ask();
  expect(service.job.next(time)).toBe(15_000 + minute);
  const dead = startService({ objectives: { young: objective }, asked: { url: 'http://127.0.0.1:9' }, clock });
  await dead.ask();
  expect(dead.service.job.next(time)).toBe(time + minute);
});
