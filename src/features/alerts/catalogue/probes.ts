// What the replicas say of their checks.
import type { Pack } from '../pack.ts';
import { dependencyIsOut, isExplained, uselessYetUp } from './out.ts';
import { sidecarAlerts, sidecarRecordings } from './sidecar.ts';

/** The check is down on most replicas. */
const isDown = 'check:sidewarden_check_up:avg{} < 0.5';
const isRequired = 'on (check) check:sidewarden_check_required:max{}';
/** It is the service itself that the check asks, not what the service depends on. */
const isApp = 'on (check) check:sidewarden_check_up:avg{check=~"$own"}';
/** A required dependency, and not the service itself. */
const dependencyIsDown = `${isDown} and ${isRequired} unless ${isApp}`;
/** Where a failing check is looked at first. */
const look = "On a pod, `sidewarden healthcheck '/health?verbose'` says the class and phase of the failure.";
const which = '{{ $labels.check }} ({{ $labels.type }})';

export const probes: Pack = {
  name: 'probes',
  about: 'checks, certificates, configuration and the replicas themselves',
  auto: () => true,
  recordings: [
    {
      // A replica that has just started counts from its first pass on, or after five minutes.
      record: 'check:sidewarden_check_up:avg',
      expr: `avg by (check, type) (sidewarden_check_up{} unless on (check, instance, pod) (
        sidewarden_check_up{} == 0
        and on (instance, pod) (time() - sidewarden_process_start_time_seconds{} < 300)
        unless on (check, instance, pod) sidewarden_check_last_success_timestamp_seconds{}))`,
    },
    {
      record: 'check:sidewarden_check_required:max',
      expr: 'max by (check) (sidewarden_check_info{required="true"})',
    },
    {
      record: 'check:sidewarden_check_failures_per_run:ratio_rate5m',
      expr: `sum by (check, type) (rate(sidewarden_check_runs_total{result="failed"}[5m]))
        / (sum by (check, type) (rate(sidewarden_check_runs_total{}[5m])) > 0)`,
    },
    {
      record: 'check:sidewarden_check_duration_seconds:p95_rate15m',
      expr: 'histogram_quantile(0.95, sum by (check, type, le) (rate(sidewarden_check_duration_seconds_bucket{}[15m])))',
    },
    uselessYetUp,
    ...sidecarRecordings,
  ],
  alerts: [
    {
      name: 'Watchdog',
      expr: 'vector(1)',
      for: '0s',
      severity: 'none',
      labels: [],
      summary: 'The rules are evaluated; this alert always fires.',
      description:
        'When it stops, Prometheus, Alertmanager or the way between them is broken. Send it to a service that tells you when it is missing.',
    },
    {
      name: 'DependencyDown',
      expr: `(${dependencyIsDown}) unless ${isExplained}`,
      for: '2m',
      severity: 'critical',
      labels: ['check', 'type'],
      summary: 'A dependency that the service needs is down.',
      description: `The check ${which} is healthy on {{ $value | humanizePercentage }} of the replicas. ${look}`,
    },
    {
      name: 'AppDown',
      // After DependencyDown, which may be why.
      expr: `(${isDown} and ${isRequired} and ${isApp}) unless ${dependencyIsOut}`,
      for: '3m',
      severity: 'critical',
      labels: ['check', 'type'],
      summary: 'The service itself is down.',
      description: `The check ${which} of the service is healthy on {{ $value | humanizePercentage }} of the replicas, and no dependency that it needs is down. ${look}`,
    },
    {
      name: 'OptionalDependencyDown',
      expr: `${isDown} unless ${isRequired}`,
      for: '5m',
      severity: 'warning',
      labels: ['check', 'type'],
      summary: 'A dependency that the service can do without is down.',
      description: `The check ${which} is healthy on {{ $value | humanizePercentage }} of the replicas; the service is degraded. ${look}`,
    },
    {
      name: 'DependencyPartiallyDown',
      expr: '(check:sidewarden_check_up:avg{} < 1) >= 0.5',
      for: '5m',
      severity: 'warning',
      labels: ['check', 'type'],
      summary: 'A check fails on some replicas, and passes on most.',
      description: `The check ${which} is healthy on {{ $value | humanizePercentage }} of the replicas. Look at what the others do not share: node, network policy, DNS, credentials. ${look}`,
    },
    {
      name: 'DependencyFlapping',
      expr: 'max by (check, type) (changes(sidewarden_check_up{}[15m])) > $threshold',
      threshold: { value: 6, least: 1, most: 900, unit: 'changes in 15 minutes' },
      for: '0s',
      severity: 'warning',
      labels: ['check', 'type'],
      summary: 'A check goes up and down again and again.',
      description: `The check ${which} changed {{ $value }} times within 15 minutes on one replica. The history in /health/detailed shows which runs fail.`,
    },
    {
      name: 'DependencySlow',
      // Of a few runs one new connection decides: a check that runs once a minute is left out.
      expr: `check:sidewarden_check_duration_seconds:p95_rate15m{} > $threshold
        and on (check) (max by (check) (sum by (check, instance) (increase(sidewarden_check_runs_total{}[15m]))) > 40)
        unless on (check) (${isDown})`,
      threshold: { value: 0.5, least: 0.001, most: 4.9, unit: 'seconds' },
      for: '10m',
      severity: 'warning',
      labels: ['check', 'type'],
      summary: 'A dependency answers slowly.',
      description: `One in twenty runs of the check ${which} takes {{ $value | humanizeDuration }} or longer. The phases in /health/detailed show which step is slow.`,
    },
    {
      name: 'DependencyProbeErrors',
      expr: `check:sidewarden_check_failures_per_run:ratio_rate5m{} > $threshold unless on (check) (check:sidewarden_check_up:avg{} < 1)`,
      threshold: { value: 0.05, least: 0.001, most: 0.99, unit: 'ratio' },
      for: '10m',
      severity: 'warning',
      labels: ['check', 'type'],
      summary: 'Some runs of a check fail, though too few for it to be down.',
      description: `{{ $value | humanizePercentage }} of the runs of the check ${which} fail. sidewarden_check_failures_total says the class, /health/detailed the phase.`,
    },
    {
      name: 'DependencyThrottled',
      // KMS has an alert of its own, which counts the throttled requests.
      expr: 'max by (check, type) (sidewarden_check_warning{warning="throttled", type!="kms"}) == 1',
      for: '10m',
      severity: 'warning',
      labels: ['check', 'type'],
      summary: 'A dependency answers a check with “not now”.',
      description: `The check ${which} is throttled: nobody knows whether the dependency works. Ask less often, or raise its quota.`,
    },
    {
      name: 'CheckSkipped',
      expr: 'max by (check, type) (sidewarden_check_warning{warning="skipped"}) == 1',
      for: '1h',
      severity: 'info',
      labels: ['check', 'type'],
      summary: 'A check leaves out a step, so something is not proven.',
      description: `The check ${which} leaves out a phase: it is not offered or not permitted, there is no room for a new connection, or one of several nodes is silent. /health/detailed says which, and why.`,
    },
    {
      name: 'TlsCertificateExpiringSoon',
      expr: 'min by (check, what) (sidewarden_expiry_timestamp_seconds{}) - time() < $threshold',
      threshold: { value: 14 * 86_400, least: 3600, most: 366 * 86_400, unit: 'seconds' },
      for: '1h',
      severity: 'warning',
      labels: ['check', 'what'],
      summary: 'A certificate ends within two weeks.',
      description:
        'The certificate that the server of the check {{ $labels.check }} shows ends in {{ $value | humanizeDuration }}. Renew it, and look whether the server has taken the new one over.',
    },
    {
      name: 'TlsCertificateExpiringNow',
      expr: 'min by (check, what) (sidewarden_expiry_timestamp_seconds{}) - time() < $threshold unless on (check) (check:sidewarden_check_up:avg{} < 0.5)',
      threshold: { value: 3 * 86_400, least: 600, most: 60 * 86_400, unit: 'seconds' },
      for: '15m',
      severity: 'critical',
      labels: ['check', 'what'],
      summary: 'A certificate ends within three days.',
      description:
        'The certificate that the server of the check {{ $labels.check }} shows ends in {{ $value | humanizeDuration }}; then connections fail. Renew it now.',
    },
    ...sidecarAlerts,
  ],
};
