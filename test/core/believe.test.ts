import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { believe, type CheckState, initialState, reduce } from '../../src/core/believe.ts';
import { expiryMs } from '../../src/core/bounds.ts';
import { makePolicy, makeResult, type Outcome } from './make.ts';

const policy = makePolicy();
const second = 1000;

/** Reduces outcomes, one every five seconds from 0. */
function stateAfter(...outcomes: Outcome[]): CheckState {
  return outcomes.reduce(
    (state, outcome, index) => reduce(state, makeResult(outcome, index * 5 * second), policy),
    initialState,
  );
}
const at = (runs: number): number => (runs - 1) * 5 * second + 10;
const said = (...outcomes: Outcome[]) => believe(stateAfter(...outcomes), at(outcomes.length), policy);

describe('what results add up to', () => {
  test('before any run a check is unknown', () => {
    expect(believe(initialState, 0, policy)).toMatchObject({ status: 'unknown', errorClass: 'stale' });
  });
  test('the first success ever is enough', () => {
    expect(said('passed').status).toBe('healthy');
    expect(said('refused', 'refused', 'refused', 'passed').status).toBe('healthy');
  });
  test('failures below the threshold leave it healthy, with a warning', () => {
    expect(said('passed', 'refused', 'refused')).toMatchObject({ status: 'healthy', warnings: ['intermittent'] });
    expect(said('passed', 'refused', 'refused')).not.toHaveProperty('errorClass');
  });
  test('the threshold makes it unhealthy with the class of the last failure', () => {
    expect(said('passed', 'refused', 'refused', 'auth')).toMatchObject({ status: 'unhealthy', errorClass: 'auth' });
  });
  test('it needs the success threshold to come back, and keeps its class until then', () => {
    expect(said('passed', 'tls', 'tls', 'tls', 'passed')).toMatchObject({ status: 'unhealthy', errorClass: 'tls' });
    expect(said('passed', 'tls', 'tls', 'tls', 'passed', 'passed').status).toBe('healthy');
    expect(said('passed', 'tls', 'tls', 'tls', 'passed', 'tls', 'passed').status).toBe('unhealthy');
  });
  test('never healthy without a success', () => {
    expect(said('refused', 'refused')).toMatchObject({ status: 'unknown', errorClass: 'refused' });
  });
  test('an inconclusive run neither renews nor ends belief, nor resets a count', () => {
    expect(said('passed', 'refused', 'self', 'refused', 'throttled', 'refused').status).toBe('unhealthy');
    const before = stateAfter('passed');
    const then = reduce(before, makeResult('self', 6000), policy);
    expect(then.goodUntil).toBe(before.goodUntil);
    expect(said('passed', 'throttled')).toMatchObject({ status: 'healthy', warnings: ['throttled'] });
    expect(said('self')).toMatchObject({ status: 'unknown', errorClass: 'stale' });
  });
  test('belief in healthy expires by itself, whatever failed or was inconclusive since', () => {
    const end = expiryMs(policy);
    const state = stateAfter('passed');
    expect(believe(state, end - 1, policy).status).toBe('healthy');
    expect(believe(state, end - 1, policy).until).toBe(end);
    expect(believe(state, end, policy)).toMatchObject({ status: 'unknown', errorClass: 'stale' });
    const failedLate = reduce(state, makeResult('refused', end + 1), policy);
    expect(believe(failedLate, end + 5, policy)).toMatchObject({ status: 'unknown', errorClass: 'stale' });
    const passedLate = reduce(failedLate, makeResult('passed', end + 10), policy);
    expect(believe(passedLate, end + 15, policy).status).toBe('healthy');
  });
  test('a pass counts from the begin of its run', () => {
    const slept = reduce(initialState, makeResult('passed', 0, expiryMs(policy) + 1), policy);
    expect(believe(slept, expiryMs(policy) + 1, policy).status).toBe('unknown');
  });
  test('a pass that is over before its run ends is no transition: our own sleep makes nothing flap', () => {
    const healthy = stateAfter('passed');
    const slept = reduce(healthy, { ...makeResult('passed', 5000, 60_000), lateMs: 59_000 }, policy);
    expect(slept.transitions).toHaveLength(2); // to healthy, and its expiry
    expect(believe(slept, 65_000, policy)).toMatchObject({ status: 'unknown', errorClass: 'stale', warnings: [] });
  });
  test('four transitions in ten minutes are flapping, for ten minutes', () => {
    const down: Outcome[] = ['refused', 'refused', 'refused', 'passed', 'passed'];
    const state = stateAfter('passed', ...down, ...down);
    const now = at(11);
    expect(believe(state, now, policy).warnings).toContain('flapping');
    expect(believe(state, now + 600_000, policy).warnings).not.toContain('flapping');
  });
  test('a slow pass is a warning', () => {
    const state = reduce(initialState, makeResult('passed', 0, 1500), policy);
    expect(believe(state, 1500, policy).warnings).toEqual(['slow']);
  });
});

const outcome = fc.constantFrom<Outcome>('passed', 'refused', 'timeout', 'auth', 'self', 'throttled');
const runs = fc.array(fc.tuple(outcome, fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 0, max: 3000 })), {
  maxLength: 60,
});

test('whatever happens, belief keeps its promises', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 0, max: 60_000 }), (steps, later) => {
      let state = initialState;
      let now = 0;
      let lastPass = Number.NEGATIVE_INFINITY;
      let failuresInARow = 0;
      for (const [kind, gap, duration] of steps) {
        const at = now + gap;
        state = reduce(state, makeResult(kind, at, duration), policy);
        now = at + duration;
        if (kind === 'passed') lastPass = at;
        if (kind === 'passed') failuresInARow = 0;
        else if (kind !== 'self' && kind !== 'throttled') failuresInARow += 1;
        const belief = believe(state, now, policy);
        // never healthy past the bound, and never without a pass
        if (belief.status === 'healthy') expect(now - lastPass).toBeLessThan(expiryMs(policy));
        // never unhealthy without as many failures in a row as the threshold wants, at some time
        if (failuresInARow >= policy.failureThreshold) expect(belief.status).toBe('unhealthy');
        expect(belief.errorClass === undefined).toBe(belief.status === 'healthy');
        // nothing changes before `until`
        const until = Math.min(belief.until, now + later);
        if (until > now) expect(believe(state, Math.max(until - 1e-3, now), policy)).toEqual(belief);
      }
      expect(believe(state, now + expiryMs(policy) * 2, policy).status).not.toBe('healthy');
    }),
    { numRuns: 500 },
  );
});
