// Alerts of the preset `auth`. Those of attacks are told whatever is down: an outage hides an attacker well, and is not the
// cause. Those that a database that is down causes too are silent with it.
import type { Alert } from '../../pack.ts';
import { counted } from './counted.ts';

/** Refusals that a guesser causes: sessions that ended, and errors of the log-in itself, are none. */
const guessed = '$app_auth_failures_total{reason=~"bad_credentials|unknown_user|locked|revoked|mfa"}';
const validations = 'sum by () (rate($app_api_key_validations_total{}[5m]))';

export const authAlerts = [
  {
    name: 'AuthFailuresHigh',
    despite: true,
    expr: `60 * sum by () (rate(${guessed}[5m])) > $threshold`,
    threshold: { value: 100, least: 0.1, most: 1_000_000, unit: 'log-ins a minute' },
    for: '5m',
    severity: 'warning',
    preset: 'auth',
    labels: [],
    summary: 'Very many log-ins are refused: somebody may guess passwords.',
    description:
      '{{ $value | humanize }} log-ins a minute are refused. sum by (reason) (rate($app_auth_failures_total[5m])) says why, the log of the service from which addresses.',
  },
  {
    name: 'AuthLoginsFailing',
    expr: `sum by () (increase($app_auth_attempts_total{status="error"}[10m])) > $threshold
      unless on () (sum by () (increase($app_auth_attempts_total{status="success"}[10m])) > 0)`,
    threshold: { value: 20, least: 1, most: 1_000_000, unit: 'log-ins in 10 minutes' },
    for: '5m',
    severity: 'warning',
    preset: 'auth',
    labels: [],
    summary: 'Log-ins are tried and none succeeds.',
    description:
      '{{ $value | printf "%.0f" }} log-ins failed within 10 minutes and none succeeded. Try one yourself; then look at the identity provider, the session store and the last deployment.',
  },
  {
    name: 'AuthLockouts',
    despite: true,
    expr: 'sum by () (increase($app_auth_lockouts_total{}[15m])) > $threshold',
    threshold: { value: 5, least: 0, most: 1_000_000, unit: 'accounts in 15 minutes' },
    for: '0s',
    severity: 'warning',
    preset: 'auth',
    labels: [],
    summary: 'Several accounts were locked.',
    description:
      '{{ $value | printf "%.0f" }} accounts were locked within 15 minutes. Either passwords are guessed or a client repeats an old one; the audit log says which accounts and from where.',
  },
  {
    name: 'PermissionDeniedSpike',
    despite: true,
    expr: 'sum by (action) (increase($app_access_denied_total{}[5m])) > $threshold',
    threshold: { value: 5, least: 0, most: 1_000_000, unit: 'requests in 5 minutes' },
    for: '0s',
    severity: 'warning',
    preset: 'auth',
    labels: ['action'],
    summary: 'Known users are refused what their permissions do not allow, more often than usual.',
    description:
      '{{ $value | printf "%.0f" }} requests for {{ $labels.action }} were denied within 5 minutes. The audit log says whose; after a deployment suspect the permissions first.',
  },
  {
    name: 'RateLimitRejectionsHigh',
    expr: '60 * sum by (route) (rate($app_rate_limit_violations_total{}[5m])) > $threshold',
    threshold: { value: 1000, least: 0.1, most: 10_000_000, unit: 'requests a minute' },
    for: '10m',
    severity: 'info',
    preset: 'auth',
    labels: ['route'],
    summary: 'Very many requests are refused by the rate limit.',
    description:
      '{{ $value | humanize }} requests a minute to {{ $labels.route }} are over the limit. The log of the service says whose: an attack, a client without back-off, or a limit that is too low.',
  },
  {
    name: 'ApiKeyValidationFailures',
    expr: `sum by () (rate($app_api_key_validations_total{status="error"}[5m])) / (${validations} > 0) > $threshold
      and on () (sum by () (increase($app_api_key_validations_total{status="error"}[5m])) >= 10)`,
    threshold: { value: 0.2, least: 0.001, most: 0.99, unit: 'ratio' },
    for: '10m',
    severity: 'warning',
    preset: 'auth',
    labels: [],
    summary: 'Many API keys are refused.',
    description:
      '{{ $value | humanizePercentage }} of the API keys that requests bring are refused. A client uses an old key, or a key was revoked too early; the log of the service says which.',
  },
  {
    name: 'SecurityAnomalyDetected',
    despite: true,
    expr: `sum by (rule) (${counted('$app_anomalies_detected_total{}', '10m')}) > 0`,
    for: '0s',
    severity: 'warning',
    preset: 'auth',
    labels: ['rule'],
    summary: 'The service found suspicious activity.',
    description:
      'Findings of the rule {{ $labels.rule }} of the anomaly detection within 10 minutes: {{ $value | printf "%.0f" }}. The log of the service says whose activity.',
  },
] as const satisfies readonly Alert[];
