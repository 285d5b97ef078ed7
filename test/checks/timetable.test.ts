// The instants of a cron expression as a check's timetable has them, and what it costs to ask for them.
import { expect, test } from 'vitest';
import { createTimetables } from '../../src/checks/timetable.ts';
import type { Timetable } from '../../src/core/plan.ts';
import { createWorld } from './simulated.ts';

const hourMs = 3_600_000;
const gapMs = 1000;

function open() {
  const world = createWorld({ skewMs: 1e12 + 0.3, latencyMs: () => 0 });
  const cron = world.cron(gapMs);
  const timetables = createTimetables(gapMs, cron, world.clock, 0);
  const read = (): Extract<Timetable, { kind: 'cron' }> => {
    const timetable = timetables.read(world.clock.now());
    if (timetable.kind !== 'cron') throw new Error('a cron expression has instants');
    return timetable;
  };
  /** How long until the first that has had no run. */
  const waitMs = (): number => (read().from(Number.NEGATIVE_INFINITY) ?? Number.NaN) - world.clock.now();
  return { world, cron, timetables, read, waitMs };
}

test('few runs are asked for: node-cron computes them while other checks wait', async () => {
  const { world, cron, timetables, read } = open();
  for (let instant = 1; instant <= 100; instant += 1) {
    await world.pass(instant * gapMs);
    read();
    timetables.began();
    read().from(Number.NEGATIVE_INFINITY);
  }
  expect(Math.max(...cron.asked)).toBeLessThanOrEqual(4);
  expect(cron.asked.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(200);
});

test('a longer wait asks for as many as it skips, once', async () => {
  const { world, cron, read } = open();
  const earliest = 60_000;
  const found = read().from(earliest) ?? Number.NaN;
  expect(found).toBeGreaterThanOrEqual(earliest);
  expect(found).toBeLessThan(earliest + gapMs + 1);
  const asked = cron.asked.length;
  await world.pass(30_000);
  expect(read().from(earliest)).toBeCloseTo(found, -1);
  expect(cron.asked).toHaveLength(asked);
  expect(Math.max(...cron.asked)).toBeLessThanOrEqual(64);
});

test.each([-hourMs, hourMs, -2500, 1500])(
  'a clock that is moved by %i ms neither stops nor floods it',
  async (byMs) => {
    const { world, timetables, waitMs } = open();
    await world.pass(3 * gapMs);
    waitMs();
    timetables.began();
    world.step(3.5 * gapMs, byMs);
    await world.pass(3.5 * gapMs);
    expect(waitMs()).toBeLessThanOrEqual(gapMs);
    if (byMs > 0) {
      expect(waitMs(), 'one run for all that have passed').toBeLessThanOrEqual(0);
      timetables.began();
    }
    expect(waitMs()).toBeGreaterThan(0);
    expect(waitMs()).toBeLessThanOrEqual(gapMs);
  },
);

test('no instant has two runs when the clock is moved back by less than a gap', async () => {
  const { world, timetables, waitMs } = open();
  await world.pass(3 * gapMs);
  waitMs();
  timetables.began();
  world.step(3.1 * gapMs, -0.3 * gapMs); // to before the instant that has just had its run
  await world.pass(3.1 * gapMs);
  expect(waitMs()).toBeGreaterThan(gapMs);
});
