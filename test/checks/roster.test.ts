// Reloads of the checks: who lives on untouched, who follows whom and when it shows, and that nothing is left of the others.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { changesOf } from '../../src/checks/changes.ts';
import type { ConfiguredCheck } from '../../src/checks/plan-of.ts';
import { createRoster } from '../../src/checks/roster.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Failure } from '../../src/core/failure.ts';
import { Secret } from '../../src/core/secret.ts';
import type { Definition, Session } from '../../src/dependencies/define.ts';
import { parseCron } from '../../src/schedule/cron.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import { fakeDefinition, surroundings } from './fake.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A type whose probe does what the check's own settings say: `works`, or the class of its failure. */
function fakeType(type = 'fake') {
  const open = new Set<Session>();
  let hangs = false;
  let room = Number.POSITIVE_INFINITY;
  const definition: Definition = {
    ...fakeDefinition,
    type,
    load: async () =>
      ({
        session() {
          const session = { closed: false, destroy: () => void open.delete(session) };
          open.add(session);
          return session;
        },
        async probe(_: Session, { says }: { says: string }) {
          if (hangs) await new Promise(() => undefined);
          if (open.size > room) throw new Failure('capacity', 'no room');
          if (says !== 'works') throw new Failure(says as 'refused', says);
        },
        classify: () => undefined,
      }) as never,
  };
  const hang = (): void => {
    hangs = true;
  };
  const limit = (connections: number): void => {
    room = connections;
  };
  return { definition, open, hang, limit };
}
let fake = fakeType();
beforeEach(() => {
  fake = fakeType();
});

const check = (name: string, over: Partial<ConfiguredCheck> & { says?: string } = {}): ConfiguredCheck => {
  const { says = 'works', ...rest } = over;
  return {
    name,
    definition: fake.definition,
    settings: { says },
    schedule: { kind: 'interval', intervalMs: 5000 },
    timeoutMs: 2000,
    failureThreshold: 3,
    successThreshold: 2,
    slowAfterMs: 1000,
    maxConnectionAgeMs: 300_000,
    required: true,
    gates: ['ready'],
    waitForHealthy: false,
    ...rest,
  };
};

function start(checks: readonly ConfiguredCheck[]) {
  const around = surroundings();
  const scheduler = createScheduler(systemClock);
  const counted = new Set<string>();
  const counters = {
    add: (one: { name: string; type: string }) => void counted.add(`${one.name} ${one.type}`),
    remove: (one: { name: string; type: string }) => void counted.delete(`${one.name} ${one.type}`),
  };
  const roster = createRoster(checks, { ...around, scheduler, counters });
  const shown = () => around.board.entries().map(({ name, belief }) => `${name} ${belief(performance.now()).status}`);
  const stop = async () => {
    await scheduler.stop();
    roster.close();
  };
  return { ...around, roster, counted, shown, stop };
}

async function started(checks: readonly ConfiguredCheck[]) {
  const house = start(checks);
  await house.roster.start();
  await vi.advanceTimersByTimeAsync(1100);
  return house;
}

test('what changed is found by name and settings, in the order of the file', () => {
  const file = (password: string) => ({ settings: { says: 'works', password: Secret.fromFile(password) } });
  const before = [check('a', file('/run/a')), check('b', file('/run/b')), check('c'), check('d'), check('e')];
  const after = [check('f'), check('d', { timeoutMs: 100 }), check('a', file('/run/a')), check('b', file('/run/c'))];
  expect(changesOf(before, after)).toEqual({ added: ['f'], changed: ['d', 'b'], removed: ['c', 'e'] });
  expect(changesOf(before, before.toReversed())).toEqual({ added: [], changed: [], removed: [] });
});

test('a cron expression is the same on another day, when the gaps between its next runs are others', () => {
  const cron = { kind: 'cron' as const, ...parseCron('0 0 3 1 * *') };
  const before = check('a', { schedule: cron });
  const again = (over: object) => changesOf([before], [check('a', { schedule: { ...cron, ...over } })]).changed;
  expect(again({ ...parseCron(cron.expression), longestGapMs: cron.longestGapMs - 86_400_000 })).toEqual([]);
  expect(again({ expression: '0 0 4 1 * *' })).toEqual(['a']);
  expect(again({ kind: 'interval', intervalMs: cron.longestGapMs })).toEqual(['a']);
});

