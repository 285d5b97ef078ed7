// The lease as a feature sees it: when it is held, when it ends, and what is told.
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { leaseTimes, provenMs } from '../../src/core/lease-times.ts';
import { Place, startReplica } from './world.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const counts = provenMs(leaseTimes);
const { beatMs, silenceMs } = leaseTimes;

async function start(place?: Place, random?: () => number) {
  const replica = await startReplica(place, random);
  onTestFinished(() => replica.stop());
  return replica;
}
/** Leads, and holds. */
async function holding() {
  const replica = await start();
  replica.probe();
  await pass(2 * counts);
  expect(replica.lease.held).toBe(true);
  return replica;
}

test('who wins the lead speaks at once, and holds when no other can believe in a proof of its own', async () => {
  const { lease, probe, changes, silences } = await start();
  probe();
  await pass(100);
  expect(lease).toMatchObject({ place: 'database', standing: 'leads', speaks: true, held: false });
  expect(lease.signal.aborted).toBe(true);
  await pass(counts - 100);
  expect(lease.held).toBe(false);
  await pass(counts / 100 + 10);
  expect(lease.held).toBe(true);
  expect(lease.signal.aborted).toBe(false);
  expect(changes).toEqual(['leads', 'leads held']);
  expect(silences).toEqual([silenceMs]);
});

test('it is proven each beat, on one connection that is never replaced', async () => {
  const { lease, place } = await holding();
  const { signal } = lease;
  await pass(3_600_000);
  expect(lease.held).toBe(true);
  expect(lease.signal).toBe(signal);
  expect(signal.aborted).toBe(false);
  expect(place.opened).toBe(1);
});

test('replicas that see the lead free do not ask at the same moment', async () => {
  const { lease, probe } = await start(undefined, () => 0.5);
  probe();
  await pass(400);
  expect(lease.standing).toBe('follows');
  await pass(200);
  expect(lease.standing).toBe('leads');
});

test('a server that does not answer ends the hold when the last proof counts no more, at the latest', async () => {
  const { lease, place, events } = await holding();
  const { signal } = lease;
  expect(events).toEqual(['database leads']);
  place.frozen = true;
  await pass(counts + 10);
  expect(events).toEqual(['database leads', 'database lost']);
  expect(signal.aborted).toBe(true);
  expect(lease).toMatchObject({ held: false, standing: 'lost', speaks: true });
});

test('a connection that ends ends the hold in the same moment; the same replica waits before it holds again', async () => {
  const { lease, place, changes } = await holding();
  const { signal } = lease;
  place.cut();
  expect(signal.aborted).toBe(true);
  expect(lease).toMatchObject({ held: false, standing: 'lost', speaks: true });
  await pass(counts);
  expect(lease).toMatchObject({ held: false, standing: 'leads', speaks: true });
  await pass(2000);
  expect(lease).toMatchObject({ held: true, standing: 'leads' });
  expect(lease.signal).not.toBe(signal);
  expect(changes.slice(2)).toEqual(['leads', 'lost', 'leads', 'leads held']);
});

test('an answer whose connection has ended with it proves nothing', async () => {
  const place = new Place();
  place.endsWhenAsked = true;
  const { lease, probe, changes } = await start(place);
  probe();
  await pass(60_000);
  expect(lease).toMatchObject({ standing: 'follows', held: false, speaks: false });
  expect(changes).toEqual([]);
  place.endsWhenAsked = false;
  await pass(beatMs + 300);
  expect(lease.standing).toBe('leads');
});

test('who wins the lead anew after a long outage waits as well', async () => {
  const { lease, place } = await holding();
  place.refuses = true;
  place.cut();
  await pass(2 * counts);
  place.refuses = false;
  await pass(beatMs + 1300);
  expect(lease).toMatchObject({ held: false, standing: 'leads' });
  await pass(1.01 * counts + 10);
  expect(lease.held).toBe(true);
});

test('a process that was frozen reads that it holds nothing, before any timer says so', async () => {
  const { lease } = await holding();
  const { signal } = lease;
  vi.setSystemTime(Date.now() + 60_000); // fake timers move both clocks, and fire nothing
  expect(lease.held).toBe(false);
  expect(signal.aborted).toBe(true);
});

test('a machine that was paused with its monotonic clock reads so by the wall clock, and proves the lead anew', async () => {
  const { lease, moveWall, changes } = await holding();
  const { signal } = lease;
  moveWall(counts + 1);
  expect(lease.held).toBe(false);
  expect(signal.aborted).toBe(true);
  await pass(beatMs + 10);
  expect(lease.held, 'it led all the time').toBe(true);
  expect(changes.slice(-3)).toEqual(['leads held', 'leads', 'leads held']);
});

