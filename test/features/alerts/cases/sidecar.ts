// The alerts on the replicas themselves, each quiet, loud, and quiet again.
import { type Case, counter, gauge, type Line, onlyIn, steady } from '../case.ts';

const of = (family: string, pod: number, labels = ''): string =>
  `${family}{instance="shop-${pod}:9090",pod="shop-${pod}"${labels}}`;
/** The first replica changes, the second does not. */
const first = (family: string, quiet: number, loud: number, labels = ''): readonly Line[] => [
  gauge(of(family, 1, labels), quiet, loud),
  steady(of(family, 2, labels), quiet),
];
const page = (alertname: string, severity: string): Line =>
  steady(`ALERTS{alertname="${alertname}",alertstate="firing",severity="${severity}"}`, 1);
const shop1 = [{ instance: 'shop-1:9090', pod: 'shop-1' }];
const requests = (code: string, quiet: number, loud: number, route = '/health/ready'): Line =>
  counter(of('sidewarden_http_requests_total', 1, `,route="${route}",code="${code}"`), quiet, loud);
/** Of 1000 requests a minute so many take longer than a second. */
const late = (route: string, quiet: number, loud: number): readonly Line[] => [
  counter(
    of('sidewarden_http_request_duration_seconds_bucket', 1, `,route="${route}",le="1"`),
    1000 - quiet,
    1000 - loud,
  ),
  counter(of('sidewarden_http_request_duration_seconds_count', 1, `,route="${route}"`), 1000, 1000),
];

