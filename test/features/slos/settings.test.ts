// What can be wrong below `slos`: each mistake with its place and how to fix it; and what is told of right objectives.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProblems } from '../../../src/config/problems.ts';
import type { AppSettings } from '../../../src/features/app/settings.ts';
import { type AppFacts, knownMetric } from '../../../src/features/slos/app-facts.ts';
import { allowedOf, largestObjective, leastEvents, survives } from '../../../src/features/slos/few-events.ts';
import { mostObjectives } from '../../../src/features/slos/problems.ts';
import { eventsOf } from '../../../src/features/slos/promql.ts';
import { createMatch, parseSelector } from '../../../src/features/slos/selector.ts';
import { selectorMistake } from '../../../src/features/slos/selector-mistake.ts';
import type { SlosSettings } from '../../../src/features/slos/settings.ts';
import { loadText, right, wrong } from '../../config/load.ts';

const around = [
  'service: shop',
  'checks: { database: { type: tcp, address: db.example.com:5432 } }',
  "app: { prefix: shop, presets: [graphql, http], metrics: { url: 'http://127.0.0.1:8080/metrics' } }",
  'prometheus: { retention: 30d }',
];
const before = around.length + 1;

/** `place: message → fix` of every mistake. @param objectives a line each, below `slos:` */
const mistakes = (...objectives: readonly string[]): readonly string[] =>
  wrong(loadText([...around, 'slos:', ...objectives.map((line) => `  ${line}`)].join('\n'))).map(
    ({ line = 0, path, message, fix }) => `${line - before} ${path}: ${message} → ${fix}`,
  );

const one = (indicator: string, more = 'objective: 99.9'): string => `a: { indicator: { ${indicator} }, ${more} }`;
const ratio = (good: string, total = 'x_total'): string => one(`ratio: { good: '${good}', total: ${total} }`);
const good = (text: string): string => `1 slos.a.indicator.ratio.good: ${text}`;
const graph = 'shop_query_duration_seconds';

