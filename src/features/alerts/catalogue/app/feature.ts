// Alerts on the way of the metrics themselves: the page, StatsD, and the scrape of both. They have no preset.
import type { Alert } from '../../pack.ts';

/** The app's settings have the part. */
const has =
  (part: 'metrics' | 'statsd'): NonNullable<Alert['when']> =>
  (facts) => {
    const settings = facts.settingsOf('app');
    return typeof settings === 'object' && settings !== null && Reflect.get(settings, part) !== undefined;
  };
const packets = 'sum by () (increase(sidewarden_app_statsd_packets_total{transport="udp"}[10m]))';
const lost = (family: string): string => `sum by () (increase(sidewarden_app_statsd_${family}{}[10m]))`;

export const featureAlerts = [
  {
    name: 'AppMetricsMissing',
    // A replica is there, and what it should show of the service is not.
    expr: 'max by () (up{}) == 1 unless on () (max by () (scrape_samples_post_metric_relabeling{job="app"}) > 0)',
    for: '15m',
    severity: 'warning',
    labels: [],
    summary: 'Prometheus has no metrics of the service: the alerts on it cannot fire.',
    description:
      'No scrape of /metrics/app has a sample. Look at the targets of Prometheus, then at what a pod says: `kubectl exec POD -c sidewarden -- sidewarden healthcheck /metrics/app`.',
  },
  {
    name: 'AppPageDown',
    expr: 'avg by () (sidewarden_app_up{}) < 1',
    for: '10m',
    severity: 'warning',
    when: has('metrics'),
    labels: [],
    summary: 'The page of metrics of the service cannot be read.',
    description:
      '{{ $value | humanizePercentage }} of the replicas can read the page of the service beside them. sum by (instance, class) (increase(sidewarden_app_scrape_failures_total[10m])) says which cannot and how it fails.',
  },
  {
    name: 'AppPageLinesDropped',
    despite: true,
    expr: 'sum by (reason) (increase(sidewarden_app_scrape_dropped_total{}[15m])) > 0',
    for: '15m',
    severity: 'warning',
    when: has('metrics'),
    labels: ['reason'],
    summary: 'Lines of the page of the service are left out.',
    description:
      '{{ $value | printf "%.0f" }} lines of the page were left out within 15 minutes ({{ $labels.reason }}): what they say is missing in every alert and board. The log of Sidewarden has the number of the first line.',
  },
  {
    name: 'AppStatsdDown',
    despite: true,
    expr: 'avg by () (sidewarden_app_statsd_up{}) < 1',
    for: '5m',
    severity: 'warning',
    when: has('statsd'),
    labels: [],
    summary: 'StatsD packets are not received.',
    description:
      '{{ $value | humanizePercentage }} of the replicas listen on every address of app.statsd.listen. Another process has the port; the log of Sidewarden says which address.',
  },
  {
    name: 'AppStatsdSilent',
    expr: 'sum by () (increase(sidewarden_app_statsd_lines_total{}[30m])) == 0',
    for: '30m',
    severity: 'info',
    when: has('statsd'),
    labels: [],
    summary: 'The service has sent no StatsD line for an hour.',
    description:
      'Either nobody uses the service or its StatsD client sends to another address: compare it with app.statsd.listen.',
  },
  {
    name: 'AppStatsdLinesRejected',
    despite: true,
    // What a mapping drops, and what only Datadog takes, is left out on purpose.
    expr: `sum by (reason) (increase(sidewarden_app_statsd_rejected_total{reason!~"dropped|event|service_check"}[15m]))
      > $threshold`,
    threshold: { value: 10, least: 0, most: 1_000_000_000, unit: 'lines in 15 minutes' },
    for: '15m',
    severity: 'warning',
    when: has('statsd'),
    labels: ['reason'],
    summary: 'StatsD lines of the service do not count.',
    description:
      '{{ $value | printf "%.0f" }} lines within 15 minutes did not count ({{ $labels.reason }}). The log of Sidewarden says the first name of each reason.',
  },
  {
    name: 'AppStatsdOverflow',
    despite: true,
    expr: 'sum by () (increase(sidewarden_app_statsd_overflow_total{}[15m])) > 0',
    for: '15m',
    severity: 'warning',
    when: has('statsd'),
    labels: [],
    summary: 'StatsD metrics have too many series: values lose their labels.',
    description:
      '{{ $value | printf "%.0f" }} values within 15 minutes were counted under __other__. A tag has ever new values: find it by the number of series of each metric.',
  },
  {
    name: 'AppStatsdPacketsLost',
    expr: `(${lost('kernel_drops_total')} + ${lost('dropped_packets_total')}) / (${packets} > 0) > $threshold`,
    threshold: { value: 0.01, least: 0.0001, most: 0.99, unit: 'ratio' },
    for: '10m',
    severity: 'warning',
    when: has('statsd'),
    labels: [],
    summary: 'StatsD packets are lost: counters of the service are too low.',
    description:
      'The packets that are lost are {{ $value | humanizePercentage }} of those received. The service sends faster than they are counted: more lines in a packet, a sample rate, or more CPU for Sidewarden.',
  },
] as const satisfies readonly Alert[];
