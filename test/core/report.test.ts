// The table of the health semantics, row by row, and for any checks against the table said once more, plainly.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkBody, detailedBody, healthBody } from '../../src/core/body.ts';
import type { Gate } from '../../src/core/check.ts';
import { type ReportedCheck, report, reportOne, reportOwn, type View, views } from '../../src/core/report.ts';
import { arbitraryEntries, forever, healthy, makeEntry, unhealthy, unknown } from './entries.ts';
import { makeResult } from './make.ts';

const ask = (view: View, checks: readonly ReportedCheck[], draining = false) => {
  const { ok, status, why } = report(view, checks, { now: 0, draining });
  return [ok ? 200 : 503, status, ...(why === undefined ? [] : [why.reason, ...why.failing])].join(' ');
};
const stale = unknown;
const failing = unhealthy();

describe('health', () => {
  test.each([
    ['nothing to check', [], '200 healthy'],
    ['all healthy', [makeEntry('a'), makeEntry('b')], '200 healthy'],
    ['a required one fails', [makeEntry('a'), makeEntry('b', { says: failing })], '503 degraded required b'],
    ['a required one is stale', [makeEntry('a', { says: stale })], '503 degraded required a'],
    [
      'an optional one fails',
      [makeEntry('a'), makeEntry('b', { says: failing, required: false })],
      '200 degraded optional b',
    ],
    ['an optional one is unknown', [makeEntry('b', { says: stale, required: false })], '200 degraded optional b'],
    [
      'both: the one that counts',
      [makeEntry('b', { says: failing, required: false }), makeEntry('a', { says: failing })],
      '503 degraded required a',
    ],
  ])('%s', (_, checks, answer) => expect(ask('health', checks)).toBe(answer));

  test('draining is no illness', () => expect(ask('health', [makeEntry('a')], true)).toBe('200 healthy'));
});

describe('ready', () => {
  const gates = (...names: Gate[]) => ({ gates: names });
  test.each([
    ['nothing gates', [makeEntry('a', { ...gates(), says: failing })], '200 healthy'],
    ['a gating one is healthy', [makeEntry('a')], '200 healthy'],
    ['a gating one fails', [makeEntry('a', { says: failing })], '503 degraded required a'],
    ['a gating one is stale', [makeEntry('a', { says: stale })], '503 degraded required a'],
    [
      'an optional one gates all the same',
      [makeEntry('a', { says: failing, required: false })],
      '503 degraded required a',
    ],
    [
      'not yet admitted',
      [makeEntry('a', { ...gates('admit'), says: stale, everHealthy: false })],
      '503 degraded required a',
    ],
    ['admitted, failing later', [makeEntry('a', { ...gates('admit'), says: failing })], '200 degraded optional a'],
    ['startup has not run', [makeEntry('a', { ...gates('startup'), finishedRun: false })], '503 degraded starting a'],
    [
      'startup has not run, and another fails',
      [makeEntry('a', { ...gates('startup'), finishedRun: false }), makeEntry('b', { says: failing })],
      '503 degraded starting b a',
    ],
    ['startup ran and failed', [makeEntry('a', { ...gates('startup'), says: failing })], '200 healthy'],
  ])('%s', (_, checks, answer) => expect(ask('ready', checks)).toBe(answer));

  test('draining says so, also while starting', () => {
    expect(ask('ready', [makeEntry('a')], true)).toBe('503 degraded draining');
    expect(ask('ready', [makeEntry('a', { gates: ['startup'], finishedRun: false })], true)).toBe(
      '503 degraded draining a',
    );
    expect(ask('ready', [makeEntry('a', { says: failing }), makeEntry('b')], true)).toBe('503 degraded draining a');
  });
});

test.each([
  ['nothing gates', [makeEntry('a', { says: failing })], '200 healthy'],
  ['unhealthy', [makeEntry('a', { gates: ['live'], says: failing })], '503 degraded required a'],
  [
    'stale: our own freeze must not kill the app',
    [makeEntry('a', { gates: ['live'], says: stale })],
    '200 degraded optional a',
  ],
])('live/app: %s', (_, checks, answer) => expect(ask('app', checks)).toBe(answer));

