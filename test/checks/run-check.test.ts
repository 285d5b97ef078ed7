import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Running, runCheck } from '../../src/checks/run-check.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { Failure } from '../../src/core/failure.ts';
import { createLane } from '../../src/schedule/lane.ts';
import { fakeDefinition, fakeDriver, type Probe } from './fake.ts';

const never = new AbortController().signal;

function setUp(probe: Probe, { timeoutMs = 200, clock = systemClock, maxAgeMs = 1e9 } = {}) {
  const { driver, opened } = fakeDriver(probe);
  const lane = createLane(() => driver.session({}), { maxAgeMs, clock, random: () => 1 });
  const redact = (text: string): string => text.replaceAll('hunter2', '***');
  const running: Running = {
    definition: fakeDefinition,
    driver,
    settings: {},
    lane,
    rests: new Map(),
    timeoutMs,
    clock,
    redact,
  };
  return { run: (signal = never) => runCheck(running, signal), opened, lane };
}
const forever = (): Promise<never> => new Promise(() => undefined);
const block = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

describe('what a run finds', () => {
  test('every phase that ran, with its time', async () => {
    const { run } = setUp(async ({ phase }) => {
      await phase('connect', async () => undefined);
      await phase('answer', async () => undefined);
    });
    const result = await run();
    expect(result).toMatchObject({ kind: 'passed', phases: [{ name: 'connect' }, { name: 'answer' }], warnings: [] });
  });

  test('an error thrown by a phase: class, phase and a message without secrets', async () => {
    const { run } = setUp(({ phase }) =>
      phase('connect', () => Promise.reject(Object.assign(new Error('no hunter2'), { code: 'ECONNREFUSED' }))),
    );
    expect(await run()).toMatchObject({
      kind: 'failed',
      errorClass: 'refused',
      message: 'no ***',
      phases: [{ name: 'connect' }],
    });
  });

  test.each([390, 395, 16_380])(
    'a long message is cut after it was redacted, so that no part of a secret is left (%i)',
    async (at) => {
      const { run } = setUp(() => Promise.reject(new Error(`${'x'.repeat(at)}hunter2${'y'.repeat(30_000)}`)));
      const { message } = (await run()) as { message: string };
      expect(message.length).toBeLessThan(410);
      expect(message).toMatch(/^x+\**y*…$/);
    },
  );

  test('a message that is one long repetition of a secret leaves no part of it either', async () => {
    const { run } = setUp(() => Promise.reject(new Error('hunter2'.repeat(100_000))));
    expect(((await run()) as { message: string }).message).toMatch(/^\**…$|^a message that is too long$/);
  });

  test('an error before any phase belongs to the first', async () => {
    const { run } = setUp(() => Promise.reject(new Error('odd')));
    expect(await run()).toMatchObject({ kind: 'failed', errorClass: 'server', phases: [{ name: 'connect' }] });
  });

  test('a hang is cut at the deadline, and goes no further', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    let later = 'nothing';
    const { run, opened } = setUp(
      async ({ phase }) => {
        await phase('connect', () => new Promise<void>((resolve) => setTimeout(resolve, 1200)));
        await phase('answer', async () => {
          later = 'ran after the deadline';
        });
      },
      { timeoutMs: 1000 },
    );
    const running = run();
    await vi.advanceTimersByTimeAsync(1000);
    const result = await running;
    expect(result).toMatchObject({ kind: 'failed', errorClass: 'timeout', phases: [{ name: 'connect' }] });
    expect(result?.durationMs).toBe(1000);
    expect(result?.phases[0]?.ms).toBe(1000); // it hung for all of the run
    expect(opened.map(({ closed }) => closed)).toEqual([true]);
    await vi.advanceTimersByTimeAsync(400);
    expect(later).toBe('nothing');
  });

  test('throttled is inconclusive, and keeps the connection', async () => {
    const { run, opened } = setUp(({ phase }) =>
      phase('answer', () => Promise.reject(new Failure('throttled', 'slow down'))),
    );
    expect(await run()).toMatchObject({ kind: 'inconclusive', errorClass: 'throttled' });
    expect(opened[0]?.closed).toBe(false);
  });

  test('a wrong role ends the session: the name may have moved', async () => {
    const { run, opened } = setUp(({ phase }) =>
      phase('answer', () => Promise.reject(new Failure('readonly', 'standby'))),
    );
    expect(await run()).toMatchObject({ kind: 'failed', errorClass: 'readonly' });
    expect(opened[0]?.closed).toBe(true);
  });

  test('a stopping daemon ends it without a result', async () => {
    const { run, opened } = setUp(forever, { timeoutMs: 60_000 });
    const stop = new AbortController();
    const running = run(stop.signal);
    stop.abort();
    expect(await running).toBeUndefined();
    expect(opened[0]?.closed).toBe(true);
  });
});

