// `check-config --online` for objectives: a real page of a service, and a real Prometheus that scrapes it.
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPage } from '../../../src/features/slos/online/page.ts';
import { runHere } from '../../cli/run-here.ts';
import { fileOf } from '../../config/load.ts';
import { type HttpServer, startHttpServer } from '../../servers/http.ts';
import { type Prometheus, startPrometheus } from '../../servers/prometheus.ts';

/** What a service records with the usual library, and its usual buckets. */
function record(): Registry {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({ name: 'shop_requests_total', help: 'x', labelNames: ['code', 'route'], registers });
  for (const code of ['200', '404', '500']) requests.inc({ code, route: '/cart' }, 7);
  const duration = new Histogram({ name: 'shop_request_seconds', help: 'x', labelNames: ['route'], registers });
  duration.observe({ route: '/cart' }, 0.2);
  new Histogram({ name: 'shop_jobs_seconds', help: 'x', labelNames: ['job_name'], registers }); // no series yet
  new Gauge({ name: 'shop_carts', help: 'x', registers }).set(3);
  new Summary({ name: 'shop_old_seconds', help: 'x', registers }).observe(0.1);
  return registry;
}

let page: HttpServer;
let pageUrl = '';
let prometheus: Prometheus;
const registry = record();

beforeAll(async () => {
  let seconds = 0;
  page = await startHttpServer((request, response) => {
    seconds += 1;
    const own = [
      '# TYPE sidewarden_slo_events_total counter',
      `sidewarden_slo_events_total{slo="ready",result="good"} ${seconds}`,
      'sidewarden_slo_events_total{slo="ready",result="bad"} 0',
      '',
    ].join('\n');
    if (request.url === '/own') response.end(own);
    else void registry.metrics().then((text) => response.end(text));
  });
  const { port } = page;
  pageUrl = `http://127.0.0.1:${port}/metrics`;
  const targets = [{ targets: [`127.0.0.1:${port}`] }];
  prometheus = await startPrometheus({
    global: { scrape_interval: '100ms', scrape_timeout: '100ms' },
    scrape: [
      { job_name: 'shop-app', static_configs: targets },
      { job_name: 'shop-sidewarden', static_configs: targets, metrics_path: '/own' },
    ],
  });
});

afterAll(async () => {
  await prometheus?.stop();
  await page?.stop();
});

type Asked = { readonly path: string; readonly result: string; readonly message: string; readonly fix?: string };
type Printed = { readonly ok: boolean; readonly asked?: readonly Asked[] };

/** What is printed of each place, and the exit code. @param objectives lines below `slos:` */
async function asked(objectives: readonly string[], ...more: readonly string[]) {
  const config = fileOf(['service: shop', ...more, 'slos:', ...objectives.map((line) => `  ${line}`)].join('\n'));
  const { stdout, code } = await runHere(['check-config', '--online', '--json', '--config', config]);
  const printed = JSON.parse(stdout) as Printed;
  expect(printed.ok).toBe(code === 0);
  const lines = (printed.asked ?? []).map(({ path, result, message, fix }) => {
    return `${path} ${result}: ${message}${fix === undefined ? '' : ` → ${fix}`}`;
  });
  return { code, lines };
}

const app = (): string => `app: { metrics: { url: '${pageUrl}' } }`;
const latency = (histogram: string, threshold: number, selector = ''): string =>
  `a: { indicator: { histogram: ${histogram}, threshold: ${threshold}, selector: '${selector}' }, objective: 95, window: 7d }`;
const ratio = (good: string, total = 'shop_requests_total'): string =>
  `a: { indicator: { ratio: { good: '${good}', total: '${total}' } }, objective: 99, window: 7d }`;

