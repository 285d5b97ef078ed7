// Alerts of the preset `http`.
import type { Alert, Recording } from '../../pack.ts';
import { budgetOf, paged } from '../out.ts';
import { counted } from './counted.ts';

const hasTraffic = 'on () (service:app_http_requests:rate5m{} > 0.1)';
const requests = 'sum by () (rate($app_http_requests_total{}[5m]))';
const failed = '$app_http_requests_total{code=~"5.."}';
const failedAtLeast = (count: number): string => `on () (sum by () (increase(${failed}[5m])) >= ${count})`;
const quantile = (q: number): string =>
  `histogram_quantile(${q}, sum by (le) (rate($app_http_request_duration_seconds_bucket{}[5m])))`;
const look = 'sum by (route, code) (rate($app_http_requests_total[5m])) says which routes, the log of the service why.';

export const httpRecordings = [
  {
    record: 'service:app_http_requests:rate5m',
    expr: requests,
    preset: 'http',
  },
  {
    record: 'service:app_http_errors_per_request:ratio_rate5m',
    expr: `sum by () (rate(${failed}[5m])) / (${requests} > 0)`,
    preset: 'http',
  },
  { record: 'service:app_http_request_duration_seconds:p95_rate5m', expr: quantile(0.95), preset: 'http' },
  { record: 'service:app_http_request_duration_seconds:p99_rate5m', expr: quantile(0.99), preset: 'http' },
] as const satisfies readonly Recording[];

export const httpAlerts = [
  {
    name: 'AppErrorRateHigh',
    expr: `service:app_http_errors_per_request:ratio_rate5m{} > $threshold and ${failedAtLeast(10)}`,
    threshold: { value: 0.01, least: 0.0001, most: 0.99, unit: 'ratio' },
    for: '5m',
    severity: 'warning',
    preset: 'http',
    labels: [],
    summary: 'The service answers too many requests with an error of its own.',
    description: `{{ $value | humanizePercentage }} of the requests are answered with 5xx. ${look}`,
  },
  {
    name: 'AppErrorRateCritical',
    expr: `(service:app_http_errors_per_request:ratio_rate5m{} > $threshold and ${failedAtLeast(30)})
      unless ${paged('AppDbPoolWaiting')}`,
    threshold: { value: 0.05, least: 0.0001, most: 0.99, unit: 'ratio' },
    for: '5m',
    severity: 'critical',
    unless: budgetOf('http_requests_total', { label: 'code', bad: ['500', '503'], good: ['200', '404'] }),
    preset: 'http',
    labels: [],
    summary: 'The service fails for many users, though nothing that it needs is down.',
    description: `{{ $value | humanizePercentage }} of the requests are answered with 5xx. ${look} Ask first what was deployed last.`,
  },
  {
    name: 'AppLatencyP95High',
    expr: `service:app_http_request_duration_seconds:p95_rate5m{} > $threshold and ${hasTraffic}`,
    threshold: { value: 0.2, least: 0.001, most: 9.9, unit: 'seconds' },
    for: '10m',
    severity: 'warning',
    preset: 'http',
    labels: [],
    summary: 'One request in twenty is slow.',
    description:
      'One request in twenty takes {{ $value | humanizeDuration }} or longer. The same quantile by route says which; then look whether a dependency is slow too (DependencySlow, AppDbLatencyP95High).',
  },
  {
    name: 'AppLatencyP99High',
    expr: `service:app_http_request_duration_seconds:p99_rate5m{} > $threshold and ${hasTraffic}`,
    threshold: { value: 1, least: 0.001, most: 9.9, unit: 'seconds' },
    for: '10m',
    severity: 'warning',
    preset: 'http',
    labels: [],
    summary: 'One request in a hundred is very slow.',
    description:
      'One request in a hundred takes {{ $value | humanizeDuration }} or longer. Where only this quantile is high, look at single routes, locks, garbage collection and pods that lack CPU.',
  },
  {
    name: 'AppRequestsStuck',
    // It answers nothing: `unless` holds for a process without any answer so far, too.
    expr: `(sum by (instance) ($app_http_requests_in_flight{}) > $threshold)
      unless on (instance) (sum by (instance) (rate($app_http_requests_total{}[5m])) > 0)`,
    threshold: { value: 10, least: 1, most: 100_000, unit: 'requests' },
    for: '5m',
    severity: 'warning',
    preset: 'http',
    labels: ['instance'],
    summary: 'A process of the service has requests in flight and answers none.',
    description:
      '{{ $labels.instance }} works on {{ $value }} requests and has answered none for five minutes. It hangs: take a stack dump, then restart the pod.',
  },
  {
    name: 'AppCriticalErrors',
    expr: `sum by (error_type) (${counted('$app_errors_total{severity="critical"}', '15m')}) > $threshold`,
    threshold: { value: 5, least: 1, most: 1_000_000, unit: 'errors in 15 minutes' },
    for: '0s',
    severity: 'warning',
    preset: 'http',
    labels: ['error_type'],
    summary: 'The service meets errors that it calls critical.',
    description:
      '{{ $value | printf "%.0f" }} errors of the type {{ $labels.error_type }} within 15 minutes. The log of the service has each of them.',
  },
  {
    name: 'AppNewErrors',
    // Of the process that saw most of them: after a restart each process sees the known ones anew.
    expr: 'max by () (increase($app_errors_first_seen_total{}[15m])) > $threshold',
    threshold: { value: 5, least: 1, most: 1_000_000, unit: 'kinds of errors in 15 minutes' },
    for: '0s',
    severity: 'info',
    preset: 'http',
    labels: [],
    summary: 'A process of the service meets several kinds of errors that it had not met before.',
    description:
      '{{ $value | printf "%.0f" }} kinds of errors were new to one process within 15 minutes. After a deployment they are what it broke; look for their fingerprints in the log.',
  },
] as const satisfies readonly Alert[];