test.each<readonly [string, string, string]>([
  // the percentage
  [
    'a ratio in place of a percentage',
    one('ready: true', 'objective: 0.999'),
    '1 slos.a.objective: `0.999` must be a percentage from 50 to under 100, and is a ratio → write 99.9',
  ],
  [
    'a percent sign',
    one('ready: true', 'objective: 99.9%'),
    '1 slos.a.objective: `99.9%` must be a number, and is a string → write 99.9',
  ],
  [
    'no failure at all',
    one('ready: true', 'objective: 100'),
    '1 slos.a.objective: `100` must be a percentage from 50 to under 100: an error budget of nothing is spent by the first bad event → write 99.9',
  ],
  ['more than all', one('ready: true', 'objective: 999'), 'from 50 to under 100 → write 99.9'],
  ['less than half', one('ready: true', 'objective: 30'), 'from 50 to under 100 → write 50 or more'],
  // the window
  [
    'a window without a unit',
    one('ready: true', 'objective: 99, window: 30'),
    'has no unit: 30 what? → write 30d for days',
  ],
  ['weeks', one('ready: true', 'objective: 99, window: 4w'), '`4w` is not a duration → write 28d'],
  [
    'a day',
    one('ready: true', 'objective: 99, window: 24h'),
    '1 slos.a.window: `24h` must be between 7d and 90d: of less than a week every bad hour is an alert → write 7d',
  ],
  [
    'a year',
    one('ready: true', 'objective: 99, window: 365d'),
    '`365d` must be between 7d and 90d: nobody remembers what happened before that → write 90d',
  ],
  [
    'longer than Prometheus keeps',
    one('ready: true', 'objective: 99, window: 60d'),
    '1 slos.a.window: the window of 60d is longer than the 30d that Prometheus keeps, by prometheus.retention → write `window: 30d`, or let Prometheus keep 60d and write that in prometheus.retention',
  ],
  // the agreement
  [
    'an agreement that is no lower',
    one('ready: true', 'objective: 99.9, sla: 99.9'),
    '1 slos.a.sla: 99.9 must be below the objective, 99.9: the objective is to be missed before the agreement is broken → write 99.8 or less',
  ],
  [
    'an agreement as a ratio',
    one('ready: true', 'objective: 99.9, sla: 0.995'),
    '1 slos.a.sla: `0.995` must be a percentage from 1 to under 100, and is a ratio → write 99.5',
  ],
  // how many events
  [
    'one bad event of few',
    one('ratio: { good: y_total, total: x_total }', 'objective: 99.9, expected_events: 500'),
    '1 slos.a.expected_events: one bad event of the 500 that you expect spends the whole error budget of 99.9 → write at most 99.7, or expect more events (1001 or more)',
  ],
  [
    'one bad event of one',
    one('ratio: { good: y_total, total: x_total }', 'objective: 99.9, expected_events: 1'),
    'one bad event of the 1 that you expect spends the whole error budget of 99.9 → expect more events (1001 or more)',
  ],
  [
    'one bad second',
    one('ready: true', 'objective: 99.9999, window: 7d'),
    '1 slos.a.objective: one bad second of the 604800 in 7d spends the whole error budget of 99.9999 → write at most 99.9998',
  ],
  [
    'expected seconds',
    one('check: database', 'objective: 99.9, expected_events: 5000'),
    '1 slos.a.expected_events: has no effect on a check: each second is one event → leave it out',
  ],
  // which indicator
  [
    'none',
    one(''),
    '1 slos.a.indicator: measures nothing → write one of ready, check, ratio, histogram, expression, as `indicator: { ready: true }`',
  ],
  ['a threshold alone', one('threshold: 1'), '1 slos.a.indicator: measures nothing → add `histogram`, or write one of'],
  [
    'two',
    one('ready: true, check: database'),
    '1 slos.a.indicator.check: measures ready and check: an objective has one indicator → keep one, and make an objective of its own of the other',
  ],
  [
    'a word',
    'a: { indicator: ready, objective: 99.9 }',
    '`ready` must be a map, and is a string → write `indicator: { ready: true }`',
  ],
  ['ready: false', one('ready: false'), '`false` must be true: leave it out where something else is measured'],
  [
    'a threshold without histogram',
    one('ready: true, threshold: 0.2'),
    '1 slos.a.indicator.threshold: has no effect on ready → leave it out, or write histogram',
  ],
  [
    'a selector without histogram',
    one('check: database, selector: a'),
    '1 slos.a.indicator.selector: has no effect on check → ',
  ],
  [
    'a check that there is not',
    one('check: databse'),
    '1 slos.a.indicator.check: there is no check databse → did you mean `database`?',
  ],
  ['a check like none', one('check: zebra'), 'there is no check zebra → the checks are: database'],
  ['an unknown key', one('chek: database'), '1 slos.a.indicator.chek: unknown key `chek` → did you mean `check`?'],
  // a ratio
  [
    'good and bad',
    one('ratio: { good: a, bad: b, total: c }'),
    '1 slos.a.indicator.ratio.bad: good and bad are both set: one follows from the other → keep one of them',
  ],
  [
    'neither',
    one('ratio: { total: c }'),
    '1 slos.a.indicator.ratio: needs good or bad: total alone says nothing of either → add `good`, or `bad`',
  ],
  [
    'no total',
    one('ratio: { good: c }'),
    '1 slos.a.indicator.ratio.total: is missing → add `total`: series of all events, as requests_total',
  ],
  ['all good', ratio('x_total'), good('is total itself: every event would be good → select the good ones alone')],
  [
    'an expression',
    ratio('sum(rate(x_total{code="200"}[5m]))'),
    good(
      'is an expression: a name with labels stands here, and its increase is counted by itself → write x_total{code="200"}, or use the indicator `expression`',
    ),
  ],
  ['a range', ratio('y_total[5m]'), good('has a range or an offset: each window has its own → write y_total')],
  [
    'an offset',
    ratio('y_total{a="b"} offset 5m'),
    good('has a range or an offset: each window has its own → write y_total{a="b"}'),
  ],
  [
    'no quotes',
    ratio('x_total{status=success}'),
    good('has a value without double quotes → write x_total{status="success"}'),
  ],
  [
    'backquotes',
    ratio('x_total{status=`success`, a="b"}'),
    good('has a value without double quotes → write x_total{status="success", a="b"}'),
  ],
  [
    'two equals signs',
    ratio('x_total{status=="success"}'),
    good('has == where = stands → write x_total{status="success"}'),
  ],
  [
    'no name',
    ratio('{status="success"}'),
    good('selects series without a name → write the name first, as requests_total{code!~"5.."}'),
  ],
  [
    'a name that is none',
    ratio('x-total{status="success"}'),
    good('begins with x-total, which is no name of a metric → write one, as in'),
  ],
  ['words', ratio('good requests'), good('is no name with labels → write the name, and labels in braces, as')],
  ['no comma', ratio('x_total{a="b" c="d"}'), good('has no matchers between commas → write them as in')],
  [
    'looking ahead',
    ratio('x_total{code=~"(?!5).."}'),
    good(
      'has an expression for code that Prometheus and Sidewarden do not read alike: (?!5).. → write it without flags',
    ),
  ],
  [
    'a flag',
    ratio('x_total{code=~"(?i)ok"}'),
    good('has an expression for code that Prometheus and Sidewarden do not read alike: (?i)ok → '),
  ],
  [
    'the job',
    ratio('x_total{job="shop"}'),
    good('selects the label job, which Prometheus adds when it scrapes → leave it out: `alerts.jobs.app` says the job'),
  ],
  [
    'the name as a label',
    ratio('x_total{__name__=~"x.+"}'),
    good('selects the label __name__, which is the name itself → leave it out'),
  ],
  [
    'what a rule records',
    ratio('shop:x_total'),
    good(
      'selects shop:x_total, whose colon says that a rule of Prometheus records it → write the counter of the service, or use the indicator `expression`',
    ),
  ],
  [
    'a histogram',
    ratio(graph),
    good(`${graph} is a histogram, and events are counted by counters → write ${graph}_count`),
  ],
  [
    'a gauge',
    ratio('shop_subscriptions_active'),
    good('shop_subscriptions_active is a gauge, and events are counted by counters → choose a counter'),
  ],
  // a histogram
  [
    'no threshold',
    one(`histogram: ${graph}`),
    '1 slos.a.indicator.threshold: is missing: it says up to which bucket events are good → add `threshold`',
  ],
  [
    'between two buckets',
    one(`histogram: ${graph}, threshold: 0.25`),
    `1 slos.a.indicator.threshold: 0.25 is no bucket of ${graph} → write 0.2 or 0.3, the nearest ones`,
  ],
  ['beyond all', one(`histogram: ${graph}, threshold: 11`), `11 is no bucket of ${graph} → write 10`],
  [
    'milliseconds',
    one(`histogram: ${graph}, threshold: 200`),
    `200 is no bucket of ${graph}, whose buckets are in seconds, up to 10 → write 0.2`,
  ],
  [
    'odd milliseconds',
    one(`histogram: ${graph}, threshold: 250`),
    `250 is no bucket of ${graph}, whose buckets are in seconds, up to 10 → write 0.2 or 0.3, the nearest ones`,
  ],
  [
    'a duration',
    one('histogram: x_seconds, threshold: 200ms'),
    '`200ms` must be a number, and is a string → write 0.2, which is 200ms in seconds',
  ],
  [
    'its buckets',
    one(`histogram: ${graph}_bucket, threshold: 0.2`),
    `1 slos.a.indicator.histogram: is a part of a histogram: _bucket → write ${graph}`,
  ],
  [
    'a counter',
    one('histogram: shop_queries_total, threshold: 0.2'),
    'is a counter by the preset graphql, and no histogram → use `ratio`, or name a histogram',
  ],
  [
    'braces',
    one(`histogram: x, threshold: 1, selector: '{route="/"}'`),
    `1 slos.a.indicator.selector: has a name or braces: \`histogram\` is the name → write 'route="/"'`,
  ],
  [
    'a selector without quotes',
    one('histogram: x, threshold: 1, selector: route=/a'),
    `has a value without double quotes → write 'route="/a"'`,
  ],
  [
    'the bucket',
    one(`histogram: x, threshold: 1, selector: 'le="1"'`),
    'selects the label le, which `threshold` does → leave le out',
  ],
  // expressions
  [
    'a fixed range',
    one(`expression: { good: 'sum(increase(x[5m]))', total: 'sum(increase(y[$window]))' }`),
    '1 slos.a.indicator.expression.good: has no $window: it is asked over windows from 5m to the whole → write [$window] in place of [5m]',
  ],
  [
    'no range',
    one(`expression: { good: x, total: 'increase(y[$window])' }`),
    'from 5m to the whole → write it as sum(increase(x_total[$window]))',
  ],
  [
    "Grafana's range",
    one(`expression: { good: 'increase(x[$__range])', total: 'increase(y[$window])' }`),
    '$__range stands for nothing: windows from 5m to the whole stand for $window → write $window',
  ],
  [
    'half a bracket',
    one(`expression: { good: 'increase(x[$window])', total: 'sum(increase(y[$window])' }`),
    '1 slos.a.indicator.expression.total: has ( without its other half → close what is open',
  ],
  [
    'expressions of neither',
    one(`expression: { total: 'increase(y[$window])' }`),
    '1 slos.a.indicator.expression: needs good or bad',
  ],
  // names
  [
    'a capital',
    'Checkout Latency: { indicator: { ready: true }, objective: 99.9 }',
    '1 slos.Checkout: the key must be a name such as checkout-latency: up to 63 of a-z, 0-9, - and _, a letter first → write `checkout-latency`',
  ],
  ['camel case', 'checkoutLatency: { indicator: { ready: true }, objective: 99.9 }', '→ write `checkout-latency`'],
])('%s', (_, text, expected) => {
  const found = mistakes(text);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

test('every mistake of every objective is told at once, also beside a wrong name and a wrong key', () => {
  expect(
    mistakes(
      'First: { indicator: { check: databse }, objective: 99.9, sla: 99.95, windw: 30d }',
      'second: { indicator: { chek: database }, objective: 99.9, expected_events: 100 }',
      'third: { indicator: { check: databse }, objectve: 99.9 }',
      'fourth: { objective: 99.9, sla: 99.9 }',
      'fifth: 99.9',
      'sixth: { indicator: { ready: true }, objective: 99.9, window: 60d }',
    ),
  ).toEqual(
    [
      '1 slos.First: the key must be a name such as checkout-latency: up to 63 of a-z, 0-9, - and _, a letter first → write `first`',
      '1 slos.First.indicator.check: there is no check databse → did you mean `database`?',
      '1 slos.First.sla: 99.95 must be below the objective, 99.9: the objective is to be missed before the agreement is broken → write 99.8 or less',
      '1 slos.First.windw: unknown key `windw` → did you mean `window`?',
      '2 slos.second.indicator.chek: unknown key `chek` → did you mean `check`?',
      '2 slos.second.expected_events: one bad event of the 100 that you expect spends the whole error budget of 99.9 → write at most 98, or expect more events (1001 or more)',
      '3 slos.third.indicator.check: there is no check databse → did you mean `database`?',
      '3 slos.third.objectve: unknown key `objectve` → did you mean `objective`?',
      '4 slos.fourth.indicator: is missing → add `indicator`: what is measured: one of ready, check, ratio, histogram, expression',
      '4 slos.fourth.sla: 99.9 must be below the objective, 99.9: the objective is to be missed before the agreement is broken → write 99.8 or less',
      '5 slos.fifth: `99.9` must be a map, and is a number → write `key: value` lines below it',
      '6 slos.sixth.window: the window of 60d is longer than the 30d that Prometheus keeps, by prometheus.retention → write `window: 30d`, or let Prometheus keep 60d and write that in prometheus.retention',
    ].sort((first, second) => Number(first[0]) - Number(second[0])),
  );
});

test('what is wrong in another section makes no mistake here', () => {
  const text = [
    'checks: { database: { type: tcp, adress: a:1 } }',
    'app: { prefix: shop, presets: [graphql], metricz: {} }',
    'prometheus: { retention: 8d, urll: x }',
    'slos:',
    '  a: { indicator: { check: database }, objective: 99.9, window: 30d }',
    '  b: { indicator: { histogram: shop_query_duration_seconds, threshold: 0.25 }, objective: 99, window: 30d }',
  ].join('\n');
  const paths = wrong(loadText(text)).map(({ path }) => path);
  expect(paths.filter((path) => path.startsWith('slos'))).toEqual([]);
  expect(paths).toEqual(expect.arrayContaining(['checks.database.adress', 'app.metricz', 'prometheus.urll']));
});

test('selectors as Prometheus has them are taken, and select what they do there', () => {
  const selected = (text: string, labels: Readonly<Record<string, string>>): boolean =>
    createMatch(parseSelector(text)?.matchers ?? [])((label) => labels[label] ?? '');
  for (const text of ['x', 'x{}', 'x{route=~"/api/[^/]+"}', 'x{code!~"5..",}', ' x { a = "b" } ', 'x{a="\\"b"}'])
    expect(selectorMistake(text), text).toBeUndefined();
  expect(selected('x{route=~"/api/[^/]+"}', { route: '/api/cart' })).toBe(true);
  expect(selected('x{route=~"/api/[^/]+"}', { route: '/api/cart/1' })).toBe(false);
  expect(selected('x{code!~"5.."}', {})).toBe(true);
});

test('what a variable holds is not repeated, nor is what a terminal would obey', () => {
  const reference = '$'.concat('{CHECK}');
  const text = `slos:\n  a: { indicator: { check: '${reference}' }, objective: 99.9 }\n  b: { indicator: { check: "\\e[31m" }, objective: 99.9 }`;
  const messages = wrong(loadText(text, { CHECK: 'hunter2' })).map(({ message }) => message);
  expect(messages).toEqual(['there is no check …', 'there is no check \u{fffd}[31m']);
});

test.each([
  [0.2, ['0.2']],
  [5, ['5', '5.0']],
  [1_000_000, ['1000000', '1000000.0', '1e+06', '1.0E6']],
  [1_048_576, ['1048576', '1048576.0', '1.048576e+06', '1.048576E6']],
  [0.000_01, ['0.00001', '1e-05', '1.0E-5']],
])('the bucket %s is found however its client writes it', (threshold, written) => {
  const good = eventsOf('a', { indicator: { histogram: 'x', threshold } }).bad('5m');
  const text = /le=~("(?:[^"\\]|\\.)*")/.exec(good)?.[1] ?? '';
  const pattern = new RegExp(`^(?:${JSON.parse(text)})$`);
  for (const le of written) expect(pattern.test(le), le).toBe(true);
  for (const le of ['+Inf', `1${threshold}`, String(threshold * 10), `${threshold}e+06`])
    expect(pattern.test(le), le).toBe(false);
});

test('a key like slos is told which one it is', () => {
  expect(wrong(loadText('slo: {}')).map(({ path, fix }) => [path, fix])).toEqual([['slo', 'did you mean `slos`?']]);
});

test('so many objectives are too many', () => {
  const lines = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `a${index}: { indicator: { ready: true }, objective: 99.9 }`);
  const text = (count: number): string => `slos:\n  ${lines(count).join('\n  ')}`;
  expect(loadText(text(mostObjectives)).ok).toBe(true);
  expect(formatProblems(wrong(loadText(text(mostObjectives + 1))))).toContain('at most 50 belong into one process');
});

