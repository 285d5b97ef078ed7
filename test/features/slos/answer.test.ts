// What is answered of an objective in every state: numbers as they are, null where nothing is known.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ObjectiveBody, sloBody } from '../../../src/features/slos/answer.ts';
import { allowedShare, type Standing } from '../../../src/features/slos/budget.ts';
import { burning, counts, example, standing, view, wall } from './views.ts';

type Standings = Parameters<typeof view>[1];

/** Of one objective of 99.9 %. */
function bodyOf(standings: Standings, written: Readonly<Record<string, unknown>> = {}): ObjectiveBody {
  const { objectives } = sloBody([view('one', standings, written)], 0, wall);
  return objectives.one as ObjectiveBody;
}

const hereOf = (over: Partial<Standing>, written?: Readonly<Record<string, unknown>>) =>
  bodyOf({ here: standing(over) }, written).here as NonNullable<ObjectiveBody['here']>;

test('each state once, by the order of the configuration', () => {
  const { objectives, timestamp } = sloBody(example, 0, wall);
  expect(timestamp).toBe('2026-11-27T01:02:03.000Z');
  expect(Object.entries(objectives).map(([name, { state, judged_by }]) => [name, state, judged_by])).toEqual([
    ['availability', 'met', 'here'],
    ['checkout', 'exhausted', 'service'],
    ['search', 'burning', 'service'],
    ['refunds', 'unknown', null],
  ]);
});

test('one bad minute does not spend the budget of a pod that has just begun', () => {
  const young = { since: new Date(wall.getTime() - 600_000), coveredMs: 600_000, counts: counts(540, 60) };
  const { here, state } = bodyOf({ here: standing({ ...young, burn: burning({ '5m': 0, '1h': 100 }) }) });
  expect(here?.budget).toEqual({ left_percent: 97.6851, left_minutes: 42.2, left_events: 2532 });
  expect(state).toBe('met');
  const old = { since: new Date(wall.getTime() - 30 * 86_400_000), counts: counts(540, 60) };
  expect(bodyOf({ here: standing(old) }).state).toBe('exhausted');
});

describe('the state', () => {
  const fast = burning({ '1h': 14.4, '5m': 20 });
  const good = counts(1_000_000, 100);
  test.each([
    ['nothing is known', {}, {}, 'unknown', null],
    ['no event was counted', { here: standing({ counts: counts(0, 0) }) }, {}, 'unknown', null],
    ['events, and all are good', { here: standing({ counts: counts(1, 0) }) }, {}, 'met', 'here'],
    ['Prometheus alone', { service: standing() }, {}, 'met', 'service'],
    [
      'both: the service decides',
      { service: standing({ counts: counts(1, 1) }), here: standing() },
      {},
      'exhausted',
      'service',
    ],
    [
      'Prometheus has counted nothing',
      { service: standing({ counts: counts(0, 0) }), here: standing() },
      {},
      'met',
      'here',
    ],
    ['the fastest pair', { here: standing({ counts: good, burn: fast }) }, {}, 'burning', 'here'],
    ['just below it', { here: standing({ counts: good, burn: burning({ '1h': 14.3, '5m': 20 }) }) }, {}, 'met', 'here'],
    ['it has ended', { here: standing({ counts: good, burn: burning({ '1h': 50, '5m': 0 }) }) }, {}, 'met', 'here'],
    [
      'the slowest pair',
      { here: standing({ counts: good, burn: burning({ '3d': 1, '6h': 1 }) }) },
      {},
      'burning',
      'here',
    ],
    ['the short window is not known', { here: standing({ counts: good, burn: { '1h': 15 } }) }, {}, 'burning', 'here'],
    ['too few bad events', { here: standing({ counts: good, burn: fast }) }, { min_bad_events: 101 }, 'met', 'here'],
    [
      'bad ones enough, but not in the long window',
      { here: standing({ counts: good, burn: fast, badIn: { '1h': 1, '6h': 100 } }) },
      { min_bad_events: 10 },
      'met',
      'here',
    ],
    [
      'bad ones enough in the long window',
      { here: standing({ counts: good, burn: fast, badIn: { '1h': 10, '5m': 1 } }) },
      { min_bad_events: 10 },
      'burning',
      'here',
    ],
    [
      'another pair has enough of them',
      {
        here: standing({ counts: good, burn: burning({ '1h': 15, '5m': 15, '6h': 7, '30m': 7 }), badIn: { '6h': 10 } }),
      },
      { min_bad_events: 10 },
      'burning',
      'here',
    ],
    ['burnt to its end', { here: standing({ counts: counts(999, 1), burn: fast }) }, {}, 'exhausted', 'here'],
    ['one event before the end', { here: standing({ counts: counts(1001, 1) }) }, {}, 'met', 'here'],
  ] as const)('%s', (_, standings: Standings, written, state, judge) => {
    expect(bodyOf(standings, written)).toMatchObject({ state, judged_by: judge });
  });
});

