// How much there is on the page of metrics: what rules need, or all. Series cost money where they are stored.

export const details = ['default', 'full'] as const;
export type Detail = (typeof details)[number];

/** Whether what needs a detail is there with the one that is configured. */
export const isShown = (needed: Detail, configured: Detail): boolean => needed === 'default' || configured === 'full';

/** Buckets of `sidewarden_check_duration_seconds`, in seconds: those of `default` are bounds that timeouts and SLOs have. */
export const durationBuckets: Readonly<Record<Detail, readonly number[]>> = {
  default: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5],
  full: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
};

/** Buckets of `sidewarden_kms_request_duration_seconds`, in seconds. */
export const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Of every name of ours, what prom-client says of the process among them: it never collides with the service's. */
export const ownPrefix = 'sidewarden_';

/** What Prometheus itself says of each scrape and each alert: a sample of the name would stand in its place. */
const ofPrometheus = /^(?:up|scrape_\w+|ALERTS|ALERTS_FOR_STATE)$/;

/** Whether nobody else may have a family of this name. */
export const isReserved = (family: string): boolean => family.startsWith(ownPrefix) || ofPrometheus.test(family);

export type ProcessFamily = { readonly name: string; readonly detail: Detail; readonly for: string };
const ofProcess = (name: string, detail: Detail, why: string): ProcessFamily => ({ name, detail, for: why });

export const promFamilies: readonly ProcessFamily[] = [
  ofProcess('process_cpu_user_seconds_total', 'full', 'the parts of the total'),
  ofProcess('process_cpu_system_seconds_total', 'full', 'the parts of the total'),
  ofProcess('process_cpu_seconds_total', 'default', 'requests and limits'),
  ofProcess('process_resident_memory_bytes', 'default', 'requests and limits'),
  ofProcess('process_start_time_seconds', 'default', 'alerts on restarts'),
  ofProcess('process_open_fds', 'default', 'alerts'),
  ofProcess('nodejs_heap_size_total_bytes', 'full', 'where memory goes'),
  ofProcess('nodejs_heap_size_used_bytes', 'default', 'alerts on a leak'),
  ofProcess('nodejs_external_memory_bytes', 'full', 'where memory goes'),
  ofProcess('nodejs_gc_duration_seconds', 'full', 'where time goes'),
];

/** Of metrics/event-loop.ts, under the names that prom-client gives them. */
export const loopFamilies: readonly ProcessFamily[] = [
  ofProcess('nodejs_eventloop_lag_seconds', 'default', 'dashboards'),
  ofProcess('nodejs_eventloop_lag_max_seconds', 'default', 'alerts on too little CPU'),
];