describe('our own lateness', () => {
  test('a timeout while our loop slept blames nobody', async () => {
    const { run } = setUp(() => {
      setTimeout(() => block(400), 50);
      return forever();
    });
    expect(await run()).toMatchObject({ kind: 'inconclusive', errorClass: 'self' });
  });
  test('an answer that arrived while it slept counts', async () => {
    const { run } = setUp(() => {
      setTimeout(() => block(400), 50);
      return new Promise((resolve) => setTimeout(resolve, 100));
    });
    expect(await run()).toMatchObject({ kind: 'passed' });
  });
  test('so does a refusal', async () => {
    const { run } = setUp(() => {
      setTimeout(() => block(400), 50);
      return new Promise((_, reject) => setTimeout(() => reject(new Failure('refused', 'closed')), 100));
    });
    expect(await run()).toMatchObject({ kind: 'failed', errorClass: 'refused' });
  });
  test('a resolver that timed out meanwhile is not blamed either', async () => {
    const { run } = setUp(async () => {
      block(150);
      await new Promise((resolve) => setImmediate(resolve));
      throw new Failure('dns', 'no answer', { cause: Object.assign(new Error(), { code: 'ETIMEOUT' }) });
    });
    expect(await run()).toMatchObject({ kind: 'inconclusive', errorClass: 'self' });
  });
});

describe('faults that are our own', () => {
  test('no descriptor left blames nobody, wherever the error hides', async () => {
    const own = new AggregateError([Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' })]);
    const { run } = setUp(({ phase }) => phase('connect', () => Promise.reject(own)));
    expect(await run()).toMatchObject({ kind: 'inconclusive', errorClass: 'self' });
  });
  test('a driver that fails over an error still gives a result', async () => {
    const { driver } = fakeDriver(() => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })));
    const lane = createLane(() => driver.session({}), { maxAgeMs: 1e9, clock: systemClock, random: () => 1 });
    const classify = () => {
      throw new Error('classify failed');
    };
    const running: Running = {
      definition: fakeDefinition,
      driver: { ...driver, classify },
      settings: {},
      lane,
      rests: new Map(),
      timeoutMs: 200,
      clock: systemClock,
      redact: (text) => text,
    };
    expect(await runCheck(running, never)).toMatchObject({ kind: 'failed', errorClass: 'refused' });
  });
  test('a class that the type does not declare becomes one that it does', async () => {
    const { run } = setUp(({ phase }) => phase('answer', () => Promise.reject(new Failure('misconfig', 'odd'))));
    expect(await run()).toMatchObject({ kind: 'failed', errorClass: 'server' });
  });
});

test('of several servers a phase tells which one it was, on a pass and on a failure', async () => {
  let works = true;
  const { run } = setUp(async ({ phase, tell }) => {
    await phase('connect', async () => tell('connect', { at: 'two:1', why: 'one:1: refused' }));
    tell('answer', { at: 'nowhere' }); // a phase that did not run has nothing to tell
    if (!works) throw new Failure('server', 'no');
  });
  const phases = [{ name: 'connect', ms: expect.any(Number), at: 'two:1', why: 'one:1: refused' }];
  expect(await run()).toMatchObject({ kind: 'passed', phases });
  works = false;
  expect(await run()).toMatchObject({ kind: 'failed', phases });
});

test('what a phase tells is redacted and then cut, as a message is, on a pass and on a failure', async () => {
  let works = true;
  const long = `${'x'.repeat(395)}hunter2${'y'.repeat(30_000)}`;
  const { run } = setUp(async ({ phase, skip, tell }) => {
    await phase('connect', async () => tell('connect', { at: long, why: long }));
    skip('answer', long);
    if (!works) throw new Failure('server', 'no');
  });
  const cut = `${'x'.repeat(395)}***yy…`;
  const phases = [
    { name: 'connect', at: cut, why: cut },
    { name: 'answer', note: 'skipped', why: cut },
  ];
  expect(await run()).toMatchObject({ kind: 'passed', phases });
  works = false;
  expect(await run()).toMatchObject({ kind: 'failed', phases });
});

