// promtool over every family that statistics can have, whatever the server: ours are clean, and what the exporters' names
// violate is known.
import { beforeAll, expect, test } from 'vitest';
import { headerOf, renderSamples } from '../../src/core/exposition.ts';
import type { Family, Sample } from '../../src/core/family.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { familiesOf } from '../../src/dependencies/statistics.ts';
import { lintMetrics, promtoolMajor } from '../servers/prometheus.ts';
import { faults, faultsOf2 } from './lint-exceptions.ts';

/** What one server could say: a sample of each of its series. */
function samplesOf(family: Family): Sample[] {
  const sample = { family, labels: family.labels.map(() => 'x'), value: 1 };
  if (family.type === 'histogram') {
    const bucket = { suffix: '_bucket', bound: '+Inf' } as const;
    return [bucket, { suffix: '_sum' } as const, { suffix: '_count' } as const].map((part) => ({ ...sample, part }));
  }
  if (family.type === 'summary') {
    const quantile = { bound: '0.5' };
    return [quantile, { suffix: '_sum' } as const, { suffix: '_count' } as const].map((part) => ({ ...sample, part }));
  }
  return [sample];
}

let all: readonly Family[];
let said: readonly string[];

beforeAll(async () => {
  const statistics = await Promise.all(
    definitions.map((one) => one as unknown as Definition).map((one) => one.statistics?.()),
  );
  const families = statistics.flatMap((one) => (one === undefined ? [] : familiesOf(one)));
  all = [...new Map(families.map((family) => [family.name, family])).values()];
  const owner = { check: 'a', instance: 'server:1' };
  const pages = all.map((family) => {
    const lines = renderSamples(samplesOf(family), owner).flatMap((text) => text.lines);
    return `${[headerOf(family), ...lines].join('\n')}\n`;
  });
  const { output } = await lintMetrics(pages.join(''));
  said = output.trimEnd().split('\n');
});

test('ours are clean', () => {
  expect(all.filter(({ exporter }) => exporter === undefined).length).toBeGreaterThan(30);
  expect(said.filter((line) => line.startsWith('sidewarden_'))).toEqual([]);
});

test('what the exporters’ names violate is the list, no more and no less', async () => {
  const listed = (await promtoolMajor()) < 3 ? { ...faults, ...faultsOf2 } : faults;
  const known = Object.entries(listed).flatMap(([words, names]) => names.map((name) => `${name} ${words}`));
  expect(said.toSorted()).toEqual(known.toSorted());
});
