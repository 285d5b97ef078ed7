import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import type { Job } from '../../src/schedule/job.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A job every `everyMs`; its runs are recorded, and last until `release` is called when `hangs`. */
function makeJob(everyMs: number, hangs = false) {
  const starts: number[] = [];
  let release = (): void => undefined;
  let last = performance.now();
  const job: Job = {
    name: 'job',
    class: 'check',
    limitMs: 2000,
    next: () => last + everyMs,
    run(signal) {
      last = performance.now();
      starts.push(last);
      if (!hangs) return Promise.resolve();
      return new Promise((resolve) => {
        release = resolve;
        signal.addEventListener('abort', () => resolve());
      });
    },
  };
  return { job, starts, release: () => release() };
}

describe('scheduler', () => {
  test('runs each job at its own time, and one that hangs delays no other', async () => {
    const scheduler = createScheduler(systemClock);
    const hanging = Array.from({ length: 9 }, () => makeJob(100, true));
    const tenth = makeJob(100);
    for (const { job } of [...hanging, tenth]) scheduler.add(job);
    const begin = performance.now();
    await vi.advanceTimersByTimeAsync(1050);
    expect(tenth.starts.map((at) => Math.round(at - begin))).toEqual([
      100, 200, 300, 400, 500, 600, 700, 800, 900, 1000,
    ]);
    expect(hanging.map(({ starts }) => starts.length)).toEqual(Array(9).fill(1));
    await scheduler.stop();
  });

  test('has one flight of a job at a time', async () => {
    const scheduler = createScheduler(systemClock);
    const slow = makeJob(10, true);
    scheduler.add(slow.job);
    await vi.advanceTimersByTimeAsync(500);
    expect(slow.starts).toHaveLength(1);
    slow.release();
    await vi.advanceTimersByTimeAsync(11);
    expect(slow.starts).toHaveLength(2);
    await scheduler.stop();
  });

  test('stop aborts what flies, waits for it, and starts nothing more', async () => {
    const scheduler = createScheduler(systemClock);
    const flying = makeJob(10, true);
    const waiting = makeJob(1000);
    scheduler.add(flying.job);
    scheduler.add(waiting.job);
    await vi.advanceTimersByTimeAsync(20);
    await scheduler.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(flying.starts).toHaveLength(1);
    expect(waiting.starts).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a removed job is aborted and runs no more; the others go on', async () => {
    const scheduler = createScheduler(systemClock);
    const [flying, waiting, other] = [makeJob(10, true), makeJob(1000), makeJob(1000)];
    for (const { job } of [flying, waiting, other]) scheduler.add(job);
    await vi.advanceTimersByTimeAsync(20);
    await scheduler.remove(flying.job);
    await scheduler.remove(waiting.job);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(flying.starts).toHaveLength(1);
    expect(waiting.starts).toHaveLength(0);
    expect(other.starts.length).toBeGreaterThan(30);
    expect(scheduler.latenessMs()).toBeLessThan(1);
    expect(vi.getTimerCount()).toBe(1);
    await scheduler.stop();
  });

  test('asks a waiting job again at least once a minute', async () => {
    const scheduler = createScheduler(systemClock);
    let due = performance.now() + 3_600_000;
    const starts: number[] = [];
    scheduler.add({
      name: 'cron',
      class: 'check',
      limitMs: 1,
      next: () => due,
      run: async () => void starts.push(performance.now()),
    });
    await vi.advanceTimersByTimeAsync(30_000);
    due = performance.now(); // the wall clock was moved: the job is due now
    await vi.advanceTimersByTimeAsync(30_001);
    expect(starts.length).toBeGreaterThan(0);
    await scheduler.stop();
  });

  test('asks a job once more when it is due: it runs at its instant, not when its timer fires', async () => {
    const scheduler = createScheduler(systemClock);
    const begin = performance.now();
    const starts: number[] = [];
    let due = begin + 100;
    const run = async (): Promise<void> => {
      starts.push(performance.now() - begin);
      due = Number.POSITIVE_INFINITY;
    };
    scheduler.add({ name: 'cron', class: 'check', limitMs: 1, next: () => due, run });
    await vi.advanceTimersByTimeAsync(99);
    due = begin + 101.4; // the wall clock was moved back by a little
    await vi.advanceTimersByTimeAsync(100);
    expect(starts).toHaveLength(1);
    expect(starts[0]).toBeGreaterThanOrEqual(101.4);
    expect(starts[0]).toBeLessThan(103);
    await scheduler.stop();
  });

  test('says how late it is: a run that never ends, and a job that is not started', async () => {
    const scheduler = createScheduler(systemClock);
    const stuck = makeJob(10, true);
    scheduler.add(stuck.job);
    await vi.advanceTimersByTimeAsync(2000);
    expect(scheduler.latenessMs()).toBe(0);
    await vi.advanceTimersByTimeAsync(33_010);
    expect(scheduler.latenessMs()).toBeGreaterThan(30_000);
    await scheduler.stop();
  });

  describe('a task', () => {
    /** Hangs, and ends only when it is let go: not at its signal. */
    function makeTask(name: string, over: Partial<Job> = {}) {
      const starts: number[] = [];
      let letGo = (): void => undefined;
      const job: Job = {
        name,
        class: 'task',
        limitMs: 10,
        next: (now) => (starts.length === 0 ? now : Number.POSITIVE_INFINITY),
        run: () => {
          starts.push(performance.now());
          return new Promise((resolve) => {
            letGo = resolve;
          });
        },
        ...over,
      };
      return { job, starts, letGo: () => letGo() };
    }

    test('that is late says nothing of whether this process is alive, and neither does a reader', async () => {
      const scheduler = createScheduler(systemClock);
      scheduler.add(makeTask('export').job);
      scheduler.add({ ...makeTask('statistics').job, class: 'reading', endMs: 0 });
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect(scheduler.latenessMs()).toBe(0);
      scheduler.add(makeTask('database', { class: 'check', endMs: 0 }).job);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(scheduler.latenessMs()).toBeGreaterThan(50_000);
      const stopped = scheduler.stop();
      await vi.advanceTimersByTimeAsync(5000);
      await stopped;
    });

    test('waits for one of two turns; a check and a reader never wait', async () => {
      const scheduler = createScheduler(systemClock);
      const tasks = ['one', 'two', 'three', 'four'].map((name) => makeTask(name));
      for (const { job } of tasks) scheduler.add(job);
      const quick = makeJob(10);
      scheduler.add(quick.job);
      await vi.advanceTimersByTimeAsync(100);
      const begun = () => tasks.map(({ starts }) => starts.length);
      expect(begun()).toEqual([1, 1, 0, 0]);
      expect(quick.starts.length).toBeGreaterThan(5);
      tasks[1]?.letGo();
      await vi.advanceTimersByTimeAsync(1);
      expect(begun()).toEqual([1, 1, 1, 0]);
      const [, , , last] = tasks;
      if (last !== undefined) await scheduler.remove(last.job); // from the line
      tasks[0]?.letGo();
      tasks[2]?.letGo();
      await vi.advanceTimersByTimeAsync(1);
      expect(begun()).toEqual([1, 1, 1, 0]);
      const again = [makeTask('five'), makeTask('six')];
      for (const { job } of again) scheduler.add(job);
      await vi.advanceTimersByTimeAsync(1);
      expect(again.map(({ starts }) => starts.length)).toEqual([1, 1]); // no turn was lost
      for (const { letGo } of again) letGo();
      await scheduler.stop();
    });

    test('that does not end at its signal delays an end by its own bound and no longer', async () => {
      const scheduler = createScheduler(systemClock);
      scheduler.add(makeTask('deaf').job);
      scheduler.add(makeTask('deaf too', { endMs: 12_000 }).job);
      await vi.advanceTimersByTimeAsync(10);
      let stopped = false;
      const stop = scheduler.stop().then(() => {
        stopped = true;
      });
      await vi.advanceTimersByTimeAsync(11_990);
      expect(stopped).toBe(false);
      await vi.advanceTimersByTimeAsync(20);
      expect(stopped).toBe(true);
      await stop;
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
