// What holds of every page: however it is cut, whatever its labels hold, in whatever order they stand.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, hostilePage } from './hostile.ts';
import { readPage } from './reading.ts';
import { parseStrictly } from './strict.ts';

const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,8}$/).filter((one) => !/^pg_up/.test(one));
const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,4}$/);
const text = fc.string({ unit: 'binary', maxLength: 12 }).map((one) => one.replaceAll('\0', ''));
const labels = fc.dictionary(labelName, text, { maxKeys: 5, noNullPrototype: true });
const value = fc.oneof(
  fc.double().map((one) => String(one).replace('Infinity', '+Inf').replace('-+', '-')),
  fc.constantFrom('NaN', '+Inf', '-Inf', '1E5', '+3', '.5'),
);
const space = fc.stringMatching(/^[ \t]{0,2}$/);
const sample = fc.record({
  name,
  labels,
  value,
  time: fc.option(fc.nat(), { nil: undefined }),
  order: fc.nat(),
  space,
});
type Sample = typeof sample extends fc.Arbitrary<infer One> ? One : never;

const escaped = (one: string): string =>
  one.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));

/** With its labels turned round, and spaces between all words. */
function written({ name, labels, value, time, order, space }: Sample): string {
  const pairs = Object.entries(labels).map(([key, one]) => `${space}${key}${space}=${space}"${escaped(one)}"${space}`);
  const turned = [...pairs.slice(order % (pairs.length || 1)), ...pairs.slice(0, order % (pairs.length || 1))];
  const braces = pairs.length === 0 ? '' : `${space}{${turned.join(',')}${order % 2 === 0 ? ',' : ''}}`;
  return `${space}${name}${braces} ${space}${value}${time === undefined ? '' : ` ${time}`}${space}\n`;
}

const meant = ({ name, labels, value, time }: Sample) => ({
  name,
  labels: Object.entries(labels)
    .filter(([, one]) => one !== '')
    .map(([key, one]) => `${key}="${escaped(one)}"`)
    .sort()
    .join(','),
  value,
  ...(time !== undefined && { time: String(time) }),
});

test('every sample comes through, the first of each series, in the order of the page within its name', () => {
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 12 }), (samples) => {
      const { bytes, dropped } = readPage(samples.map(written).join(''));
      const seen = new Set<string>();
      const first = samples.map(meant).filter((one) => {
        const key = `${one.name}{${one.labels}}`;
        return !seen.has(key) && seen.add(key);
      });
      const names = [...new Set(first.map((one) => one.name))];
      expect(parseStrictly(bytes)).toEqual(names.flatMap((one) => first.filter(({ name }) => name === one)));
      expect(dropped).toEqual(first.length === samples.length ? {} : { duplicate: samples.length - first.length });
    }),
    { numRuns: 500 },
  );
});

test('what is shown is shown again as it is', () => {
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), (seed, openMetrics) => {
      const { text } = readPage(hostilePage(createRandom(seed), 40), { openMetrics });
      const again = readPage(text);
      expect(again.dropped).toEqual({});
      expect(again.text).toBe(text);
    }),
    { numRuns: 500 },
  );
});

test('where the bytes are cut changes nothing', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
      (seed, openMetrics, pieces) => {
        const page = hostilePage(createRandom(seed), 30);
        expect(readPage(page, { openMetrics, pieces })).toEqual(readPage(page, { openMetrics }));
      },
    ),
    { numRuns: 300 },
  );
});

test('the quick way through a line finds what the slow way finds', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const page = hostilePage(createRandom(seed), 30).toString('latin1');
      const slow = page.replace(/(^|\n)(?=[a-zA-Z_:])/g, '$1 '); // which the quick way leaves to the other
      const read = (one: string) => readPage(Buffer.from(one, 'latin1'));
      expect(read(slow)).toEqual(read(page));
    }),
    { numRuns: 500 },
  );
});
