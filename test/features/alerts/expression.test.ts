// The notation of expressions: what stands in quotes.
import { expect, test } from 'vitest';
import { expand } from '../../../src/features/prometheus/expression.ts';
import { scope } from './bench.ts';

const of = (service: string, expr: string): string => expand(expr, { ...scope, service });

test('a label value can have braces', () => {
  expect(of('shop', 'pg_up{check=~"a{2,3}|\\"}"} > 0')).toBe('pg_up{job="shop-statistics", check=~"a{2,3}|\\"}"} > 0');
});

test('the name of the service matches itself alone', () => {
  const expr = 'kube_pod_info{pod=~"$service-[0-9]+", deployment="$service", node!~"$service"}';
  expect(of('a.b$&', expr)).toBe(
    'kube_pod_info{pod=~"a\\\\.b\\\\$&-[0-9]+", deployment="a.b$&", node!~"a\\\\.b\\\\$&"}',
  );
});
