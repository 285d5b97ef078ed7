// The catalogue of the service's metrics: what the requirements name is in it, under names and labels that Prometheus takes.
import { describe, expect, test } from 'vitest';
import { type AppMetric, appMetrics, renamed, spellings } from '../../src/core/app-catalogue.ts';
import { arrivingNames, exposedName, shortName, statsdExample, textExample } from '../../src/core/app-names.ts';
import { presets } from '../../src/features/app/settings.ts';
import { lintMetrics } from '../servers/prometheus.ts';

/** As the requirements spell them; those of the structures written in Go in words between underscores. */
const required = [
  ...['queries_total', 'query_duration_seconds', 'query_errors', 'query_errors_total', 'query_complexity_score'],
  ...['api_keys_active', 'api_key_validations_total', 'api_key_validation_duration'],
  ...['db_connections_active', 'db_connections_max', 'db_queries_total', 'db_query_duration', 'db_errors_total'],
  ...['database_query_duration', 'database_connections_active', 'database_connections_max', 'database_rows_returned'],
  ...['db_query_duration_seconds', 'http_requests_total', 'http_request_duration', 'http_request_duration_seconds'],
  ...['http_requests_in_flight', 'http_request_size', 'http_response_size'],
  ...['anomalies_detected', 'anomalies_detected_total', 'anomaly_detection_duration', 'uptime_seconds'],
  ...['replication_lag_seconds', 'auth_attempts_total', 'auth_failures_total', 'auth_lockouts_total'],
  ...['auth_sessions_active', 'rate_limit_violations_total', 'sync_operations_total', 'sync_duration'],
  ...['sync_conflicts_total', 'user_registrations_total', 'active_users', 'feature_usage_total'],
];

/** Where the alerts and objectives of the requirements ask, in seconds or as a score. */
const thresholds: Readonly<Record<string, readonly number[]>> = {
  query_duration_seconds: [0.1, 0.15, 0.2, 0.3, 0.5, 1],
  http_request_duration_seconds: [0.1, 0.15, 0.2, 0.3, 0.5, 1],
  resolver_duration_seconds: [0.1, 0.15, 0.2, 0.3, 0.5, 1],
  query_complexity_score: [5000],
  db_query_duration_seconds: [0.07, 0.1, 0.2, 0.5],
  db_connection_wait_seconds: [0.1, 1],
  audit_event_lag_seconds: [5],
};

/** Set on every series by Prometheus' operator and our rules, or by Prometheus itself. */
const taken = ['job', 'instance', 'namespace', 'pod', 'container', 'service', 'endpoint', 'node', 'le', 'quantile'];
const word = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const valid = (name: string): boolean => word.test(name);
const all = appMetrics.map((metric) => [metric.name, metric] as const);

test('there are at least 50, some in every preset', () => {
  expect(appMetrics.length).toBeGreaterThanOrEqual(50);
  expect([...new Set(appMetrics.map(({ preset }) => preset))]).toEqual(presets);
});

test('every name of the requirements is a metric, or it is said what became of it', () => {
  const known = new Set([...appMetrics.map(({ name }) => name), ...renamed.map(({ was }) => was)]);
  expect(required.filter((name) => !known.has(name))).toEqual([]);
});