/** The design's example of the feature. */
const designed = [
  'slos:',
  '  availability: { indicator: { ready: true }, objective: 99.9, window: 30d }        # what /health/ready answered',
  `  checkout-latency: { indicator: { histogram: http_request_duration_seconds, selector: 'route="/checkout"', threshold: 0.2 }, objective: 95, window: 30d }`,
  `  queries: { indicator: { ratio: { good: 'fraiseql_queries_total{status="success"}', total: fraiseql_queries_total } }, objective: 99.5, window: 30d }`,
  'prometheus: { url: http://prometheus:9090, token_file: /run/secrets/prometheus, headers: { X-Scope-OrgID: shop }, retention: 30d }',
  'app: { prefix: fraiseql, presets: [graphql, http, auth], metrics: { url: http://127.0.0.1:8080/metrics } }',
].join('\n');

test('the example of the design is taken as it stands', () => {
  const { features } = right(loadText(designed));
  expect(Object.keys((features.find(({ feature }) => feature.key === 'slos')?.settings as object) ?? {})).toEqual([
    ...['availability', 'checkout-latency', 'queries'],
  ]);
});

const notesOf = (text: string): readonly string[] => {
  const loaded = loadText(text);
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
  return loaded.notes.filter((note) => /slos\.|objectives|Prometheus keeps/.test(note));
};

