// Objectives on a real daemon: they are counted as soon as a reload brings them, over reloads, and leave nothing.
import { afterEach, expect, test } from 'vitest';
import { slos } from '../../../src/features/slos/index.ts';
import { startHttpServer } from '../../servers/http.ts';
import { runFolder } from '../../servers/process.ts';
import { lintMetrics } from '../../servers/prometheus.ts';
import { asked, startDaemon } from '../daemon.ts';

let stop: readonly (() => Promise<void>)[] = [];
afterEach(() => Promise.all(stop.map((one) => one())));

const ready = { indicator: { ready: true }, objective: 99.9 };
const app = { indicator: { check: 'app' }, objective: 99 };
const elsewhere = { indicator: { expression: { good: 'good', total: 'total' } }, objective: 99 };

/** Name and labels of a series, and its value. */
const seriesIn = (text: string): ReadonlyMap<string, number> =>
  new Map(
    [...text.matchAll(/^(sidewarden_slo_\S+) (\S+)$/gm)].map(([, series = '', value]) => [series, Number(value)]),
  );

test('a reload that leaves the indicator keeps the counts, and one that removes an objective leaves no series', async () => {
  const service = await startHttpServer((_, response) => response.end('ok'));
  const daemon = await startDaemon({ APP_URL: `http://${service.host}:${service.port}/` });
  stop = [daemon.stop, service.stop];
  const metrics = async (): Promise<string> => (await daemon.ask('/metrics')).text();
  const good = async (slo: string): Promise<number> =>
    seriesIn(await metrics()).get(`sidewarden_slo_events_total{slo="${slo}",result="good"}`) ?? Number.NaN;

  daemon.reload([asked(slos, { ready, app, elsewhere })]);
  await expect.poll(() => good('app')).toBeGreaterThanOrEqual(2);
  expect(await lintMetrics(await metrics())).toEqual({ code: 0, output: '' });
  const before = seriesIn(await metrics());
  expect(before.get('sidewarden_slo_events_total{slo="app",result="bad"}')).toBe(0);
  expect(before.get('sidewarden_slo_objective_ratio{slo="ready"}')).toBe(0.999);
  expect([...before.keys()].filter((one) => one.includes('elsewhere'))).toEqual([
    'sidewarden_slo_objective_ratio{slo="elsewhere"}',
  ]);

  daemon.reload([asked(slos, { ready: { ...ready, objective: 99.5, window: '7d' } })]);
  await expect
    .poll(async () => seriesIn(await metrics()).get('sidewarden_slo_objective_ratio{slo="ready"}'))
    .toBe(0.995);
  expect(await good('ready')).toBeGreaterThanOrEqual(
    before.get('sidewarden_slo_events_total{slo="ready",result="good"}') ?? Number.NaN,
  );
  expect([...seriesIn(await metrics()).keys()].filter((one) => !one.includes('"ready"'))).toEqual([]);
  expect(seriesIn(await metrics()).get('sidewarden_slo_compliance_ratio{slo="ready"}')).toBe(1);

  daemon.reload([]);
  await expect.poll(metrics).not.toContain('sidewarden_slo_');
});

test('where nothing is counted here any more, nothing is said of saved counts', async () => {
  const daemon = await startDaemon({ SIDEWARDEN_STATE_DIR: await runFolder('slo-state') });
  stop = [daemon.stop];
  const series = async (): Promise<readonly string[]> => [
    ...seriesIn(await (await daemon.ask('/metrics')).text()).keys(),
  ];
  daemon.reload([asked(slos, { ready })]);
  await expect.poll(series).toContain('sidewarden_slo_state_up');
  daemon.reload([asked(slos, { elsewhere })]);
  await expect.poll(series).toEqual(['sidewarden_slo_objective_ratio{slo="elsewhere"}']);
});
