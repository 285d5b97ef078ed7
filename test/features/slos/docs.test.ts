// What docs/slo.md shows: its tables are those of the code, its mistakes are the ones that are printed, its objectives load.
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { knownMetrics } from '../../../scripts/known-metrics.ts';
import { sloParts } from '../../../scripts/slo-tables.ts';
import { formatProblems } from '../../../src/config/problems.ts';
import { burnPairs } from '../../../src/features/slos/budget.ts';
import { mostObjectives } from '../../../src/features/slos/problems.ts';
import { settings, windowDays } from '../../../src/features/slos/settings.ts';
import { loadText, wrong } from '../../config/load.ts';
import { blocks, read, rowsBelow } from '../../docs/pages.ts';

const page = 'docs/slo.md';
const text = read(page);

test('the tables are what the code says', () => {
  expect(sloParts).toHaveLength(3);
  for (const part of sloParts) expect(text).toContain(part.text);
});

test('the figures between the tables are those of the tables', () => {
  const budgets = rowsBelow(page, 'objective').filter(([objective]) => objective?.endsWith(' %'));
  const inMonth = Object.fromEntries(budgets.map(([objective, , month]) => [objective, month]));
  expect(inMonth).toMatchObject({ '99.9 %': '43m12s', '99.99 %': '4m19s' });
  expect(text).toContain(
    'at 99.9 a total outage of 43 minutes spends\n   the whole budget of 30 days, at 99.99 one of 4 minutes',
  );
  const lasts = Object.fromEntries(rowsBelow(page, 'a burn rate of').map(([rate, , , days]) => [rate, days]));
  expect(lasts).toMatchObject({ '14.4': '2d2h', '6': '5d' });
  expect(text).toContain('at 14.4 a budget of 30 days is gone after two days');
  expect(text).toContain('spends the budget in five days');
  expect(text).toContain(`the fast alert's\nrate of ${burnPairs[0]?.rate} over one hour`);
  const few = Object.fromEntries(
    rowsBelow(page, 'events in the hour').map(([events, , pages, needed]) => [events, [pages, needed]]),
  );
  expect(few['20']).toEqual(['yes', '10 bad events']);
});

test('the settings have the ranges and defaults of the code', () => {
  const { a } = settings.parse({ a: { indicator: { ready: true }, objective: 99.9 } });
  const rows = Object.fromEntries(rowsBelow(page, 'key').map(([key = '', ...more]) => [key, more]));
  const inner = settings.valueType.shape;
  for (const key of Object.keys(inner)) expect(rows[`\`slos.NAME.${key}\``], key).toBeDefined();
  for (const key of Object.keys(inner.indicator.shape))
    expect(rows[`\`slos.NAME.indicator.${key}\``], key).toBeDefined();
  expect(rows['`slos.NAME.window`']).toEqual([
    '`30d`',
    '',
    `rolling window, ${windowDays.least}d to ${windowDays.most}d`,
  ]);
  expect(rows['`slos.NAME.min_bad_events`']?.[0]).toBe(`\`${a?.min_bad_events}\``);
  expect(rows['`slos.NAME.page`']?.[0]).toBe(`\`${a?.page}\``);
  expect(rows['`slos`']?.[2]).toContain(`at most ${mostObjectives}.`);
});

test('the mistakes that it shows are the ones that are printed', () => {
  const configuration = [
    'service: shop',
    'app: { prefix: shop, presets: [graphql], statsd: {} }',
    'slos:',
    '  queries:',
    '    indicator: { ratio: { good: orders_served_total, total: orders_total } }',
    '    objective: 99.9',
    '    expected_events: 500',
    '  query-latency: { indicator: { histogram: shop_query_duration_seconds, threshold: 200 }, objective: 95 }',
  ].join('\n');
  const printed = wrong(loadText(configuration)).map((problem) => ({ ...problem, file: 'sidewarden.yaml' }));
  expect(text).toContain(`$ sidewarden check-config\n${formatProblems(printed)}\n`);
});

test('the objectives that services often have are taken as they are written', () => {
  const rows = rowsBelow(page, 'what is asked for').filter(([, , here]) => here?.includes('{ indicator'));
  expect(rows).toHaveLength(7);
  const slos = rows.map(([, , here = ''], index) => `  a${index}: ${/`(\{.*\})`/.exec(here)?.[1]}`);
  const around = [
    'service: shop',
    'app: { prefix: shop, presets: [graphql, http, sync], statsd: {} }',
    'prometheus: { retention: 30d }',
  ];
  const loaded = loadText([...around, 'slos:', ...slos].join('\n'));
  expect(loaded.ok ? [] : formatProblems(loaded.problems)).toEqual([]);
  expect(loaded.ok && loaded.notes.filter((note) => /label|never|in seconds/.test(note))).toEqual([]);
});

test('every configuration has a window that the retention beside it allows', () => {
  const all = blocks('yaml', [page]).map((block) => parse(block.text) as { slos?: object });
  expect(all.filter(({ slos }) => slos !== undefined)).toHaveLength(2);
});

test('what is known of the catalogue is current: `npm run generate` writes it', () => {
  expect(read('src/features/slos/known-metrics.ts')).toBe(knownMetrics());
});
