import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMonitor } from '../../src/checks/monitor.ts';
import { expiryMs } from '../../src/core/bounds.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { Failure } from '../../src/core/failure.ts';
import { parseCron } from '../../src/schedule/cron.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import { makePolicy } from '../core/make.ts';
import { fakeCheck, surroundings } from './fake.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

test('runs, shows and tells: healthy, unhealthy, healthy again', async () => {
  let works = true;
  const check = fakeCheck(async () => {
    if (!works) throw new Failure('refused', 'closed');
  });
  const around = surroundings();
  const scheduler = createScheduler(systemClock);
  const monitor = createMonitor(check, around);
  await monitor.load();
  scheduler.add(monitor);
  const { entry } = monitor;
  expect(entry.belief(performance.now())).toMatchObject({ status: 'unknown', errorClass: 'stale' });
  await vi.advanceTimersByTimeAsync(1100);
  expect(entry.belief(performance.now()).status).toBe('healthy');
  works = false;
  await vi.advanceTimersByTimeAsync(8000);
  expect(entry.belief(performance.now())).toMatchObject({ status: 'unhealthy', errorClass: 'refused' });
  works = true;
  await vi.advanceTimersByTimeAsync(7000);
  expect(entry.belief(performance.now()).status).toBe('healthy');
  expect(entry.transitions.map(({ from, to }) => `${from}>${to}`)).toEqual([
    'unknown>healthy',
    'healthy>unhealthy',
    'unhealthy>healthy',
  ]);
  expect(around.observations.every(({ result }) => result !== undefined)).toBe(true);
  await scheduler.stop();
});

test('belief that ends by itself is told, soon and once', async () => {
  const around = surroundings();
  const monitor = createMonitor(
    fakeCheck(async () => undefined),
    around,
  );
  await monitor.load();
  await monitor.run(new AbortController().signal);
  await vi.advanceTimersByTimeAsync(expiryMs(makePolicy()) + 2);
  const [, expired, ...rest] = around.observations;
  expect(expired).toMatchObject({ before: { status: 'healthy' }, after: { status: 'unknown', errorClass: 'stale' } });
  expect(expired).not.toHaveProperty('result');
  expect(rest).toEqual([]);
  monitor.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('what a run saw the end of stays known through runs that see nothing, until one passes without it', async () => {
  const [first, second] = [new Date('2027-01-01'), new Date('2027-02-01')];
  const runs: (() => Date | undefined)[] = [
    () => first,
    () => {
      throw new Failure('refused', 'nobody listens');
    },
    () => second,
    () => undefined,
  ];
  const monitor = createMonitor(
    fakeCheck(async (attempt) => attempt.expires('server_certificate', runs.shift()?.())),
    surroundings(),
  );
  await monitor.load();
  const seen: unknown[] = [];
  while (runs.length > 0) {
    await monitor.run(new AbortController().signal);
    seen.push(monitor.entry.expiries.server_certificate);
  }
  expect(seen).toEqual([first, first, second, undefined]);
  monitor.close();
});

test('history is bounded', async () => {
  const around = surroundings();
  const monitor = createMonitor(
    fakeCheck(async () => undefined),
    around,
  );
  await monitor.load();
  for (let run = 0; run < 150; run += 1) await monitor.run(new AbortController().signal);
  expect(monitor.entry.history).toHaveLength(100);
  monitor.close();
});

describe('cron under a moved wall clock', () => {
  /** Runs per minute of a check every 10 s by cron, while the wall clock is moved by `shiftMs` after a minute. */
  async function runsPerMinute(shiftMs: number): Promise<number[]> {
    const begin = performance.now();
    const clock: Clock = { now: () => performance.now(), wall: () => new Date() };
    const counts: number[] = [];
    const probe = async (): Promise<void> => {
      const minute = Math.floor((performance.now() - begin) / 60_000);
      counts[minute] = (counts[minute] ?? 0) + 1;
    };
    const cron = parseCron('*/10 * * * * *');
    const scheduler = createScheduler(clock);
    const check = fakeCheck(probe, { cron, policy: makePolicy({ intervalMs: cron.longestGapMs }) });
    const monitor = createMonitor(check, surroundings(clock));
    await monitor.load();
    scheduler.add(monitor);
    await vi.advanceTimersByTimeAsync(60_000);
    vi.setSystemTime(Date.now() + shiftMs);
    await vi.advanceTimersByTimeAsync(239_999);
    await scheduler.stop();
    monitor.close();
    return counts;
  }
  test.each([-3_600_000, 3_600_000, -3000, 3000])(
    'by %i ms it goes on, neither stopped nor flooded',
    async (shiftMs) => {
      const counts = await runsPerMinute(shiftMs);
      expect(counts).toHaveLength(5);
      for (const count of counts.slice(1)) {
        expect(count).toBeGreaterThanOrEqual(5);
        expect(count).toBeLessThanOrEqual(7);
      }
    },
  );
});
