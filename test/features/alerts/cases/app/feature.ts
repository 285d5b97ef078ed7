// The alerts on the way of the metrics themselves, each quiet, loud, and quiet again.
import { type Case, counter, gauge, type Line, onlyIn, steady } from '../../case.ts';
import { down } from './series.ts';

const own = (family: string, labels = '', pod = 1): string =>
  `sidewarden_app_${family}{${labels === '' ? '' : `${labels},`}instance="shop-${pod}:9090"}`;
const samples = (pod: number): string => `scrape_samples_post_metric_relabeling{job="app",instance="shop-${pod}:9090"}`;
/** The first replica of seven changes. */
const oneOf = (family: string): readonly Line[] => [
  gauge(own(family, '', 1), 1, 0),
  ...[2, 3, 4, 5, 6, 7].map((pod) => steady(own(family, '', pod), 1)),
];
const packets: readonly Line[] = [
  counter(own('statsd_packets_total', 'transport="udp"'), 1000, 1000),
  counter(own('statsd_packets_total', 'transport="http"'), 1000, 1000),
];

export const featureCases: readonly Case[] = [
  {
    alert: 'AppMetricsMissing',
    lines: [...[1, 2].map((pod) => gauge(samples(pod), 70, 0)), steady('up{instance="shop-1:9090"}', 1)],
    fires: [{}],
    says: 'No scrape of /metrics/app has a sample. Look at the targets of Prometheus, then at what a pod says: `kubectl exec POD -c sidewarden -- sidewarden healthcheck /metrics/app`.',
  },
  {
    alert: 'AppMetricsMissing',
    shows: 'no target is left',
    lines: [
      onlyIn('quiet', steady(samples(1), 70)),
      steady('scrape_samples_post_metric_relabeling{instance="shop-1:9090"}', 300),
      steady('up{instance="shop-1:9090"}', 1),
    ],
    delay: 5,
    fires: [{}],
    says: 'No scrape of /metrics/app has a sample. Look at the targets of Prometheus, then at what a pod says: `kubectl exec POD -c sidewarden -- sidewarden healthcheck /metrics/app`.',
  },
  {
    alert: 'AppMetricsMissing',
    shows: 'one of two has samples',
    lines: [gauge(samples(1), 70, 0), steady(samples(2), 70), steady('up{instance="shop-1:9090"}', 1)],
  },
  {
    alert: 'AppMetricsMissing',
    shows: 'no replica is there, which is told',
    lines: [gauge(samples(1), 70, 0), gauge('up{instance="shop-1:9090"}', 1, 0)],
  },
  {
    alert: 'AppPageDown',
    lines: oneOf('up'),
    fires: [{}],
    says: '85.71% of the replicas can read the page of the service beside them. sum by (instance, class) (increase(sidewarden_app_scrape_failures_total[10m])) says which cannot and how it fails.',
  },
  { alert: 'AppPageDown', shows: 'the service itself is down', lines: [...oneOf('up'), ...down] },
  {
    alert: 'AppPageLinesDropped',
    shows: 'what else is down does not matter',
    lines: [
      counter(own('scrape_dropped_total', 'reason="bad_line"', 1), 0, 4),
      counter(own('scrape_dropped_total', 'reason="bad_line"', 2), 0, 4),
      counter(own('scrape_dropped_total', 'reason="too_many"'), 0, 0),
      ...down,
    ],
    calm: 20,
    fires: [{ reason: 'bad_line' }],
    says: '120 lines of the page were left out within 15 minutes (bad_line): what they say is missing in every alert and board. The log of Sidewarden has the number of the first line.',
  },
  {
    alert: 'AppStatsdDown',
    shows: 'what else is down does not matter',
    lines: [...oneOf('statsd_up'), ...down],
    fires: [{}],
    says: '85.71% of the replicas listen on every address of app.statsd.listen. Another process has the port; the log of Sidewarden says which address.',
  },
  {
    alert: 'AppStatsdSilent',
    lines: [counter(own('statsd_lines_total', '', 1), 20, 0), counter(own('statsd_lines_total', '', 2), 0, 0)],
    delay: 29,
    fires: [{}],
    says: 'Either nobody uses the service or its StatsD client sends to another address: compare it with app.statsd.listen.',
  },
  {
    alert: 'AppStatsdLinesRejected',
    shows: 'what is left out on purpose does not count, and what else is down does not matter',
    lines: [
      counter(own('statsd_rejected_total', 'reason="wrong_type"', 1), 0.3, 0.3495),
      counter(own('statsd_rejected_total', 'reason="wrong_type"', 2), 0.32, 0.3495),
      counter(own('statsd_rejected_total', 'reason="bad_line"'), 0.62, 0.62),
      ...['dropped', 'event', 'service_check'].map((reason) =>
        counter(own('statsd_rejected_total', `reason="${reason}"`), 50, 50),
      ),
      ...down,
    ],
    delay: 8,
    calm: 20,
    fires: [{ reason: 'wrong_type' }],
    says: '10 lines within 15 minutes did not count (wrong_type). The log of Sidewarden says the first name of each reason.',
  },
  {
    alert: 'AppStatsdOverflow',
    shows: 'what else is down does not matter',
    lines: [counter(own('statsd_overflow_total'), 0, 3), ...down],
    calm: 20,
    fires: [{}],
    says: '45 values within 15 minutes were counted under __other__. A tag has ever new values: find it by the number of series of each metric.',
  },
  {
    alert: 'AppStatsdPacketsLost',
    lines: [
      ...packets,
      counter(own('statsd_kernel_drops_total'), 4.5, 5.325),
      counter(own('statsd_dropped_packets_total'), 4.6, 5.325),
    ],
    delay: 5,
    calm: 15,
    fires: [{}],
    says: 'The packets that are lost are 1.065% of those received. The service sends faster than they are counted: more lines in a packet, a sample rate, or more CPU for Sidewarden.',
  },
];
