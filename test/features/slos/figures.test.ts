// Numbers as people read them.
import { expect, test } from 'vitest';
import {
  burnText,
  countText,
  decimalsOf,
  floorAt,
  leftText,
  spanText,
  timeText,
} from '../../../src/features/slos/text/figures.ts';

test.each([
  [99.95, 2, 99.95],
  [99.949999999, 2, 99.94],
  [(100 * 9995) / 10_000, 6, 99.95],
  [100, 3, 100],
  [-0.00001, 1, -0.1],
  [-0, 1, 0],
  [-1e-14, 1, 0], // what two doubles are off by
])('%d with %d digits is %d', (value, digits, rounded) => {
  expect(floorAt(value, digits)).toBe(rounded);
});

test.each([
  [100, '100'],
  [31.9, '31'],
  [9.99, '9.9'],
  [0.1, '0.1'],
  [0.0999, '<0.1'],
  [0, '0'],
  [-0.01, '-0.1'],
  [-9.91, '-10.0'],
  [-480.1, '-481'],
  [-999.5, '-1000'],
  [-1000, '-1000'],
  [-1580, '-1580'],
  [-99_999, '-99999'],
  [-100_000, '<-99999'],
  [-1e12, '<-99999'],
])('%d %% of a budget is %s', (percent, text) => {
  expect(leftText(percent)).toBe(text);
});

test.each([
  [null, '-'],
  [0, '0'],
  [0.0001, '<0.1'],
  [0.05, '0.1'],
  [1, '1.0'],
  [14.44, '14.4'],
  [100, '100'],
  [9999, '9999'],
  [100_000, '>9999'],
])('a burn of %d is %s', (rate, text) => {
  expect(burnText(rate)).toBe(text);
});

test.each([
  [0, '0s'],
  [999, '0s'],
  [61_000, '1m1s'],
  [3_600_000, '1h'],
  [3_659_000, '1h'],
  [90_061_000, '1d1h'],
  [30 * 86_400_000, '30d'],
  [1e300, '>9999d'],
])('%d ms are %s', (ms, text) => {
  expect(spanText(ms)).toBe(text);
});

test('a time has its day where it is another one', () => {
  const now = '2026-11-27T01:02:03.000Z';
  expect(timeText('2026-11-27T23:59:59.999Z', now)).toBe('23:59 UTC');
  expect(timeText('2026-11-28T00:00:00.000Z', now)).toBe('2026-11-28 00:00 UTC');
});

test('counts have commas, and digits are those that are written', () => {
  expect([0, 0.4, 999, 1_234_567].map(countText)).toEqual(['0', '0', '999', '1,234,567']);
  expect([99, 99.9, 99.95, 99.999].map(decimalsOf)).toEqual([0, 1, 2, 3]);
});
