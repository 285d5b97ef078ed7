// The names of our own metrics, spelt once, each with its detail: registry, documentation, rules and dashboards read them here.
import type { Detail } from './detail.ts';
import type { OwnFamily } from './own-family.ts';

const family = <const Name extends string, const Labels extends readonly string[]>(
  name: Name,
  type: OwnFamily['type'],
  labels: Labels,
  help: string,
  more: Pick<OwnFamily, 'for'> & Partial<Pick<OwnFamily, 'detail' | 'fullOnly'>>,
) => ({ name, type, labels, help, detail: 'default' as Detail, ...more }) as const;

const check = ['check', 'type'] as const;

/** Where the configuration in force came from. */
export const configurationOrigins = ['file', 'environment', 'last_good'] as const;
export type ConfigurationOrigin = (typeof configurationOrigins)[number];

export const families = {
  checkUp: family('sidewarden_check_up', 'gauge', check, '1 if the check is healthy, else 0.', { for: 'alerts' }),
  checkState: family(
    'sidewarden_check_state',
    'gauge',
    [...check, 'state'],
    '1 for the state the check is in, 0 for the others.',
    { for: 'alerts that tell unhealthy from unknown', fullOnly: '`healthy`' },
  ),
  checkDuration: family(
    'sidewarden_check_duration_seconds',
    'histogram',
    check,
    'How long the runs of the check took, whatever they found.',
    { for: 'SLOs' },
  ),
  checkPhaseDuration: family(
    'sidewarden_check_phase_duration_seconds',
    'gauge',
    [...check, 'phase'],
    'How long each phase of the last run took.',
    { detail: 'full', for: 'the cause of a slow run, beside /health/detailed' },
  ),
  checkRuns: family(
    'sidewarden_check_runs_total',
    'counter',
    [...check, 'result'],
    'Runs of the check, by what they found.',
    { for: 'SLOs' },
  ),
  checkFailures: family(
    'sidewarden_check_failures_total',
    'counter',
    [...check, 'class'],
    'Runs in which the dependency did not do what was asked (failed or throttled), by error class.',
    { for: 'alerts and their cause' },
  ),
  checkLastSuccess: family(
    'sidewarden_check_last_success_timestamp_seconds',
    'gauge',
    check,
    'When a run of the check last passed; absent before the first.',
    { for: 'alerts' },
  ),
  checkTransitions: family(
    'sidewarden_check_transitions_total',
    'counter',
    [...check, 'to'],
    'Changes of the state of the check, by the state it came to.',
    { for: 'alerts on flapping' },
  ),
  checkWarning: family(
    'sidewarden_check_warning',
    'gauge',
    [...check, 'warning'],
    '1 while the check has the warning, else 0.',
    { for: 'alerts before a failure' },
  ),
  checkDetectionBound: family(
    'sidewarden_check_detection_bound_seconds',
    'gauge',
    check,
    'Longest time from a fault of the dependency to an answer that says so.',
    { for: 'the `for` of alerts' },
  ),
  checkExpiry: family('sidewarden_check_expiry_seconds', 'gauge', check, 'How long a passed run is believed.', {
    for: 'the `for` of alerts',
  }),
  checkInfo: family(
    'sidewarden_check_info',
    'gauge',
    [...check, 'required', 'gates', 'service'],
    'Always 1; the labels say what the configuration says of the check.',
    { for: 'routing of alerts' },
  ),
  expiry: family(
    'sidewarden_expiry_timestamp_seconds',
    'gauge',
    ['check', 'what'],
    'When what the check relies on ends, of what it can see; absent without it.',
    { for: 'alerts before a failure' },
  ),
  ready: family('sidewarden_ready', 'gauge', [], '1 if /health/ready answers 200, else 0.', { for: 'alerts' }),
  live: family('sidewarden_live', 'gauge', [], '1 if the scheduler of Sidewarden is on time, else 0.', {
    for: 'alerts',
  }),
  draining: family('sidewarden_draining', 'gauge', [], '1 while draining or stopping, else 0.', {
    for: 'silence during a rollout',
  }),
  buildInfo: family('sidewarden_build_info', 'gauge', ['version'], 'Always 1; the label says which version runs.', {
    for: 'dashboards',
  }),
  configReload: family(
    'sidewarden_config_last_reload_successful',
    'gauge',
    [],
    '1 if the configuration was good when it was last read, else 0.',
    { for: 'alerts' },
  ),
  configInForce: family(
    'sidewarden_config_in_force',
    'gauge',
    ['source'],
    'Always 1; the label says where the configuration in force came from: file, environment, or last_good.',
    { for: 'alerts' },
  ),
  tlsReload: family(
    'sidewarden_tls_last_reload_successful',
    'gauge',
    [],
    '1 if the certificate files of the server were good when they were last read, or there are none, else 0.',
    { for: 'alerts' },
  ),
  statisticsLeader: family(
    'sidewarden_statistics_leader',
    'gauge',
    ['check'],
    '1 if it is for this replica to read the statistics of the check, also while they cannot be read, else 0.',
    { for: 'alerts' },
  ),
  statisticsMode: family(
    'sidewarden_statistics_mode',
    'gauge',
    ['check', 'mode'],
    '1 for how the statistics of the check are read (leader, all, off), 0 for the others.',
    { for: 'alerts', fullOnly: 'the modes that are not in force' },
  ),
  statisticsPrivilege: family(
    'sidewarden_statistics_privilege',
    'gauge',
    ['check', 'collector', 'privilege'],
    '1 if the privilege is granted that the collector needs, 0 if it is missing and what needs it is absent.',
    { for: 'alerts' },
  ),
  collectorUp: family(
    'sidewarden_collector_up',
    'gauge',
    ['check', 'collector'],
    '1 if the last run of the collector read everything it should, else 0. Only where this replica reads.',
    { for: 'alerts' },
  ),
  collectorDuration: family(
    'sidewarden_collector_duration_seconds',
    'gauge',
    ['check', 'collector'],
    'How long the last run of the collector took.',
    { detail: 'full', for: 'what the statistics cost the server' },
  ),
  collectorLastSuccess: family(
    'sidewarden_collector_last_success_timestamp_seconds',
    'gauge',
    ['check', 'collector'],
    'When a run of the collector last succeeded; absent before the first.',
    { for: 'alerts' },
  ),
  collectorErrors: family(
    'sidewarden_collector_errors_total',
    'counter',
    ['check', 'collector', 'class'],
    'Runs of the collector that did not read all, by error class.',
    { for: 'the cause of an alert' },
  ),
  collectorCut: family(
    'sidewarden_collector_cut_total',
    'counter',
    ['check', 'collector'],
    'Rows and series that a cap left out.',
    { for: 'alerts' },
  ),
  sinkErrors: family(
    'sidewarden_sink_errors_total',
    'counter',
    ['sink'],
    'Observations that a sink (log, metrics) could not take.',
    { for: 'alerts' },
  ),
  httpRequests: family(
    'sidewarden_http_requests_total',
    'counter',
    ['route', 'code'],
    'Requests to this process that were answered, by path and code.',
    { for: 'alerts on probes that fail' },
  ),
  httpRequestDuration: family(
    'sidewarden_http_request_duration_seconds',
    'histogram',
    ['route'],
    'From the head of a request to its answer.',
    { for: 'SLOs of probes and scrapes' },
  ),
  kmsRequestDuration: family(
    'sidewarden_kms_request_duration_seconds',
    'histogram',
    ['check', 'operation'],
    'How long requests of this replica to KMS took, whatever came of them.',
    { detail: 'full', for: 'the cause of slow requests to AWS' },
  ),
  kmsRequests: family(
    'sidewarden_kms_requests_total',
    'counter',
    ['check', 'operation', 'result'],
    'Requests of this replica to KMS, by what came of them: ok, or the error class.',
    { for: 'SLOs, quotas and the bill' },
  ),
  kmsThrottles: family(
    'sidewarden_kms_throttles_total',
    'counter',
    ['check', 'operation'],
    'Requests of this replica that KMS throttled.',
    { detail: 'full', for: 'the same as `result="throttled"` of the requests' },
  ),
  kmsRequestAttempts: family(
    'sidewarden_kms_request_attempts_total',
    'counter',
    ['check', 'operation'],
    'How many times requests of this replica were sent to KMS: more than requests where one was repeated.',
    { detail: 'full', for: 'connections that AWS closes' },
  ),
} as const satisfies Record<string, OwnFamily>;
