// docs/metrics.md is what the registry registers: every family with its type, labels and help, and no other.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { durationBuckets, requestBuckets } from '../../src/core/detail.ts';
import { families } from '../../src/core/names.ts';
import { servedBuckets } from '../../src/core/served.ts';
import { createRegistry } from '../../src/metrics/registry.ts';
import { makeBoard, makeClock, makeEntry } from '../core/entries.ts';
import { makeResult } from '../core/make.ts';
import { textOf } from './text.ts';

const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
const own = page.slice(0, page.indexOf('\n## Statistics'));
const rows = [...own.matchAll(/^\| `(sidewarden_\w+)` \| (\w+) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$/gm)].map(
  ([, name, type, labels = '', help]) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
    help,
  }),
);

async function registered() {
  const registry = createRegistry({
    version: '1',
    service: '',
    detail: 'full',
    clock: makeClock(),
    board: makeBoard([makeEntry('a')]),
    draining: () => false,
    latenessMs: () => 0,
  });
  registry.add({ name: 'a', type: 'redis', classes: ['dns'] });
  registry.add({ name: 'k', type: 'kms', classes: ['dns'], requests: { runs: ['DescribeKey'], statistics: [] } });
  registry.run('a', 'redis', makeResult('passed', 0));
  registry.sinkFailed('log', 0);
  registry.answered('/health', 200, 0);
  return textOf(registry);
}

test('names, types and help', async () => {
  const text = await registered();
  const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]));
  const said = [...text.matchAll(/^# HELP (\w+) (.*)$/gm)].map(([, name, help]) => ({
    name,
    type: types.get(name),
    help,
  }));
  const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) =>
    `${a.name}`.localeCompare(`${b.name}`);
  expect(rows.map(({ name, type, help }) => ({ name, type, help })).sort(byName)).toEqual(said.sort(byName));
});

test('labels', async () => {
  const text = await registered();
  for (const { name, labels } of rows) {
    const sample = new RegExp(`^${name}(?:_bucket)?(?:\\{(.*?)\\})? `, 'm').exec(text);
    if (sample === null) continue; // garbage collection: not before the first
    const used = [...(sample[1] ?? '').matchAll(/(\w+)="/g)]
      .map(([, label]) => label)
      .filter((label) => label !== 'le');
    expect(labels, name).toEqual(used);
  }
  for (const { name, labels } of Object.values(families)) {
    expect(rows.find((row) => row.name === name)?.labels, name).toEqual([...labels]);
  }
});

test.each([durationBuckets.default, durationBuckets.full, requestBuckets, servedBuckets])('buckets', (...buckets) =>
  expect(page).toContain(buckets.join(' ')),
);
