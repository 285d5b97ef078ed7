// What is an event of readiness and of a check: seconds, each once, and none that says nothing of the service.
import { expect, test } from 'vitest';
import type { Belief } from '../../../src/core/check.ts';
import { slos } from '../../../src/features/slos/index.ts';
import { healthy, makeEntry, unhealthy } from '../../core/entries.ts';
import { asked } from '../daemon.ts';
import { createStage } from './stage.ts';

const ready = { indicator: { ready: true }, objective: 99.9 };
const database = { indicator: { check: 'database' }, objective: 99 };

/** A daemon with one check, which gates both the start and readiness. */
async function begin(written: Record<string, unknown> = { ready, database }) {
  const check = { belief: healthy as Belief, finishedRun: true };
  const entry = {
    ...makeEntry('database', { gates: ['startup', 'ready'] }),
    belief: () => check.belief,
    get finishedRun() {
      return check.finishedRun;
    },
  };
  const stage = createStage({ checks: [entry] });
  await stage.configure([asked(slos, written)]);
  const counts = async (slo: string): Promise<readonly (number | undefined)[]> => {
    const series = await stage.series();
    return ['good', 'bad'].map((result) => series[`events_total{slo="${slo}",result="${result}"}`]);
  };
  return { ...stage, check, counts };
}

test('a second is an event, good or bad by what is true then', async () => {
  const { check, counts, pass, series } = await begin();
  await pass(10_500);
  check.belief = unhealthy();
  await pass(10_000);
  expect(await counts('ready')).toEqual([11, 10]);
  expect(await counts('database')).toEqual([11, 10]);
  await pass(5000);
  const all = await series();
  expect(all).toMatchObject({
    'objective_ratio{slo="database"}': 0.99,
    'compliance_ratio{slo="database"}': 11 / 26,
    'since_timestamp_seconds{slo="database"}': Date.parse('2026-03-31T23:00:00Z') / 1000,
  });
  expect(all['error_budget_remaining_ratio{slo="database"}']).toBeCloseTo(1 - 15 / (0.26 * ((30 * 86_400) / 25)), 6);
  expect(all['burn_rate{slo="database",window="1h"}']).toBeCloseTo(15 / 0.26);
  expect(all['burn_rate{slo="database",window="5m"}']).toBeCloseTo(15 / 0.26);
  expect(Object.keys(all)).toHaveLength(2 * 11);
});

test('seconds that are a little late are all counted, and a long gap is one', async () => {
  const { counts, pass, freeze } = await begin();
  await pass(0);
  freeze(4500);
  await pass(0);
  expect(await counts('ready')).toEqual([5, 0]);
  await pass(500);
  expect(await counts('ready')).toEqual([6, 0]);
  freeze(3_600_000);
  await pass(0);
  expect(await counts('ready')).toEqual([7, 0]);
});

test('readiness is not counted while draining, nor before the start is over', async () => {
  const { check, counts, drain, pass } = await begin();
  check.finishedRun = false;
  await pass(60_000);
  expect([await counts('ready'), await counts('database')]).toEqual([
    [0, 0],
    [0, 0],
  ]);
  check.finishedRun = true;
  await pass(10_000);
  drain(true);
  await pass(10_000);
  expect(await counts('ready')).toEqual([10, 0]);
  expect(await counts('database')).toEqual([20, 0]);
});

test('a process that was never ready has no traffic for five minutes, and then has failed', async () => {
  const { check, counts, pass } = await begin();
  check.belief = unhealthy();
  await pass(299_999);
  expect(await counts('ready')).toEqual([0, 0]);
  await pass(10_000);
  expect(await counts('ready')).toEqual([0, 10]);
});

test('once it was ready, what is not ready counts at once, also after a reload', async () => {
  const { check, counts, configure, pass } = await begin({ ready });
  await pass(2500);
  await configure([asked(slos, { ready: { ...ready, objective: 99 } })]);
  check.belief = unhealthy();
  await pass(2000);
  expect(await counts('ready')).toEqual([3, 2]);
});

test('a check that there is not is not counted', async () => {
  const { counts, pass } = await begin({ other: { ...database, indicator: { check: 'other' } } });
  await pass(10_000);
  expect(await counts('other')).toEqual([0, 0]);
});

test('an objective that has the name of what every object has leaves no series either', async () => {
  const elsewhere = { indicator: { expression: { good: 'good', total: 'total' } }, objective: 99 };
  const { configure, pass, series } = await begin({ ready, constructor: elsewhere });
  await pass(1000);
  expect(Object.keys(await series())).toContain('objective_ratio{slo="constructor"}');
  await configure([asked(slos, { ready })]);
  await pass(1000);
  expect(Object.keys(await series())).not.toContain('objective_ratio{slo="constructor"}');
});
