// A page does not end by itself while its cause is there, though what it compares with is long ago.
import { expect, test } from 'vitest';
import { expand } from '../../../src/features/prometheus/expression.ts';
import { alertOf, rulesOf, scope } from './bench.ts';
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
