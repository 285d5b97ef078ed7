// The alerts on the reading of statistics, each quiet, loud, and quiet again.
import { type Case, counter, gauge, type Line, onlyIn, steady } from '../case.ts';

const up = (check: string, quiet: number, loud: number, family = 'pg_up'): Line =>
  gauge(`${family}{check="${check}",instance="${check}:5432"}`, quiet, loud);
const checkUp = (check: string, type: string, quiet: number, loud: number): Line =>
  gauge(`sidewarden_check_up{check="${check}",type="${type}",instance="shop-2:9090"}`, quiet, loud);
const leads = (check: string, pod: number, quiet: number, loud: number): Line =>
  gauge(`sidewarden_statistics_leader{check="${check}",instance="shop-${pod}:9090"}`, quiet, loud);
const mode = (check: string, name: string): Line =>
  steady(`sidewarden_statistics_mode{check="${check}",mode="${name}",instance="shop-1:9090"}`, 1);
const collector = (check: string, name: string, quiet: number, loud: number): Line =>
  gauge(`sidewarden_collector_up{check="${check}",collector="${name}",instance="shop-1:9090"}`, quiet, loud);
const grant = (check: string, of: string, privilege: string, quiet: number, loud: number): Line =>
  gauge(
    `sidewarden_statistics_privilege{check="${check}",collector="${of}",privilege="${privilege}",instance="shop-1:9090"}`,
    quiet,
    loud,
  );
const cut = (check: string, name: string, quiet: number, loud: number): Line =>
  counter(`sidewarden_collector_cut_total{check="${check}",collector="${name}",instance="shop-1:9090"}`, quiet, loud);
const database = [{ check: 'database' }];
const cache = [{ check: 'cache' }];

const unreadable = (check: string): string =>
  `The checks of ${check} are healthy, but the connection that reads its statistics fails: its alerts and dashboards are blind. The log of the replica that reads says why.`;
const missing = (check: string): string =>
  `A replica reads the statistics of ${check}, and Prometheus has none of the last 3 minutes: its alerts and dashboards are blind. Look at the targets of the job that scrapes /metrics/statistics; a clock that is wrong makes Prometheus drop the samples.`;
const nobody = (check: string): string =>
  `Replicas run, and none of them leads for ${check}: its alerts and dashboards are blind. Look in the log of a replica for what it says of the election at PostgreSQL.`;

