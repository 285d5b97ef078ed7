// Something stops: one page, and nothing else that wakes anybody. What follows from it stays silent.
import { expect, test } from 'vitest';
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import { alertOf, rulesOfPack } from './bench.ts';
import { testFiles } from './promtool.ts';
import { inputOf, judgedAfterMin, type Stop, stopped, stops } from './stops.ts';

const rules = packs.filter(({ name }) => name !== 'kubernetes').flatMap((pack) => rulesOfPack(pack));

const labels = (name: string): string => {
  const [alertname = '', check] = name.split(' ');
  const { severity } = alertOf(alertname);
  return `{alertname="${alertname}",${check === undefined ? '' : `check="${check}",`}severity="${severity}"}`;
};

/** Everything that fired at any time since. */
const expected = ({ pages, others }: Stop) => [
  { labels: '{alertname="Watchdog",severity="none"}', value: 1 },
  ...[...pages, ...others].map((name) => ({ labels: labels(name), value: 1 })),
];

test('pages are critical, others are not', () => {
  for (const { pages, others } of stops) {
    expect(pages.map((name) => alertOf(name.split(' ')[0] as string).severity)).toEqual(pages.map(() => 'critical'));
    expect(others.map((name) => alertOf(name.split(' ')[0] as string).severity)).not.toContain('critical');
    expect(pages.length).toBeLessThanOrEqual(1);
  }
});

test('each has the one page that tells of it', async () => {
  const said = await testFiles(
    stops.map((stop) => ({
      name: stop.what,
      rules,
      everyMin: stop.everyMin ?? 4,
      tests: [
        {
          interval: '1m',
          input_series: inputOf(stop),
          promql_expr_test: [
            {
              expr: `max by (alertname, check, severity) (max_over_time(ALERTS{alertstate="firing"}[${judgedAfterMin}m]))`,
              eval_time: `${stopped + judgedAfterMin}m`,
              exp_samples: expected(stop),
            },
          ],
        },
      ],
    })),
  );
  expect(said.filter(({ ok }) => !ok).map(({ name, output }) => `${name}: ${output}`)).toEqual([]);
});