test.each([
  ['nothing gates', { gates: [], finishedRun: false }, '200 healthy'],
  ['no run yet', { finishedRun: false, says: unknown }, '503 degraded starting a'],
  ['a failed run suffices', { says: failing }, '200 degraded optional a'],
  ['waits for healthy', { waitForHealthy: true, everHealthy: false, says: failing }, '503 degraded starting a'],
  ['was healthy', { waitForHealthy: true, everHealthy: true, says: healthy }, '200 healthy'],
  ['was healthy, fails later: still started', { waitForHealthy: true, says: failing }, '200 degraded optional a'],
] as const)('startup: %s', (_, over, answer) => {
  expect(ask('startup', [makeEntry('a', { gates: ['startup'], ...over })])).toBe(answer);
});

test('one check, whatever it gates; and ourselves', () => {
  expect(reportOne(makeEntry('a', { required: false, says: failing }), 0)).toMatchObject({
    ok: false,
    status: 'degraded',
    why: { reason: 'required', failing: ['a'] },
  });
  expect(reportOne(makeEntry('a', { gates: [] }), 0)).toMatchObject({ ok: true, status: 'healthy' });
  expect(reportOwn(false)).toMatchObject({ ok: false, status: 'degraded', why: { reason: 'self', failing: [] } });
});

test('any checks: the code is the table’s, and it holds until the first belief ends', () => {
  const has = (gate: Gate) => (check: ReportedCheck) => check.gates.includes(gate);
  const is = (status: string) => (check: ReportedCheck) => check.belief(0).status === status;
  fc.assert(
    fc.property(arbitraryEntries, fc.boolean(), (checks, draining) => {
      const ok = (view: View) => report(view, checks, { now: 0, draining }).ok;
      const startupDone = checks
        .filter(has('startup'))
        .every((c) => (c.waitForHealthy ? c.everHealthy : c.finishedRun));
      expect(ok('health')).toBe(checks.filter((c) => c.required).every(is('healthy')));
      expect(ok('app')).toBe(!checks.filter(has('live')).some(is('unhealthy')));
      expect(ok('startup')).toBe(startupDone);
      expect(ok('ready')).toBe(
        startupDone &&
          !draining &&
          checks.filter(has('ready')).every(is('healthy')) &&
          checks.filter(has('admit')).every((c) => c.everHealthy),
      );
      const { until, status } = report('health', checks, { now: 0, draining });
      expect(until).toBe(Math.min(forever, ...checks.map((c) => c.belief(0).until)));
      expect(status).toBe(checks.every(is('healthy')) ? 'healthy' : 'degraded');
      for (const view of views) {
        const { ok, status, why, findings } = report(view, checks, { now: 0, draining });
        expect(why !== undefined, 'said exactly when degraded').toBe(status === 'degraded');
        expect(why?.reason === 'optional', 'an answer of 200 has no other reason').toBe(ok && status === 'degraded');
        if (ok)
          expect(why?.failing ?? []).toEqual(findings.filter((f) => !is('healthy')(f.check)).map((f) => f.check.name));
        if (why?.reason === 'required') expect(why.failing.length).toBeGreaterThan(0);
      }
    }),
  );
});

test('the body of a check says class and phase exactly when it is not healthy', () => {
  const lastResult = { ...makeResult('refused', 0, 0.40567), phases: [{ name: 'connect', ms: 0.4 }] };
  expect(checkBody(makeEntry('a', { lastResult }), failing)).toEqual({
    status: 'unhealthy',
    latency_ms: 0.41,
    error: 'refused',
    phase: 'connect',
  });
  expect(checkBody(makeEntry('a', { lastResult }), { ...healthy, warnings: ['intermittent'] })).toEqual({
    status: 'healthy',
    latency_ms: 0.41,
    warnings: ['intermittent'],
  });
  expect(checkBody(makeEntry('a', { lastResult: undefined }), unknown)).toEqual({
    status: 'unknown',
    latency_ms: null,
    error: 'stale',
  });
});

test('a message is in the detailed body alone', () => {
  const check = makeEntry('a', {
    lastResult: { ...makeResult('auth', 0), kind: 'failed', errorClass: 'auth', message: 'no entry' },
  });
  const about = { version: '1', time: new Date(0), notes: [] };
  const whole = report('health', [check], { now: 0, draining: false });
  expect(JSON.stringify(healthBody(whole, about, checkBody))).not.toContain('no entry');
  expect(detailedBody(check, failing, 0, (text) => text).last_run).toMatchObject({
    error: 'auth',
    message: 'no entry',
  });
});
