// A healthy service of two replicas, one of which is killed while it reads the statistics: only the watchdog fires.
import { expect, test } from 'vitest';
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import { rulesOfPack } from './bench.ts';
import { inputOf, lengthMin, lines } from './healthy/index.ts';
import { testFiles } from './promtool.ts';
import { readExpression } from './reading.ts';

const rules = packs.flatMap((pack) => rulesOfPack(pack));
const input = lines.flatMap(inputOf);

test('it has every series that a rule reads', () => {
  const has = new Set(input.map(({ series }) => /^[\w:]+/.exec(series)?.[0]));
  const read = rules.flatMap(({ expr }) => readExpression(expr, () => new Set()).selectors.map(({ series }) => series));
  // Recorded series and ALERTS are made of the rules.
  const given = [...new Set(read)].filter((series) => !series.includes(':') && series !== 'ALERTS');
  expect(given.filter((series) => !has.has(series)).sort()).toEqual([]);
});

test('only the watchdog fires, at any time', async () => {
  const [said] = await testFiles([
    {
      name: 'healthy',
      rules,
      tests: [
        {
          interval: '1m',
          input_series: input,
          promql_expr_test: [
            {
              expr: `count by (alertname) (max_over_time(ALERTS{alertstate="firing"}[${lengthMin}m]))`,
              eval_time: `${lengthMin}m`,
              exp_samples: [{ labels: '{alertname="Watchdog"}', value: 1 }],
            },
          ],
        },
      ],
    },
  ]);
  expect(said?.ok ? '' : said?.output).toBe('');
});