test('an unchanged check is the very same, with its connection, history and place in the file', async () => {
  const house = await started([check('a'), check('b')]);
  const [a] = house.board.entries();
  const connection = a?.connection;
  expect(await house.roster.replace([check('b'), check('a')])).toEqual({ added: [], changed: [], removed: [] });
  expect(house.board.entries().map(({ name }) => name)).toEqual(['b', 'a']);
  expect(house.board.get('a')).toBe(a);
  await vi.advanceTimersByTimeAsync(5600);
  expect(a?.connection).toEqual(connection);
  expect(a?.history).toHaveLength(2);
  expect(fake.open.size).toBe(2);
  await house.stop();
});

test('a removed check is cut, in its run too, and its counters are gone', async () => {
  const house = await started([check('a'), check('b', { settings: { says: 'works', key: Secret.of('hunter2') } })]);
  const seen = house.observations.length;
  expect(house.roster.secrets()).toHaveLength(1);
  const gone = house.board.get('b');
  await house.roster.replace([check('a')]);
  expect(house.shown()).toEqual(['a healthy']);
  expect(gone?.connection).toBeUndefined();
  expect([...house.counted]).toEqual(['a fake']);
  expect(fake.open.size).toBe(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(house.observations.slice(seen).map((observation) => observation.check)).not.toContain('b');
  expect(house.roster.secrets()).toEqual([]);
  await house.stop();
});

describe('a changed check', () => {
  test('runs at once beside its predecessor, and takes its place when it passed: no answer changes', async () => {
    const house = await started([check('a')]);
    const [before] = house.board.entries();
    const told = house.observations.length;
    await house.roster.replace([check('a', { timeoutMs: 500 })]);
    expect(house.board.get('a')).toBe(before);
    expect(house.shown()).toEqual(['a healthy']);
    await vi.advanceTimersByTimeAsync(1100);
    expect(house.board.get('a')).not.toBe(before);
    expect(house.board.get('a')?.policy.timeoutMs).toBe(500);
    expect(house.shown()).toEqual(['a healthy']);
    expect(fake.open.size).toBe(1);
    // For the sinks it was healthy all the time.
    const since = house.observations.slice(told);
    expect(since.length).toBeGreaterThan(0);
    expect(since.map(({ before: from, after }) => `${from.status} ${after.status}`)).not.toContain('unknown healthy');
    await house.stop();
  });

  test('that fails keeps its predecessor until its threshold, then is unhealthy; a fixed one follows at once', async () => {
    const house = await started([check('a', { gates: ['admit'] })]);
    await house.roster.replace([check('a', { gates: ['admit'], says: 'auth' })]);
    await vi.advanceTimersByTimeAsync(1500);
    expect(house.shown()).toEqual(['a healthy']);
    await vi.advanceTimersByTimeAsync(2500);
    expect(house.shown()).toEqual(['a unhealthy']);
    expect(house.board.get('a')?.everHealthy, 'what was admitted stays so').toBe(true);
    expect(house.observations.filter(({ before, after }) => before.status !== after.status)).toHaveLength(2);
    await house.roster.replace([check('a', { gates: ['admit'] })]);
    await vi.advanceTimersByTimeAsync(1100);
    expect(house.shown()).toEqual(['a healthy']);
    await house.stop();
  });

  test('of which nothing can be said shows after its detection bound', async () => {
    const house = await started([check('a')]);
    const [before] = house.board.entries();
    await house.roster.replace([check('a', { says: 'throttled' })]);
    await vi.advanceTimersByTimeAsync(8000);
    expect(house.board.get('a')).toBe(before);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(house.shown()).toEqual(['a unknown']);
    await house.stop();
  });

  test('that is changed back before it shows has never been', async () => {
    const house = await started([check('a')]);
    const [before] = house.board.entries();
    await house.roster.replace([check('a', { says: 'auth' })]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await house.roster.replace([check('a')])).toMatchObject({ changed: ['a'] });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(house.board.get('a')).toBe(before);
    expect(fake.open.size).toBe(1);
    await house.stop();
  });

  test('for which there is no room beside its predecessor gets its connection: no answer changes', async () => {
    fake.limit(1);
    const house = await started([check('a')]);
    await house.roster.replace([check('a', { failureThreshold: 2 })]);
    for (let ms = 0; ms < 12_000; ms += 100) {
      await vi.advanceTimersByTimeAsync(100);
      expect(house.shown()).toEqual(['a healthy']);
    }
    expect(house.board.get('a')?.policy.failureThreshold).toBe(2);
    expect(
      house.board
        .get('a')
        ?.history.map(({ kind }) => kind)
        .slice(0, 2),
    ).toEqual(['failed', 'passed']);
    await house.stop();
  });

  test('that made its predecessor give up its connection, and is changed back, is followed by a new one', async () => {
    fake.limit(1);
    const house = await started([check('a')]);
    const [before] = house.board.entries();
    await house.roster.replace([check('a', { timeoutMs: 500 })]);
    await vi.advanceTimersByTimeAsync(1100);
    expect(before?.connection).toBeUndefined();
    await house.roster.replace([check('a')]);
    await vi.advanceTimersByTimeAsync(1100);
    expect(house.shown()).toEqual(['a healthy']);
    expect(house.board.get('a')).not.toBe(before);
    expect(fake.open.size).toBe(1);
    await house.stop();
  });

  test('of another type has the counters of its own, and those of the other go when it does', async () => {
    const other = fakeType('other');
    const house = await started([check('a')]);
    await house.roster.replace([check('a', { definition: other.definition })]);
    expect([...house.counted]).toEqual(['a fake', 'a other']);
    await vi.advanceTimersByTimeAsync(1100);
    expect([...house.counted]).toEqual(['a other']);
    expect(house.board.get('a')?.type).toBe('other');
    await house.stop();
  });
});

test('a new check shows when it is healthy or unhealthy, not before', async () => {
  const house = await started([check('a')]);
  const next = [check('good'), check('a'), check('bad', { says: 'auth' })];
  expect(await house.roster.replace(next)).toMatchObject({ added: ['good', 'bad'] });
  expect(house.shown()).toEqual(['a healthy']);
  expect([...house.counted]).toEqual(['a fake', 'good fake', 'bad fake']);
  await vi.advanceTimersByTimeAsync(1100);
  expect(house.shown()).toEqual(['good healthy', 'a healthy']);
  await vi.advanceTimersByTimeAsync(3000);
  expect(house.shown()).toEqual(['good healthy', 'a healthy', 'bad unhealthy']);
  await house.stop();
});

test('a check that makes more requests than before is told to the counters again, and never taken from them', async () => {
  const told: string[] = [];
  const requests: Definition['requests'] = ({ says }) => ({ runs: [`${says}`], statistics: [] });
  const definition = { ...fake.definition, requests };
  const tell = (word: string) => (one: { requests?: { runs: readonly string[] } }) =>
    void told.push(`${word} ${one.requests?.runs}`);
  const counters = { add: tell('add'), remove: tell('remove') };
  const scheduler = createScheduler(systemClock);
  const roster = createRoster([check('a', { definition })], { ...surroundings(), scheduler, counters });
  await roster.start();
  await roster.replace([check('a', { definition, says: 'works', timeoutMs: 1000 })]);
  expect(told).toEqual(['add works']);
  await roster.replace([check('a', { definition, says: 'auth' })]);
  expect(told).toEqual(['add works', 'add auth']);
  await scheduler.stop();
  roster.close();
});

test('a library that cannot be loaded changes nothing', async () => {
  const house = await started([check('a')]);
  const broken: Definition = { ...fakeDefinition, load: () => Promise.reject(new Error('no such chunk')) };
  await expect(
    house.roster.replace([check('a', { timeoutMs: 100 }), check('b', { definition: broken })]),
  ).rejects.toThrow('chunk');
  await vi.advanceTimersByTimeAsync(3000);
  expect(house.board.get('a')?.policy.timeoutMs).toBe(2000);
  expect([...house.counted]).toEqual(['a fake']);
  await house.stop();
});

test('a thousand reloads leave nothing behind: no timer, no connection, no counter', async () => {
  const house = await started([check('a')]);
  fake.hang();
  for (let round = 0; round < 1000; round += 1) {
    await house.roster.replace([
      check(`b-${round % 7}`, { timeoutMs: 100 + round }),
      check('c', { failureThreshold: 1 + (round % 9) }),
    ]);
    if (round % 10 === 0) await vi.advanceTimersByTimeAsync(700);
  }
  expect(house.counted.size).toBe(2);
  await house.roster.replace([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(vi.getTimerCount()).toBe(0);
  expect(fake.open.size).toBe(0);
  expect(house.counted.size).toBe(0);
  expect(house.shown()).toEqual([]);
  await house.stop();
});
