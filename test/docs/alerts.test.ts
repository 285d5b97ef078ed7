// The alerts of docs/statistics.md, as promtool evaluates them: each fires when it is to, for as long as it is to, and no other.
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Said, testRules } from '../servers/prometheus.ts';
import { blockWith } from './pages.ts';

const { groups } = parse(blockWith('docs/statistics.md', 'yaml', 'groups:')) as {
  groups: { rules: { alert: string }[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));

/** A series, and its values each 30 seconds: `axn` is a, and n more; nothing marks an end, as with samples that have a time. */
type Series = readonly [string, string];
/** When which alerts fire, and with which labels. */
type Firing = Readonly<Record<string, readonly (readonly [string, Readonly<Record<string, string>>])[]>>;

const days = 'x3300';
const up = 'pg_up{job="shop-statistics",check="database",instance="db:5432"}';
const cacheUp = 'redis_up{job="shop-statistics",check="cache",instance="cache:6379"}';
const ofCache = { job: 'shop-statistics', check: 'cache', instance: 'cache:6379' };
const ordersUp = 'pg_up{job="shop-statistics",check="orders",instance="orders:5432"}';
const ofOrders = { job: 'shop-statistics', check: 'orders', instance: 'orders:5432' };
const ofDatabase = { job: 'shop-statistics', check: 'database', instance: 'db:5432' };
const leader = (check: string, pod: number): string =>
  `sidewarden_statistics_leader{job="shop-sidewarden",check="${check}",instance="shop-${pod}:9090"}`;
/** As the detail `default` has it: the mode in force alone. */
const modes = (check: string, mode: string): Series[] =>
  [1, 2].map((pod): Series => {
    const labels = `job="shop-sidewarden",check="${check}",mode="${mode}",instance="shop-${pod}:9090"`;
    return [`sidewarden_statistics_mode{${labels}}`, `1${days}`];
  });
const read: Series[] = [
  [leader('database', 1), `1${days}`],
  [leader('database', 2), `0${days}`],
  ...modes('database', 'leader'),
];
const collectors = (check: string, names: readonly string[], value: string): Series[] =>
  names.map((name): Series => {
    const labels = `job="shop-sidewarden",check="${check}",collector="${name}",instance="shop-1:9090"`;
    return [`sidewarden_collector_up{${labels}}`, value];
  });
const all = ['activity', 'locks', 'sizes'];
const grant = (collector: string, privilege: string, value: string): Series => {
  const labels = `job="shop-sidewarden",check="database",collector="${collector}",privilege="${privilege}"`;
  return [`sidewarden_statistics_privilege{${labels},instance="shop-1:9090"}`, value];
};
const isUp = (check: string, type: string): Series => [
  `sidewarden_check_up{job="shop-sidewarden",check="${check}",type="${type}",instance="shop-2:9090"}`,
  `1${days}`,
];
const [database, cache] = [{ check: 'database' }, { check: 'cache' }];
const absent = { job: 'shop-statistics' };

const cases: readonly (readonly [string, readonly Series[], Firing])[] = [
  ['all is well', [...read, [up, `1${days}`]], { '10m': [], '1h': [] }],
  [
    'another takes over, within two intervals of the probe',
    [
      [leader('database', 1), '1x19'],
      [leader('database', 2), `0x20 1${days}`],
      [up, `1x19 _ 1${days}`],
    ],
    { '11m': [], '13m': [], '16m': [], '1h': [] },
  ],
  [
    'the database is down, and with it every collector',
    [...read, [up, `1x19 0${days}`], ...collectors('database', all, `1x19 0${days}`)],
    { '11m': [], '13m': [['DependencyDown', ofDatabase]], '1h': [['DependencyDown', ofDatabase]] },
  ],
  [
    'a cache is down, and with it every collector of it',
    [
      ...read,
      [up, `1${days}`],
      [cacheUp, `1x19 0${days}`],
      ...collectors('database', all, `1${days}`),
      ...collectors('cache', ['info', 'slowlog'], `1x19 0${days}`),
    ],
    { '11m': [], '13m': [['DependencyDown', ofCache]], '1h': [['DependencyDown', ofCache]] },
  ],
  [
    'the database is down, and so is who led: nobody reads what follows it either',
    [
      ...['database', 'cache'].flatMap((check): Series[] => [
        [leader(check, 1), '1x19'],
        [leader(check, 2), `0${days}`],
        ...modes(check, 'leader'),
      ]),
      isUp('database', 'postgres'),
      isUp('cache', 'redis'),
      [up, `1x19 0${days}`],
      [cacheUp, '1x19'],
      ...collectors('database', all, `1x19 0${days}`),
    ],
    { '11m': [], '13m': [['DependencyDown', ofDatabase]], '1h': [['DependencyDown', ofDatabase]] },
  ],
  [
    'nobody reads any more',
    [
      [leader('database', 1), `1x19 0${days}`],
      [leader('database', 2), `0${days}`],
      ...modes('database', 'leader'),
      [up, '1x19'],
    ],
    {
      '13m': [],
      ...Object.fromEntries(['16m', '22m', '1h'].map((time) => [time, [['NobodyReadsStatistics', database]]])),
    },
  ],
  [
    'somebody reads, and what is read does not arrive',
    [...read, [up, '1x19']],
    {
      '13m': [],
      ...Object.fromEntries(['16m', '22m', '1h', '23h'].map((time) => [time, [['StatisticsOutdated', database]]])),
      '26h': [['StatisticsAbsent', absent]],
    },
  ],
  ['no replica is there', [], { '4m': [], '6m': [['StatisticsAbsent', absent]], '1h': [['StatisticsAbsent', absent]] }],
  [
    'another check is switched off',
    [
      ...read,
      [leader('cache', 1), `0${days}`],
      [leader('cache', 2), `0${days}`],
      ...modes('cache', 'off'),
      [up, `1${days}`],
    ],
    { '10m': [], '1h': [] },
  ],
  [
    'two read the checks that follow',
    [
      ...read,
      [leader('cache', 1), `1${days}`],
      [leader('cache', 2), `0x9 1${days}`],
      ...modes('cache', 'leader'),
      [up, `1${days}`],
    ],
    { '9m': [], '11m': [['SeveralReadStatistics', cache]], '1h': [['SeveralReadStatistics', cache]] },
  ],
  [
    'every replica is to read',
    [
      ...read,
      [leader('cache', 1), `1${days}`],
      [leader('cache', 2), `1${days}`],
      ...modes('cache', 'all'),
      [up, `1${days}`],
    ],
    { '10m': [], '1h': [] },
  ],
  [
    'a grant is missing, which several collectors need',
    [
      ...read,
      [up, `1${days}`],
      ...['activity', 'sizes'].map((one) => grant(one, 'pg_monitor', `0${days}`)),
      ...collectors('database', ['activity', 'sizes'], `0${days}`),
    ],
    { '14m': [], '16m': [['GrantMissing', { ...database, privilege: 'pg_monitor' }]] },
  ],
  [
    'a grant is withheld, and others fail than need it',
    [
      ...read,
      [up, `1${days}`],
      grant('statements', 'pg_stat_statements', `0${days}`),
      grant('activity', 'pg_monitor', `1${days}`),
      ...collectors('database', ['statements'], `0${days}`),
      ...collectors('database', ['activity', 'locks'], `1x19 0${days}`),
    ],
    {
      '14m': [],
      '24m': [['GrantMissing', { ...database, privilege: 'pg_stat_statements' }]],
      ...Object.fromEntries(
        ['26m', '2h'].map((time) => [
          time,
          [
            ['GrantMissing', { ...database, privilege: 'pg_stat_statements' }],
            ['CollectorsFail', database],
          ],
        ]),
      ),
    },
  ],
  [
    'nobody reads, and another database is down that somebody reads',
    [
      [leader('database', 1), `1x19 0${days}`],
      [leader('cache', 1), `1x19 0${days}`],
      [leader('orders', 1), `1${days}`],
      ...['database', 'orders'].map((check) => isUp(check, 'postgres')),
      isUp('cache', 'redis'),
      [up, '1x19'],
      [cacheUp, '1x19'],
      [ordersUp, `0${days}`],
    ],
    {
      '13m': [['DependencyDown', ofOrders]],
      '16m': [
        ['DependencyDown', ofOrders],
        ['NobodyReadsStatistics', database],
        ['NobodyReadsStatistics', cache],
      ],
    },
  ],
  [
    'nobody reads a database, nor another, which is down',
    [
      [leader('database', 1), `1x19 0${days}`],
      [leader('orders', 1), `1x19 0${days}`],
      ...['database', 'orders'].map((check) => isUp(check, 'postgres')),
      [up, '1x19'],
      [ordersUp, `1x19 0${days}`],
    ],
    {
      '13m': [['DependencyDown', ofOrders]],
      '16m': [
        ['DependencyDown', ofOrders],
        ['NobodyReadsStatistics', database],
      ],
    },
  ],
  [
    'two queries are wrong',
    [
      ...read,
      [up, `1${days}`],
      ...collectors('database', ['query_x', 'query_y'], `0${days}`),
      ...collectors('database', all, `1${days}`),
    ],
    { '14m': [], '16m': [['CollectorsFail', database]] },
  ],
];

test('every alert fires in one of the cases', () => {
  const fired = cases.flatMap(([, , firing]) => Object.values(firing).flatMap((some) => some.map(([alert]) => alert)));
  expect(new Set(fired)).toEqual(new Set(alerts));
});

const asTest = ([, series, firing]: (typeof cases)[number]) => ({
  interval: '30s',
  input_series: series.map(([name, values]) => ({ series: name, values })),
  alert_rule_test: Object.entries(firing).flatMap(([time, fired]) =>
    alerts.map((alertname) => ({
      eval_time: time,
      alertname,
      exp_alerts: fired.flatMap(([alert, labels]) => (alert === alertname ? [{ exp_labels: labels }] : [])),
    })),
  ),
});
const isRight = ({ code, output }: Said): boolean => code === 0 && output.includes('SUCCESS');

let together: Said;
beforeAll(async () => {
  together = await testRules(groups, cases.map(asTest));
});

test.each(cases)('%s', async (...one) => {
  if (isRight(together)) return;
  const alone = await testRules(groups, [asTest(one)]); // one of them is wrong: is it this one?
  expect(isRight(alone), alone.output).toBe(true);
});

test('all cases together are right', () => {
  expect(isRight(together), together.output).toBe(true);
});