describe('numbers', () => {
  test('of a window that was counted from its begin', () => {
    expect(hereOf({ burn: burning({ '1h': 2 }) })).toEqual({
      as_of: '2026-11-27T01:02:03.000Z',
      since: '2026-10-28T01:02:03.000Z',
      covered_ms: 30 * 86_400_000,
      events: { good: 999_900, bad: 100 },
      compliance_percent: 99.99,
      budget: { left_percent: 90, left_minutes: 38.88, left_events: 900 },
      burn: { '5m': 0, '30m': 0, '1h': 2, '2h': 0, '6h': 0, '1d': 0.1, '3d': 0.2 },
      burning_over: null,
      exhausted_at: '2026-12-10T13:02:03.000Z', // 90 % at twice the speed: 13.5 days
      month: { month: '2026-11', good: 899_950, bad: 50, compliance_percent: 99.994444, sla_kept: null },
      last_month: { month: '2026-10', good: 999_000, bad: 10, compliance_percent: 99.998999, sla_kept: null },
    });
  });

  test('without events are null, and none is made up', () => {
    const nothing = { counts: counts(0, 0), coveredMs: 0, since: undefined, burn: {}, month: counts(0, 0) };
    expect(hereOf({ ...nothing, lastMonth: undefined })).toMatchObject({
      since: null,
      events: { good: 0, bad: 0 },
      compliance_percent: null,
      budget: null,
      burn: { '5m': null, '3d': null },
      exhausted_at: null,
      month: { month: '2026-11', compliance_percent: null },
      last_month: null,
    });
  });

  test.each([
    ['what is spent', { counts: counts(900, 100), burn: burning({ '1h': 5 }) }],
    ['no burn in the last hour', {}],
    ['a pace at which the window passes first', { burn: burning({ '1h': 0.89 }) }],
    ['a pace that is as good as none', { burn: burning({ '1h': 1e-300 }) }],
  ])('there is no date of the end for %s', (_, over) => {
    expect(hereOf(over).exhausted_at).toBeNull();
  });

  test('a month is that in which Prometheus was asked, which may have ended since', () => {
    const asked = { at: new Date('2026-12-31T23:58:00.000Z'), counts: counts(1, 0) };
    const after = new Date('2027-01-01T00:03:00.000Z');
    const views = [view('one', { service: standing(asked), here: standing() })];
    const { service, here } = sloBody(views, 0, after).objectives.one ?? {};
    expect([service?.month.month, service?.last_month?.month]).toEqual(['2026-12', '2026-11']);
    expect([here?.month.month, here?.last_month?.month]).toEqual(['2027-01', '2026-12']);
    expect(service?.as_of).toBe('2026-12-31T23:58:00.000Z');
  });

  test('what is broken never reads as met, and what is met never as broken', () => {
    const objectives = fc.constantFrom(50, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999);
    const total = fc.integer({ min: 1, max: 2_000_000_000 });
    fc.assert(
      fc.property(objectives, total, fc.integer({ min: -2, max: 2 }), (objective, all, away) => {
        const bad = Math.min(all, Math.max(0, Math.round(allowedShare(objective) * all) + away));
        const { compliance_percent, budget } = hereOf({ counts: counts(all - bad, bad) }, { objective });
        // In whole numbers, which are exact: of 100,000 events so many may be bad.
        const allowed = BigInt(Math.round((100 - objective) * 1000));
        const left = allowed * BigInt(all) - BigInt(bad) * 100_000n;
        expect((compliance_percent ?? 0) >= objective, `${bad} of ${all}`).toBe(left >= 0n);
        expect(Math.sign(budget?.left_percent ?? 0)).toBe(left > 0n ? 1 : left < 0n ? -1 : 0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('an SLA of a month', () => {
  const ago = (ms: number): Date => new Date(wall.getTime() - ms);
  const hour = 3_600_000;
  const kept = (over: Partial<Standing>, written: Readonly<Record<string, unknown>> = { sla: 99.5 }) => {
    const { month, last_month } = hereOf(over, written);
    return [month.sla_kept, last_month?.sla_kept ?? null];
  };
  const bad = counts(45, 15); // 75 % good
  test.each([
    ['bad seconds of a young pod do not break it', { since: ago(60_000), month: bad }, [true, null]],
    ['an hour of them in 26 days does not', { since: ago(hour), month: counts(0, 3600) }, [true, null]],
    ['four hours do', { since: ago(4 * hour), month: counts(0, 14_400) }, [false, null]],
    ['what was counted from the begin is as it was counted', { month: bad }, [false, null]],
    [
      'events before the window are known',
      { since: ago(7 * 24 * hour), first: ago(20 * 24 * hour), month: counts(995, 6) },
      [true, null],
    ],
    ['and are not made up', { since: ago(7 * 24 * hour), month: counts(995, 6) }, [false, null], { window: '7d' }],
    ['at its limit it is kept', { month: counts(995, 5) }, [true, null]],
    ['one event later it is not', { month: counts(994, 6) }, [false, null]],
    ['no event', { month: counts(0, 0) }, [null, null]],
    ['the month before, in part', { since: ago(27 * 24 * hour), lastMonth: counts(57, 3) }, [true, true]],
    ['the month before, whole', { first: ago(90 * 24 * hour), lastMonth: counts(57, 3) }, [true, false]],
  ] as const)('%s', (_, over: Partial<Standing>, expected, written?: { readonly window: string }) => {
    expect(kept({ month: counts(1000, 0), lastMonth: undefined, ...over }, { sla: 99.5, ...written })).toEqual(
      expected,
    );
  });

  test('there is none without one', () => {
    expect(kept({ month: bad }, {})).toEqual([null, null]);
  });
});

test('the pair that burns is told of both', () => {
  const [fast, slow] = [burning({ '1h': 20, '5m': 20 }), burning({ '3d': 1, '6h': 1 })];
  const { service, here } = bodyOf({ service: standing({ burn: slow }), here: standing({ burn: fast }) });
  expect([service?.burning_over, here?.burning_over]).toEqual(['3d', '1h']);
});

test.each([
  [undefined, null],
  [
    { state: 'waiting', since: undefined },
    { state: 'waiting', since: null },
  ],
  [
    { state: 'failing', since: -123_000 },
    { state: 'failing', since: '2026-11-27T01:00:00.000Z' },
  ],
] as const)('Prometheus of which is known %j', (asking, told) => {
  expect(sloBody([], 0, wall, { asking, draining: true })).toMatchObject({ prometheus: told, draining: true });
  expect(sloBody([], 0, wall)).toMatchObject({ prometheus: null, draining: false });
});

test.each([
  [{ ready: true }, 'each second, whether /health/ready answers 200'],
  [{ check: 'database' }, 'each second, whether the check database is healthy'],
  [{ ratio: { good: 'a{code="200"}', total: 'a' } }, 'good: a{code="200"}; all: a'],
  [{ ratio: { bad: 'a{code="500"}', total: 'a' } }, 'bad: a{code="500"}; all: a'],
  [{ expression: { good: 'sum(a)', total: 'sum(b)' } }, 'good: sum(a); all: sum(b)'],
  [{ histogram: 'a_seconds', threshold: 0.5 }, 'events of a_seconds that are good up to 0.5'],
  [{ histogram: 'a', selector: 'b="c"', threshold: 2 }, 'events of a{b="c"} that are good up to 2'],
])('the indicator %j in words', (indicator, words) => {
  expect(bodyOf({}, { indicator }).indicator).toBe(words);
});
