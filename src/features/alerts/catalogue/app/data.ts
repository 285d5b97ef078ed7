// Alerts of the presets `cache` and `database`.
import type { Alert, Recording } from '../../pack.ts';

/** The database is down for most replicas, whether the service needs it or not. */
const failedStatements = 'sum by () (increase($app_db_errors_total{}[5m]))';

export const cacheRecordings = [
  {
    record: 'cache:app_cache_hits_per_request:ratio_rate5m',
    expr: `sum by (cache) (rate($app_cache_requests_total{result="hit"}[5m]))
      / (sum by (cache) (rate($app_cache_requests_total{}[5m])) > 0)`,
    preset: 'cache',
  },
] as const satisfies readonly Recording[];

export const cacheAlerts = [
  {
    name: 'AppCacheHitRatioLow',
    expr: `cache:app_cache_hits_per_request:ratio_rate5m{} < $threshold
      and on (cache) (sum by (cache) (rate($app_cache_requests_total{}[5m])) > 1)`,
    threshold: { value: 0.7, least: 0.01, most: 1, unit: 'ratio' },
    for: '30m',
    severity: 'info',
    preset: 'cache',
    labels: ['cache'],
    summary: 'A cache answers few of the requests that it gets.',
    description:
      'The cache {{ $labels.cache }} has {{ $value | humanizePercentage }} of what it is asked for. Look for invalidations (cache_invalidations_total by entity), evictions and keys that changed.',
  },
  {
    name: 'AppCacheErrorsHigh',
    expr: `sum by (operation) (rate($app_cache_errors_total{}[5m]))
      / (sum by (operation) (rate($app_cache_operation_duration_seconds_count{}[5m])) > 0) > $threshold
      and on (operation) (sum by (operation) (increase($app_cache_errors_total{}[5m])) >= 10)`,
    threshold: { value: 0.05, least: 0.001, most: 0.99, unit: 'ratio' },
    for: '10m',
    severity: 'warning',
    preset: 'cache',
    labels: ['operation'],
    summary: 'Operations of the caches fail.',
    description:
      '{{ $value | humanizePercentage }} of the operations {{ $labels.operation }} of the caches fail. Look whether the check of the cache server fails now and then, and at the log of the service.',
  },
  {
    name: 'AppCacheIncoherent',
    expr: 'min by (cache) ($app_cache_coherency_ratio{}) < $threshold',
    threshold: { value: 0.95, least: 0.01, most: 1, unit: 'ratio' },
    for: '15m',
    severity: 'warning',
    preset: 'cache',
    labels: ['cache'],
    summary: 'A cache serves entries that differ from the database.',
    description:
      '{{ $value | humanizePercentage }} of the entries of the cache {{ $labels.cache }} equal the database. Users see old data: look at what invalidates it, then empty it.',
  },
] as const satisfies readonly Alert[];

export const databaseRecordings = [
  {
    record: 'service:app_db_pool_used:ratio',
    expr: 'sum by () ($app_db_connections_active{}) / (sum by () ($app_db_connections_max{}) > 0)',
    preset: 'database',
  },
  {
    record: 'service:app_db_query_duration_seconds:p95_rate5m',
    expr: 'histogram_quantile(0.95, sum by (le) (rate($app_db_query_duration_seconds_bucket{}[5m])))',
    preset: 'database',
  },
] as const satisfies readonly Recording[];

export const databaseAlerts = [
  {
    name: 'AppDbPoolHigh',
    expr: 'service:app_db_pool_used:ratio{} > $threshold',
    threshold: { value: 0.9, least: 0.01, most: 0.99, unit: 'ratio' },
    for: '5m',
    severity: 'warning',
    preset: 'database',
    labels: [],
    summary: 'The connection pools of the service are nearly used up.',
    description:
      '{{ $value | humanizePercentage }} of the connections of the pools are in use. Look for slow statements and open transactions (PostgresLongTransaction) before you raise the pool.',
  },
  {
    name: 'AppDbPoolWaiting',
    // A mean, so that it means the same with two pods and with twenty.
    expr: 'avg by () ($app_db_connections_waiting{}) > $threshold',
    threshold: { value: 1, least: 0, most: 100_000, unit: 'callers per process' },
    for: '3m',
    severity: 'critical',
    preset: 'database',
    labels: [],
    summary: 'Requests queue for a connection to the database.',
    description:
      '{{ $value | humanize }} callers per process wait for a connection of the pool, and the database answers. Look in pg_stat_activity for what holds the connections.',
  },
  {
    name: 'AppDbLatencyP95High',
    expr: `service:app_db_query_duration_seconds:p95_rate5m{} > $threshold
      and on () (sum by () (rate($app_db_query_duration_seconds_count{}[5m])) > 0.1)`,
    threshold: { value: 0.1, least: 0.001, most: 4.9, unit: 'seconds' },
    for: '10m',
    severity: 'warning',
    preset: 'database',
    labels: [],
    summary: 'One SQL statement in twenty is slow, as the service sees it.',
    description:
      'One statement in twenty takes {{ $value | humanizeDuration }} or longer. pg_stat_statements says which; where the server is fast, look at the network between them.',
  },
  {
    name: 'AppDbErrorsHigh',
    expr: `${failedStatements} / (sum by () (increase($app_db_queries_total{}[5m])) > 0) > $threshold
      and on () (${failedStatements} >= 10)`,
    threshold: { value: 0.01, least: 0.0001, most: 0.99, unit: 'ratio' },
    for: '5m',
    severity: 'warning',
    preset: 'database',
    labels: [],
    summary: 'SQL statements of the service fail, though the database answers.',
    description:
      '{{ $value | humanizePercentage }} of the SQL statements fail. sum by (error_type) (rate($app_db_errors_total[5m])) says how.',
  },
] as const satisfies readonly Alert[];
