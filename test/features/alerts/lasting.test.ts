// A page does not end by itself while its cause is there, though what it compares with is long ago.
import { expect, test } from 'vitest';
import { alertRules } from '../../../src/features/alerts/rule.ts';
import { expand } from '../../../src/features/prometheus/expression.ts';
import { alertOf, facts, packOf, rulesOf, scope } from './bench.ts';
import { testFiles } from './promtool.ts';

test('a replica that stopped to stream is told after a day too, until it streams again', async () => {
  const name = 'PostgresReplicaNotStreaming';
  const streaming = (check: string): string =>
    expand(`sidewarden_postgres_replication_receiver_streaming{check="${check}"}`, scope);
  const at = (minute: number, checks: readonly string[]): object => ({
    expr: `count by (check) (ALERTS{alertname="${name}",alertstate="firing"})`,
    eval_time: `${minute}m`,
    exp_samples: checks.map((check) => ({ labels: `{check="${check}"}`, value: 1 })),
  });
  const said = await testFiles([
    {
      name,
      rules: rulesOf(alertOf(name)),
      tests: [
        {
          interval: '1m',
          input_series: [
            { series: streaming('database'), values: '1x9 0x1589 1x20' },
            { series: streaming('archive'), values: '0x1620' },
          ],
          promql_expr_test: [at(19, []), at(20, ['database']), at(1590, ['database']), at(1610, [])],
        },
      ],
    },
  ]);
  expect(said.filter(({ ok }) => !ok).map(({ output }) => output)).toEqual([]);
});

test('a page explains a burn in its first six hours, and no longer', async () => {
  const name = 'SloBurnsFast';
  const recorded = ['slo:burn_rate:ratio1h', 'slo:burn_rate:ratio5m', 'slo:sli_errors:increase1h'];
  const own = 'service="shop", slo="availability"';
  /** @param burns from minute to minute @param page the same of another page */
  const shown = (burns: string, page: string, firesAt: readonly (readonly [number, boolean])[]) => ({
    interval: '1m',
    input_series: [
      ...recorded.map((series) => ({ series: `${series}{${own}}`, values: burns })),
      { series: `slo:window_covered:ratio1h{${own}}`, values: '1x900' },
      { series: `slo:min_bad_events:count{${own}, page="true"}`, values: '10x900' },
      {
        series: 'ALERTS{service="shop", alertname="KmsKeyPendingDeletion", alertstate="firing", severity="critical"}',
        values: page,
      },
    ],
    promql_expr_test: firesAt.map(([minute, fires]) => ({
      expr: `count(ALERTS{alertname="${name}", alertstate="firing"})`,
      eval_time: `${minute}m`,
      exp_samples: fires ? [{ labels: '{}', value: 1 }] : [],
    })),
  });
  const [said] = await testFiles([
    {
      name,
      rules: alertRules(alertOf(name), packOf(name), { scope }, facts),
      tests: [
        // It began with the page, and nobody has repaired it.
        shown('0x29 500x870', '_x30 1x870', [
          [60, false],
          [393, false],
          [394, true],
          [800, true],
        ]),
        // The page has been out for days.
        shown('0x499 500x400', '1x900', [
          [499, false],
          [503, false],
          [504, true],
        ]),
      ],
    },
  ]);
  expect(said?.ok ? '' : said?.output).toBe('');
});
