// The key of a `kms` check: whether it can be used and for how long, and the requests to AWS KMS.

import type { Facts } from '../../generate.ts';
import type { Pack } from '../pack.ts';
import { unanswered } from './out.ts';

/** The state of the key is read as statistics; requests are counted by every replica of its own. */
const readsKey = ({ checks }: Facts): boolean =>
  checks.some(({ type, statistics }) => type === 'kms' && statistics !== 'off');

/** Of a key that cannot be used anyway another alert tells. */
const expiresWithin = `(min by (check) (sidewarden_kms_key_material_expiry_timestamp_seconds{}) - time()) / 86400 < $threshold
  unless on (check) (max by (check) (sidewarden_kms_key_enabled{}) == 0)`;
const expires =
  'The imported material of the key of the check {{ $labels.check }} expires in {{ $value | printf "%.1f" }} days. Then nothing can be decrypted until the same material is imported again: aws kms get-parameters-for-import begins it.';

export const kms: Pack = {
  name: 'kms',
  about: 'the state, rotation and expiry of AWS KMS keys, and requests that fail',
  auto: ({ checks }) => checks.some(({ type }) => type === 'kms'),
  silence: unanswered('sidewarden_kms_up'),
  recordings: [],
  alerts: [
    {
      name: 'KmsKeyDisabled',
      // Its deletion is told by the next one.
      expr: 'max by (check, state) (sidewarden_kms_key_state{state!~"Enabled|Updating|PendingDeletion"}) == 1',
      for: '0s',
      severity: 'critical',
      labels: ['check', 'state'],
      when: readsKey,
      summary: 'The KMS key cannot be used.',
      description:
        'The key of the check {{ $labels.check }} is in the state {{ $labels.state }}: nothing can be encrypted or decrypted with it. aws kms enable-key turns a disabled one on; CloudTrail says who turned it off.',
    },
    {
      name: 'KmsKeyPendingDeletion',
      expr: `(min by (check) (sidewarden_kms_key_deletion_timestamp_seconds{}) - time()) / 86400
        and on (check) (max by (check) (sidewarden_kms_key_state{state="PendingDeletion"}) == 1)`,
      for: '0s',
      severity: 'critical',
      labels: ['check'],
      when: readsKey,
      summary: 'The KMS key is going to be deleted.',
      description:
        'The key of the check {{ $labels.check }} is deleted in {{ $value | printf "%.1f" }} days, and cannot be used until then. Whatever it encrypted is lost with it. aws kms cancel-key-deletion, then enable-key, keeps it.',
    },
    {
      name: 'KmsKeyMaterialExpiring',
      expr: expiresWithin,
      threshold: { value: 14, least: 1, most: 365, unit: 'days' },
      for: '1h',
      severity: 'warning',
      labels: ['check'],
      when: readsKey,
      summary: 'The imported material of the KMS key expires soon.',
      description: expires,
    },
    {
      name: 'KmsKeyMaterialExpiringNow',
      expr: expiresWithin,
      threshold: { value: 1, least: 0.1, most: 30, unit: 'days' },
      for: '5m',
      severity: 'critical',
      labels: ['check'],
      when: readsKey,
      summary: 'The imported material of the KMS key expires within hours.',
      description: expires,
    },
    {
      name: 'KmsKeyRotationDisabled',
      expr: 'max by (check) (sidewarden_kms_key_rotation_enabled{}) == 0',
      for: '1h',
      severity: 'info',
      labels: ['check'],
      when: readsKey,
      summary: 'KMS does not rotate the key.',
      description:
        'The key of the check {{ $labels.check }} could be rotated by KMS, and is not. aws kms enable-key-rotation turns it on; what is encrypted stays readable.',
    },
    {
      name: 'KmsKeyRotationOverdue',
      expr: '(time() - max by (check) (sidewarden_kms_key_next_rotation_timestamp_seconds{})) / 86400 > $threshold',
      threshold: { value: 3, least: 1, most: 365, unit: 'days' },
      for: '1h',
      severity: 'info',
      labels: ['check'],
      when: readsKey,
      summary: 'KMS has not rotated the key when it should.',
      description:
        'KMS should have rotated the key of the check {{ $labels.check }} {{ $value | printf "%.1f" }} days ago. aws kms list-key-rotations shows the rotations that were.',
    },
    {
      name: 'KmsErrorsHigh',
      // By the error class; of one or two errors the ratio says nothing.
      expr: `sum by (check, result) (rate(sidewarden_kms_requests_total{result!~"ok|throttled"}[15m]))
        / on (check) group_left () (sum by (check) (rate(sidewarden_kms_requests_total{}[15m])) > 0) > $threshold
        and on (check, result) sum by (check, result) (increase(sidewarden_kms_requests_total{}[15m])) > 2.5`,
      threshold: { value: 0.05, least: 0.001, most: 0.99, unit: 'ratio' },
      for: '10m',
      severity: 'warning',
      labels: ['check', 'result'],
      summary: 'Requests to KMS fail.',
      description:
        '{{ $value | humanizePercentage }} of the requests of the sidecars to KMS (check {{ $labels.check }}) end as {{ $labels.result }}. /health/detailed on a pod has the message of AWS.',
    },
    {
      name: 'KmsThrottled',
      expr: 'sum by (check) (increase(sidewarden_kms_requests_total{result="throttled"}[10m])) > $threshold',
      threshold: { value: 5, least: 0, most: 1_000_000, unit: 'requests in 10 minutes' },
      for: '0s',
      severity: 'warning',
      labels: ['check'],
      summary: 'KMS throttles requests.',
      description:
        'KMS throttled about {{ $value | humanize }} requests of the sidecars (check {{ $labels.check }}) in 10 minutes: the quota of the account, which the service shares, is used up. CloudTrail says who calls so much.',
    },
  ],
};
