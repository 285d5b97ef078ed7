// The alerts of the preset `auth`, each quiet, loud, and quiet again.
import { type Case, counter, type Line, onlyIn, steady } from '../../case.ts';
import { asked, both, down, of } from './series.ts';

const refused = (reason: string, quiet: number, loud = quiet): readonly Line[] =>
  both('auth_failures_total', `reason="${reason}"`, quiet, loud);
const logins = (status: string, quiet: number, loud = quiet): readonly Line[] =>
  both('auth_attempts_total', `status="${status}"`, quiet, loud);
const keys = (status: string, quiet: number, loud = quiet): readonly Line[] =>
  both('api_key_validations_total', `status="${status}"`, quiet, loud);
const firstFinding =
  'Findings of the rule impossible_travel of the anomaly detection within 10 minutes: 1. The log of the service says whose activity.';

export const authCases: readonly Case[] = [
  {
    alert: 'AuthFailuresHigh',
    shows: 'sessions that ended do not count, and what else is down does not matter',
    lines: [...refused('bad_credentials', 41, 58), ...refused('unknown_user', 50), ...refused('expired', 500), ...down],
    delay: 2,
    fires: [{}],
    says: '108 log-ins a minute are refused. sum by (reason) (rate(shop_auth_failures_total[5m])) says why, the log of the service from which addresses.',
  },
  {
    alert: 'AuthLoginsFailing',
    lines: [...logins('error', 1.84, 2.12), ...logins('success', 0)],
    delay: 5,
    calm: 15,
    fires: [{}],
    says: '21 log-ins failed within 10 minutes and none succeeded. Try one yourself; then look at the identity provider, the session store and the last deployment.',
  },
  {
    alert: 'AuthLoginsFailing',
    shows: 'some succeed',
    lines: [...logins('error', 1.84, 9), ...logins('success', 1)],
    delay: 10,
  },
  {
    alert: 'AuthLoginsFailing',
    shows: 'a check that the service needs is down',
    lines: [...logins('error', 1.84, 9), ...down],
    delay: 10,
  },
  {
    alert: 'AuthLockouts',
    shows: 'what else is down does not matter',
    lines: [...both('auth_lockouts_total', '', 0.3, 0.357), ...down],
    delay: 8,
    calm: 20,
    fires: [{}],
    says: '5 accounts were locked within 15 minutes. Either passwords are guessed or a client repeats an old one; the audit log says which accounts and from where.',
  },
  {
    alert: 'PermissionDeniedSpike',
    shows: 'what else is down does not matter',
    lines: [
      ...both('access_denied_total', 'action="admin"', 0.92, 1.07),
      ...both('access_denied_total', 'action="read"', 0.92),
      ...down,
    ],
    delay: 2,
    fires: [{ action: 'admin' }],
    says: '5 requests for admin were denied within 5 minutes. The audit log says whose; after a deployment suspect the permissions first.',
  },
  {
    alert: 'RateLimitRejectionsHigh',
    lines: [
      ...both('rate_limit_violations_total', 'route="/orders"', 920, 1070),
      ...both('rate_limit_violations_total', 'route="/login"', 920),
    ],
    delay: 2,
    fires: [{ route: '/orders' }],
    says: '1.07k requests a minute to /orders are over the limit. The log of the service says whose: an attack, a client without back-off, or a limit that is too low.',
  },
  {
    alert: 'ApiKeyValidationFailures',
    lines: [...keys('success', 8), ...keys('error', 1.86, 2.12)],
    delay: 2,
    fires: [{}],
    says: '20.95% of the API keys that requests bring are refused. A client uses an old key, or a key was revoked too early; the log of the service says which.',
  },
  {
    alert: 'ApiKeyValidationFailures',
    shows: 'just below, of many',
    lines: [...keys('success', 80), ...keys('error', 18.6)],
    delay: 10,
  },
  {
    alert: 'ApiKeyValidationFailures',
    shows: 'few keys',
    lines: [...keys('success', 4), ...keys('error', 0, 1.8)],
    delay: 10,
  },
  {
    alert: 'SecurityAnomalyDetected',
    shows: 'what else is down does not matter',
    lines: [
      counter(of('anomalies_detected_total', 'rule="impossible_travel"'), 0, 1),
      counter(of('anomalies_detected_total', 'rule="new_device"'), 0, 0),
      ...down,
    ],
    calm: 15,
    fires: [{ rule: 'impossible_travel' }],
    says: firstFinding,
  },
  {
    alert: 'SecurityAnomalyDetected',
    shows: 'the first finding in a process, with which its series begins',
    lines: [
      asked,
      onlyIn('loud', counter(of('anomalies_detected_total', 'rule="impossible_travel"', 1), 0, 1)),
      steady(of('anomalies_detected_total', 'rule="impossible_travel"', 2), 7),
    ],
    calm: 16,
    fires: [{ rule: 'impossible_travel' }],
    says: firstFinding,
  },
  {
    alert: 'SecurityAnomalyDetected',
    shows: 'Prometheus asks the service anew: its findings can be old',
    lines: [
      onlyIn('loud', asked),
      onlyIn('loud', steady(of('anomalies_detected_total', 'rule="impossible_travel"'), 7)),
    ],
    delay: 5,
    lasts: 20,
  },
];
