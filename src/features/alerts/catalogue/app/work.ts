// Alerts of the presets `sync`, `business` and `audit`.
import type { Alert } from '../../pack.ts';

const syncs = 'sum by (operation) (rate($app_sync_operations_total{}[5m]))';
const tenants = 'sum by (tenant) (rate($app_tenant_requests_total{}[5m]))';

export const syncAlerts = [
  {
    name: 'SyncFailuresHigh',
    expr: `sum by (operation) (rate($app_sync_operations_total{status="error"}[5m])) / (${syncs} > 0) > $threshold
      and on (operation) (sum by (operation) (increase($app_sync_operations_total{status="error"}[5m])) >= 10)`,
    threshold: { value: 0.01, least: 0.0001, most: 0.99, unit: 'ratio' },
    for: '15m',
    severity: 'warning',
    preset: 'sync',
    labels: ['operation'],
    summary: 'Operations of the synchronization fail.',
    description:
      '{{ $value | humanizePercentage }} of the operations {{ $labels.operation }} of the synchronization fail. The log of the service says why; look whether the other side answers.',
  },
  {
    name: 'SyncLagHigh',
    expr: 'max by () ($app_sync_lag_seconds{}) > $threshold',
    threshold: { value: 300, least: 1, most: 604_800, unit: 'seconds' },
    for: '10m',
    severity: 'warning',
    preset: 'sync',
    labels: [],
    summary: 'The synchronization is behind.',
    description:
      'The oldest change that is not yet synchronized is {{ $value | humanizeDuration }} old. Either nothing is synchronized any more or too slowly: look at sync_operations_total.',
  },
  {
    name: 'SyncConflictsHigh',
    expr: `sum by () (increase($app_sync_conflicts_total{}[15m]))
      / (sum by () (increase($app_sync_operations_total{}[15m])) > 0) > $threshold
      and on () (sum by () (increase($app_sync_conflicts_total{}[15m])) >= 10)`,
    threshold: { value: 0.1, least: 0.001, most: 100, unit: 'conflicts per operation' },
    for: '15m',
    severity: 'info',
    preset: 'sync',
    labels: [],
    summary: 'Many changes contradict each other.',
    description:
      'The conflicts are {{ $value | humanizePercentage }} of the operations of the synchronization. Two sides write the same data, or one has a wrong clock.',
  },
] as const satisfies readonly Alert[];

export const businessAlerts = [
  {
    name: 'AppTenantErrorsHigh',
    expr: `sum by (tenant) (rate($app_tenant_requests_total{status="error"}[5m])) / (${tenants} > 0) > $threshold
      and on (tenant) (sum by (tenant) (increase($app_tenant_requests_total{status="error"}[5m])) >= 10)`,
    threshold: { value: 0.05, least: 0.0001, most: 0.99, unit: 'ratio' },
    for: '10m',
    severity: 'warning',
    preset: 'business',
    labels: ['tenant'],
    summary: 'Requests of one tenant fail.',
    description:
      '{{ $value | humanizePercentage }} of the requests of the tenant {{ $labels.tenant }} fail. Compare with the other tenants: where they are well, look at its data, its limits and its last change.',
  },
] as const satisfies readonly Alert[];

export const auditAlerts = [
  {
    name: 'AuditLogLagHigh',
    expr: `histogram_quantile(0.95, sum by (le) (rate($app_audit_event_lag_seconds_bucket{}[5m]))) > $threshold
      and on () (sum by () (increase($app_audit_event_lag_seconds_count{}[5m])) >= 5)`,
    threshold: { value: 5, least: 0.1, most: 299, unit: 'seconds' },
    for: '5m',
    severity: 'warning',
    preset: 'audit',
    labels: [],
    summary: 'Events reach the audit log late.',
    description:
      'One event in twenty is stored {{ $value | humanizeDuration }} or longer after it happened. Look at the queue before the audit log and at the store behind it.',
  },
  {
    name: 'AuditWriteErrors',
    // What is lost is lost, also when a database that is down is why. A page for that is out already: this one is none.
    despite: true,
    expr: 'sum by () (increase($app_audit_write_errors_total{}[15m])) > 0',
    for: '0s',
    severity: 'warning',
    preset: 'audit',
    labels: [],
    summary: 'Events of the audit log could not be stored.',
    description:
      'Events that were not stored within 15 minutes: {{ $value | printf "%.0f" }}. The audit log has a gap: keep the log of the service, which may have them.',
  },
  {
    name: 'ComplianceControlFailed',
    despite: true,
    expr: 'min by (control) ($app_compliance_control_passed{}) == 0',
    for: '15m',
    severity: 'warning',
    preset: 'audit',
    labels: ['control'],
    summary: 'A control of compliance failed when it was last checked.',
    description:
      'The control {{ $labels.control }} does not pass. Run its check again and tell whoever answers for it.',
  },
] as const satisfies readonly Alert[];