test('what is counted by whom, and what a restart forgets, is told', () => {
  const slos = [
    'slos:',
    '  a: { indicator: { ready: true }, objective: 99.9 }',
    `  b: { indicator: { ratio: { bad: 'x_total{code=~"5.."}', total: x_total } }, objective: 99.9, window: 7d }`,
    `  c: { indicator: { expression: { bad: 'sum(increase(x[$window]))', total: 'sum(increase(y[$window]))' } }, objective: 99.9, window: 7d }`,
  ].join('\n');
  const checks = 'checks: { database: { type: tcp, address: a:1, gates: [ready] } }\n';
  expect(notesOf(`${checks}${slos}`)).toEqual([
    'Prometheus keeps 15 days unless it is told otherwise, and the window of a is longer. Start it with `--storage.tsdb.retention.time`, and write `retention` below `prometheus`.',
    'A restart forgets what objectives have counted. Write `state_dir`, a folder that outlives the container, or `prometheus: { url: … }`, which knows long windows.',
    'slos.b: without `app` the daemon does not see these metrics, and Prometheus alone counts them, with the rules of `sidewarden generate rules`; GET /slo knows nothing of it without `prometheus.url`',
    'slos.c: an expression is counted by Prometheus alone, with the rules of `sidewarden generate rules`; GET /slo knows nothing of it without `prometheus.url`',
  ]);
  const app = "app: { metrics: { url: 'http://127.0.0.1:8080/metrics' } }\n";
  const asked = "prometheus: { url: 'http://127.0.0.1:9090', retention: 30d }\n";
  expect(notesOf(`${app}${checks}${asked}${slos}`)).toEqual(['slos.c: an expression is counted by Prometheus alone']);
  expect(notesOf(`${app}${checks}state_dir: /var/lib/sidewarden\nprometheus: { retention: 30d }\n${slos}`)).toEqual([
    'slos.c: an expression is counted by Prometheus alone, with the rules of `sidewarden generate rules`; GET /slo knows nothing of it without `prometheus.url`',
  ]);
});

