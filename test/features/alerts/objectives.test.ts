// The rules of several objectives, one of each kind of indicator, and what the configuration changes of them.
import { describe, expect, test } from 'vitest';
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import { recordingsOf } from '../../../src/features/alerts/pack.ts';
import { recordingRule } from '../../../src/features/alerts/rule.ts';
import { scope } from './bench.ts';
import { generated } from './generated.ts';
import { factsWith, ofEachKind } from './objectives.ts';
import { testFiles } from './promtool.ts';

const requests = 'ratio: { bad: \'shop_http_requests_total{code=~"5.."}\', total: shop_http_requests_total }';
const queries = 'ratio: { good: \'shop_queries_total{status="success"}\', total: shop_queries_total }';
const withSlos = (slos: string, alerts = ''): string =>
  `service: shop
app: { prefix: shop, presets: [http, graphql], statsd: {} }
slos: { ${slos} }
alerts: { ${alerts} }
`;
/** No other pack: promtool is quicker. */
const alone = 'packs: [slo]';
const availability = 'availability: { indicator: { ready: true }, objective: 99.9 }';
const quiet = `orders: { indicator: { ${requests} }, objective: 99.5, page: false }`;
const rulesOf = async (slos: string, alerts?: string) => {
  const said = await generated(withSlos(slos, alerts));
  expect({ code: said.code, stderr: said.stderr }).toEqual({ code: 0, stderr: '' });
  return { ...said, all: (name: string) => said.rules.filter(({ alert }) => alert === name) };
};

describe('a page', () => {
  test('is one rule for all objectives', async () => {
    const { all } = await rulesOf(availability);
    expect(all('SloBurnsFast')).toMatchObject([{ for: '4m', labels: { severity: 'critical' } }]);
    expect(all('SloBurnsFast')[0]?.expr).toContain('page="true"');
  });
  test('is a warning for those that do not page, which no page holds back', async () => {
    const { all } = await rulesOf(`${availability}, ${quiet}`, 'SloBurnsSteadily: { threshold: 5, for: 20m }');
    expect(all('SloBurnsSteadily')).toMatchObject([
      { for: '20m', labels: { severity: 'critical' } },
      { for: '20m', labels: { severity: 'warning' } },
    ]);
    const [page, warning] = all('SloBurnsSteadily').map(({ expr }) => expr);
    expect(page).toContain('page="true"');
    expect(page).toContain('ALERTS');
    expect(warning).toContain('page="false"');
    expect(warning).not.toContain('ALERTS');
    for (const expr of [page, warning]) expect(expr?.match(/ > 5 /g)).toHaveLength(2);
  });
  test.each(['warning', 'info'])('that is to be %s is so for all', async (severity) => {
    const { all } = await rulesOf(
      `${availability}, ${quiet}`,
      `SloBurnsFast: { threshold: 10, severity: ${severity} }`,
    );
    expect(all('SloBurnsFast')).toMatchObject([{ labels: { severity } }]);
    expect(all('SloBurnsFast')[0]?.expr).not.toMatch(/page=|ALERTS| > 14.4/);
    const [one] = (await rulesOf(availability, `SloBurnsFast: { severity: ${severity} }`)).all('SloBurnsFast');
    expect(one?.labels?.severity).toBe(severity);
  });
});

describe('the pages for failing requests and queries', () => {
  const silencedBy = async (name: string, slos: string): Promise<string | undefined> =>
    /SloBurnsFast\|SloBurnsSteadily\)", alertstate="firing", severity="critical", slo=~"([^"]*)"/.exec(
      (await rulesOf(slos)).alert(name)?.expr ?? '',
    )?.[1];
  test('stand back for objectives that count the same, and page', async () => {
    const own = `a: { indicator: { ${requests} }, objective: 99 }, b: { indicator: { ${requests} }, objective: 99.9 }`;
    const others = `${availability}, q: { indicator: { ${queries} }, objective: 99 }`;
    expect(await silencedBy('AppErrorRateCritical', `${own}, ${others}, ${quiet}`)).toBe('a|b');
    expect(await silencedBy('AppQueryErrorsCritical', `${own}, ${others}, ${quiet}`)).toBe('q');
  });
  test('and for no other', async () => {
    const route = 'total: \'shop_http_requests_total{route="/checkout"}\'';
    const bad = 'bad: \'shop_http_requests_total{route="/checkout", code=~"5.."}\'';
    const narrow = `checkout: { indicator: { ratio: { ${bad}, ${route} } }, objective: 99.9 }`;
    const clients =
      'c: { indicator: { ratio: { bad: \'shop_http_requests_total{code=~"4.."}\', total: shop_http_requests_total } }, objective: 99 }';
    for (const slos of [availability, quiet, `${availability}, ${quiet}`, narrow, clients])
      expect(await silencedBy('AppErrorRateCritical', slos)).toBeUndefined();
  });
});

describe('the pack', () => {
  test('is there where objectives are, and only there', async () => {
    const without = await generated('service: shop\n');
    expect(without.groups.map(({ name }) => name)).not.toContain('shop.slo');
    expect((await generated('service: shop\nalerts: { packs: [slo] }\n')).stderr).toBe(
      'note: alerts.packs names slo, and nothing of the configuration has its series: its alerts never fire\n',
    );
    expect((await rulesOf(availability)).groups.map(({ name }) => name)).toContain('shop.slo');
  });
  test('records although nothing of it alerts', async () => {
    const names = packs.find(({ name }) => name === 'slo')?.alerts.map(({ name }) => name) ?? [];
    const { rules } = await rulesOf(availability, `packs: [slo], disabled: [${names.join(', ')}]`);
    const recorded = rules.map(({ record }) => record);
    for (const name of ['slo:sli_events:increase_period', 'slo:burn_rate:ratio3d', 'slo:error_budget_remaining:ratio'])
      expect(recorded).toContain(name);
    expect(recorded).not.toContain(undefined);
  });
  test('has an SLA where one is', async () => {
    expect((await rulesOf(availability)).alert('SlaBroken')).toBeUndefined();
    const said = await rulesOf(`${availability}, b: { indicator: { ready: true }, objective: 99, sla: 98.4 }`);
    expect(said.alert('SlaBroken')).toBeDefined();
    expect(said.rules.filter(({ record }) => record === 'slo:sla:ratio')).toMatchObject([
      { labels: { slo: 'b' }, expr: expect.stringMatching(/ \+ 0\.984$/) },
    ]);
  });
  test('writes windows as Prometheus reads them', async () => {
    const { rules } = await rulesOf('a: { indicator: { ready: true }, objective: 99, window: 10.5d }');
    const of = (name: string) => rules.find(({ record }) => record === name)?.expr;
    expect(of('slo:sli_errors:increase_period')).toContain('[10d12h])');
    expect(of('slo:window_covered:ratio_period')).toMatch(/\[10d12h:15m\]\) \+ 900\) \/ 907200, 1\)$/);
  });
});

