// The answer as people read it: what is in trouble first, at 80 columns, and never what is no number.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paintFor } from '../../../src/core/terminal.ts';
import { type Around, sloBody } from '../../../src/features/slos/answer.ts';
import type { Standing } from '../../../src/features/slos/budget.ts';
import { sloText } from '../../../src/features/slos/text/text.ts';
import type { ObjectiveView } from '../../../src/features/slos/view.ts';
import { blockWith } from '../../docs/pages.ts';
import { arbitraryAround, arbitraryViews, burning, counts, example, standing, view, wall } from './views.ts';

const plain = paintFor({});
const textOf = (views: readonly ObjectiveView[], name?: string, around?: Around): string =>
  sloText(sloBody(views, 0, wall, around), plain, name);
const day = 86_400_000;

/** The first, on one line. */
const sentenceOf = (one: ObjectiveView, around?: Around): string =>
  (textOf([one], one.name, around).split('\n\n', 1)[0] ?? '').replaceAll(/\s+/g, ' ');

describe('the examples of docs/cli.md are what the code prints', () => {
  test('all objectives', () => {
    expect(blockWith('docs/cli.md', 'console', '$ sidewarden slo\n')).toBe(`$ sidewarden slo\n${textOf(example)}`);
  });
  test('one of them', () => {
    const said = textOf(example, 'checkout');
    expect(blockWith('docs/cli.md', 'console', '$ sidewarden slo checkout\n')).toBe(
      `$ sidewarden slo checkout\n${said}`,
    );
  });
});

test('one that is met with too few good events is explained in the list', () => {
  const since = new Date(wall.getTime() - 600_000);
  const young = view('one', { here: standing({ since, coveredMs: 600_000, counts: counts(590, 10), burn: {} }) });
  const note = 'The time before the events were counted counts as good.';
  expect(textOf([young])).toContain(note);
  expect(textOf([view('two', { here: standing() })])).not.toContain(note);
  expect(textOf([young], 'one')).not.toContain(note);
});

describe('the first sentence says which, how bad, and when it is over', () => {
  const bad = counts(995_000, 5000);
  test.each([
    [
      'spent, and it goes on',
      { counts: bad, burn: burning({ '5m': 18.24, '1h': 3 }) },
      'EXHAUSTED one: the budget is spent: 5,000 bad events in 30d, 1,000 are allowed. It goes on: burn 18.2x in the last 5m.',
    ],
    [
      'spent, and it has ended',
      { counts: bad, burn: burning({ '5m': 0, '1h': 30 }) },
      'EXHAUSTED one: the budget is spent: 5,000 bad events in 30d, 1,000 are allowed. It does not go on: burn 0x in the last 5m.',
    ],
    [
      'spent by little that was counted',
      { counts: counts(1799, 1), burn: {}, coveredMs: 1_800_000 },
      'MET one: 99.94 % good in 30m (of 30d), 99.9 % is wanted. 44 % of the budget is left.',
    ],
    [
      'spent of one that is allowed',
      { counts: counts(1990, 10), burn: { '1h': 5 }, coveredMs: 2 * day },
      'EXHAUSTED one: the budget is spent: 10 bad events in 2d (of 30d), 2 are allowed. In the last 1h it burned 5.0x.',
    ],
    [
      'burning, spent today',
      { burn: burning({ '5m': 900, '1h': 800 }) },
      'BURNING one: burn 800x over 1h. 90 % of the budget is left. It is spent in 48m36s (01:50 UTC) if this goes on.',
    ],
    [
      'burning, spent on another day',
      { burn: burning({ '30m': 6.2, '1h': 6.3, '6h': 6.1 }) },
      'BURNING one: burn 6.1x over 6h. 90 % of the budget is left. It is spent in 4d6h (2026-12-01 07:53 UTC) if this goes on.',
    ],
    [
      'burning for days, but not in the last hour',
      { burn: burning({ '6h': 1, '3d': 1.2 }) },
      'BURNING one: burn 1.2x over 3d. 90 % of the budget is left. It lasts at the pace of the last hour.',
    ],
    ['no event', { counts: counts(0, 0) }, 'UNKNOWN one: no event was counted.'],
  ])('%s', (_, over: Partial<Standing>, sentence) => {
    expect(sentenceOf(view('one', { here: standing(over) }))).toBe(sentence);
  });

  test('what is just broken is not rounded to what is wanted', () => {
    const said = (good: number) =>
      /([\d.]+) % +99\.95|good +([\d.]+) %/.exec(
        textOf(
          [view('one', { here: standing({ counts: counts(good, 100_000 - good) }) }, { objective: 99.95 })],
          'one',
        ),
      )?.[2];
    expect([99_950, 99_949].map(said)).toEqual(['99.950', '99.949']);
    expect([99_999, 100_000].map(said)).toEqual(['99.999', '100.000']);
  });

  test('an SLA that is broken in this month, also of an objective that is met', () => {
    const broken = standing({ month: counts(989, 11) });
    const [one, other] = [view('one', { here: broken }, { sla: 99 }), view('other', { here: broken }, { sla: 98.9 })];
    expect(sentenceOf(one)).toBe(
      'MET one: 99.99 % good in 30d, 99.9 % is wanted. 90 % of the budget is left. The SLA of 99 % is broken in 2026-11.',
    );
    expect(textOf([other, one])).toMatch(/^MET one: /);
    expect(textOf([other])).toMatch(/^1 objective is met\.$/m);
  });

  test.each([
    [undefined, 'and is not asked: write `prometheus.url`.'],
    [{ state: 'waiting', since: undefined }, 'and has not answered yet.'],
    [{ state: 'good', since: 0 }, 'and has none lately.'],
    [{ state: 'failing', since: -7_200_000 }, 'and gives no answer since 2026-11-26 23:02 UTC.'],
  ] as const)('what Prometheus alone counts: %j', (asking, end) => {
    expect(sentenceOf(view('one', {}), { asking })).toBe(`UNKNOWN one: Prometheus alone counts its events, ${end}`);
  });

  const young = (ms: number, over: Partial<Standing>): Standing =>
    standing({ since: new Date(wall.getTime() - ms), coveredMs: ms, ...over });
  test.each([
    [
      'met by what was not counted',
      young(600_000, { counts: counts(570, 30) }),
      'MET one: 95.00 % good in 10m (of 30d), 99.9 % is wanted: the time before counts as good. 98 % of the budget is left.',
    ],
    [
      'it burns for as long as it counts',
      young(40_000, { counts: counts(0, 40), burn: burning({ '5m': 1000, '1h': 2000 }) }),
      'BURNING one: burn 2000x over 40s (of 1h). 98 % of the budget is left. It is spent in 21m16s (01:23 UTC) if this goes on.',
    ],
  ])('%s', (_, here, sentence) => {
    expect(sentenceOf(view('one', { here }))).toBe(sentence);
  });

  describe('the service is met', () => {
    const service = standing({ from: 'prometheus' });
    const fast = burning({ '1h': 42.8, '5m': 40 });
    const met = 'MET one: 99.99 % good in 30d, 99.9 % is wanted. 90 % of the budget is left.';
    test.each([
      ['and so is this pod', { here: standing() }, met],
      ['and this pod burns', { here: standing({ burn: fast }) }, `${met} This pod burns 42.8x over 1h.`],
      [
        'and this pod has no budget',
        { here: standing({ counts: counts(1, 1) }) },
        `${met} The budget of this pod is spent.`,
      ],
    ])('%s', (_, { here }, sentence) => {
      const one = view('one', { service, here });
      expect(sentenceOf(one)).toBe(sentence);
      expect(textOf([one]).startsWith('MET one')).toBe(sentence !== met);
    });
    test('one that burns needs no second', () => {
      const one = view('one', { service: standing({ burn: fast }), here: standing({ burn: fast }) });
      expect(sentenceOf(one)).not.toContain('This pod');
    });
  });
});