test.each<readonly [string, string, string]>([
  [
    'a bucket',
    latency('shop_request_seconds', 0.25, 'route="/cart"'),
    'threshold good: shop_request_seconds has the bucket 0.25',
  ],
  [
    'no bucket',
    latency('shop_request_seconds', 0.2),
    'threshold bad: 0.2 is no bucket of shop_request_seconds → write 0.1 or 0.25, the nearest ones',
  ],
  [
    'milliseconds',
    latency('shop_request_seconds', 250),
    'threshold bad: 250 is no bucket of shop_request_seconds, whose buckets are in seconds, up to 10 → write 0.25',
  ],
  [
    'no such histogram',
    latency('shop_requst_seconds', 0.25),
    'histogram bad: the page has no shop_requst_seconds → did you mean `shop_request_seconds`?',
  ],
  ['a name like none', latency('zebra', 0.25), 'histogram bad: the page has no zebra → write a name that the page has'],
  [
    'no series yet',
    latency('shop_jobs_seconds', 0.25),
    'histogram unknown: shop_jobs_seconds is on the page, and has no series yet',
  ],
  [
    'a summary',
    latency('shop_old_seconds', 0.25),
    'histogram bad: shop_old_seconds is a summary on the page → let the service record a histogram: a summary has no buckets',
  ],
  [
    'no such label',
    latency('shop_request_seconds', 0.25, 'rout="/cart"'),
    'selector bad: shop_request_seconds has no label rout on the page: it has route → did you mean `route`?',
  ],
  [
    'no such value',
    latency('shop_request_seconds', 0.25, 'route="/pay"'),
    'selector unknown: no series of shop_request_seconds has these labels now; route is "/cart"',
  ],
  [
    'a ratio',
    ratio('shop_requests_total{code!~"5.."}'),
    'ratio.good good: shop_requests_total has 2 series on the page',
  ],
  [
    'its total',
    ratio('shop_requests_total{code!~"5.."}'),
    'ratio.total good: shop_requests_total has 3 series on the page',
  ],
  [
    'no such counter',
    ratio('shop_request_total{code="200"}'),
    'ratio.good bad: the page has no shop_request_total → did you mean `shop_requests_total`?',
  ],
  [
    'a gauge',
    ratio('shop_carts'),
    'ratio.good bad: shop_carts is a gauge on the page, and events are counted by counters → choose a counter',
  ],
  [
    'a status that there is not',
    ratio('shop_requests_total{status="200"}'),
    'ratio.good bad: shop_requests_total has no label status on the page: it has code, route → write a label that it has',
  ],
])('by the page: %s', async (_, objective, expected) => {
  const { code, lines } = await asked([objective], app());
  expect(lines).toContainEqual(`slos.a.indicator.${expected}`);
  expect(code).toBe(lines.some((line) => / bad: /.test(line)) ? 1 : 0);
});

test('a page that does not answer is one failure', async () => {
  const { code, lines } = await asked([latency('x', 1)], "app: { metrics: { url: 'http://127.0.0.1:1/metrics' } }");
  expect(code).toBe(1);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^app\.metrics bad: the page of the service cannot be read: .+ → let the service answer/);
});

test('what comes by StatsD is not asked for', async () => {
  const ofStatsd = 'slos.a.indicator.histogram unknown: comes by StatsD: only the daemon sees it';
  expect(await asked([latency('x', 1)], 'app: { statsd: {} }')).toEqual({ code: 0, lines: [ofStatsd] });
  const both = await asked([latency('x', 1)], `app: { metrics: { url: '${pageUrl}' }, statsd: {} }`);
  expect(both).toEqual({
    code: 0,
    lines: ['slos.a.indicator.histogram unknown: the page has no x; where it comes by StatsD, only the daemon sees it'],
  });
});