test('an expression may end with a comment', async () => {
  const counted = (labels: string): string => `sum(increase(x_total${labels}[$window])) # (of all pods`;
  const expression = `bad: '${counted('{state="lost"}')}', total: '${counted('')}'`;
  const { rules } = await rulesOf(`a: { indicator: { expression: { ${expression} } }, objective: 99 }`, alone);
  const [said] = await testFiles([{ name: 'comment', rules, tests: [{ interval: '1m', input_series: [] }] }]);
  expect(said?.ok, said?.output).toBe(true);
});

test('a page does not wait for what is asked of the whole window', async () => {
  const { rules } = await rulesOf(`orders: { indicator: { ${requests} }, objective: 99.9 }`, alone);
  const failing = rules
    .filter(({ record = '' }) => /_period$|ratio(?:1d|3d)$/.test(record))
    .map(({ record }) => record);
  expect(failing).toContain('slo:sli_events:increase_period');
  const [said] = await testFiles([
    {
      name: 'long',
      everyMin: 2,
      rules: rules.filter(({ record }) => !failing.includes(record)),
      tests: [
        {
          interval: '1m',
          input_series: [{ series: 'shop_http_requests_total{job="shop-app", code="500"}', values: '0+100x90' }],
          promql_expr_test: [
            {
              expr: 'count(ALERTS{alertname="SloBurnsFast", alertstate="firing"})',
              ...{ eval_time: '90m', exp_samples: [{ labels: '{}', value: 1 }] },
            },
          ],
        },
      ],
    },
  ]);
  expect(said?.ok, said?.output).toBe(true);
});

test('a change of `page` breaks no rule for the minutes in which the series before it is there too', async () => {
  const { rules } = await rulesOf(availability, alone);
  const own = 'service="shop", slo="availability"';
  const events = (result: string, step: number) => ({
    series: `sidewarden_slo_events_total{job="shop-sidewarden", slo="availability", result="${result}"}`,
    values: `0+${step}x90`,
  });
  const [said] = await testFiles([
    {
      name: 'page',
      everyMin: 2,
      rules,
      tests: [
        {
          interval: '1m',
          input_series: [
            ...[events('good', 500), events('bad', 500)],
            { series: `slo:min_bad_events:count{${own}, page="false"}`, values: '10x90' },
            { series: `slo:min_bad_events:count{${own}, page="true", cluster="old"}`, values: '10x90' },
          ],
          promql_expr_test: [
            {
              expr: 'count by (alertname) (ALERTS{alertname=~"SloBurns(Fast|Steadily)", alertstate="firing"})',
              eval_time: '60m',
              exp_samples: [{ labels: '{alertname="SloBurnsFast"}', value: 1 }],
            },
          ],
        },
      ],
    },
  ]);
  expect(said?.ok ? '' : said?.output).toBe('');
});