describe('what a reader of the numbers should know stands below them', () => {
  const failing = { state: 'failing', since: -7_200_000 } as const;
  const asked = view('one', { service: standing({ at: new Date(wall.getTime() - 60_000) }), here: standing() });
  const since = 'since 2026-11-26 23:02 UTC: see the log.';
  test.each([
    [{}, []],
    [{ asking: { state: 'good', since: 0 } }, []],
    [{ asking: { state: 'waiting', since: undefined } }, []],
    [{ asking: failing }, [`Prometheus gives no answer ${since}`]],
    [{ draining: true }, ['This pod drains: readiness is not counted.']],
    [
      { draining: true, asking: failing },
      [`Prometheus gives no answer ${since}`, 'This pod drains: readiness is not counted.'],
    ],
  ] as const)('%j', (around: Around, notes) => {
    const views = [view('one', { here: standing() })];
    const end = notes.length === 0 ? '' : `\n${notes.map((note) => `${note}\n`).join('')}`;
    for (const name of [undefined, 'one']) expect(textOf(views, name, around)).toBe(`${textOf(views, name)}${end}`);
  });
  test('what was answered of some in the meantime', () => {
    expect(textOf([asked], undefined, { asking: failing })).toContain(`\nPrometheus answers only in part ${since}\n`);
  });
});

