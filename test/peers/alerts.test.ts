// A whole service on real servers, of which one after the other is stopped: one page each, and nothing else that wakes anybody.
// With SIDEWARDEN_TEST_LONG=1 the rules hold for as long as they are generated to; else for a twentieth of that.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packs } from '../../src/features/alerts/catalogue/index.ts';
import type { Alert } from '../../src/features/alerts/pack.ts';
import { minutes, rulesOfPack } from '../features/alerts/bench.ts';
import { alertsOf } from '../integration/statistics-scrape.ts';
import { loud } from './alerts/loud.ts';
import { type Stack, startStack } from './alerts/stack.ts';
import { stops } from './alerts/stops.ts';

const isLong = process.env.SIDEWARDEN_TEST_LONG === '1';
const share = isLong ? 1 : 1 / 20;
/** How long is looked for something else after the page: what follows from it comes later. */
const afterMs = isLong ? 300_000 : 45_000;
const withinMs = isLong ? 600_000 : 180_000;
/** Windows forget in that time; the rules then hold no more. */
const calmWithinMs = 900_000;

type Firing = { readonly name: string; readonly severity: string };

/** Alerts on what one replica reads. */
const ofStatistics = new Set(
  packs
    .filter(({ name }) => ['statistics', 'postgres', 'redis', 'elasticsearch', 'kms'].includes(name))
    .flatMap(({ alerts }) => alerts.map(({ name }) => name)),
);

let stack: Stack;

/** Packs of what is configured. */
const groupsWith = (
  changed: (alert: Alert) => Alert,
  said: (expr: string) => string = (expr) => expr,
): readonly object[] =>
  packs
    // There are no objectives.
    .filter(({ name }) => name !== 'kubernetes' && name !== 'slo')
    .map((pack) => ({
      name: pack.name,
      rules: rulesOfPack(pack, changed).map((rule) =>
        rule.alert === undefined ? rule : { ...rule, expr: said(rule.expr) },
      ),
    }));

beforeAll(async () => {
  const every = isLong ? '15s' : '5s';
  stack = await startStack({}, { scrape_interval: every, scrape_timeout: '5s', evaluation_interval: every });
  await stack.prometheus.rules(
    groupsWith((alert) => ({ ...alert, for: `${Math.round(minutes(alert.for) * 60 * share)}s` })),
  );
});
afterAll(() => stack?.stop());

const said = () => alertsOf(stack.prometheus);

async function firing(): Promise<readonly Firing[]> {
  return (await said())
    .filter(({ state, labels }) => state === 'firing' && labels.alertname !== 'Watchdog')
    .map(({ labels: { alertname, check, severity = '' } }) => ({
      name: [alertname, ...(check === undefined ? [] : [check])].join(' '),
      severity,
    }));
}
const pages = async (): Promise<readonly string[]> =>
  (await firing()).filter(({ severity }) => severity === 'critical').map(({ name }) => name);
/** Nobody is woken, for a while. */
const calm = async (): Promise<void> => {
  for (let quiet = 0; quiet < 20; ) {
    await expect.poll(pages, { timeout: calmWithinMs, interval: 2000 }).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    quiet = (await pages()).length === 0 ? quiet + 1 : 0;
  }
};

test('as long as all is well, nobody is woken', { timeout: calmWithinMs }, calm);

test.each(stops.map((stop) => [stop.what, stop] as const))(
  '%s is stopped',
  { timeout: 2_400_000 },
  async (what, one) => {
    // What the stop before has left, such as a server that was started a while ago.
    const before = new Set((await firing()).map(({ name }) => name));
    const seen = new Map<string, string>();
    const { page } = one;
    await one.stop(stack);
    // From the page on, or from now on where there is none, something else has so long to follow.
    for (let end = Date.now() + (page === undefined ? afterMs : withinMs), isOut = false; Date.now() < end; ) {
      for (const { name, severity } of await firing()) if (!before.has(name)) seen.set(name, severity);
      if (!isOut && page !== undefined && seen.has(page)) {
        isOut = true;
        end = Date.now() + afterMs;
      }
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    const critical = [...seen].filter(([, severity]) => severity === 'critical').map(([name]) => name);
    console.log(`${what}: ${[...seen].map(([name, severity]) => `${severity} ${name}`).join(', ') || 'nothing'}`);
    expect(critical).toEqual(page === undefined ? [] : [page]);
    await one.start(stack);
    await calm();
  },
);

test('who reads the statistics is killed, and every alert on them keeps its state', {
  timeout: 1_200_000,
}, async () => {
  await stack.prometheus.rules(groupsWith((alert) => ({ ...alert, for: '1d' }), loud));
  /** Since when each holds, of the packs whose series one replica reads. */
  const since = async (): Promise<ReadonlyMap<string, string>> =>
    new Map(
      (await said())
        .filter(({ labels: { alertname = '' } }) => ofStatistics.has(alertname))
        .map(({ labels, activeAt }) => [JSON.stringify(labels), activeAt]),
    );
  // Those that have held for two minutes: what comes and goes by itself says nothing.
  const steady = async (): Promise<ReadonlyMap<string, string>> => {
    const start = await since();
    await new Promise((resolve) => setTimeout(resolve, 120_000));
    const end = await since();
    return new Map([...start].filter(([alert, at]) => end.get(alert) === at));
  };
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  const before = await steady();
  console.log(`before: ${[...before.keys()].map((labels) => JSON.parse(labels).alertname).join(', ')}`);
  expect(before.size).toBeGreaterThanOrEqual(40);
  await stack.kill(1);
  for (const until = Date.now() + 150_000; Date.now() < until; ) {
    const now = await since();
    expect(Object.fromEntries([...before].filter(([alert, at]) => now.get(alert) !== at))).toEqual({});
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  console.log(`${before.size} alerts kept their state`);
  await stack.revive();
});
