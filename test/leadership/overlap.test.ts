// Two replicas at one place: whatever is cut, restarted or cut off, and in whatever order, never do both hold the lease.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leaseTimes, provenMs } from '../../src/core/lease-times.ts';
import { Place, startReplica } from './world.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

const counts = provenMs(leaseTimes);
const { beatMs } = leaseTimes;
/** How often it is read who holds the lease. */
const lookMs = 50;

async function startTwo() {
  const place = new Place();
  const [one, other] = [await startReplica(place), await startReplica(place)];
  const holders: string[] = [];
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= lookMs) {
      await vi.advanceTimersByTimeAsync(Math.min(lookMs, left));
      const held = [one, other].filter(({ lease }) => lease.held && !lease.signal.aborted);
      expect(held.length, 'replicas that hold the lease').toBeLessThan(2);
      const holder = held[0] === one ? 'one' : 'other';
      if (held[0] !== undefined && holders.at(-1) !== holder) holders.push(holder);
    }
  };
  const stop = async (): Promise<void> => {
    const stopped = Promise.all([one.stop(), other.stop()]);
    await vi.advanceTimersByTimeAsync(60_000); // for a question that nobody answers
    await stopped;
  };
  return { place, replicas: [one, other] as const, one, other, pass, stop, holders };
}

test('who wins the lead back waits, although its own proof still counts: the other can have begun to hold', async () => {
  const { place, one, other, pass, stop, holders } = await startTwo();
  one.probe();
  await pass(beatMs);
  other.probe();
  await pass(2 * counts + 100); // its last proof was 100 ms ago
  expect(one.lease.held).toBe(true);

  place.cut();
  other.probe();
  await pass(200);
  expect([one.lease.standing, other.lease.standing]).toEqual(['lost', 'leads']);
  await pass(beatMs + 200); // the other proves the lead a second time; the first asked meanwhile, and was refused
  expect([one.lease.standing, other.lease.standing]).toEqual(['follows', 'leads']);

  other.cutOff(true);
  place.cut(); // the server restarts
  one.probe();
  await pass(2 * counts);
  expect(one.lease.held).toBe(true);
  expect(holders).toEqual(['one', 'other', 'one']);
  await stop();
});

const which = fc.constantFrom(0 as const, 1 as const);
/** `loses` and `is missed`: the server ends the connection of the one that leads, which hears of it or not; the other probes. */
const step = fc.record({
  what: fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('loses' as const, 'is missed' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('all are back' as const, 'restarts' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('cut off' as const, 'paused' as const), which }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('slow' as const), travelMs: fc.constantFrom(0, 20, 1000, 2400) }),
    },
  ),
  thenMs: fc.integer({ min: 10, max: 1.4 * counts }),
});

test('at random: connections that end, restarts, replicas that are cut off or paused, slow answers', async () => {
  let handovers = 0;
  const scenario = fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
    const { place, replicas, pass, stop, holders } = await startTwo();
    const probes = setInterval(() => {
      for (const { probe } of replicas) probe();
    }, beatMs);
    try {
      await pass(3 * counts);
      for (const { what, thenMs } of steps) {
        const [leader, other] = replicas[1].lease.standing === 'leads' ? replicas.toReversed() : replicas;
        if (what.kind === 'is missed') leader?.cutOff(true);
        if (what.kind === 'loses') leader?.cutOff(false);
        if (what.kind === 'cut off') replicas[what.which].cutOff(true);
        if (what.kind === 'paused') replicas[what.which].moveWall(counts);
        if (what.kind === 'all are back') for (const { cutOff } of replicas) cutOff(false);
        if (what.kind === 'slow') place.travelMs = what.travelMs;
        if (['loses', 'is missed', 'restarts'].includes(what.kind)) place.cut();
        if (['loses', 'is missed'].includes(what.kind)) {
          other?.cutOff(false);
          other?.probe();
        }
        await pass(thenMs);
      }
      handovers += holders.length - 1;
    } finally {
      clearInterval(probes);
      await stop();
    }
  });
  await fc.assert(scenario, { numRuns: 40 });
  expect(handovers).toBeGreaterThan(30);
});
