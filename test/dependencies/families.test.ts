// What every type says of its statistics holds together: names, types, units, intervals, and no two meanings of one name.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Family } from '../../src/core/family.ts';
import { families as own } from '../../src/core/names.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { type Collector, familiesOf, type Statistics } from '../../src/dependencies/statistics.ts';

const typed = definitions
  .map((one) => one as unknown as Definition)
  .filter(({ statistics }) => statistics !== undefined);
const minuteMs = 60_000;

test('the four types that have statistics', () => {
  expect(typed.map(({ type }) => type).sort()).toEqual(['elasticsearch', 'kms', 'postgres', 'redis']);
});

describe.each(typed.map((definition) => [definition.type, definition] as const))('%s', (type, definition) => {
  let statistics: Statistics;
  let all: readonly { readonly family: Family; readonly collector: Collector }[];
  beforeAll(async () => {
    statistics = (await definition.statistics?.()) as Statistics;
    all = statistics.collectors.flatMap((collector) => collector.families.map((family) => ({ family, collector })));
  });

  test('its driver has a reader', async () => {
    expect((await definition.load()).reader).toBeTypeOf('function');
  });

  test('ours are named after the type, in base units; all have help that is a sentence', () => {
    for (const family of familiesOf(statistics)) {
      const { name, type: kind, labels, help, unit, exporter } = family;
      expect(name).toMatch(/^[a-z][a-zA-Z0-9_]*$/);
      expect(help, name).toMatch(/^[A-Z0-9].*\.$/s);
      for (const label of labels) expect(label).toMatch(/^[a-z][a-zA-Z0-9_]*$/);
      expect(labels, name).not.toContain('check');
      expect(new Set(labels).size, name).toBe(labels.length);
      if (exporter !== undefined) continue;
      expect(name.startsWith(`sidewarden_${type}_`), name).toBe(true);
      if (!['histogram', 'summary'].includes(kind)) expect(name.endsWith('_total'), name).toBe(kind === 'counter');
      for (const base of ['seconds', 'bytes'] as const) {
        const says = new RegExp(`_${base}(_total)?$`).test(name);
        expect(says, `${name} is in ${unit}`).toBe(unit?.startsWith(base) ?? false);
      }
    }
  });

  test('a name means one thing', () => {
    const known = new Map<string, Family>();
    for (const { family } of all) {
      const { name, type: kind, labels } = known.get(family.name) ?? family;
      expect({ name: family.name, kind: family.type, labels: family.labels }).toEqual({ name, kind, labels });
      known.set(name, family);
    }
    const ours = new Set(Object.values(own).map(({ name }): string => name));
    for (const name of known.keys()) expect(ours.has(name), name).toBe(false);
  });

  test('collectors have names of their own; counters are read every 15 s or more often', () => {
    const names = statistics.collectors.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, intervalMs, families, asks } of statistics.collectors) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(asks, name).not.toBe('');
      expect(families.length, name).toBeGreaterThan(0);
      expect(intervalMs, name).toBeGreaterThanOrEqual(5000);
      if (families.some(({ type: kind }) => kind === 'counter')) {
        expect(intervalMs <= 15_000 || slowCounters.has(`${type} ${name}`), `${type} ${name}`).toBe(true);
      }
      expect(intervalMs, name).toBeLessThanOrEqual(24 * 60 * minuteMs);
    }
  });
});

/** Counters that cost too much for 15 s. */
const slowCounters = new Map([
  ['postgres tables', 'a pass over the statistics of every table'],
  ['elasticsearch snapshots', 'asks every repository'],
]);