test('what was renamed is another metric now, and is renamed once', () => {
  const names = appMetrics.map(({ name }) => name);
  const was = renamed.map((one) => one.was);
  expect(was.filter((name) => names.includes(name))).toEqual([]);
  expect(new Set(was).size).toBe(was.length);
  const named = renamed.flatMap(({ is = '' }) => is.match(/\b[a-z]+(_[a-z]+)+(?=$|[{,])/g) ?? []);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
});

test.each(['shop', ''])('no two of them share a name, with the prefix "%s"', (prefix) => {
  const arriving = appMetrics.flatMap((metric) => [...new Set(arrivingNames(metric, prefix))]);
  expect(arriving.filter((name, index) => arriving.indexOf(name) !== index)).toEqual([]);
  // a histogram's samples have names of their own
  const samples = appMetrics.flatMap((metric) => {
    const name = exposedName(metric, prefix);
    return metric.type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
  });
  expect(new Set(samples).size).toBe(samples.length);
});

describe.each(all)('%s', (name, metric) => {
  const { type, unit, labels, buckets, help, by } = metric;

  test('its name says its type and unit', () => {
    expect(name).toSatisfy(valid);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(bucket|sum|count|info)$/);
    const said = /_(seconds|bytes|ratio)(_total)?$/.exec(name)?.[1];
    expect(unit).toBe(said);
    expect(shortName(metric)).toSatisfy(valid);
  });

  test('its help, and who records it, are sentences and words', () => {
    expect(help).toMatch(/^[A-Z0-9][^\n\\]*\.$/);
    expect(by).toMatch(/^[a-z][^\n]*[^.]$/);
  });

  test('its labels are words that nobody else sets, and no two mean the same', () => {
    const names = labels.flatMap((label) => [label.name, ...(label.also ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    for (const label of names) expect(label).toSatisfy(valid);
    expect(labels.map((label) => label.name).filter((label) => taken.includes(label))).toEqual([]);
    for (const { name: label, values, example } of labels) {
      const spelling = label === 'method' ? /^[A-Z]+$/ : /^[a-z0-9]+(_[a-z0-9]+)*$/; // a method as HTTP has it
      if (values === undefined) continue;
      expect(values.filter((value) => !spelling.test(value))).toEqual([]);
      expect(new Set(values).size).toBe(values.length);
      expect(values).toContain(example);
    }
  });

  test('its buckets rise, and are where alerts ask', () => {
    if (type !== 'histogram') return expect(buckets).toBeUndefined();
    expect(buckets).toEqual([...new Set(buckets)].sort((a, b) => a - b));
    expect(buckets).toEqual(expect.arrayContaining([...(thresholds[name] ?? [])]));
    expect(buckets?.length).toBeLessThanOrEqual(15);
  });

  test('its examples record the same in both formats', () => {
    expect(statsdExample(metric)).toMatch(/^[a-z0-9_]+:[\d.]+\|[cgd](\|#[a-z_]+:[^,:|]+(,[a-z_]+:[^,:|]+)*)?$/);
    expect(readStatsd(statsdExample(metric))).toEqual(readText(metric));
  });
});

/** Name, value and labels of a line. */
function readStatsd(line: string): object {
  const [, name, value, , tags = ''] = /^(\w+):([\d.]+)\|(\w)(?:\|#(.*))?$/.exec(line) ?? [];
  return { name, value: Number(value), labels: tags.split(',').filter((tag) => tag !== '') };
}

/** The same of the text: the sample, or the sum of a histogram. */
function readText(metric: AppMetric): object {
  const suffix = metric.type === 'histogram' ? '_sum' : '';
  const sample = new RegExp(`^shop_${metric.name}${suffix}(?:\\{(.*)\\})? (\\S+)$`, 'm');
  const [, labels = '', value] = sample.exec(textExample(metric, 'shop')) ?? [];
  return {
    name: shortName(metric),
    value: Number(value),
    labels: [...labels.matchAll(/(\w+)="(.*?)"/g)].map(([, label, one]) => `${label}:${one}`),
  };
}

test('every metric with thresholds is a histogram of the catalogue', () => {
  const histograms = appMetrics.filter(({ type }) => type === 'histogram').map(({ name }) => name);
  expect(histograms).toEqual(expect.arrayContaining(Object.keys(thresholds)));
});

test('promtool has nothing to say of the examples', async () => {
  for (const prefix of ['shop', '']) {
    const page = appMetrics.map((metric) => textExample(metric, prefix)).join('');
    expect(await lintMetrics(page)).toEqual({ code: 0, output: '' });
  }
});

test('no spelling takes a value of the catalogue away, and each leads to one', () => {
  const values = new Set(appMetrics.flatMap(({ labels }) => labels.flatMap((label) => label.values ?? [])));
  const sent = Object.keys(spellings);
  expect(sent.filter((one) => values.has(one) || one !== one.toLowerCase())).toEqual([]);
  expect(Object.values(spellings).filter((value) => !values.has(value))).toEqual([]);
});
