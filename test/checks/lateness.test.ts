import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchLateness } from '../../src/checks/lateness.ts';
import type { Clock } from '../../src/core/clock.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A wait of two seconds, whose ticks every 20 ms really come after these times. */
function lateAfter(gapsMs: readonly number[]): number {
  let now = 0;
  const clock: Clock = { now: () => now, wall: () => new Date(now) };
  const lateness = watchLateness(clock, 2000);
  for (const gap of gapsMs) {
    now += gap;
    vi.advanceTimersByTime(20);
  }
  const late = lateness.lateMs();
  lateness.stop();
  return late;
}

test('one long delay counts, nearly whole', () => {
  expect(lateAfter([20, 620, 20])).toBe(600);
});
test('many long delays add up', () => {
  expect(lateAfter([170, 20, 170, 170])).toBe(450);
});
test('the unrest of a busy machine does not, however long it lasts', () => {
  expect(lateAfter(Array(40).fill(55))).toBe(0);
});
test('a delay that is not over yet counts too', () => {
  let now = 0;
  const lateness = watchLateness({ now: () => now, wall: () => new Date(now) }, 2000);
  now = 1020;
  expect(lateness.lateMs()).toBe(1000);
  lateness.stop();
  expect(vi.getTimerCount()).toBe(0);
});
