import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { initialState, reduce } from '../../src/core/believe.ts';
import { detectionBoundMs, expiryMs, jitter } from '../../src/core/bounds.ts';
import type { Policy } from '../../src/core/check.ts';
import { planNext, type Timetable } from '../../src/core/plan.ts';
import { makePolicy, makeResult, type Outcome } from './make.ts';

const policy = makePolicy();
const grid = (origin = 0): Timetable => ({ kind: 'grid', origin });
const stateAfter = (outcomes: Outcome[], at = 0, over: Policy = policy) =>
  outcomes.reduce((state, outcome) => reduce(state, makeResult(outcome, at), over), initialState);
const down: Outcome[] = ['passed', 'refused', 'refused', 'refused'];

describe('bounds, as the documentation states them', () => {
  const bound = (over: Partial<Policy>) => Math.round(detectionBoundMs(makePolicy(over)) / 100) / 10;
  test('postgres and redis', () => expect(bound({})).toBe(22.5));
  test('a hang, which is confirmed quickly', () => expect(bound({ confirmsSlowly: false })).toBe(13.7));
  test('a refusal, which takes no time', () => expect(bound({ confirmsSlowly: false, timeoutMs: 0 })).toBe(7.7));
  test('elasticsearch', () => {
    expect(bound({ intervalMs: 15_000, timeoutMs: 5000, confirmsSlowly: false })).toBe(33.7);
  });
  test('kms, with and without a round trip that rests', () => {
    const kms = { intervalMs: 60_000, timeoutMs: 5000, confirmMs: 5000, confirmsSlowly: false };
    expect(bound(kms)).toBe(92);
    expect(bound({ ...kms, restMs: 300_000 })).toBe(392);
    expect(expiryMs(makePolicy({ ...kms, restMs: 300_000 }))).toBe(180_000);
  });
});

describe('when a check runs next', () => {
  test('on its grid, by the tenth of the interval at most off', () => {
    const place = planNext(policy, stateAfter(['passed'], 300), grid(), 302, 0.5);
    expect(place).toBe(5000);
    expect(planNext(policy, stateAfter(['passed'], 5000), grid(), 5002, 0.999)).toBeCloseTo(10_499, 0);
  });
  test('a first failure is confirmed soon, and so is a first success after unhealthy', () => {
    expect(planNext(policy, stateAfter(['passed', 'refused']), grid(), 2, 0.5)).toBe(1002);
    expect(planNext(policy, stateAfter([...down, 'passed']), grid(), 2, 0.5)).toBe(1002);
  });
  test('but not at the cost of a weak server', () => {
    for (const outcome of ['capacity', 'starting'] as const) {
      expect(planNext(policy, stateAfter(['passed', outcome]), grid(), 2, 0.5)).toBe(5000);
    }
  });
  test('once unhealthy it goes on at the interval, and some classes lengthen it to a limit', () => {
    expect(planNext(policy, stateAfter(down), grid(), 2, 0.5)).toBe(5000);
    const waits = (outcome: Outcome) =>
      [3, 4, 5, 6, 12].map((runs) => planNext(policy, stateAfter(Array(runs).fill(outcome)), grid(), 2, 0.5) / 1000);
    expect(waits('starting')).toEqual([10, 15, 15, 15, 15]);
    expect(waits('auth')).toEqual([10, 20, 40, 60, 60]);
  });
  test('the wait grows anew when the class changes', () => {
    const state = stateAfter([...down, 'refused', 'refused', 'refused', 'starting']);
    expect(planNext(policy, state, grid(), 2, 0.5)).toBe(10_000);
  });
  test('after an inconclusive run the wait ends before belief does, and is never below the interval', () => {
    let state = stateAfter(['passed']);
    for (const at of [5000, 15_000]) state = reduce(state, makeResult('throttled', at), policy);
    const next = planNext(policy, state, grid(), 15_002, 0.5);
    expect(next).toBeGreaterThanOrEqual(20_000 - 500);
    expect(next + policy.timeoutMs).toBeLessThanOrEqual(state.goodUntil + policy.timeoutMs);
    expect(next).toBeLessThanOrEqual(20_500);
    const gone = Array.from({ length: 6 }).reduce<typeof state>(
      (all, _, index) => reduce(all, makeResult('throttled', 60_000 + index), policy),
      state,
    );
    expect(planNext(policy, gone, grid(), 60_010, 0.5) - 60_005).toBeGreaterThan(50_000);
  });
  test('an inconclusive run of a healthy check leaves time for another before belief ends, wherever the grid lies', () => {
    const grown = stateAfter(['passed', ...Array(3).fill('throttled')]);
    const believed = { ...grown, status: 'healthy' as const, goodUntil: 20_000 };
    for (let origin = 0; origin < policy.intervalMs; origin += 100) {
      for (const random of [0, 0.5, 0.999]) {
        const next = planNext(policy, believed, grid(origin), 2, random);
        expect(next + policy.timeoutMs, `${origin} ${random}`).toBeLessThanOrEqual(believed.goodUntil);
      }
    }
  });
  test('a cron run is never early nor left out, and a longer wait skips instants', () => {
    const runs = Array.from({ length: 40 }, (_, index) => 5000 * (index + 1));
    const cron: Timetable = { kind: 'cron', from: (earliest) => runs.find((run) => run >= earliest) };
    expect(planNext(policy, stateAfter(['passed']), cron, 2, 0)).toBe(5000);
    expect(planNext(policy, stateAfter(['passed'], 4990), cron, 4992, 0)).toBe(5000); // a first run, shortly before
    expect(planNext(policy, stateAfter(['passed']), cron, 5700, 0)).toBe(5700); // it passed while the loop was late
    expect(planNext(policy, stateAfter(Array(5).fill('auth')), cron, 2, 0)).toBe(35_000);
  });
});

test('no healthy gap is longer than the bound assumes, and none is a storm', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1000, max: 100_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.array(fc.tuple(fc.double({ min: 0, max: 0.999999, noNaN: true }), fc.integer({ min: 0, max: 400 })), {
        minLength: 2,
        maxLength: 60,
      }),
      (intervalMs, phase, steps) => {
        const over = makePolicy({ intervalMs });
        let at = 0;
        for (const [random, duration] of steps) {
          const state = reduce(initialState, makeResult('passed', at, duration), over);
          const next = planNext(over, state, grid(phase * intervalMs), at + duration, random);
          expect(next - at).toBeLessThanOrEqual(intervalMs * (1 + jitter) + 1e-6);
          expect(next - at).toBeGreaterThanOrEqual(intervalMs * 0.5 - 1e-6);
          at = next;
        }
      },
    ),
  );
});
