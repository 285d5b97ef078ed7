// The events of leadership: each change of standing at a place is told, once.
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { startReplica } from './world.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

async function leading() {
  const replica = await startReplica();
  onTestFinished(() => replica.stop());
  await pass(121_000); // no probe says anything: it asks all the same
  expect(replica.events).toEqual(['database leads']);
  return replica;
}
/** Its connection broke, and another was quicker. */
async function losing() {
  const replica = await leading();
  replica.place.refuses = true;
  replica.place.cut();
  replica.place.holder = {};
  await pass(100);
  expect(replica.events).toEqual(['database leads', 'database lost']);
  return replica;
}

test('that another leads is told, also where a probe says so', async () => {
  const { lease, probe, events, changes } = await losing();
  probe();
  expect(lease.standing).toBe('follows');
  expect(events.slice(2)).toEqual(['database follows']);
  expect(changes.at(-1)).toBe('follows');
  probe();
  await pass(60_000);
  expect(events).toHaveLength(3);
});

test('who led at a place that is removed leads there no more', async () => {
  const { leadership, without, events } = await leading();
  const probe = leadership.election('database');
  without();
  expect(events.slice(1)).toEqual(['database follows']);
  probe?.tell(false);
  await pass(60_000);
  expect(events, 'a probe that was on its way').toHaveLength(2);
});

test('nor does who lost the lead there, and who followed goes on to', async () => {
  const { leadership, without, reload, events } = await losing();
  const probe = leadership.election('database');
  without();
  expect(events.slice(2)).toEqual(['database follows']);
  probe?.tell(true);
  reload({});
  without();
  expect(events).toHaveLength(3);
});
