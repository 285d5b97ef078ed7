// Every expression reads series that exist, of the job that has them, with labels that they have; and says its own labels.
import { describe, expect, test } from 'vitest';
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import { type Recording, recordingsOf } from '../../../src/features/alerts/pack.ts';
import { alertRules, recordingRule } from '../../../src/features/alerts/rule.ts';
import { scope } from './bench.ts';
import { familyOf, ofScrapes } from './known-families.ts';
import { factsWith, ofEachKind } from './objectives.ts';
import { type Reading, readExpression, type Selector } from './reading.ts';

const facts = factsWith(ofEachKind);
const recordings = packs.flatMap((pack) => recordingsOf(pack, facts));
const jobs: Readonly<Record<string, string>> = { ...scope.jobs };

/** Of a recorded series: those of its expression, and of the rule. */
function recorded(name: string): ReadonlySet<string> | undefined {
  const found = recordings.find(({ record }) => record === name);
  if (found === undefined) return undefined;
  const { labels } = read(recordingRule(found, scope).expr);
  return labels && new Set([...labels, 'service', ...Object.keys(found.labels ?? {})]);
}

function labelsOf({ series, matchers }: Selector): ReadonlySet<string> | undefined {
  if (series.includes(':')) return recorded(series);
  const family = familyOf(series);
  const job = family === undefined ? undefined : jobs[family.job];
  const asked = matchers.find(([label]) => label === 'job')?.[1];
  if (ofScrapes.includes(series) && Object.values(jobs).some((one) => asked === JSON.stringify(one)))
    return family?.labels;
  return asked === (job === undefined ? undefined : JSON.stringify(job)) ? family?.labels : undefined;
}

const read = (promql: string): Reading => readExpression(promql, labelsOf);
/** Without what every series keeps, and without the alert's own `service`. */
const own = (labels: ReadonlySet<string> | undefined): readonly string[] =>
  [...(labels ?? [])].filter((label) => !['namespace', 'job', 'service'].includes(label)).sort();

describe.each(packs.map((pack) => [pack.name, pack] as const))('%s', (_, pack) => {
  test.each(recordingsOf(pack, facts).map((one) => [one.record, one] as const))('%s', (name, recording: Recording) => {
    expect(read(recordingRule(recording, scope).expr).wrong).toEqual([]);
    expect(name).toMatch(/^[a-z_]+:[a-z0-9_]+:[a-z0-9_]+$/);
  });
  test.each(pack.alerts.map((alert) => [alert.name, alert] as const))('%s', (_name, alert) => {
    for (const { expr } of alertRules(alert, pack, { scope }, facts)) {
      const { wrong, labels } = read(expr);
      expect(wrong).toEqual([]);
      expect(own(labels)).toEqual([...alert.labels].sort());
    }
    const used = [...alert.description.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
    expect(used.filter((label) => label !== 'namespace' && !alert.labels.includes(label as string))).toEqual([]);
  });
});

test('a series, a label and a job that do not exist are told', () => {
  expect(read('max by (check) (pg_upp{job="shop-statistics"}) == 0').wrong).toContain('there is no series pg_upp');
  expect(read('max by (chek) (pg_up{job="shop-statistics"}) == 0').wrong).toHaveLength(1);
  expect(read('max by (check) (pg_up{job="shop-sidewarden"}) == 0').wrong).toContain('there is no series pg_up');
  expect(read('pg_up{job="shop-statistics", datname="x"} == 0').wrong).toHaveLength(1);
  expect(read('max by (check (').wrong).not.toEqual([]);
});

test('every recording is read by an alert, a board or the daemon', () => {
  const readBy = new Set([
    // The daemon asks for it, to see whether the rules are those of its configuration.
    'slo:time_period:days',
    ...packs.flatMap((pack) =>
      [
        ...recordingsOf(pack, facts).map((one) => one.expr),
        ...pack.alerts.map(({ expr }) => expr),
        pack.silence ?? '',
      ].flatMap((expr) => [...expr.matchAll(/([\w]+:[\w]+:[\w]+)\{/g)].map(([, name]) => name)),
    ),
  ]);
  expect(recordings.map(({ record }) => record).filter((name) => !readBy.has(name))).toEqual([]);
});