describe('all of them', () => {
  const ok = { here: standing() };
  test('the worst come first, each in the order of the configuration', () => {
    const views = [
      view('a', ok),
      view('b', {}),
      view('c', { here: standing({ burn: burning({ '5m': 20, '1h': 20 }) }) }),
      view('d', { here: standing({ counts: counts(1, 1) }) }),
      view('e', ok),
    ];
    const lines = textOf(views).split('\n');
    expect(lines.flatMap((line) => /^[A-Z]+ (\w): /.exec(line)?.[1] ?? [])).toEqual(['d', 'c']);
    const rows = lines.slice(lines.indexOf('') + 2, -1);
    expect(rows.map((line) => line.split(/ +/, 2).join(' '))).toEqual([
      ...['exhausted d', 'burning c', 'unknown b', 'met a', 'met e'],
    ]);
  });

  test.each([
    [[view('a', ok), view('b', ok)], '2 objectives are met.'],
    [[view('a', ok)], '1 objective is met.'],
    [[view('a', ok), view('b', {}), view('c', {})], '1 objective is met. No event was counted for b, c.'],
    [[view('b', {})], 'No event was counted for b.'],
    [[], 'No objective is configured.'],
  ])('nothing is wrong: %#', (views, first) => {
    expect(textOf(views).split('\n', 1)).toEqual([first]);
  });

  test('a name that is too long for its column has a line for itself', () => {
    const name = 'l'.repeat(63);
    const lines = textOf([view(name, ok), view('short', ok)]).split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^met +l{63}$/));
    expect(lines.every((line) => line.length <= 80)).toBe(true);
  });

  test('states are painted at a terminal, and the columns stay', () => {
    const paint = paintFor({ isTTY: true }, {});
    const painted = sloText(sloBody(example, 0, wall), paint);
    expect(painted).toContain('\u001b[31mEXHAUSTED\u001b[39m checkout');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it takes colours away
    expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(textOf(example));
  });
});

describe('one of them', () => {
  test('months of Prometheus and of this pod are told apart after the month has turned', () => {
    const asked = standing({
      at: new Date('2026-10-31T23:59:00.000Z'),
      since: new Date('2026-10-01T23:59:00.000Z'),
      ...{ month: counts(99, 1), lastMonth: counts(9, 1) },
    });
    const now = new Date('2026-11-01T00:02:00.000Z');
    const body = sloBody([view('one', { service: asked, here: standing() }, { sla: 99.5 })], 0, now);
    const said = sloText(body, plain, 'one');
    expect(said).toContain('service, 3m ago');
    expect(said).toMatch(/^2026-10 so far +99\.00 %, SLA broken +2026-11: 99\.99 %, SLA kept$/m);
    expect(said).toMatch(/^2026-09 +90\.00 %, SLA broken +2026-10: 99\.99 %, SLA kept$/m);
  });

  test('a burn of more time than was counted says of how much it is', () => {
    const since = new Date(wall.getTime() - 400_000);
    const said = textOf([view('one', { here: standing({ since, burn: burning({ '5m': 463, '1h': 71.3 }) }) })], 'one');
    expect(said).toMatch(/^burn 5m +463x$/m);
    expect(said).toMatch(/^burn 1h +71\.3x over 6m40s$/m);
  });

  test('a month that keeps its SLA by what was not counted says so', () => {
    const since = new Date(wall.getTime() - 400_000);
    const said = textOf([view('one', { here: standing({ since, month: counts(95, 5) }) }, { sla: 99 })], 'one');
    expect(said).toMatch(/^2026-11 so far +95\.00 % counted, SLA kept$/m);
  });

  test('what is overspent is told by how much', () => {
    const said = textOf([view('one', { here: standing({ counts: counts(999_000, 3000) }) })], 'one');
    expect(said).toMatch(/^ {2}in events +1,998 too many$/m);
    expect(said).toMatch(/^ {2}in total outage +1h26m too long$/m);
    expect(said).toMatch(/^spent +it is spent$/m);
  });

  test('a description obeys nothing of a terminal, and long ones are broken', () => {
    const description = `a\u001b[31m\n${'b'.repeat(150)}`;
    const said = textOf([view('one', ok, { description })], 'one');
    expect(said).not.toContain('\u001b');
    expect(said.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(said.replaceAll(/\s/g, '')).toContain('b'.repeat(150));
  });
  const ok = { here: standing() };
});

/** What is no number, and a zero with a sign; not the names and descriptions that somebody chose. */
const nonsense = /NaN|Infinity|undefined|null|(?<![\w-])-0(?:\.0+)?(?![\d.\w])|e[+-]?\d{2}/;

test('whatever is counted: at most 80 columns, and nothing that is no number', () => {
  fc.assert(
    fc.property(arbitraryViews, arbitraryAround, (views, around) => {
      const chosen = views.map((one, index): ObjectiveView => ({ ...one, name: `${one.name.slice(0, 60)}${index}` }));
      const body = sloBody(chosen, 0, wall, around);
      const texts = [undefined, ...chosen.map(({ name }) => name)].map((name) => sloText(body, plain, name));
      for (const text of texts) {
        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
        const words = chosen.reduce((left, { name }) => left.replaceAll(name, ''), text);
        expect(words.replaceAll(/^for users[\s\S]*?^measured/gm, '')).not.toMatch(nonsense);
        expect(text).toMatch(/^[^\n]/);
        expect(text).toMatch(/[^\n]\n$/);
      }
      expect(JSON.stringify(body)).not.toMatch(/-0[,}]/);
    }),
    { numRuns: 300 },
  );
});

test('the search for nonsense finds it', () => {
  for (const text of ['burn NaNx', 'Infinity', '-0 %', 'left  -0.0', 'in undefined', '1e+21'])
    expect(text).toMatch(nonsense);
  for (const text of ['2026-01-05', '-0.5', '-10', '0', '2026-11-20 04:00 UTC']) expect(text).not.toMatch(nonsense);
});
