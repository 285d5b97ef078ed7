// 300 pods against one server that fails for 30 s: how many log-ins it sees in any second.
import { describe, expect, test } from 'vitest';
import { type CheckState, initialState, reduce } from '../../src/core/believe.ts';
import { planNext, type Timetable } from '../../src/core/plan.ts';
import { makePolicy, makeResult } from './make.ts';

const pods = 300;
const policy = makePolicy();
const healthyRate = pods / (policy.intervalMs / 1000);
const outage = { from: 60_000, to: 90_000 };
const end = 240_000;

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
function dice(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Instants of all log-ins that reach the server, under a fault that also ends every session. */
function simulate(fault: 'refused' | 'starting', seed: number): { logins: number[]; states: CheckState[] } {
  const random = dice(seed);
  const logins: number[] = [];
  const states: CheckState[] = [];
  for (let pod = 0; pod < pods; pod += 1) {
    let state = initialState;
    let passedAt: number | undefined; // with the session that the last pass used
    let now = random() * 1000; // all pods of a rollout start in the same second
    const timetable: Timetable = { kind: 'grid', origin: random() * policy.intervalMs };
    while (now < end) {
      const out = now >= outage.from && now < outage.to;
      if (passedAt !== undefined && passedAt < outage.from && now >= outage.from) passedAt = undefined;
      if (passedAt === undefined && !(out && fault === 'refused')) logins.push(now);
      passedAt = out ? undefined : now;
      state = reduce(state, makeResult(out ? fault : 'passed', now), policy);
      now = planNext(policy, state, timetable, now + 2, random());
    }
    states.push(state);
  }
  return { logins: logins.sort((a, b) => a - b), states };
}

/** The most instants within any window of one second. */
function peak(instants: readonly number[], from: number): number {
  let worst = 0;
  let first = 0;
  const window = instants.filter((instant) => instant >= from);
  window.forEach((instant, last) => {
    while ((window[first] as number) <= instant - 1000) first += 1;
    worst = Math.max(worst, last - first + 1);
  });
  return worst;
}

describe.each(['refused', 'starting'] as const)('%s for 30 s', (fault) => {
  test.each([1, 2, 3, 4, 5])('log-ins in any second stay below twice the healthy run rate (seed %i)', (seed) => {
    const { logins, states } = simulate(fault, seed);
    expect(logins.length).toBeGreaterThan(pods * 2 - 1);
    expect(peak(logins, 2000)).toBeLessThanOrEqual(2 * healthyRate);
    expect(states.every((state) => state.status === 'healthy')).toBe(true);
  });
});