test('a dollar within any quotes is text', () => {
  for (const quote of ['"', "'", '`']) {
    const series = `sum(increase(x_total{route=~${quote}/a$bar${quote}}[$window]))`;
    const slos = {
      a: { indicator: { expression: { bad: series, total: 'sum(increase(y[$window]))' } }, objective: 99 },
    };
    expect(loadText(JSON.stringify({ service: 'shop', slos }))).toMatchObject({ ok: true });
  }
});

test('what is right and hardly meant is told', () => {
  const text = [
    'state_dir: /var/lib/sidewarden',
    'checks: { database: { type: tcp, address: a:1, gates: [admit], interval: 15s } }',
    "app: { presets: [graphql], metrics: { url: 'http://127.0.0.1:8080/metrics' } }",
    'slos:',
    '  a: { indicator: { ready: true }, objective: 99.9, window: 7d }',
    '  b: { indicator: { check: database }, objective: 99.999, window: 7d }',
    '  c: { indicator: { histogram: x_seconds, threshold: 250 }, objective: 99, window: 7d }',
    '  d: { indicator: { histogram: x_seconds, threshold: 300 }, objective: 99, window: 7d }',
    `  e: { indicator: { ratio: { good: 'queries_total{state="ok"}', total: 'queries_total{status!="ok"}' } }, objective: 99.9, window: 7d, expected_events: 2500 }`,
    `  f: { indicator: { histogram: x_seconds, threshold: 0.3, selector: 'namespace="prod", route="/"' }, objective: 99, window: 7d }`,
    `  g: { indicator: { ratio: { bad: 'y_total{cluster="eu", code="500"}', total: 'y_total{cluster="eu"}' } }, objective: 99, window: 7d }`,
    'alerts: { select: { cluster: eu } }',
  ].join('\n');
  expect(notesOf(text)).toEqual([
    'slos.a: no check has the gate ready, so every second is good',
    'slos.b: a failure of database that is noticed lasts 30s or more, and the whole error budget of 99.999 is 6.048s in 7d',
    'slos.c: x_seconds is in seconds by its name, and the threshold is 250 s. Where 250 ms are meant, write 0.25',
    'slos.e: the error budget is 2 bad events of the 2500 that you expect, and alerts on burn wait for 10: write `min_bad_events: 1`',
    'slos.e: queries_total has no label state by the preset graphql: it has status',
    'slos.e: status of queries_total is never "ok": it is one of success, error',
    "slos.f: the label namespace is one that Prometheus adds as a rule: where the service's own page does not have it, the daemon counts no event. Leave it out: the rules have the job and `alerts.select`",
    "slos.g: the label cluster is one that Prometheus adds as a rule: where the service's own page does not have it, the daemon counts no event. Leave it out: the rules have the job and `alerts.select`",
  ]);
});

