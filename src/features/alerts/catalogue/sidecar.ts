// What the replicas of Sidewarden say of themselves: the second half of the pack `probes`.
import type { Alert, Recording } from '../pack.ts';
import { checkIsOut } from './out.ts';

/** A replica is named by the scrape; `pod` is there in Kubernetes alone. */
const replica = ['instance', 'pod'];
const named = '{{ $labels.instance }}';
/** Some replica is there: where none is, SidecarAbsent tells of it alone. */
const someReplicaIsThere = 'on () (max by () (up{}) == 1)';

export const sidecarRecordings: readonly Recording[] = [
  {
    record: 'route:sidewarden_http_requests_slower_1s:ratio_rate5m',
    expr: `1 - sum by (route) (rate(sidewarden_http_request_duration_seconds_bucket{le=~"1(\\\\.0)?"}[5m]))
      / (sum by (route) (rate(sidewarden_http_request_duration_seconds_count{}[5m])) > 0)`,
  },
];

/** 503 is an answer: not ready, not alive. */
const ownErrors = 'sidewarden_http_requests_total{code=~"5..", code!="503"}';

export const sidecarAlerts: readonly Alert[] = [
  {
    name: 'SidecarAbsent',
    // Where a replica was within hours, its labels say whose; where none ever was, nothing has labels.
    expr: `(max by () (max_over_time(up{}[6h])) == 1 unless on () (max by () (up{}) == 1))
      or absent(max_over_time(up{}[6h]) == 1)`,
    for: '5m',
    severity: 'critical',
    absent: true,
    labels: [],
    summary: 'No replica of Sidewarden can be scraped: nobody knows how the service is.',
    description:
      'Either no pod of the service runs, or Prometheus does not find or reach any. Look for the pods first, then at the targets of Prometheus.',
  },
  {
    name: 'SidecarDown',
    expr: `max by (instance, pod) (up{}) == 0 and ${someReplicaIsThere}`,
    for: '5m',
    severity: 'warning',
    labels: replica,
    summary: 'A replica of Sidewarden cannot be scraped, others can.',
    description: `Prometheus gets no answer from ${named}: nothing is known of the dependencies as that pod sees them. Look whether the pod runs, and at the error that Prometheus shows for the target.`,
  },
  {
    name: 'SidecarStuck',
    expr: 'min by (instance, pod) (sidewarden_live{}) == 0',
    for: '1m',
    severity: 'warning',
    labels: replica,
    summary: 'The scheduler of a replica of Sidewarden is late.',
    description: `${named} runs its checks late, or not at all; what it says is old. It has too little CPU, or its node hangs. Kubernetes restarts it by its livenessProbe.`,
  },
  {
    name: 'ServiceNotReady',
    // After AppDown. All that have just started are not meant, nor the only one, which somebody drains.
    expr: `max by () (sidewarden_ready{}) == 0 unless ${checkIsOut}
      unless on () (max by () (time() - sidewarden_process_start_time_seconds{}) < 300)
      unless on () (min by () (sidewarden_draining{}) == 1 and on () (count by () (sidewarden_draining{}) == 1))`,
    for: '4m',
    severity: 'critical',
    labels: [],
    summary: 'No replica is ready, and no required check is down.',
    description:
      'Kubernetes sends no requests to any pod. Either all of them drain, or each has another check that is down, or one that is not required has the gate ready: the body of /health/ready says the reason and the checks, pod by pod.',
  },
  {
    name: 'DrainForgotten',
    expr: 'min by (instance, pod) (sidewarden_draining{}) == 1',
    for: '1h',
    severity: 'warning',
    labels: replica,
    summary: 'A replica is drained, and nobody has undone it.',
    description: `${named} has been out of service for an hour. \`sidewarden drain --undo\` on the pod brings it back; so does a restart.`,
  },
  {
    name: 'SidecarRestarting',
    expr: 'max by (instance, pod) (changes(sidewarden_process_start_time_seconds{}[1h])) > $threshold',
    threshold: { value: 2, least: 0, most: 100, unit: 'restarts in an hour' },
    for: '0s',
    severity: 'warning',
    labels: replica,
    summary: 'A replica of Sidewarden restarts again and again.',
    description: `${named} was restarted {{ $value }} times within an hour. The end of its last log says why; without a last word it was killed, for memory or by its livenessProbe.`,
  },
  {
    name: 'SidecarEventLoopLag',
    expr: 'max by (instance, pod) (sidewarden_nodejs_eventloop_lag_max_seconds{}) > $threshold',
    threshold: { value: 0.5, least: 0.01, most: 60, unit: 'seconds' },
    for: '10m',
    severity: 'warning',
    labels: replica,
    summary: 'A replica of Sidewarden is slowed down.',
    description: `The event loop of ${named} stands still for up to {{ $value | humanizeDuration }} at a time, so its checks are inconclusive. A CPU limit on the container is the usual cause.`,
  },
  {
    name: 'SidecarMemoryHigh',
    expr: 'max by (instance, pod) (sidewarden_process_resident_memory_bytes{}) > $threshold',
    threshold: { value: 144 * 2 ** 20, least: 32 * 2 ** 20, most: 2 ** 34, unit: 'bytes' },
    for: '15m',
    severity: 'warning',
    labels: replica,
    summary: 'A replica of Sidewarden needs much memory.',
    description: `${named} has {{ $value | humanize1024 }}B resident; some 50 MiB of it are shared pages, which the limit of the manifests (160 MiB) does not count. A large page of the service or many StatsD series are the usual cause.`,
  },
  {
    name: 'SidecarFileDescriptorsHigh',
    expr: 'max by (instance, pod) (sidewarden_process_open_fds{}) > $threshold',
    threshold: { value: 700, least: 50, most: 1_000_000, unit: 'file descriptors' },
    for: '15m',
    severity: 'warning',
    labels: replica,
    summary: 'A replica of Sidewarden has many files and connections open.',
    description: `${named} has {{ $value }} file descriptors open; max_connections (512) and the checks explain fewer. Look who keeps connections to its port.`,
  },
  {
    name: 'SidecarCardinalityHigh',
    expr: 'max by (instance, pod) (scrape_samples_post_metric_relabeling{}) > $threshold',
    threshold: { value: 5000, least: 100, most: 10_000_000, unit: 'samples' },
    for: '15m',
    severity: 'info',
    labels: replica,
    summary: 'A replica of Sidewarden shows many series.',
    description: `Each scrape of ${named} stores {{ $value }} samples. \`sidewarden check-config --replicas N\` says how many to expect.`,
  },
  {
    name: 'SidecarAnswersErrors',
    // The first answer of a code begins its series, which increase() does not see.
    expr: `sum by (route, code) (increase(${ownErrors}[10m])) > $threshold
      or (sum by (route, code) (${ownErrors}) unless on (route, code) sum by (route, code) (${ownErrors} offset 10m)) > $threshold`,
    threshold: { value: 0, least: 0, most: 1_000_000, unit: 'answers in 10 minutes' },
    for: '0s',
    severity: 'warning',
    labels: ['route', 'code'],
    summary: 'Sidewarden answers requests with an error of its own.',
    description:
      '{{ $value | humanize }} requests for {{ $labels.route }} were answered with {{ $labels.code }} within 10 minutes. Its log says why.',
  },
  {
    name: 'SidecarAnswersSlowly',
    expr: 'route:sidewarden_http_requests_slower_1s:ratio_rate5m{route=~"/health/(live|ready|startup)"} > $threshold',
    threshold: { value: 0.01, least: 0.0001, most: 0.99, unit: 'ratio' },
    for: '5m',
    severity: 'warning',
    labels: ['route'],
    summary: 'Probes of Kubernetes are answered too late.',
    description:
      '{{ $value | humanizePercentage }} of the requests for {{ $labels.route }} take longer than 1 s, and the kubelet waits no longer unless timeoutSeconds says so. Too little CPU is the usual cause.',
  },
  {
    name: 'ConfigReloadFailed',
    expr: 'count by () (sidewarden_config_last_reload_successful{} == 0) > 0',
    for: '10m',
    severity: 'warning',
    labels: [],
    summary: 'A configuration was refused; the last good one stays in force.',
    description:
      '{{ $value }} replicas could not take over what their file says. `sidewarden check-config` and the log say every mistake with its line. A new pod has no other configuration, and does not start.',
  },
  {
    name: 'TlsReloadFailed',
    expr: 'count by () (sidewarden_tls_last_reload_successful{} == 0) > 0',
    for: '10m',
    severity: 'warning',
    labels: [],
    summary: 'The certificate files of Sidewarden’s own server cannot be used.',
    description:
      '{{ $value }} replicas go on with the certificate that they read before, until it ends. The log says which file is wrong, and what.',
  },
  {
    name: 'SidecarSinkErrors',
    expr: 'sum by (sink) (increase(sidewarden_sink_errors_total{}[15m])) > $threshold',
    threshold: { value: 0, least: 0, most: 1_000_000, unit: 'observations in 15 minutes' },
    for: '0s',
    severity: 'warning',
    labels: ['sink'],
    summary: 'Results of checks do not reach the log or the metrics.',
    description:
      '{{ $value | humanize }} observations were lost on the way to the {{ $labels.sink }} within 15 minutes. Look whether somebody reads its standard output, and whether the disk of the node is full.',
  },
  {
    name: 'SidecarVersionsDiffer',
    expr: 'count by () (count by (version) (sidewarden_build_info{})) > 1',
    for: '6h',
    severity: 'info',
    labels: [],
    summary: 'Replicas run different versions of Sidewarden.',
    description: '{{ $value }} versions run at the same time. A rollout that never ended is the usual cause.',
  },
];