export const cases: readonly Case[] = [
  ...(
    [
      ['pg_up', 'postgres'],
      ['redis_up', 'redis'],
      ['elasticsearch_clusterinfo_up', 'elasticsearch'],
      ['sidewarden_kms_up', 'kms'],
    ] as const
  ).flatMap(([family, type]): Case[] => [
    {
      alert: 'StatisticsUnreadable',
      shows: family,
      lines: [
        ...[up('one', 1, 0, family), checkUp('one', type, 1, 1), up('two', 1, 1, family), checkUp('two', type, 1, 1)],
        // Another one is down as the checks see it.
        checkUp('three', type, 0, 0),
      ],
      fires: [{ check: 'one' }],
      says: unreadable('one'),
    },
    {
      alert: 'StatisticsMissing',
      shows: family,
      lines: [
        onlyIn('quiet', up('one', 1, 1, family)),
        ...[leads('one', 1, 1, 1), leads('one', 2, 0, 0)],
        ...[up('two', 1, 1, family), leads('two', 1, 1, 1)],
      ],
      delay: 3,
      fires: [{ check: 'one' }],
      says: missing('one'),
    },
  ]),
  {
    alert: 'StatisticsUnreadable',
    shows: 'the check fails on a replica too, which is told',
    lines: [
      up('database', 1, 0),
      ...Array.from({ length: 9 }, (_, pod) =>
        gauge(
          `sidewarden_check_up{check="database",type="postgres",instance="shop-${pod}:9090"}`,
          1,
          pod === 0 ? 0 : 1,
        ),
      ),
    ],
  },
  {
    alert: 'StatisticsMissing',
    shows: 'nobody leads, which is told',
    lines: [onlyIn('quiet', up('database', 1, 1)), leads('database', 1, 1, 0), leads('database', 2, 0, 0)],
  },
  {
    alert: 'NobodyReadsStatistics',
    lines: [
      ...[leads('database', 1, 1, 0), leads('database', 2, 0, 0), mode('database', 'leader'), up('database', 1, 1)],
      ...[leads('orders', 1, 1, 1), leads('orders', 2, 0, 0), mode('orders', 'leader'), up('orders', 1, 1)],
      // Of another one they are not wanted.
      mode('search', 'off'),
    ],
    fires: database,
    says: nobody('database'),
  },
  {
    alert: 'NobodyReadsStatistics',
    shows: 'it is off',
    lines: [leads('database', 1, 1, 0), mode('database', 'off')],
  },
  {
    alert: 'NobodyReadsStatistics',
    shows: 'the database is down, which is told',
    lines: [leads('database', 1, 1, 0), mode('database', 'leader'), up('database', 1, 0)],
  },
  {
    alert: 'NobodyReadsStatistics',
    shows: 'a cache, while nobody reads the database that is down',
    lines: [
      ...[leads('cache', 1, 1, 0), mode('cache', 'leader'), checkUp('cache', 'redis', 1, 1)],
      ...[leads('database', 1, 1, 0), mode('database', 'leader'), up('database', 1, 0)],
      ...[checkUp('database', 'postgres', 1, 0), leads('search', 1, 1, 1)],
    ],
  },
  {
    alert: 'NobodyReadsStatistics',
    shows: 'a cache, while somebody reads the database that is down',
    lines: [
      ...[leads('cache', 1, 1, 0), mode('cache', 'leader'), checkUp('cache', 'redis', 1, 1)],
      ...[leads('database', 1, 1, 1), mode('database', 'leader'), up('database', 1, 0)],
      checkUp('database', 'postgres', 1, 0),
    ],
    fires: cache,
    says: nobody('cache'),
  },
  {
    alert: 'NobodyReadsStatistics',
    shows: 'a database, while another one is down that nobody reads',
    lines: [
      ...[leads('database', 1, 1, 0), mode('database', 'leader'), checkUp('database', 'postgres', 1, 1)],
      ...[leads('orders', 1, 1, 0), mode('orders', 'leader'), up('orders', 1, 0), checkUp('orders', 'postgres', 1, 0)],
      checkUp('cache', 'redis', 1, 1),
    ],
    fires: database,
    says: nobody('database'),
  },
  {
    alert: 'SeveralReadStatistics',
    lines: [
      ...[leads('cache', 1, 1, 1), leads('cache', 2, 0, 1), mode('cache', 'leader')],
      ...[leads('search', 1, 1, 1), leads('search', 2, 1, 1), mode('search', 'all')],
      ...[leads('database', 1, 1, 1), leads('database', 2, 0, 0), mode('database', 'leader')],
    ],
    fires: cache,
    says: '2 replicas read cache; its counters can seem to go back. The URL leads to several servers, or a replica is cut off from the database where they elect.',
  },
  {
    alert: 'CollectorsFail',
    lines: [
      ...[collector('database', 'locks', 1, 0), collector('database', 'sizes', 1, 0), up('database', 1, 1)],
      ...[collector('cache', 'info', 1, 1), collector('cache', 'slowlog', 1, 1), up('cache', 1, 1, 'redis_up')],
      ...[collector('database', 'wal', 1, 0), grant('database', 'wal', 'pg_monitor', 1, 0)],
      // Another server lacks a grant, and one does not answer.
      ...[grant('cache', 'locks', 'info', 0, 0), up('orders', 0, 0)],
    ],
    fires: database,
    says: '2 collectors of database fail. sidewarden_collector_up says which, the log of the replica that reads why.',
  },
  {
    alert: 'CollectorsFail',
    shows: 'the server does not answer, which is told',
    lines: [collector('database', 'locks', 1, 0), up('database', 1, 0)],
  },
  {
    alert: 'GrantMissing',
    lines: [
      ...[grant('database', 'wal', 'pg_monitor', 1, 0), grant('database', 'sizes', 'pg_monitor', 1, 0)],
      ...[grant('orders', 'wal', 'pg_monitor', 1, 1), up('database', 1, 1), up('orders', 1, 1)],
      ...[grant('database', 'statements', 'pg_stat_statements', 1, 1), up('cache', 0, 0, 'redis_up')],
    ],
    fires: [{ check: 'database', privilege: 'pg_monitor' }],
    says: 'The user of database lacks pg_monitor. The log of the replica that reads has the statement to run. Disable this alert where the grant is withheld on purpose.',
  },
  {
    alert: 'GrantMissing',
    shows: 'the server does not answer, which is told',
    lines: [grant('database', 'wal', 'pg_monitor', 1, 0), up('database', 1, 0)],
  },
  {
    alert: 'StatisticsCut',
    lines: [
      cut('database', 'tables', 0, 5),
      cut('database', 'locks', 0, 0),
      cut('cache', 'tables', 0, 0),
      cut('database', 'bloat_tables', 0, 5),
    ],
    quiet: 35,
    calm: 35,
    fires: [{ check: 'database', collector: 'tables' }],
    says: 'The collector tables of database left out 150 rows or series within 30 minutes. The page of its type says which cap it has.',
  },
];
