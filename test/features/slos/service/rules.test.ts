// The series that `sidewarden generate rules` has recorded are the ones that Prometheus is asked for.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { burnWindowNames } from '../../../../src/features/slos/budget.ts';
import { eventually } from '../../../patience.ts';
import { type Prometheus, startPrometheus } from '../../../servers/prometheus.ts';
import { generated } from '../../alerts/generated.ts';
import { day, openMetricsOf, type Series, startService, step } from './history.ts';

const minute = 60_000;
const now = Math.floor(Date.now() / minute) * minute;
const objectives = {
  availability: { indicator: { ready: true }, objective: 99 },
  weekly: { indicator: { check: 'web' }, objective: 99.5, window: '7d' },
} as const;
const configuration = `service: shop
namespace: shop
checks: { web: { type: http, url: 'http://127.0.0.1:8080/' } }
slos: ${JSON.stringify(objectives)}
`;

/** What the pods have counted before the rules were loaded: of 60 events a minute three are bad. */
function historyOf(slo: string): readonly Series[] {
  const pod = { slo, job: 'shop-sidewarden', instance: 'a', namespace: 'shop' };
  const counter = (perMinute: number) => (at: number) => ((at - now + 20 * day) / minute) * perMinute;
  return [
    { name: 'sidewarden_slo_events_total', labels: { ...pod, result: 'good' }, value: counter(57) },
    { name: 'sidewarden_slo_events_total', labels: { ...pod, result: 'bad' }, value: counter(3) },
  ];
}

// It takes no samples of its own from before the end of those that it is given.
let server: Prometheus;
beforeAll(async () => {
  const { groups } = await generated(configuration);
  const counted = Object.keys(objectives).flatMap(historyOf);
  const text = openMetricsOf(counted, { from: now - 20 * day, to: now, every: 2.5 * minute });
  server = await startPrometheus({
    // The first evaluation of a group comes within its interval.
    ...{ scrape: [], groups: groups.map(({ name, rules }) => ({ name, rules })), openMetrics: text },
    flags: ['--storage.tsdb.retention.time=120d'],
  });
}, 30_000);
afterAll(() => server?.stop());

test('the rules record what is asked for, with the labels by which it is asked', async () => {
  await eventually(async () => expect(await server.query('slo:burn_rate:ratio3d')).toHaveLength(2));
  const { ask, standing, lines, failures } = startService({
    objectives,
    asked: { url: server.url },
    namespace: 'shop',
  });
  await ask();
  expect(lines, 'none is without recorded series').toEqual([]);
  expect(failures()).toEqual({});
  for (const [slo, days, burn] of [
    ['availability', 20, 5],
    ['weekly', 7, 10],
  ] as const) {
    const found = standing(slo);
    const events = (found?.counts.good ?? 0) + (found?.counts.bad ?? 0);
    expect(Math.abs(events / (days * 24 * 3600) - 1)).toBeLessThan(0.005);
    expect((found?.counts.bad ?? 0) / events).toBeCloseTo(0.05, 3);
    expect(Object.keys(found?.burn ?? {})).toEqual(burnWindowNames);
    for (const rate of Object.values(found?.burn ?? {})) expect(rate).toBeCloseTo(burn, 1);
    expect(Math.abs((found?.since?.getTime() ?? 0) - (now - days * day))).toBeLessThanOrEqual(3 * step);
    expect(found?.badIn?.['1h']).toBeCloseTo(180, -1);
  }
});