describe('a costly phase', () => {
  test('rests after a pass, and is run on every run after a failure', async () => {
    let now = 0;
    let works = true;
    let runs = 0;
    const clock: Clock = { now: () => now, wall: () => new Date(now) };
    const { run } = setUp(
      ({ rest }) =>
        rest('answer', 1000, async () => {
          runs += 1;
          if (!works) throw new Failure('server', 'no');
        }),
      { clock },
    );
    expect(await run()).toMatchObject({ kind: 'passed', phases: [{ name: 'answer' }] });
    now = 999;
    expect(await run()).toMatchObject({ kind: 'passed', phases: [{ name: 'answer', note: 'rested' }] });
    expect(runs).toBe(1);
    now = 1000;
    works = false;
    for (let n = 0; n < 3; n += 1) expect(await run()).toMatchObject({ kind: 'failed', errorClass: 'server' });
    expect(runs).toBe(4);
    works = true;
    expect(await run()).toMatchObject({ kind: 'passed' });
    await run();
    expect(runs).toBe(5);
  });
});

describe('an aged session', () => {
  /** Fails on the second session only. */
  const onSecond = (error: Failure): { probe: Probe; seen: unknown[] } => {
    const seen: unknown[] = [];
    return {
      seen,
      async probe({ phase }, session) {
        if (!seen.includes(session)) seen.push(session);
        const fails = seen.indexOf(session) === 1;
        await phase('connect', () => (fails ? Promise.reject(error) : Promise.resolve()));
      },
    };
  };
  function age(error: Failure) {
    let now = 0;
    const clock: Clock = { now: () => now, wall: () => new Date(now) };
    const { probe, seen } = onSecond(error);
    return {
      ...setUp(probe, { clock, maxAgeMs: 1000 }),
      seen,
      pass(ms: number) {
        now += ms;
      },
    };
  }
  test('is replaced by one that began with the first phase', async () => {
    let now = 0;
    const { run, opened } = setUp(({ phase }) => phase('connect', async () => undefined), {
      clock: { now: () => now, wall: () => new Date(now) },
      maxAgeMs: 1000,
    });
    await run();
    now = 1000;
    expect(await run()).toMatchObject({ kind: 'passed' });
    expect(opened.map(({ closed }) => closed)).toEqual([true, false]);
  });
  test('goes on when there is no room for its successor', async () => {
    const { run, opened, pass } = age(new Failure('capacity', 'full'));
    await run();
    pass(1000);
    expect(await run()).toMatchObject({ kind: 'passed', warnings: ['skipped'], phases: [{ name: 'connect' }] });
    expect(opened.map(({ closed }) => closed)).toEqual([false, true]);
    await run();
    expect(opened).toHaveLength(2);
  });
  test('is not taken from the next run by a successor that settles late', async () => {
    let now = 0;
    let calls = 0;
    let settleLate = (): void => undefined;
    const late = (): Promise<void> =>
      new Promise((resolve) => {
        settleLate = resolve;
      });
    const { run, opened, lane } = setUp(
      ({ phase }) =>
        phase('connect', () => {
          calls += 1;
          return calls === 2 ? late() : Promise.resolve();
        }),
      { clock: { now: () => now, wall: () => new Date(now) }, maxAgeMs: 1000, timeoutMs: 50 },
    );
    await run();
    now = 1000;
    expect(await run()).toMatchObject({ kind: 'failed', errorClass: 'timeout' });
    expect(await run()).toMatchObject({ kind: 'passed' });
    settleLate();
    await new Promise((resolve) => setImmediate(resolve));
    expect(opened.at(-1)?.closed).toBe(false);
    expect(lane.session()).toBe(opened.at(-1));
  });
  test('hides no failed log-in', async () => {
    const { run, opened, pass } = age(new Failure('auth', 'rotated'));
    await run();
    pass(1000);
    expect(await run()).toMatchObject({ kind: 'failed', errorClass: 'auth' });
    expect(opened.every(({ closed }) => closed)).toBe(true);
  });
});