test('and whoever only waits for the signal hears of it within a second', async () => {
  const { lease, moveWall } = await holding();
  const heard = vi.fn();
  lease.signal.addEventListener('abort', heard);
  moveWall(counts + 1);
  await pass(1000);
  expect(heard).toHaveBeenCalledOnce();
});

test('a wall clock that goes back ends nothing, and the monotonic one still counts', async () => {
  const { lease, place, moveWall } = await holding();
  moveWall(-3_600_000);
  await pass(60_000);
  expect(lease.held).toBe(true);
  place.frozen = true;
  moveWall(-3_600_000);
  await pass(counts + 10);
  expect(lease.held).toBe(false);
});

test('behind a pooler nobody leads: nothing is held, nobody speaks, and it is said once', async () => {
  const place = new Place();
  place.pooled = true;
  const { lease, probe, log } = await start(place);
  for (let minute = 0; minute < 60; minute += 1) {
    probe();
    await pass(60_000);
    expect(lease).toMatchObject({ held: false, speaks: false, standing: 'follows' });
  }
  expect(log.lines.filter(({ message }) => message.includes('pooler'))).toHaveLength(1);
});

test('a reload that changes what is read keeps the hold, and one that changes the way there ends it', async () => {
  const { lease, place, reload } = await holding();
  const { signal } = lease;
  reload({ statistics: { queries: [] } });
  expect(lease.held).toBe(true);
  expect(signal.aborted).toBe(false);
  expect(place.opened).toBe(1);
  reload({ url: 'elsewhere' });
  expect(signal.aborted).toBe(true);
  expect(lease).toMatchObject({ held: false, speaks: true });
  await pass(counts);
  expect(lease).toMatchObject({ held: false, standing: 'leads' });
  await pass(1000);
  expect(lease).toMatchObject({ held: true, standing: 'leads' });
  expect(place.opened).toBe(2);
});

test('where the place goes, each replica is alone: it holds a lease of its own, and what it held ends', async () => {
  const { lease, place, without, changes } = await holding();
  const { signal } = lease;
  const told = changes.length;
  without();
  expect(signal.aborted).toBe(true);
  expect(place.holder).toBeUndefined();
  expect(lease).toMatchObject({ place: undefined, held: true, speaks: true, standing: 'leads' });
  expect(changes.length).toBeGreaterThan(told);
});

test('a name that moved: its probe sees the lead no more, so it lets go and asks at the new server', async () => {
  const { lease, place, probe, moveName, seen } = await holding();
  probe();
  const promoted = new Place();
  const other = {};
  promoted.holder = other;
  moveName(promoted);
  const { signal } = lease;
  seen(false); // the new server: nobody leads there yet, or another is about to
  expect(signal.aborted).toBe(true);
  expect(place.holder, 'the old server is let go').toBeUndefined();
  await pass(1000);
  expect(lease).toMatchObject({ standing: 'follows', held: false, speaks: false });
});

test('a probe that never saw the lead, since `statistics_url` leads elsewhere, ends nothing', async () => {
  const { lease, seen } = await holding();
  seen(false);
  seen(false);
  expect(lease.held).toBe(true);
});

test('who begins to speak knows from when on: another was seen to lead until then, and may have been dead for a silence', async () => {
  const place = new Place();
  const [first, second] = [await start(place), await start(place)];
  first.probe();
  await pass(100);
  await pass(60_000);
  second.probe();
  const seenAt = performance.now();
  expect(second.lease.speaks).toBe(false);
  await pass(3000);
  place.cut();
  await first.stop();
  second.probe();
  await pass(2000);
  expect(second.lease.speaks).toBe(true);
  expect(second.lease.toldUntil).toBe(seenAt - silenceMs - counts);
});

test('at the stop the hold ends, and the lead is given up', async () => {
  const { lease, place, stop } = await holding();
  const { signal } = lease;
  await stop();
  expect(signal.aborted).toBe(true);
  expect(lease.held).toBe(false);
  expect(place.holder).toBeUndefined();
  expect(vi.getTimerCount(), 'nothing keeps the process').toBe(0);
  await pass(120_000);
  expect(place.opened).toBe(1);
});

test('a listener is told until its signal aborts', async () => {
  const { lease, place } = await holding();
  const until = new AbortController();
  const heard = vi.fn();
  lease.onChange(heard, until.signal);
  lease.onChange(heard, AbortSignal.abort());
  place.cut();
  expect(heard, 'the hold ended, then the lead').toHaveBeenCalledTimes(2);
  until.abort();
  await pass(5000);
  expect(heard).toHaveBeenCalledTimes(2);
});
