// The alerts of the presets `sync`, `business` and `audit`, each quiet, loud, and quiet again.
import { type Case, gauge, type Line, steady } from '../../case.ts';
import { type Buckets, both, down, fewer, histogram, of } from './series.ts';

const syncs = (operation: string, status: string, quiet: number, loud = quiet): readonly Line[] =>
  both('sync_operations_total', `operation="${operation}",status="${status}"`, quiet, loud);
const conflicts = (quiet: number, loud: number): readonly Line[] => both('sync_conflicts_total', '', quiet, loud);
const requests = (tenant: string, status: string, quiet: number, loud = quiet): readonly Line[] =>
  both('tenant_requests_total', `tenant="${tenant}",status="${status}"`, quiet, loud);
const late: Buckets = { '2': [90, 90], '5': [95.5, 94.6], '10': [99.6, 99.6] };

export const workCases: readonly Case[] = [
  {
    alert: 'SyncFailuresHigh',
    lines: [
      ...syncs('push', 'success', 200),
      ...syncs('push', 'error', 1.84, 2.2),
      ...syncs('pull', 'success', 200),
      ...syncs('pull', 'error', 1.84),
    ],
    delay: 2,
    fires: [{ operation: 'push' }],
    says: '1.088% of the operations push of the synchronization fail. The log of the service says why; look whether the other side answers.',
  },
  {
    alert: 'SyncFailuresHigh',
    shows: 'few failures, beside an operation with many',
    lines: [
      ...syncs('push', 'success', 10),
      ...syncs('push', 'error', 0, 1.8),
      ...syncs('pull', 'success', 1000),
      ...syncs('pull', 'error', 9.2),
    ],
    delay: 10,
  },
  {
    alert: 'SyncLagHigh',
    lines: [gauge(of('sync_lag_seconds', '', 1), 280, 320), steady(of('sync_lag_seconds', '', 2), 10)],
    fires: [{}],
    says: 'The oldest change that is not yet synchronized is 5m 20s old. Either nothing is synchronized any more or too slowly: look at sync_operations_total.',
  },
  {
    alert: 'SyncConflictsHigh',
    lines: [...syncs('push', 'success', 3.45), ...syncs('pull', 'success', 3.45), ...conflicts(0.6417, 0.7245)],
    delay: 8,
    calm: 20,
    fires: [{}],
    says: 'The conflicts are 10.5% of the operations of the synchronization. Two sides write the same data, or one has a wrong clock.',
  },
  {
    alert: 'SyncConflictsHigh',
    shows: 'few conflicts',
    lines: [...syncs('push', 'success', 4), ...conflicts(0, 0.6)],
    delay: 20,
  },
  {
    alert: 'AppTenantErrorsHigh',
    lines: [
      ...requests('acme', 'success', 38),
      ...requests('acme', 'error', 1.83, 2.15),
      ...requests('other', 'success', 38),
      ...requests('other', 'error', 1.83),
    ],
    delay: 2,
    fires: [{ tenant: 'acme' }],
    says: '5.355% of the requests of the tenant acme fail. Compare with the other tenants: where they are well, look at its data, its limits and its last change.',
  },
  {
    alert: 'AppTenantErrorsHigh',
    shows: 'few errors, beside a tenant with many',
    lines: [
      ...requests('acme', 'success', 30),
      ...requests('acme', 'error', 0, 1.8),
      ...requests('other', 'success', 1000),
      ...requests('other', 'error', 48),
    ],
    delay: 10,
  },
  {
    alert: 'AuditLogLagHigh',
    lines: histogram('audit_event_lag_seconds', '', 1.1, fewer(late, 1000 / 11)),
    delay: 2,
    fires: [{}],
    says: 'One event in twenty is stored 5.4s or longer after it happened. Look at the queue before the audit log and at the store behind it.',
  },
  {
    alert: 'AuditLogLagHigh',
    shows: 'hardly any event',
    lines: histogram('audit_event_lag_seconds', '', 0.9, fewer(late, 1000 / 9)),
    delay: 10,
  },
  {
    alert: 'AuditWriteErrors',
    shows: 'what else is down does not matter',
    lines: [...both('audit_write_errors_total', '', 0, 1), ...down],
    calm: 20,
    fires: [{}],
    says: 'Events that were not stored within 15 minutes: 1. The audit log has a gap: keep the log of the service, which may have them.',
  },
  {
    alert: 'ComplianceControlFailed',
    shows: 'what else is down does not matter',
    lines: [
      gauge(of('compliance_control_passed', 'control="encryption_at_rest"'), 1, 0),
      steady(of('compliance_control_passed', 'control="backups"'), 1),
      ...down,
    ],
    fires: [{ control: 'encryption_at_rest' }],
    says: 'The control encryption_at_rest does not pass. Run its check again and tell whoever answers for it.',
  },
  {
    alert: 'SyncLagHigh',
    shows: 'a check that the service needs is down',
    lines: [gauge(of('sync_lag_seconds'), 280, 900), ...down],
  },
];
