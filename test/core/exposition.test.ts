// Text format 0.0.4: what is written can be read again, whatever a server puts into a label.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerOf, renderSamples } from '../../src/core/exposition.ts';
import { type Family, samples } from '../../src/core/family.ts';

const family: Family = { name: 'a_total', type: 'counter', help: 'Of a\\b\nand c.', labels: ['name'] };
const lines = (value: number | null | undefined, ...labels: readonly string[]) =>
  renderSamples(samples(family, value, ...labels), { check: 'x' }).flatMap((text) => text.lines);

/** The value of the label `name` as Prometheus reads it. */
function read(line: string): string {
  const [, escaped = ''] = /^a_total\{check="x",name="((?:[^"\\\n]|\\["\\n])*)"\} 1$/.exec(line) ?? [];
  return escaped.replace(/\\(.)/g, (_, one) => (one === 'n' ? '\n' : one));
}

test('a label comes back as it was, up to 256 characters of valid Unicode', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (value) => {
      const [line = '', ...rest] = lines(1, value);
      expect(rest).toEqual([]);
      expect(read(line)).toBe(value.slice(0, 256).toWellFormed());
    }),
  );
});

test('a label that is too long is cut', () => {
  expect(lines(1, 'x'.repeat(300))).toEqual([`a_total{check="x",name="${'x'.repeat(256)}"} 1`]);
});

test('values as Prometheus writes them; what is not known is absent', () => {
  expect(lines(Number.POSITIVE_INFINITY, 'n')).toEqual(['a_total{check="x",name="n"} +Inf']);
  expect(lines(Number.NEGATIVE_INFINITY, 'n')).toEqual(['a_total{check="x",name="n"} -Inf']);
  expect(lines(1e21, 'n')).toEqual(['a_total{check="x",name="n"} 1e+21']);
  expect(lines(0, 'n')).toEqual(['a_total{check="x",name="n"} 0']);
  for (const unknown of [undefined, null, Number.NaN]) expect(lines(unknown, 'n')).toEqual([]);
});

test('a series is there once, also when two labels differ beyond their cut alone', () => {
  const long = 'x'.repeat(256);
  const found = [...samples(family, 1, `${long}1`), ...samples(family, 2, `${long}2`), ...samples(family, 3, 'y')];
  expect(renderSamples(found, {})[0]?.lines).toEqual([`a_total{name="${long}"} 1`, 'a_total{name="y"} 3']);
});

test('the parts of a summary and a histogram', () => {
  const of = (type: Family['type'], bound: string) =>
    renderSamples([{ family: { ...family, type }, labels: ['n'], value: 2, part: { suffix: '_bucket', bound } }], {});
  expect(of('histogram', '0.5')[0]?.lines).toEqual(['a_total_bucket{name="n",le="0.5"} 2']);
  const quantile = {
    family: { ...family, type: 'summary' as const },
    labels: ['n'],
    value: 2,
    part: { bound: '0.99' },
  };
  expect(renderSamples([quantile], {})[0]?.lines).toEqual(['a_total{name="n",quantile="0.99"} 2']);
});

test('help on one line', () => {
  expect(headerOf(family)).toBe('# HELP a_total Of a\\\\b\\nand c.\n# TYPE a_total counter');
});