test('buckets are known by mappings and by presets that the service has', () => {
  const settings: AppSettings = {
    prefix: 'shop',
    presets: ['http'],
    statsd: {
      ...{ listen: [], signed_gauges: 'refuse', gauge_ttl: 1, max_series: 1, max_series_per_metric: 1 },
      mappings: [{ match: 'a', name: 'checkout_seconds', type: 'histogram', labels: {}, buckets: [2, 1], drop: false }],
    },
  };
  const app: AppFacts = settings;
  expect(knownMetric(app, 'checkout_seconds')?.buckets).toEqual([1, 2]);
  expect(knownMetric(app, 'shop_http_request_duration_seconds')?.buckets).toContain(0.2);
  expect(knownMetric(app, 'http_request_duration_seconds')).toBeUndefined();
  expect(knownMetric(app, 'shop_query_duration_seconds')).toBeUndefined(); // of a preset that it does not have
  expect(knownMetric(undefined, 'shop_http_request_duration_seconds')).toBeUndefined();
});

const words = [
  'x_total',
  '{',
  '}',
  '"',
  "'",
  'a',
  '=',
  '=~',
  '!~',
  ',',
  '(',
  ')',
  '[5m]',
  '$window',
  ' ',
  '\\',
  'sum',
  '5..',
  '.*',
  '[^/]+',
  '🙂',
  '\n',
];
const written = fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((parts) => parts.join(''));
const indicator = fc.record(
  {
    ready: fc.constant(true),
    check: written,
    ratio: fc.record({ good: written, bad: written, total: written }, { requiredKeys: [] }),
    histogram: written,
    selector: written,
    threshold: fc.double({ min: 0, max: 1e6, noNaN: true }),
    expression: fc.record({ good: written, bad: written, total: written }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

test('whatever is written, each mistake says how to fix it, and what is taken becomes expressions', () => {
  fc.assert(
    fc.property(indicator, fc.integer({ min: 1, max: 5000 }), (one, expected) => {
      const slos = { a: { indicator: one, objective: 99.9, expected_events: expected, window: '7d' } };
      const loaded = loadText(JSON.stringify({ slos, app: { statsd: {} } }));
      if (loaded.ok) {
        const [{ settings: taken } = { settings: undefined }] = loaded.configuration.features.filter(
          ({ feature }) => feature.key === 'slos',
        );
        for (const [name, slo] of Object.entries(taken as SlosSettings)) eventsOf(name, slo).bad('5m');
        return;
      }
      for (const { message, fix = '' } of loaded.problems) {
        expect(message).not.toMatch(/undefined|NaN|Infinity|\[object/);
        expect(`${message} → ${fix}`).toMatch(/→ \S|must be true|the form|must be the name/);
      }
    }),
    { numRuns: Number(process.env.SIDEWARDEN_FUZZ_RUNS ?? 300) },
  );
});

test('what is advised leaves some budget, and the next step up does not', () => {
  for (const events of [3, 10, 11, 99, 100, 101, 500, 999, 1000, 12_345, 604_800, 2_592_000]) {
    const most = largestObjective(events);
    if (most === undefined) continue;
    const digits = (String(most).split('.')[1] ?? '').length;
    expect(survives(most, events), `${most} of ${events}`).toBe(true);
    expect(survives(most + 10 ** -digits, events), `more than ${most} of ${events}`).toBe(false);
  }
  expect(largestObjective(2)).toBeUndefined();
  for (const objective of [50, 90, 95, 99, 99.5, 99.9, 99.95, 99.99]) {
    const least = leastEvents(objective);
    expect(allowedOf(objective, least)).toBeGreaterThan(1);
    expect(survives(objective, least - 1), `${least - 1} at ${objective}`).toBe(false);
  }
});