test('a histogram without the bucket of the threshold is not measured, and pages nobody', async () => {
  const { rules } = await rulesOf(
    'a: { indicator: { histogram: shop_http_seconds, threshold: 0.3 }, objective: 99 }',
    alone,
  );
  const series = (name: string, labels: string) => ({
    series: `shop_http_seconds_${name}{job="shop-app"${labels}}`,
    values: '0+100x90',
  });
  const [said] = await testFiles([
    {
      name: 'bucket',
      everyMin: 2,
      rules,
      tests: [
        {
          interval: '1m',
          input_series: [series('count', ''), series('bucket', ', le="0.25"'), series('bucket', ', le="+Inf"')],
          promql_expr_test: [
            {
              expr: 'count by (alertname) (ALERTS{alertname=~"Sl.*", alertstate="firing"})',
              eval_time: '60m',
              exp_samples: [{ labels: '{alertname="SloNotMeasured"}', value: 1 }],
            },
          ],
        },
      ],
    },
  ]);
  expect(said?.ok ? '' : said?.output).toBe('');
});

test('an expression without a namespace is of the configured one, and stands back for its pages', async () => {
  const counted = (labels: string): string => `sum(increase(x_total${labels}[$window]))`;
  const expression = `bad: '${counted('{state="lost"}')}', total: '${counted('')}'`;
  const said = await generated(
    `namespace: prod\n${withSlos(`a: { indicator: { expression: { ${expression} } }, objective: 99 }`, alone)}`,
  );
  const page = (namespace: string) => ({
    series: `ALERTS{service="shop", alertname="DependencyDown", alertstate="firing", severity="critical", namespace="${namespace}"}`,
    values: '1x90',
  });
  const asked = (namespace: string, expr: string, exp_samples: readonly object[]) => ({
    interval: '1m',
    input_series: [
      { series: 'x_total{state="lost", namespace="prod"}', values: '0+50x90' },
      { series: 'x_total{state="done", namespace="prod"}', values: '0+50x90' },
      page(namespace),
    ],
    promql_expr_test: [{ expr, eval_time: '60m', exp_samples }],
  });
  const fast = 'count by (namespace) (ALERTS{alertname="SloBurnsFast", alertstate="firing"})';
  const [verdict] = await testFiles([
    {
      name: 'namespace',
      everyMin: 2,
      rules: said.rules,
      tests: [
        asked('prod', fast, []),
        asked('other', fast, [{ labels: '{namespace="prod"}', value: 1 }]),
        asked('other', 'slo:sli_error:ratio_rate5m', [
          { labels: 'slo:sli_error:ratio_rate5m{namespace="prod", service="shop", slo="a"}', value: 0.5 },
        ]),
      ],
    },
  ]);
  expect(verdict?.ok ? '' : verdict?.output).toBe('');
});

test('each kind of indicator counts its own events', async () => {
  const facts = factsWith(ofEachKind);
  const rules = packs
    .filter(({ name }) => name === 'slo')
    .flatMap((pack) => recordingsOf(pack, facts).map((recording) => recordingRule(recording, scope)));
  const line = (series: string, step: number) => ({ series, values: `0+${step}x20` });
  const of = (slo: string, result: string) =>
    `sidewarden_slo_events_total{job="shop-sidewarden", slo="${slo}", result="${result}"}`;
  const bucket = (le: string, route = '/orders') =>
    `shop_http_request_duration_seconds_bucket{job="shop-app", route="${route}", le="${le}"}`;
  const [said] = await testFiles([
    {
      name: 'kinds',
      rules,
      tests: [
        {
          interval: '1m',
          input_series: [
            ...[line(of('availability', 'good'), 59), line(of('availability', 'bad'), 1)],
            // What has not happened yet has no series.
            line(of('database', 'good'), 60),
            ...[line('shop_http_requests_total{job="shop-app", code="200"}', 97)],
            ...[line('shop_http_requests_total{job="shop-app", code="500"}', 3)],
            ...[line('shop_http_requests_total{job="other", code="500"}', 50)],
            ...[line('shop_queries_total{job="shop-app", status="success"}', 95)],
            ...[line('shop_queries_total{job="shop-app", status="error"}', 5)],
            ...[line(bucket('0.1'), 10), line(bucket('0.2'), 40), line(bucket('+Inf'), 50)],
            line('shop_http_request_duration_seconds_count{job="shop-app", route="/orders"}', 50),
            line('shop_http_request_duration_seconds_count{job="shop-app", route="/slow"}', 50),
            ...[line('container_cpu_cfs_throttled_periods_total{pod="shop-1"}', 30)],
            ...[line('container_cpu_cfs_periods_total{pod="shop-1"}', 600)],
            ...[line('container_cpu_cfs_periods_total{pod="admin-1"}', 600)],
          ],
          promql_expr_test: [
            {
              expr: 'round(slo:sli_error:ratio_rate5m, 0.0001)',
              eval_time: '20m',
              exp_samples: Object.entries({
                ...{ availability: 0.0167, database: 0, orders: 0.03, queries: 0.05 },
                ...{ 'orders-latency': 0.2, cpu: 0.05 },
              }).map(([slo, value]) => ({ labels: `{service="shop", slo="${slo}"}`, value })),
            },
            {
              expr: 'slo:objective:ratio * 100',
              eval_time: '20m',
              exp_samples: Object.entries(ofEachKind).map(([slo, { objective }]) => ({
                labels: `{service="shop", slo="${slo}"}`,
                value: objective,
              })),
            },
          ],
        },
      ],
    },
  ]);
  expect(said?.ok ? '' : said?.output).toBe('');
});
