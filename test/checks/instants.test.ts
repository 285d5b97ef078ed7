// A cron check runs once at each of its instants, by the pod's offset later, and never before it: whatever the fractions
// of its clocks, however early or late its timers, and though the wall clock is moved a little.
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createMonitor } from '../../src/checks/monitor.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import { makePolicy } from '../core/make.ts';
import { fakeCheck, surroundings } from './fake.ts';
import { createWorld } from './simulated.ts';

afterEach(() => vi.unstubAllGlobals());

const gapMs = 2000;
const instants = 12;

type Life = {
  readonly skewMs: number;
  /** When the first run comes, within a second, and where the pod's offset lies in its range. */
  readonly first: number;
  readonly spread: number;
  readonly latenciesMs: readonly number[];
  readonly probeMs: number;
  readonly steps: readonly (readonly [at: number, byMs: number])[];
  readonly blocks: readonly (readonly [at: number, forMs: number])[];
};

/** The wall time at which each run began, as a number of instants: a whole number is at an instant and its offset. */
async function live({ skewMs, first, spread, latenciesMs, probeMs, steps, blocks }: Life) {
  let timersFired = 0;
  const latencyMs = (): number => {
    timersFired += 1;
    return latenciesMs[timersFired % latenciesMs.length] ?? 0;
  };
  const world = createWorld({ skewMs, latencyMs });
  world.install();
  const cron = world.cron(gapMs);
  const offsetMs = Math.floor(spread * 0.1 * gapMs);
  const began: number[] = [];
  const probe = (): Promise<void> => {
    began.push((world.wallMs() - offsetMs) / gapMs);
    return new Promise((resolve) => setTimeout(resolve, probeMs));
  };
  const policy = makePolicy({ intervalMs: gapMs, timeoutMs: 900 });
  const numbers = [0.5, first, spread]; // in the order in which a monitor asks for them
  const random = (): number => numbers.shift() ?? 0.5;
  const monitor = createMonitor(fakeCheck(probe, { cron, policy }), { ...surroundings(world.clock), random });
  const bornAt = world.wallMs() / gapMs;
  await monitor.load();
  for (const [at, byMs] of steps) world.step(at, byMs);
  for (const [at, forMs] of blocks) world.block(at, forMs);
  const scheduler = createScheduler(world.clock);
  scheduler.add(monitor);
  await world.pass(instants * gapMs);
  monitor.close();
  await scheduler.stop();
  return { bornAt, began };
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
/** It starts halfway between two instants; little happens but fractions of a millisecond. */
const calm: { readonly [Key in keyof Life]: fc.Arbitrary<Life[Key]> } = {
  skewMs: between(1e12 + 0.3 * gapMs, 1e12 + 0.4 * gapMs),
  first: between(0, 0.1),
  spread: between(0, 0.999),
  latenciesMs: fc.array(fc.oneof({ weight: 4, arbitrary: between(0, 0.3) }, between(0, 30)), {
    minLength: 5,
    maxLength: 40,
  }),
  probeMs: fc.integer({ min: 1, max: 500 }),
  steps: fc.constant([]),
  blocks: fc.constant([]),
};
const startsAnywhere = { ...calm, skewMs: between(1e12, 1e12 + gapMs), first: between(0, 0.999) };
const few = (most: number, leastMs: number, mostMs: number) =>
  fc.array(fc.tuple(between(1000, instants * gapMs), between(leastMs, mostMs)), { maxLength: most });

/** Each instant after the start that the first run does not serve, once, in their order, none before its time. */
function expectEveryInstant(bornAt: number, began: readonly number[], lateMs: number): void {
  const [first = 0, ...rest] = began;
  const before = Math.floor(Math.max(first, bornAt));
  expect(rest.map(Math.floor)).toEqual(rest.map((_, index) => before + 1 + index));
  for (const one of rest) expect((one % 1) * gapMs).toBeLessThan(lateMs);
}

const all = (lives: typeof calm, lateMs: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.record(lives), async (life) => {
      const { bornAt, began } = await live(life);
      expect(began.length).toBeGreaterThanOrEqual(instants - 2);
      expectEveryInstant(bornAt, began, lateMs);
    }),
    { numRuns: 300 },
  );

test('whatever the fractions of the clocks, and though timers fire early', () => all(calm, 100), 60_000);

test('also when the first run comes shortly before an instant', () => all(startsAnywhere, 600), 60_000);

test('also when the loop is late and the wall clock is moved a little', async () => {
  await all(
    { ...startsAnywhere, steps: few(1, -0.3 * gapMs, 0.3 * gapMs), blocks: few(2, 0, 0.3 * gapMs) },
    0.95 * gapMs,
  );
}, 60_000);
