// The soak's judge on recorded events: what it must find, and what it must let pass.
import { describe, expect, test } from 'vitest';
import { createChance } from './chance.ts';
import { flatness } from './flat.ts';
import { type Answer, type Fault, itself, judge, type Terms } from './judge.ts';

const terms: Terms = { believedMs: { database: 10_000, redis: 10_000 }, answerMs: 250 };
const frozen: Fault = {
  target: 'database',
  kind: 'frozen',
  certain: true,
  begins: 100_000,
  holds: 100_010,
  lifted: 130_000,
  over: 130_100,
};
const flooded: Fault = { ...frozen, kind: 'flooded', certain: false };
const asleep: Fault = { ...frozen, target: itself };

/** An answer within 2 ms at this instant; both checks healthy unless said. */
const answer = (asked: number, statuses: Record<string, string> = {}, more: Partial<Answer> = {}): Answer => {
  const all = { database: 'healthy', redis: 'healthy', ...statuses };
  const code = Object.values(all).every((status) => status === 'healthy') ? 200 : 503;
  return { asked, answered: asked + 2, code, statuses: all, bareMs: 1, ...more };
};
const found = (given: Answer, ...faults: Fault[]) => judge(given, faults, terms).map(({ promise }) => promise);

describe('healthy past the bound', () => {
  test.each([
    ['before the fault', 99_000, []],
    ['within the bound', 110_009, []],
    ['past the bound', 110_011, ['healthy past the bound']],
    ['at the end of the fault', 129_990, ['healthy past the bound']],
    ['while it is lifted', 129_999, []],
    ['after it', 135_000, []],
  ])('%s', (_, asked, broken) => expect(found(answer(asked), frozen)).toEqual(broken));

  test('a fault that is in force still', () => {
    const { lifted: _lifted, over: _over, ...open } = frozen;
    expect(found(answer(500_000), open)).toEqual(['healthy past the bound']);
    expect(found(answer(500_000, { database: 'unhealthy' }), open)).toEqual([]);
    expect(found(answer(500_000, { database: 'unknown' }), open)).toEqual([]);
  });
  test('a flood may be borne', () => expect(found(answer(120_000), flooded)).toEqual([]));
  test('another check is not concerned', () => {
    expect(found(answer(120_000, { database: 'unhealthy' }), frozen)).toEqual([]);
  });
});

describe('not healthy without a fault', () => {
  test.each([
    ['before', 99_000, ['not healthy without a fault']],
    ['during', 100_500, []],
    ['while it recovers: the bound, and as long again as it lasted', 173_000, []],
    ['later', 173_500, ['not healthy without a fault']],
  ])('%s', (_, asked, broken) => {
    expect(found(answer(asked, { database: 'unhealthy' }), frozen)).toEqual(broken);
    expect(found(answer(asked, { database: 'unhealthy' }), flooded)).toEqual(broken);
    expect(found(answer(asked, { database: 'unknown' }), asleep)).toEqual(broken);
  });
  test('the fault of another dependency excuses nothing', () => {
    const harmed = answer(120_000, { database: 'unhealthy', redis: 'unknown' });
    expect(found(harmed, frozen)).toEqual(['not healthy without a fault']);
  });
});

describe('the answer itself', () => {
  test('late, but for what the bare server took as well', () => {
    expect(found(answer(0, {}, { answered: 260 }))).toEqual(['late']);
    expect(found(answer(0, {}, { answered: 260, bareMs: 20 }))).toEqual([]);
    expect(found(answer(105_000, {}, { answered: 120_000 }), asleep)).toEqual([]);
  });
  test('no answer', () => {
    expect(found(answer(0, {}, { code: 0, statuses: {} }))).toEqual(['no answer']);
    expect(found(answer(105_000, {}, { code: 0, statuses: {} }), asleep)).toEqual([]);
  });
  test('a code that its body denies', () => {
    expect(found(answer(0, {}, { code: 503 }))).toEqual(['wrong code']);
    expect(found(answer(120_000, { database: 'unhealthy' }, { code: 200 }), frozen)).toEqual(['wrong code']);
  });
});

describe('flat', () => {
  const samples = (rss: (n: number) => number, descriptors: (n: number) => number) =>
    Array.from({ length: 200 }, (_, n) => ({ at: n, rssMb: rss(n), descriptors: descriptors(n) }));

  test('what goes up and down is; what only goes up is not', () => {
    const wave = (n: number) => 40 + (n % 7);
    expect(flatness(samples((n) => 90 + (n % 10), wave)).flat).toBe(true);
    expect(flatness(samples((n) => 90 + n * 0.5, wave)).flat).toBe(false);
    expect(
      flatness(
        samples(
          () => 90,
          (n) => 40 + n / 10,
        ),
      ).flat,
    ).toBe(false);
  });
});

test('a seed gives the same numbers again, and other ones for another name', () => {
  const draw = (name: string) => {
    const chance = createChance(7, name);
    return Array.from({ length: 50 }, () => chance.between(0, 1));
  };
  expect(draw('redis')).toEqual(draw('redis'));
  expect(draw('redis')).not.toEqual(draw('kms'));
  expect(draw('redis').every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(draw('redis')).size).toBe(50);
});
