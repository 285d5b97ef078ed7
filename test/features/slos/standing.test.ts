// What is told of an objective at an instant: since when, over which window, in which month.
import { expect, test } from 'vitest';
import { freshBurn } from '../../../src/features/slos/burn-state.ts';
import { fingerprintOf, ledgersOf } from '../../../src/features/slos/ledger.ts';
import { createObjectives } from '../../../src/features/slos/objectives.ts';
import { settings } from '../../../src/features/slos/settings.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** An objective, and a clock that begins at this wall time. */
function begin(wallAt: string, written: Record<string, unknown> = {}) {
  const time = { now: 0, shift: 0 };
  const clock = { now: () => time.now, wall: () => new Date(Date.parse(wallAt) + time.now + time.shift) };
  const all = settings.parse({ shop: { indicator: { ready: true }, objective: 99, ...written } });
  const ledgers = ledgersOf(all, { clock, withApp: false, known: new Map() });
  const [objective] = createObjectives(all, { clock, ledgers, service: () => undefined });
  const windows = ledgers.get('shop')?.windows;
  return { time, windows, here: () => objective?.here(time.now) };
}

test('without an event nothing is known', () => {
  expect(begin('2026-03-01T00:00:00Z').here()).toEqual({
    from: 'pod',
    since: undefined,
    ...{ counts: { good: 0, bad: 0 }, coveredMs: 0, burn: {}, badIn: {} },
    ...{ month: { good: 0, bad: 0 }, lastMonth: undefined },
  });
});

test('months are those of UTC, and the one before is known once it was counted', () => {
  const { time, windows, here } = begin('2026-03-30T22:07:11Z');
  const add = (at: string, good: number, bad: number): void => {
    time.now = Date.parse(at) - Date.parse('2026-03-30T22:07:11Z');
    windows?.add(time.now, good, bad);
  };
  add('2026-03-31T00:00:00Z', 1000, 1);
  add('2026-03-31T23:59:59Z', 100, 2);
  expect(here()).toMatchObject({ month: { good: 1100, bad: 3 }, lastMonth: undefined });
  add('2026-04-01T00:00:00Z', 10, 0);
  expect(here()).toMatchObject({ month: { good: 10, bad: 0 }, lastMonth: { good: 1100, bad: 3 } });
  add('2026-05-01T00:00:00Z', 1, 1);
  expect(here()).toMatchObject({
    month: { good: 1, bad: 1 },
    lastMonth: { good: 10, bad: 0 },
    counts: { good: 11, bad: 1 },
    since: new Date('2026-04-01T00:00:00Z'),
  });
});

test('a month begins where it does, whatever part of a millisecond the wall clock leaves out', () => {
  const wallAt = Date.parse('2026-03-31T23:00:00Z');
  for (const [begun, read] of [
    [0.1, 0.9],
    [0.9, 0.1],
  ] as const) {
    let now = begun;
    const clock = { now: () => now, wall: () => new Date(wallAt + Math.floor(now)) };
    const all = settings.parse({ shop: { indicator: { ready: true }, objective: 99 } });
    const ledgers = ledgersOf(all, { clock, withApp: false, known: new Map() });
    const [objective] = createObjectives(all, { clock, ledgers, service: () => undefined });
    for (const [at, good, bad] of [
      [58, 0, 7],
      [61, 5, 0],
      [700, 1, 0],
    ] as const)
      ledgers.get('shop')?.windows.add(at * 60_000, good, bad);
    now = 12 * hour + read;
    expect(objective?.here(now)).toMatchObject({ month: { good: 6, bad: 0 }, lastMonth: { good: 0, bad: 7 } });
  }
});

test('a window that is set apart from the month, and burn where there were events', () => {
  const { time, windows, here } = begin('2026-03-01T00:00:00Z', { window: '7d' });
  windows?.add(0, 100, 0);
  time.now = 8 * day;
  windows?.add(time.now, 98, 2);
  const standing = here();
  expect(standing).toMatchObject({ counts: { good: 98, bad: 2 }, month: { good: 198, bad: 2 } });
  expect(standing?.burn['5m']).toBeCloseTo(2);
  time.now += 2 * hour + 1;
  expect(here()?.burn).toEqual({ '6h': standing?.burn['6h'], '1d': standing?.burn['1d'], '3d': standing?.burn['3d'] });
});

test('a wall clock that is set moves labels, and no event', () => {
  const { time, windows, here } = begin('2026-03-10T00:00:00Z');
  windows?.add(0, 5, 5);
  time.now = hour;
  time.shift = -5 * day;
  expect(here()).toMatchObject({ counts: { good: 5, bad: 5 }, since: new Date('2026-03-05T00:00:00Z') });
});

test('an indicator is the same however it is written, and its counts are those of no other', () => {
  const ratio = { total: 'a_total', good: 'b_total' };
  expect(fingerprintOf({ ratio })).toBe(fingerprintOf({ ratio: { good: 'b_total', total: 'a_total' } }));
  expect(fingerprintOf({ ratio })).not.toBe(fingerprintOf({ ratio: { bad: 'b_total', total: 'a_total' } }));
  expect(fingerprintOf({ check: 'a' })).not.toBe(fingerprintOf({ check: 'b' }));
  expect(freshBurn()).toEqual({ burn: 'none', exhausted: false, holds: new Map() });
});

test('bad events by the windows of burn, and the first event, also before the window', () => {
  const { time, windows, here } = begin('2026-03-01T00:00:00Z', { window: '7d' });
  windows?.add(time.now, 0, 9);
  time.now = 8 * day;
  windows?.add(time.now, 0, 3);
  time.now += 2 * hour;
  windows?.add(time.now, 5, 1);
  expect(here()).toMatchObject({
    first: new Date('2026-03-01T00:00:00Z'),
    since: new Date('2026-03-02T02:00:00Z'),
    badIn: { '5m': 1, '1h': 1, '6h': 4, '3d': 4 },
  });
  time.now += hour;
  expect(here()?.badIn).not.toHaveProperty('5m');
});