export const cases: readonly Case[] = [
  {
    alert: 'SidecarAbsent',
    lines: [1, 2].map((pod) => gauge(of('up', pod), 1, 0)),
    quiet: 5,
    fires: [{}],
    says: 'Either no pod of the service runs, or Prometheus does not find or reach any. Look for the pods first, then at the targets of Prometheus.',
  },
  {
    alert: 'SidecarAbsent',
    shows: 'no target is left',
    lines: [onlyIn('quiet', steady(of('up', 1), 1))],
    quiet: 5,
    fires: [{}],
    delay: 5,
    says: 'Either no pod of the service runs, or Prometheus does not find or reach any. Look for the pods first, then at the targets of Prometheus.',
  },
  { alert: 'SidecarAbsent', shows: 'one of two is there', lines: first('up', 1, 0), quiet: 5 },
  {
    alert: 'SidecarAbsent',
    shows: 'all of a namespace, while another has some',
    lines: [
      gauge('up{namespace="prod",instance="shop-1:9090"}', 1, 0),
      steady('up{namespace="staging",instance="shop-2:9090"}', 1),
    ],
    quiet: 5,
    fires: [{ namespace: 'prod' }],
    says: 'Either no pod of the service runs, or Prometheus does not find or reach any. Look for the pods first, then at the targets of Prometheus.',
  },
  {
    alert: 'SidecarAbsent',
    shows: 'there never was any',
    lines: [onlyIn('loud', steady('up{instance="nobody"}', 0))],
    quiet: 1,
    delay: -1,
    calm: 'never',
    fires: [{}],
    says: 'Either no pod of the service runs, or Prometheus does not find or reach any. Look for the pods first, then at the targets of Prometheus.',
  },
  {
    alert: 'SidecarDown',
    lines: first('up', 1, 0),
    fires: shop1,
    says: 'Prometheus gets no answer from shop-1:9090: nothing is known of the dependencies as that pod sees them. Look whether the pod runs, and at the error that Prometheus shows for the target.',
  },
  {
    alert: 'SidecarDown',
    shows: 'none is there, which is told',
    lines: [1, 2].map((pod) => gauge(of('up', pod), 1, 0)),
  },
  {
    alert: 'SidecarStuck',
    lines: first('sidewarden_live', 1, 0),
    fires: shop1,
    says: 'shop-1:9090 runs its checks late, or not at all; what it says is old. It has too little CPU, or its node hangs. Kubernetes restarts it by its livenessProbe.',
  },
  {
    alert: 'ServiceNotReady',
    lines: [
      ...[gauge(of('sidewarden_ready', 1), 1, 0), steady(of('sidewarden_ready', 2), 0)],
      ...[gauge(of('sidewarden_draining', 1), 0, 1), gauge(of('sidewarden_draining', 2), 0, 1)],
      // The older one has run for a little more than five minutes at the change.
      ...[
        steady(of('sidewarden_process_start_time_seconds', 1), 295),
        steady(of('sidewarden_process_start_time_seconds', 2), 500),
      ],
      page('DependencyDown', 'warning'),
    ],
    quiet: 10,
    fires: [{}],
    says: 'Kubernetes sends no requests to any pod. Either all of them drain, or each has another check that is down, or one that is not required has the gate ready: the body of /health/ready says the reason and the checks, pod by pod.',
  },
  { alert: 'ServiceNotReady', shows: 'one of two is ready', lines: first('sidewarden_ready', 1, 0) },
  {
    alert: 'ServiceNotReady',
    shows: 'a page tells why',
    lines: [gauge(of('sidewarden_ready', 1), 1, 0), page('AppDown', 'critical')],
  },
  {
    alert: 'ServiceNotReady',
    shows: 'the only one is not ready five minutes after its start',
    lines: [steady(of('sidewarden_ready', 1), 0), steady(of('sidewarden_process_start_time_seconds', 1), 270)],
    quiet: 10,
    calm: 'never',
    fires: [{}],
    says: 'Kubernetes sends no requests to any pod. Either all of them drain, or each has another check that is down, or one that is not required has the gate ready: the body of /health/ready says the reason and the checks, pod by pod.',
  },
  {
    alert: 'ServiceNotReady',
    shows: 'somebody drains the only one',
    lines: [gauge(of('sidewarden_ready', 1), 1, 0), gauge(of('sidewarden_draining', 1), 0, 1)],
  },
  {
    alert: 'ServiceNotReady',
    shows: 'the only one has just started',
    lines: [gauge(of('sidewarden_ready', 1), 1, 0), gauge(of('sidewarden_process_start_time_seconds', 1), 0, 20 * 60)],
    quiet: 20,
    calm: 1,
  },
  {
    alert: 'DrainForgotten',
    lines: first('sidewarden_draining', 0, 1),
    fires: shop1,
    says: 'shop-1:9090 has been out of service for an hour. `sidewarden drain --undo` on the pod brings it back; so does a restart.',
  },
  {
    alert: 'SidecarRestarting',
    // Each minute another start; one each 30 minutes is quiet.
    lines: [
      {
        series: of('sidewarden_process_start_time_seconds', 1),
        course: { kind: 'starts', quiet: 30, loud: 1 },
      },
      steady(of('sidewarden_process_start_time_seconds', 2), 1000),
    ],
    quiet: 75,
    delay: 0,
    calm: 70,
    fires: shop1,
    says: 'shop-1:9090 was restarted 3 times within an hour. The end of its last log says why; without a last word it was killed, for memory or by its livenessProbe.',
  },
  {
    alert: 'SidecarEventLoopLag',
    lines: first('sidewarden_nodejs_eventloop_lag_max_seconds', 0.47, 0.53),
    fires: shop1,
    says: 'The event loop of shop-1:9090 stands still for up to 530ms at a time, so its checks are inconclusive. A CPU limit on the container is the usual cause.',
  },
  {
    alert: 'SidecarMemoryHigh',
    lines: first('sidewarden_process_resident_memory_bytes', 140 * 2 ** 20, 150 * 2 ** 20),
    fires: shop1,
    says: 'shop-1:9090 has 150MiB resident; some 50 MiB of it are shared pages, which the limit of the manifests (160 MiB) does not count. A large page of the service or many StatsD series are the usual cause.',
  },
  {
    alert: 'SidecarFileDescriptorsHigh',
    lines: first('sidewarden_process_open_fds', 670, 730),
    fires: shop1,
    says: 'shop-1:9090 has 730 file descriptors open; max_connections (512) and the checks explain fewer. Look who keeps connections to its port.',
  },
  {
    alert: 'SidecarCardinalityHigh',
    lines: first('scrape_samples_post_metric_relabeling', 4700, 5300),
    fires: shop1,
    says: 'Each scrape of shop-1:9090 stores 5300 samples. `sidewarden check-config --replicas N` says how many to expect.',
  },
  {
    alert: 'SidecarAnswersErrors',
    shows: 'the first one ever',
    lines: [
      onlyIn('loud', steady(of('sidewarden_http_requests_total', 1, ',route="/metrics",code="500"'), 1)),
      // Another code there, and the same one elsewhere, are long known.
      ...[requests('504', 0, 0, '/metrics'), requests('500', 0, 0)],
    ],
    calm: 15,
    fires: [{ route: '/metrics', code: '500' }],
    says: '1 requests for /metrics were answered with 500 within 10 minutes. Its log says why.',
  },
  {
    alert: 'SidecarAnswersErrors',
    lines: [requests('500', 0, 5), requests('503', 5, 5), requests('200', 60, 60), requests('500', 0, 0, '/metrics')],
    calm: 15,
    fires: [{ route: '/health/ready', code: '500' }],
    says: '5 requests for /health/ready were answered with 500 within 10 minutes. Its log says why.',
  },
  {
    alert: 'SidecarAnswersSlowly',
    lines: [...late('/health/live', 9, 11), ...late('/health/ready', 0, 0), ...late('/metrics', 500, 500)],
    delay: 2,
    fires: [{ route: '/health/live' }],
    says: '1.1% of the requests for /health/live take longer than 1 s, and the kubelet waits no longer unless timeoutSeconds says so. Too little CPU is the usual cause.',
  },
  {
    alert: 'ConfigReloadFailed',
    lines: [...first('sidewarden_config_last_reload_successful', 1, 0)],
    fires: [{}],
    says: '1 replicas could not take over what their file says. `sidewarden check-config` and the log say every mistake with its line. A new pod has no other configuration, and does not start.',
  },
  {
    alert: 'TlsReloadFailed',
    lines: [...first('sidewarden_tls_last_reload_successful', 1, 0)],
    fires: [{}],
    says: '1 replicas go on with the certificate that they read before, until it ends. The log says which file is wrong, and what.',
  },
  {
    alert: 'SidecarSinkErrors',
    lines: [
      counter(of('sidewarden_sink_errors_total', 1, ',sink="log"'), 0, 5),
      counter(of('sidewarden_sink_errors_total', 1, ',sink="metrics"'), 0, 0),
    ],
    calm: 20,
    fires: [{ sink: 'log' }],
    says: '5 observations were lost on the way to the log within 15 minutes. Look whether somebody reads its standard output, and whether the disk of the node is full.',
  },
  {
    alert: 'SidecarVersionsDiffer',
    lines: [
      steady(of('sidewarden_build_info', 1, ',version="1.2.3"'), 1),
      steady(of('sidewarden_build_info', 3, ',version="1.2.3"'), 1),
      onlyIn('loud', steady(of('sidewarden_build_info', 2, ',version="1.2.4"'), 1)),
    ],
    fires: [{}],
    says: '2 versions run at the same time. A rollout that never ended is the usual cause.',
  },
];
