// Whether the statistics of the dependencies are read, once, and arrive.
import type { Pack } from '../pack.ts';

/** Of each type, 1 while the server answers the reader. */
const ups = ['pg_up', 'redis_up', 'elasticsearch_clusterinfo_up', 'sidewarden_kms_up'];
const anyUp = (window: string): string =>
  ups.map((up) => (window === '' ? `${up}{}` : `last_over_time(${up}{}[${window}])`)).join(' or ');
/** A database is reported down, and nobody reads it: what follows it cannot be told from what does not. */
const unreadPostgres = `max by (check) (pg_up{}) == 0
  unless on (check) (sum by (check) (sidewarden_statistics_leader{}) > 0)`;
const isUnreadable = 'on (check) (check:statistics_up:max{} == 0)';

export const statistics: Pack = {
  name: 'statistics',
  about: 'whether the statistics of the dependencies are read, by one replica, and arrive',
  auto: ({ checks }) => checks.some(({ statistics }) => statistics !== 'off'),
  recordings: [{ record: 'check:statistics_up:max', expr: `max by (check) (${anyUp('')})` }],
  alerts: [
    {
      name: 'StatisticsUnreadable',
      expr: 'check:statistics_up:max{} == 0 unless on (check) (check:sidewarden_check_up:avg{} < 1)',
      for: '5m',
      severity: 'warning',
      labels: ['check'],
      summary: 'A dependency answers the checks, and not the one who reads its statistics.',
      description:
        'The checks of {{ $labels.check }} are healthy, but the connection that reads its statistics fails: its alerts and dashboards are blind. The log of the replica that reads says why.',
    },
    {
      name: 'NobodyReadsStatistics',
      expr: `sum by (check) (sidewarden_statistics_leader{}) == 0
        unless on (check) (max by (check) (sidewarden_statistics_mode{mode="off"}) == 1)
        unless on (check) (max by (check) (pg_up{}) == 0)
        unless on (check) (max by (check) (sidewarden_check_up{type!="postgres"}) and on () (${unreadPostgres}))`,
      for: '5m',
      severity: 'warning',
      labels: ['check'],
      summary: 'No replica reads the statistics of a dependency.',
      description:
        'Replicas run, and none of them leads for {{ $labels.check }}: its alerts and dashboards are blind. Look in the log of a replica for what it says of the election at PostgreSQL.',
    },
    {
      name: 'SeveralReadStatistics',
      expr: `sum by (check) (sidewarden_statistics_leader{}) > 1
        unless on (check) (max by (check) (sidewarden_statistics_mode{mode="all"}) == 1)`,
      for: '5m',
      severity: 'warning',
      labels: ['check'],
      summary: 'Several replicas read the statistics of one dependency.',
      description:
        '{{ $value }} replicas read {{ $labels.check }}; its counters can seem to go back. The URL leads to several servers, or a replica is cut off from the database where they elect.',
    },
    {
      name: 'StatisticsMissing',
      expr: `max by (check) (sidewarden_statistics_leader{}) == 1
        unless on (check) max by (check) (${anyUp('3m')})`,
      for: '5m',
      severity: 'warning',
      labels: ['check'],
      summary: 'Statistics are read, and do not arrive in Prometheus.',
      description:
        'A replica reads the statistics of {{ $labels.check }}, and Prometheus has none of the last 3 minutes: its alerts and dashboards are blind. Look at the targets of the job that scrapes /metrics/statistics; a clock that is wrong makes Prometheus drop the samples.',
    },
    {
      name: 'CollectorsFail',
      // On another replica the series have another instance: what is gone counts for five minutes, so that no takeover ends the alert.
      expr: `count by (check) (
          max by (check, collector) (last_over_time(sidewarden_collector_up{}[5m])) == 0
          unless on (check, collector) (min by (check, collector) (last_over_time(sidewarden_statistics_privilege{}[5m])) == 0)
        ) unless ${isUnreadable}`,
      for: '15m',
      severity: 'warning',
      labels: ['check'],
      summary: 'Some statistics of a dependency cannot be read, though it answers.',
      description:
        '{{ $value }} collectors of {{ $labels.check }} fail. sidewarden_collector_up says which, the log of the replica that reads why.',
    },
    {
      name: 'GrantMissing',
      expr: `min by (check, privilege) (last_over_time(sidewarden_statistics_privilege{}[5m])) == 0 unless ${isUnreadable}`,
      for: '15m',
      severity: 'info',
      labels: ['check', 'privilege'],
      summary: 'A grant is missing that some statistics need.',
      description:
        'The user of {{ $labels.check }} lacks {{ $labels.privilege }}. The log of the replica that reads has the statement to run. Disable this alert where the grant is withheld on purpose.',
    },
    {
      name: 'StatisticsCut',
      // The largest tables and indexes alone are looked at for bloat: there are always more.
      expr: 'sum by (check, collector) (increase(sidewarden_collector_cut_total{collector!~"bloat_.*"}[30m])) > $threshold',
      threshold: { value: 0, least: 0, most: 1_000_000_000, unit: 'rows and series in 30 minutes' },
      for: '30m',
      severity: 'info',
      labels: ['check', 'collector'],
      summary: 'There are more statistics than a cap lets through.',
      description:
        'The collector {{ $labels.collector }} of {{ $labels.check }} left out {{ $value | humanize }} rows or series within 30 minutes. The page of its type says which cap it has.',
    },
  ],
};
