// Alerts of the preset `graphql`.
import type { Alert, Recording } from '../../pack.ts';
import { budgetOf, paged } from '../out.ts';

const hasTraffic = 'on () (service:app_queries:rate5m{} > 0.1)';
const queries = 'sum by () (rate($app_queries_total{}[5m]))';
const failed = '$app_queries_total{status="error"}';
const failedAtLeast = (count: number): string => `on () (sum by () (increase(${failed}[5m])) >= ${count})`;
const look = 'sum by (error_type) (rate($app_query_errors_total[5m])) says how they fail.';

export const graphqlRecordings = [
  { record: 'service:app_queries:rate5m', expr: queries, preset: 'graphql' },
  {
    record: 'service:app_query_errors_per_query:ratio_rate5m',
    expr: `sum by () (rate(${failed}[5m])) / (${queries} > 0)`,
    preset: 'graphql',
  },
  {
    record: 'service:app_query_duration_seconds:p95_rate5m',
    expr: 'histogram_quantile(0.95, sum by (le) (rate($app_query_duration_seconds_bucket{}[5m])))',
    preset: 'graphql',
  },
  {
    record: 'service:app_slow_queries_per_query:ratio_rate5m',
    expr: `1 - sum by () (rate($app_query_duration_seconds_bucket{le="0.1"}[5m]))
      / (sum by () (rate($app_query_duration_seconds_count{}[5m])) > 0)`,
    preset: 'graphql',
  },
] as const satisfies readonly Recording[];

export const graphqlAlerts = [
  {
    name: 'AppQueryErrorsHigh',
    expr: `service:app_query_errors_per_query:ratio_rate5m{} > $threshold and ${failedAtLeast(10)}`,
    threshold: { value: 0.005, least: 0.0001, most: 0.99, unit: 'ratio' },
    for: '5m',
    severity: 'warning',
    preset: 'graphql',
    labels: [],
    summary: 'Too many GraphQL queries fail.',
    description: `{{ $value | humanizePercentage }} of the queries fail. ${look}`,
  },
  {
    name: 'AppQueryErrorsCritical',
    // It waits two minutes longer than the page for HTTP errors, which tells of the same cause.
    expr: `(service:app_query_errors_per_query:ratio_rate5m{} > $threshold and ${failedAtLeast(30)})
      unless ${paged('AppDbPoolWaiting', 'AppErrorRateCritical')}`,
    threshold: { value: 0.05, least: 0.0001, most: 0.99, unit: 'ratio' },
    for: '7m',
    severity: 'critical',
    unless: budgetOf('queries_total', { label: 'status', bad: ['error'], good: ['success'] }),
    preset: 'graphql',
    labels: [],
    summary: 'Queries fail for many users, though nothing that the service needs is down.',
    description: `{{ $value | humanizePercentage }} of the queries fail. ${look} Ask first what was deployed last.`,
  },
  {
    name: 'AppQueryLatencyP95High',
    expr: `service:app_query_duration_seconds:p95_rate5m{} > $threshold and ${hasTraffic}`,
    threshold: { value: 0.2, least: 0.001, most: 9.9, unit: 'seconds' },
    for: '10m',
    severity: 'warning',
    preset: 'graphql',
    labels: [],
    summary: 'One GraphQL query in twenty is slow.',
    description:
      'One query in twenty takes {{ $value | humanizeDuration }} or longer. The same quantile by operation, and that of resolver_duration_seconds by resolver, say which.',
  },
  {
    name: 'AppSlowQueryRatioHigh',
    expr: `service:app_slow_queries_per_query:ratio_rate5m{} > $threshold and ${hasTraffic}`,
    threshold: { value: 0.1, least: 0.001, most: 0.99, unit: 'ratio' },
    for: '10m',
    severity: 'warning',
    preset: 'graphql',
    labels: [],
    summary: 'Many GraphQL queries take longer than 100 ms.',
    description:
      '{{ $value | humanizePercentage }} of the queries take longer than 100 ms. Look whether the database became slower (AppDbLatencyP95High) or the cache misses more (AppCacheHitRatioLow).',
  },
  {
    name: 'AppQueryComplexityExtreme',
    // Whoever sends such queries does so whatever else is down.
    despite: true,
    expr: `sum by () (increase($app_query_complexity_score_count{}[10m]))
      - sum by () (increase($app_query_complexity_score_bucket{le=~"5000(\\\\.0)?"}[10m])) > $threshold`,
    threshold: { value: 1, least: 0, most: 1_000_000, unit: 'queries in 10 minutes' },
    for: '0s',
    severity: 'warning',
    preset: 'graphql',
    labels: [],
    summary: 'Somebody sends queries of extreme complexity.',
    description:
      '{{ $value | printf "%.0f" }} queries within 10 minutes had a complexity above 5000. The log of the service says who sends them; refuse them by a limit.',
  },
] as const satisfies readonly Alert[];
