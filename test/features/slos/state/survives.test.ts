// What a restart and a kill leave of the counts.
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readContents } from '../../../../src/features/slos/state/format.ts';
import { createStage, day, hour, minute, second } from './stage.ts';

describe('a restart', () => {
  test('goes on with everything, and what lies in between is a gap', async () => {
    const stage = await createStage();
    const before = stage.start({ objectives: { checkout: 'a', ready: 'b' } });
    await before.run(900, 3, 1);
    await before.state.close();
    const told = [before.total(), before.since(), before.last(5 * minute), before.covered(hour)];
    expect(told.slice(0, 2)).toEqual([{ good: 2700, bad: 900 }, 899 * second]);
    const after = stage.start({ objectives: { checkout: 'a', ready: 'b' } });
    await after.state.save();
    for (const name of ['checkout', 'ready'])
      expect([after.total(name), after.since(name), after.last(5 * minute, name), after.covered(hour, name)]).toEqual(
        told,
      );
    stage.pass(10 * minute);
    expect(after.last(5 * minute)).toEqual({ good: 0, bad: 0 });
    expect(after.last(hour)).toEqual({ good: 2700, bad: 900 });
    await after.run(60, 3, 1);
    expect(after.total()).toEqual({ good: 2880, bad: 960 });
    expect(after.covered(hour)).toBe(899 * second + 10 * second + 59 * second);
    expect(after.lines()).toEqual(['info: the counts of the objectives go on from 2026-06-15T00:15:00.000Z']);
    await after.state.close();
  });

  test('takes a short time without a process for a gap too, but for the second that it counts', async () => {
    const stage = await createStage();
    const before = stage.start();
    await before.run(60);
    await before.state.close();
    stage.pass(8 * second);
    const after = stage.start();
    after.objectives[0]?.windows.add(after.clock.now(), 1, 0);
    await after.state.save();
    await after.run(5);
    expect([after.total().good, after.covered(hour)]).toEqual([66, 59 * second + second + 5 * second]);
    await after.state.close();
    stage.pass(8 * second);
    const last = stage.start();
    await last.state.save();
    last.objectives[0]?.windows.add(last.clock.now(), 1, 0);
    expect([last.total().good, last.covered(hour)]).toEqual([67, 66 * second]);
    await last.state.close();
  });

  test('forgets nothing of a process that was killed but its last second', async () => {
    const stage = await createStage();
    const before = stage.start();
    await before.run(630, 3, 1);
    await stage.kill(); // nobody has closed anything
    const after = stage.start();
    await after.state.save();
    expect(after.total()).toEqual({ good: 1890, bad: 630 });
    expect(after.last(5 * minute)).toEqual(before.last(5 * minute));
    expect(after.covered(hour)).toBe(before.covered(hour));
    expect(after.state.isUp()).toBe(true);
    await after.state.close();
  });

  test('reads as many whole seconds as there are, wherever the file is cut', async () => {
    const stage = await createStage();
    const before = stage.start();
    await before.run(1);
    const { length: least } = await stage.read();
    await before.run(3, 2, 1);
    const whole = await stage.read();
    const each = (whole.length - least) / 3;
    const first = least - each; // the windows alone
    for (let cut = first; cut <= whole.length; cut += 1) {
      const { records, damaged } = readContents(whole.subarray(0, cut));
      expect([cut, records.length, damaged]).toEqual([cut, Math.floor((cut - first) / each), 0]);
    }
    for (const cut of [0, each - 1, each, 2 * each - 1, 2 * each, 4 * each - 1]) {
      await stage.kill();
      await writeFile(stage.file(), whole.subarray(0, first + cut));
      const after = stage.start();
      await after.state.save();
      const bad = Math.max(Math.floor(cut / each) - 1, 0); // the first one has what the windows have
      expect([cut, after.total()]).toEqual([cut, { good: 1 + 2 * bad, bad }]);
      expect(after.lines().filter((line) => line.startsWith('warn'))).toEqual([]);
      await after.state.close();
    }
  });

  test('does so again and again, also while the file is written anew', async () => {
    const stage = await createStage();
    let count = 0;
    for (let life = 0; life < 12; life += 1) {
      const process = stage.start({ renewMs: 20 * second, syncMs: 7 * second });
      await process.state.save();
      expect(process.total()).toEqual({ good: count, bad: 0 });
      await process.run(5 + 7 * life);
      count += 5 + 7 * life;
      await stage.kill();
    }
    const last = stage.start();
    await last.state.save();
    await last.state.close();
    expect(await stage.names()).toEqual(['pod-a.counts']);
    expect((await stage.read()).length).toBeLessThan(2500);
  });

  test('shows an objective without traffic as observed', async () => {
    const stage = await createStage();
    const before = stage.start();
    await before.run(1);
    await before.run(120, 0, 0);
    await stage.kill();
    const after = stage.start();
    await after.state.save();
    expect(after.covered(hour)).toBeGreaterThanOrEqual(115 * second);
    expect(after.covered(hour)).toBeLessThanOrEqual(120 * second);
    await after.state.close();
  });

  test('with a longer window goes on too, and with other objectives keeps those that stay', async () => {
    const stage = await createStage();
    const before = stage.start({ objectives: { checkout: 'a', search: 'b', gone: 'c' }, windowMs: 7 * day });
    await before.run(60);
    await before.state.close();
    const after = stage.start({ objectives: { fresh: 'd', search: 'another', checkout: 'a' }, windowMs: 90 * day });
    await after.state.save();
    expect(['checkout', 'search', 'fresh'].map((name) => after.total(name).good)).toEqual([60, 0, 0]);
    expect(after.objectives.at(-1)?.windows.windowMs).toBe(90 * day);
    expect(after.lines()).toContain(
      'warn: the saved counts of the objective search are dropped: its indicator is another one now',
    );
    await after.run(1);
    await after.state.close();
    const last = stage.start({ objectives: { search: 'another', checkout: 'a' } });
    await last.state.save();
    expect(['checkout', 'search'].map((name) => last.total(name).good)).toEqual([61, 1]);
    await last.state.close();
  });

  test('knows the events of this process, and those before it, when the folder comes late', async () => {
    const stage = await createStage();
    const before = stage.start();
    await before.run(600);
    await before.state.close();
    stage.pass(30 * second);
    let isThere = false;
    const late = async (): Promise<never> => {
      throw Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' });
    };
    const real = await import('node:fs/promises');
    const mkdir = ((...args: Parameters<typeof real.mkdir>) =>
      isThere ? real.mkdir(...args) : late()) as typeof real.mkdir;
    const after = stage.start({ files: { mkdir } });
    await after.run(95, 0, 2);
    expect([after.state.isUp(), after.total()]).toEqual([false, { good: 0, bad: 190 }]);
    isThere = true;
    await after.run(10, 0, 2);
    expect([after.state.isUp(), after.total()]).toEqual([true, { good: 600, bad: 210 }]);
    const { good, bad } = after.last(minute); // to 10 s when they happened, and the begin of a bucket before it
    expect([good, bad >= 120, bad <= 160]).toEqual([0, true, true]);
    expect(after.since()).toBe(599 * second + 30 * second + 105 * second);
    await after.state.close();
  });
});

