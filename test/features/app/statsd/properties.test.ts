// What holds whatever comes, in whatever order.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue, make } from './make.ts';
import { packetOf, type Random, randomOf } from './random.ts';

/** A page as Prometheus reads it, with a regular expression that is its grammar. @throws for what it would not take */
function parse(page: string): Map<string, number> {
  const series = new Map<string, number>();
  const families = new Set<string>();
  let type = '';
  let name = '';
  if (page !== '' && !page.endsWith('\n')) throw new Error('no line feed at the end');
  for (const line of page.split('\n').slice(0, -1)) {
    if (line.startsWith('# HELP ')) {
      name = line.split(' ')[2] ?? '';
      if (families.has(name)) throw new Error(`twice: ${name}`);
      families.add(name);
      continue;
    }
    if (line.startsWith('# TYPE ')) {
      expect(line.split(' ')[2]).toBe(name);
      type = line.split(' ')[3] ?? '';
      continue;
    }
    const match =
      /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? ([+-]Inf|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(
        line,
      );
    if (match === null) throw new Error(`cannot be read: ${line}`);
    const [, sample = '', labels = '', value = ''] = match;
    const names = [...labels.matchAll(/([a-zA-Z_]\w*)="(?:[^"\\\n]|\\["\\n])*"/g)].map(([, label]) => label);
    if (new Set(names).size < names.length) throw new Error(`a label twice: ${line}`);
    if (names.some((label) => label?.startsWith('__'))) throw new Error(`a reserved label: ${line}`);
    const own = type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
    if (!own.includes(sample)) throw new Error(`in the family ${name}: ${line}`);
    const key = `${sample}{${labels
      .split(/,(?=[a-zA-Z_]\w*=")/)
      .sort()
      .join(',')}}`;
    if (series.has(key)) throw new Error(`twice: ${line}`);
    series.set(key, Number(value.replace('Inf', 'Infinity')));
  }
  return series;
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, one) => all + one, 0);
const shuffled = <Value>(random: Random, values: readonly Value[]): Value[] =>
  values
    .map((value) => ({ value, at: random() }))
    .sort((one, two) => one.at - two.at)
    .map(({ value }) => value);

describe('whatever comes', () => {
  const line = fc.record({
    name: fc.constantFrom('a', 'b', 'c.d'),
    values: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 5 }),
    rate: fc.constantFrom(1, 0.5, 0.25),
    tag: fc.constantFrom('x', 'y', 'z'),
  });
  type Line = { name: string; values: readonly number[]; rate: number; tag: string };
  const written = ({ name, rate, tag }: Line, type: string, values: readonly number[]): string =>
    `${name}:${values.join(':')}|${type}|@${rate}|#tag:${tag}`;

  test('counters and histograms add up, whatever the order and the packing', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.integer(), (lines, seed) => {
        const [packed, single] = [make(), make()];
        for (const type of ['c', 'h']) {
          const named = lines.map((one) => ({ ...one, name: `${type}.${one.name}` }));
          packed.send(named.map((one) => written(one, type, one.values)).join('\n'));
          const singles = named.flatMap((one) => one.values.map((value) => written(one, type, [value])));
          for (const one of shuffled(randomOf(seed), singles)) single.send(one);
        }
        expect(parse(packed.page())).toEqual(parse(single.page()));
        const series = parse(packed.page());
        for (const { name, tag } of lines) {
          const same = lines.filter((one) => one.name === name && one.tag === tag);
          const all = same.reduce((before, { values, rate }) => before + values.reduce((x, y) => x + y, 0) / rate, 0);
          const count = same.reduce((before, { values, rate }) => before + values.length / rate, 0);
          const plain = name.replace('.', '_');
          expect(series.get(`c_${plain}{tag="${tag}"}`)).toBe(all);
          expect(series.get(`h_${plain}_sum{tag="${tag}"}`)).toBe(all);
          expect(series.get(`h_${plain}_count{tag="${tag}"}`)).toBe(count);
          expect(series.get(`h_${plain}_bucket{le="+Inf",tag="${tag}"}`)).toBe(count);
        }
      }),
    );
  });

  test('each line is taken or rejected, the page can be read, and the caps hold', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 400 }), (seed, names) => {
        const random = randomOf(seed);
        const caps = { max_series: 300, max_series_per_metric: 30, signed_gauges: 'delta' };
        const mappings = [
          { match: 'n1', drop: true },
          { match: '*.orders', name: 'x', labels: { _a: '$1' } },
          { match: 'shop.*', name: '$1' },
        ];
        const made = make({ ...caps, mappings, gauge_ttl: '1m' }, { metrics: catalogue });
        const metrics = new Set<string>();
        for (let at = 0; at < 500; at += 1) {
          made.send(packetOf(random, names));
          if (at % 100 === 0) made.pass(30_000);
        }
        const series = parse(made.page());
        for (const key of series.keys()) metrics.add(key.replace(/[{].*/, ''));
        expect(made.tally.taken + sum(made.tally.rejected)).toBe(made.tally.lines);
        expect(series.size).toBe(made.store.lines());
        expect(series.size).toBeLessThanOrEqual(300 + 16 * metrics.size);
      }),
      { numRuns: 60 },
    );
  });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Of the process, once what is not used is gone. */
function heapNow(): number {
  collect();
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
}

const isLong = process.env.SIDEWARDEN_TEST_LONG === '1';
test('a hundred thousand lines at random: nothing is thrown, and nothing grows', { timeout: 900_000 }, () => {
  const [lines, random] = [isLong ? 10_000_000 : 100_000, randomOf(20261127)];
  const made = make({ signed_gauges: 'absolute', max_series: 2000, gauge_ttl: '10s' }, { metrics: catalogue });
  const heaps: number[] = [];
  while (made.tally.lines < lines) {
    for (let at = 0; at < lines / 20; at += 1) made.send(packetOf(random, 100_000));
    made.pass(5000);
    parse(made.page());
    heaps.push(heapNow());
  }
  expect(made.tally.taken + sum(made.tally.rejected)).toBe(made.tally.lines);
  if (isLong)
    console.log(`heap after each twentieth, in MB: ${heaps.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ')}`);
  expect(Math.min(...heaps.slice(-3)) - Math.max(...heaps.slice(2, 8))).toBeLessThan(4_000_000);
  for (const reason of ['bad_line', 'too_many', 'wrong_type', 'event'] as const)
    expect(made.tally.rejected[reason], reason).toBeGreaterThan(0);
});

test('what is kept of a packet does not keep the packet', () => {
  const made = make();
  const before = heapNow();
  for (let at = 0; at < 1500; at += 1)
    made.send(`a_name_of_some_length.${at}:1|c|#and_a_tag:of_some_length_${at}\n${'x'.repeat(60_000)}`);
  expect(made.tally.taken).toBe(1500);
  expect(heapNow() - before).toBeLessThan(20_000_000); // the packets are 90 MB
});
