// Several of one service in one Prometheus: the rules of one neither see nor silence another.
import { expect, test } from 'vitest';
import { generated } from './generated.ts';
import { testFiles } from './promtool.ts';

const base = `service: shop
checks: { db: { type: postgres, url: 'postgres://shop@db/shop' }, web: { type: http, url: 'http://127.0.0.1:8080/' } }
app: { prefix: shop, presets: [http], statsd: {} }
`;
const rulesOf = async (more: string) => {
  const { code, stderr, rules } = await generated(`${base}${more}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return rules;
};

type Series = { readonly series: string; readonly values: string };
const outage = '1+0x5 0+0x60';
const fine = '1+0x65';

/** A replica, a required check, and the service's requests, half of which fail from the fifth minute on if told. */
const place = (labels: string, { db = fine, errors = '0+0x65' } = {}): readonly Series[] => {
  const pod = `${labels}, instance="p0", pod="p0"`;
  const check = `${pod}, check="db", type="postgres"`;
  return [
    { series: `up{job="shop-sidewarden", ${pod}}`, values: fine },
    { series: `sidewarden_check_up{job="shop-sidewarden", ${check}}`, values: db },
    { series: `sidewarden_check_info{job="shop-sidewarden", ${check}, required="true"}`, values: fine },
    { series: `shop_http_requests_total{job="shop-app", ${pod}, code="200"}`, values: '0+600x65' },
    { series: `shop_http_requests_total{job="shop-app", ${pod}, code="500"}`, values: errors },
  ];
};
const failing = '0+0x5 0+600x60';

/** The pages after half an hour. */
const pages = (fired: readonly string[], series: readonly Series[]) => ({
  interval: '1m',
  input_series: series,
  promql_expr_test: [
    {
      expr: 'count by (alertname, cluster, namespace) (ALERTS{alertstate="firing", severity="critical", alertname!="SidecarAbsent"})',
      eval_time: '30m',
      exp_samples: fired.map((labels) => ({ labels: `{${labels}}`, value: 1 })),
    },
  ],
});
const verdict = async (rules: Awaited<ReturnType<typeof rulesOf>>, test: ReturnType<typeof pages>) => {
  const [one] = await testFiles([{ name: 'select', rules, everyMin: 2, tests: [test] }]);
  return one?.ok === true ? 'as told' : one?.output;
};

test('rules of production see nothing of staging', async () => {
  const series = [...place('namespace="prod"'), ...place('namespace="staging"', { db: outage })];
  const down = 'alertname="DependencyDown", namespace="staging"';
  const prod = await rulesOf('alerts: { select: { namespace: prod } }\n');
  const staging = await rulesOf('alerts: { select: { namespace: staging } }\n');
  expect(await verdict(prod, pages([], series))).toBe('as told');
  expect(await verdict(staging, pages([down], series))).toBe('as told');
  expect(await verdict([...prod, ...staging], pages([down], series))).toBe('as told');
  // Without it they do.
  expect(await verdict(await rulesOf(''), pages([down], series))).toBe('as told');
});

test('an outage of staging silences no page of production', async () => {
  const series = [
    ...place('cluster="a", namespace="prod"', { errors: failing }),
    ...place('cluster="b", namespace="prod"', { db: outage, errors: failing }),
  ];
  const rules = [];
  for (const name of ['a', 'b']) rules.push(...(await rulesOf(`alerts: { select: { cluster: ${name} } }\n`)));
  expect(
    await verdict(
      rules,
      pages(
        [
          'alertname="AppErrorRateCritical", cluster="a", namespace="prod"',
          'alertname="DependencyDown", cluster="b", namespace="prod"',
        ],
        series,
      ),
    ),
  ).toBe('as told');
});

test('one file for two clusters judges each apart', async () => {
  const series = [
    ...place('cluster="a"', { errors: failing }),
    ...place('cluster="b"', { db: outage, errors: failing }),
  ];
  const told = ['alertname="AppErrorRateCritical", cluster="a"', 'alertname="DependencyDown", cluster="b"'];
  expect(await verdict(await rulesOf('alerts: { external: [cluster] }\n'), pages(told, series))).toBe('as told');
  expect(await verdict(await rulesOf(''), pages(told, series))).not.toBe('as told');
});

test('every selector has the matchers, and every rule the labels', async () => {
  const all =
    'namespace: other\nalerts: { packs: [auto, kubernetes], select: { namespace: "a\\"b", cluster: eu-1 } }\n';
  const rules = await rulesOf(all);
  expect(rules.length).toBeGreaterThan(60);
  for (const { expr, labels } of rules) {
    expect(labels).toMatchObject({ service: 'shop', cluster: 'eu-1', namespace: 'a"b' });
    const selectors = [...expr.matchAll(/\{((?:[^{}"]|"(?:[^"\\]|\\.)*")*)\}/g)].map(([, matchers = '']) => matchers);
    expect(selectors.length, expr).toBeGreaterThan(expr === 'vector(1)' ? -1 : 0);
    for (const matchers of selectors) {
      expect(matchers).toContain('cluster="eu-1", namespace="a\\"b"');
      expect(matchers).not.toContain('other');
    }
    for (const [, labels] of expr.matchAll(/\b(?:by|on) \(([^()]*)\)/g))
      expect(labels).toMatch(/^cluster, namespace\b/);
  }
});