test('a reload leaves the windows as they are', async () => {
  const stage = await createStage();
  const before = stage.start();
  await before.run(20);
  await before.state.close();
  const after = stage.start({ successorOf: before });
  const [windows] = after.objectives.map((one) => one.windows);
  await after.run(10);
  expect(after.objectives.map((one) => one.windows === windows)).toEqual([true]);
  expect([after.total().good, after.lines()]).toEqual([30, []]);
  await after.state.close();
});

describe('time', () => {
  const restarted = async (boot: string, movedMs: number) => {
    const stage = await createStage();
    const before = stage.start();
    await before.run(60);
    await before.state.close();
    stage.pass(2 * minute);
    stage.time.wall += movedMs;
    const after = stage.start({ boot });
    await after.state.save();
    return after;
  };
  test.each([-day, 0, 3 * hour, 400 * day])(
    'on the same machine a wall clock that moved by %i ms moves nothing',
    async (ms) => {
      const after = await restarted('boot-1', ms);
      expect(after.since()).toBe(59 * second + 2 * minute);
      expect(after.last(hour)).toEqual({ good: 60, bad: 0 });
      expect(after.lines()).toHaveLength(1);
      await after.state.close();
    },
  );

  test('on another one the wall clock says how long it was', async () => {
    const after = await restarted('boot-2', 3 * hour);
    expect(after.since()).toBe(59 * second + 3 * hour + 2 * minute);
    expect([after.last(hour).good, after.last(day).good]).toEqual([0, 60]);
    await after.state.close();
  });

  test('and one that went back says so: what was counted is taken as of now', async () => {
    const after = await restarted('boot-2', -day);
    expect(after.since()).toBe(59 * second);
    expect(after.last(hour)).toEqual({ good: 60, bad: 0 });
    expect(after.lines().at(-1)).toBe(
      'warn: the clock is 86280 s behind the time at which counts of objectives were saved, so they count as of now',
    );
    await after.run(5);
    expect(after.total().good).toBe(65);
    await after.state.close();
  });

  test('after a year nothing of it is in a window, and counting goes on', async () => {
    const after = await restarted('boot-2', 400 * day);
    await after.run(5);
    expect(after.last(30 * day)).toEqual({ good: 5, bad: 0 });
    await after.state.close();
  });
});
