// What the replicas say of themselves and no rule reads, and why.

export const unused: readonly (readonly [pattern: string, why: string])[] = [
  ['sidewarden_check_state', 'sidewarden_check_up says the same but for unknown, which is down too'],
  ['sidewarden_check_phase_duration_seconds', 'with full detail alone: the cause of a slow run, for dashboards'],
  ['sidewarden_check_failures_total', 'the cause, which a runbook asks by class'],
  ['sidewarden_check_transitions_total', 'DependencyFlapping counts changes of sidewarden_check_up'],
  ['sidewarden_check_detection_bound_seconds', 'says how long `for` can be'],
  ['sidewarden_check_expiry_seconds', 'says how long `for` can be'],
  ['sidewarden_config_in_force', 'ConfigReloadFailed tells of the last good configuration too'],
  ['sidewarden_collector_duration_seconds', 'with full detail alone: what the statistics cost, for dashboards'],
  ['sidewarden_collector_last_success_timestamp_seconds', 'CollectorsFail asks sidewarden_collector_up'],
  ['sidewarden_collector_errors_total', 'the cause, by class; a series begins with the first error'],
  ['sidewarden_kms_request_duration_seconds', 'with full detail alone, for dashboards'],
  ['sidewarden_kms_throttles_total', 'with full detail alone: KmsThrottled counts sidewarden_kms_requests_total'],
  ['sidewarden_kms_request_attempts_total', 'with full detail alone, for dashboards'],
  ['sidewarden_process_cpu_*', 'an event loop that is late says when there is too little; for dashboards'],
  ['sidewarden_nodejs_heap_*', 'its limit is not exported; SidecarMemoryHigh asks the resident memory'],
  ['sidewarden_nodejs_external_memory_bytes', 'with full detail alone: where memory goes'],
  ['sidewarden_nodejs_gc_duration_seconds', 'with full detail alone: where time goes'],
  ['sidewarden_nodejs_eventloop_lag_seconds', 'SidecarEventLoopLag asks the longest delay'],
];
