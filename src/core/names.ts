// The names of our own metrics, spelt once: registry, documentation, rules and dashboards read them here.

export type OwnFamily = {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
};

const family = <const Name extends string, const Labels extends readonly string[]>(
  name: Name,
  type: OwnFamily['type'],
  labels: Labels,
  help: string,
) => ({ name, type, labels, help }) as const;

const check = ['check', 'type'] as const;

export const families = {
  checkUp: family('sidewarden_check_up', 'gauge', check, '1 if the check is healthy, else 0.'),
  checkState: family(
    'sidewarden_check_state',
    'gauge',
    [...check, 'state'],
    '1 for the state the check is in, 0 for the others.',
  ),
  checkDuration: family(
    'sidewarden_check_duration_seconds',
    'histogram',
    check,
    'How long the runs of the check took, whatever they found.',
  ),
  checkPhaseDuration: family(
    'sidewarden_check_phase_duration_seconds',
    'gauge',
    [...check, 'phase'],
    'How long each phase of the last run took.',
  ),
  checkRuns: family(
    'sidewarden_check_runs_total',
    'counter',
    [...check, 'result'],
    'Runs of the check, by what they found.',
  ),
  checkFailures: family(
    'sidewarden_check_failures_total',
    'counter',
    [...check, 'class'],
    'Runs in which the dependency did not do what was asked (failed or throttled), by error class.',
  ),
  checkLastSuccess: family(
    'sidewarden_check_last_success_timestamp_seconds',
    'gauge',
    check,
    'When a run of the check last passed; absent before the first.',
  ),
  checkTransitions: family(
    'sidewarden_check_transitions_total',
    'counter',
    [...check, 'to'],
    'Changes of the state of the check, by the state it came to.',
  ),
  checkWarning: family(
    'sidewarden_check_warning',
    'gauge',
    [...check, 'warning'],
    '1 while the check has the warning, else 0.',
  ),
  checkDetectionBound: family(
    'sidewarden_check_detection_bound_seconds',
    'gauge',
    check,
    'Longest time from a fault of the dependency to an answer that says so.',
  ),
  checkExpiry: family('sidewarden_check_expiry_seconds', 'gauge', check, 'How long a passed run is believed.'),
  ready: family('sidewarden_ready', 'gauge', [], '1 if /health/ready answers 200, else 0.'),
  live: family('sidewarden_live', 'gauge', [], '1 if the scheduler of Sidewarden is on time, else 0.'),
  draining: family('sidewarden_draining', 'gauge', [], '1 while draining or stopping, else 0.'),
  buildInfo: family('sidewarden_build_info', 'gauge', ['version'], 'Always 1; the label says which version runs.'),
  configReload: family(
    'sidewarden_config_last_reload_successful',
    'gauge',
    [],
    '1 if the configuration was good when it was last read, else 0.',
  ),
  tlsReload: family(
    'sidewarden_tls_last_reload_successful',
    'gauge',
    [],
    '1 if the certificate files of the server were good when they were last read, or there are none, else 0.',
  ),
  statisticsLeader: family(
    'sidewarden_statistics_leader',
    'gauge',
    ['check'],
    '1 if it is for this replica to read the statistics of the check, also while they cannot be read, else 0.',
  ),
  statisticsMode: family(
    'sidewarden_statistics_mode',
    'gauge',
    ['check', 'mode'],
    '1 for how the statistics of the check are read (leader, all, off), 0 for the others.',
  ),
  statisticsPrivilege: family(
    'sidewarden_statistics_privilege',
    'gauge',
    ['check', 'privilege'],
    '1 if the privilege is granted that some of the statistics need, 0 if it is missing and they are absent.',
  ),
  collectorUp: family(
    'sidewarden_collector_up',
    'gauge',
    ['check', 'collector'],
    '1 if the last run of the collector read all that it reads, else 0. Only where this replica reads.',
  ),
  collectorDuration: family(
    'sidewarden_collector_duration_seconds',
    'gauge',
    ['check', 'collector'],
    'How long the last run of the collector took.',
  ),
  collectorLastSuccess: family(
    'sidewarden_collector_last_success_timestamp_seconds',
    'gauge',
    ['check', 'collector'],
    'When a run of the collector last succeeded; absent before the first.',
  ),
  collectorErrors: family(
    'sidewarden_collector_errors_total',
    'counter',
    ['check', 'collector', 'class'],
    'Runs of the collector that did not read all, by error class.',
  ),
  collectorCut: family(
    'sidewarden_collector_cut_total',
    'counter',
    ['check', 'collector'],
    'Rows and series that a cap left out.',
  ),
  sinkErrors: family(
    'sidewarden_sink_errors_total',
    'counter',
    ['sink'],
    'Observations that a sink (log, metrics) could not take.',
  ),
  kmsRequestDuration: family(
    'sidewarden_kms_request_duration_seconds',
    'histogram',
    ['check', 'operation'],
    'How long requests of this replica to KMS took, whatever came of them.',
  ),
  kmsRequests: family(
    'sidewarden_kms_requests_total',
    'counter',
    ['check', 'operation', 'result'],
    'Requests of this replica to KMS, by what came of them: ok, or the error class.',
  ),
  kmsThrottles: family(
    'sidewarden_kms_throttles_total',
    'counter',
    ['check', 'operation'],
    'Requests of this replica that KMS throttled.',
  ),
  kmsRequestAttempts: family(
    'sidewarden_kms_request_attempts_total',
    'counter',
    ['check', 'operation'],
    'How many times requests of this replica were sent to KMS: more than requests where one was repeated.',
  ),
} as const satisfies Record<string, OwnFamily>;

/** Buckets of `sidewarden_check_duration_seconds`, in seconds. */
export const durationBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Buckets of `sidewarden_kms_request_duration_seconds`, in seconds. */
export const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What prom-client says of the process itself, under our prefix, so that it never collides with the app's. */
export const processPrefix = 'sidewarden_';
export const processFamilies = [
  'process_cpu_user_seconds_total',
  'process_cpu_system_seconds_total',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
  'process_open_fds',
  'nodejs_heap_size_total_bytes',
  'nodejs_heap_size_used_bytes',
  'nodejs_external_memory_bytes',
  'nodejs_gc_duration_seconds',
] as const;
