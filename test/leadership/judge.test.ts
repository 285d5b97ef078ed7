// The judge sees two holds at the same time, and what nobody told.
import { expect, test } from 'vitest';
import { holdsOf, overlapsOf, untoldOf } from './judge.ts';

const held = (...at: number[]) => at.map((time) => `${time} held speaks`);
const free = (...at: number[]) => at.map((time) => `${time} free silent`);

test('a hold lasts from its first sample to its last, however long the process was frozen between', () => {
  expect(holdsOf([...held(10, 20), ...free(30), ...held(40, 90)])).toEqual([
    { from: 10, to: 20 },
    { from: 40, to: 90 },
  ]);
});

test('holds of two replicas overlap, those of one after the other do not', () => {
  expect(overlapsOf([held(10, 20), [...free(10), ...held(30)]])).toEqual([]);
  expect(overlapsOf([held(10, 40), held(20, 30)])).toHaveLength(1);
  expect(overlapsOf([held(10, 20), held(20, 30)])).toHaveLength(1);
});

test('what happened while nobody spoke is told by the next who does, from when on it says', () => {
  expect(untoldOf([held(10, 20), ['30 from 15', ...held(30, 40)]])).toEqual([]);
  expect(untoldOf([held(10, 20), ['30 from 25', ...held(30, 40)]])).toEqual([{ from: 20, to: 25 }]);
});