test('Prometheus is asked what it keeps, and whether it has the events', async () => {
  const counted = (name: string): string => `count(increase(${name}[1h]))`;
  const seen = ['sidewarden_slo_events_total', 'shop_requests_total', 'shop_request_seconds_count']
    .map(counted)
    .join(' + ');
  await expect.poll(() => prometheus.query(seen)).not.toHaveLength(0);
  const spaced = (labels: string): string =>
    `label_replace(increase(shop_requests_total${labels}[$window]), "namespace", "prod", "", "")`;
  const { code, lines } = await asked(
    [
      'ready: { indicator: { ready: true }, objective: 99.9, window: 7d }',
      'unseen: { indicator: { ready: true }, objective: 99.9, window: 7d }',
      `requests: { indicator: { ratio: { bad: 'shop_requests_total{code=~"5.."}', total: shop_requests_total } }, objective: 99, window: 7d }`,
      'fast: { indicator: { histogram: shop_request_seconds, threshold: 0.25 }, objective: 95, window: 7d }',
      'odd: { indicator: { histogram: shop_request_seconds, threshold: 0.2 }, objective: 95, window: 7d }',
      `unlike: { indicator: { expression: { bad: 'sum(increase(shop_requests_total[$window]))', total: 'sum by (namespace, code) (${spaced('')})' } }, objective: 99, window: 7d }`,
      `alike: { indicator: { expression: { bad: 'sum by (namespace) (${spaced('{code="500"}')})', total: 'sum by (namespace, code) (${spaced('')})' } }, objective: 99, window: 7d }`,
      `wrong: { indicator: { expression: { bad: 'sum(incrase(x[$window]))', total: 'sum(increase(y[$window]))' } }, objective: 99, window: 7d }`,
    ],
    `prometheus: { url: '${prometheus.url}' }`,
  );
  expect(code).toBe(1);
  expect(lines).toHaveLength(11);
  expect(lines[0]).toBe('prometheus.retention good: Prometheus keeps 15d');
  expect(lines[1]).toMatch(/^slos\.ready\.indicator\.ready good: Prometheus has \d+ events of the last hour$/);
  expect(lines[2]).toBe(
    'slos.unseen.indicator.ready unknown: Prometheus has no event of the last hour: is it scraped as the job shop-sidewarden?',
  );
  expect(lines[3]).toMatch(/^slos\.requests\.indicator\.ratio good: Prometheus has 0 events of the last hour$/);
  expect(lines[5]).toBe('slos.fast.indicator.threshold good: shop_request_seconds has the bucket 0.25');
  expect(lines[7]).toBe(
    'slos.odd.indicator.threshold bad: 0.2 is no bucket of shop_request_seconds → write 0.1 or 0.25, the nearest ones',
  );
  expect(lines[8]).toBe(
    'slos.unlike.indicator.expression bad: total and bad are not by the same labels: total has namespace, and bad has none → write the same in both, as sum by (namespace) (…)',
  );
  expect(lines[9]).toMatch(/^slos\.alike\.indicator\.expression good: /);
  expect(lines[10]).toMatch(/^slos\.wrong\.indicator\.expression bad: .*incrase.* → try it in Prometheus/);
});

test.each([
  ['said', 'retention: 60d', '7d', 'prometheus.retention bad: Prometheus keeps 15d, and prometheus.retention says 60d'],
  ['needed', 'timeout: 5s', '30d', 'slos.a.window bad: Prometheus keeps 15d, and the window is 30d'],
])('less is kept than is %s', async (_, more, window, expected) => {
  const { code, lines } = await asked(
    [`a: { indicator: { ready: true }, objective: 99.9, window: ${window} }`],
    `prometheus: { url: '${prometheus.url}', ${more} }`,
  );
  expect(code).toBe(1);
  expect(lines[0]).toContain(expected);
});

test('a Prometheus that does not answer, and what is none, are one failure each', async () => {
  for (const url of ['http://127.0.0.1:1', pageUrl.replace('/metrics', '')]) {
    const { code, lines } = await asked(
      ['a: { indicator: { ready: true }, objective: 99.9, window: 7d }'],
      `prometheus: { url: '${url}' }`,
    );
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^prometheus bad: Prometheus does not answer: \S.* → write its URL/);
  }
});

test('without --online nothing is asked; the text says the same as the JSON', async () => {
  const config = fileOf(['service: shop', app(), 'slos:', `  ${latency('shop_request_seconds', 0.2)}`].join('\n'));
  const plain = await runHere(['check-config', '--config', config]);
  expect(plain.code).toBe(0);
  expect(plain.stdout).not.toContain('bucket');
  const online = await runHere(['check-config', '--online', '--config', config]);
  expect(online.code).toBe(1);
  expect(online.stdout).toContain(
    'slos.a.indicator.threshold  bad: 0.2 is no bucket of shop_request_seconds\n  fix: write 0.1 or 0.25, the nearest ones\n',
  );
});

test('a page is read as text and as OpenMetrics, with exemplars, escapes and times', () => {
  const { series, types } = readPage(
    [
      '# TYPE a histogram',
      'a_bucket{le="0.5",route="/x\\"y"} 3 # {trace_id="1"} 0.2 1.5',
      'a_bucket{le="+Inf",route="/x\\"y",} 3',
      'b 1e3 1700000000000',
      'c NaN',
      '# EOF',
    ].join('\n'),
  );
  expect(types.get('a')).toBe('histogram');
  expect(series.get('a_bucket')?.map((labels) => [labels.get('le'), labels.get('route')])).toEqual([
    ['0.5', '/x"y'],
    ['+Inf', '/x"y'],
  ]);
  expect([series.has('b'), series.has('c')]).toEqual([true, true]);
});
