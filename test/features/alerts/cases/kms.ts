// The alerts of the pack `kms`, each quiet, loud, and quiet again.
import { type Case, counter, gauge, type Line, onlyIn, steady } from '../case.ts';
import { readTwice } from './twice.ts';

const day = 86_400;
const of = (check: string, family: string, labels = ''): string =>
  `${family}{check="${check}",instance="alias/${check}@eu-central-1"${labels === '' ? '' : `,${labels}`}}`;
const keys = (family: string, quiet: number, loud: number, labels = ''): Line =>
  gauge(of('keys', family, labels), quiet, loud);
const archive = (family: string, value: number, labels = ''): Line => steady(of('archive', family, labels), value);
const answers: readonly Line[] = [keys('sidewarden_kms_up', 1, 1), archive('sidewarden_kms_up', 1)];
const state = (name: string, quiet: number, loud: number): Line =>
  keys('sidewarden_kms_key_state', quiet, loud, `state="${name}"`);
const otherEnabled: readonly Line[] = [
  archive('sidewarden_kms_key_state', 1, 'state="Enabled"'),
  archive('sidewarden_kms_key_state', 0, 'state="Disabled"'),
  archive('sidewarden_kms_key_state', 0, 'state="PendingDeletion"'),
];
const enabled: readonly Line[] = [keys('sidewarden_kms_key_enabled', 1, 1), archive('sidewarden_kms_key_enabled', 1)];
const otherUnusable = steady(of('backup', 'sidewarden_kms_key_enabled'), 0);
/** Requests of one replica a minute. */
const requests = (check: string, pod: number, result: string, quiet: number, loud: number): Line =>
  counter(
    `sidewarden_kms_requests_total{check="${check}",operation="DescribeKey",result="${result}",instance="shop-${pod}:9090"}`,
    quiet,
    loud,
  );
const fires = [{ check: 'keys' }];
const deletion = 'sidewarden_kms_key_deletion_timestamp_seconds';
const expiry = 'sidewarden_kms_key_material_expiry_timestamp_seconds';
const next = 'sidewarden_kms_key_next_rotation_timestamp_seconds';

const disabled: readonly Line[] = [
  ...[state('Enabled', 1, 0), state('Disabled', 0, 1), state('Unavailable', 0, 0), state('PendingDeletion', 0, 0)],
  ...otherEnabled,
];
const expires = (days: string): string =>
  `The imported material of the key of the check keys expires in ${days} days. Then nothing can be decrypted until the same material is imported again: aws kms get-parameters-for-import begins it.`;

const written: readonly Case[] = [
  {
    alert: 'KmsKeyDisabled',
    lines: [...answers, steady(of('backup', 'sidewarden_kms_up'), 0), ...disabled],
    fires: [{ check: 'keys', state: 'Disabled' }],
    says: 'The key of the check keys is in the state Disabled: nothing can be encrypted or decrypted with it. aws kms enable-key turns a disabled one on; CloudTrail says who turned it off.',
  },
  {
    alert: 'KmsKeyDisabled',
    shows: 'its deletion is another alert',
    lines: [...answers, state('Enabled', 1, 0), state('Disabled', 0, 0), state('PendingDeletion', 0, 1)],
  },
  {
    alert: 'KmsKeyDisabled',
    shows: 'of KMS that does not answer nothing else is told',
    lines: [keys('sidewarden_kms_up', 1, 0), archive('sidewarden_kms_up', 1), ...disabled],
  },
  {
    alert: 'KmsKeyPendingDeletion',
    quiet: 30,
    lines: [
      ...answers,
      ...[state('Enabled', 1, 0), state('PendingDeletion', 0, 1), ...otherEnabled],
      onlyIn('loud', keys(deletion, 0, 10 * day + 1800)),
      archive(deletion, 7 * day),
    ],
    fires,
    says: 'The key of the check keys is deleted in 10.0 days, and cannot be used until then. Whatever it encrypted is lost with it. aws kms cancel-key-deletion, then enable-key, keeps it.',
  },
  {
    alert: 'KmsKeyMaterialExpiring',
    quiet: 30,
    lines: [...answers, ...enabled, otherUnusable, keys(expiry, 15.2 * day, 13.2 * day), archive(expiry, 15.2 * day)],
    fires,
    says: expires('13.1'),
  },
  {
    alert: 'KmsKeyMaterialExpiringNow',
    quiet: 30,
    lines: [...answers, ...enabled, otherUnusable, keys(expiry, 1.1 * day, 0.97 * day), archive(expiry, 1.1 * day)],
    fires,
    says: expires('0.9'),
  },
  ...(
    [
      ['KmsKeyMaterialExpiring', 15.2, 13.2],
      ['KmsKeyMaterialExpiringNow', 1.1, 0.97],
    ] as const
  ).map(
    ([alert, quiet, loud]): Case => ({
      alert,
      shows: 'of a key that cannot be used another alert tells',
      lines: [
        ...answers,
        ...[keys('sidewarden_kms_key_enabled', 1, 0), archive('sidewarden_kms_key_enabled', 1)],
        keys(expiry, quiet * day, loud * day),
      ],
    }),
  ),
  {
    alert: 'KmsKeyRotationDisabled',
    lines: [
      ...answers,
      ...[keys('sidewarden_kms_key_rotation_enabled', 1, 0), archive('sidewarden_kms_key_rotation_enabled', 1)],
    ],
    fires,
    says: 'The key of the check keys could be rotated by KMS, and is not. aws kms enable-key-rotation turns it on; what is encrypted stays readable.',
  },
  {
    alert: 'KmsKeyRotationOverdue',
    quiet: 30,
    lines: [...answers, keys(next, -2.8 * day, -3.2 * day), archive(next, -2.8 * day)],
    fires,
    says: 'KMS should have rotated the key of the check keys 3.3 days ago. aws kms list-key-rotations shows the rotations that were.',
  },
  {
    alert: 'KmsErrorsHigh',
    lines: [
      ...answers,
      ...[1, 2].flatMap((pod) => [
        requests('keys', pod, 'ok', 100, 100),
        requests('keys', pod, 'throttled', 15, 15),
        requests('keys', pod, 'timeout', 5.6, 6.6),
        requests('keys', pod, 'server', 1, 1),
        requests('archive', pod, 'ok', 100, 100),
        requests('archive', pod, 'timeout', 5, 5),
      ]),
      // A large share, and too few of them.
      ...[requests('backup', 1, 'ok', 0.5, 0.5), requests('backup', 1, 'timeout', 0.1, 0.1)],
    ],
    delay: 7,
    fires: [{ check: 'keys', result: 'timeout' }],
    says: '5.383% of the requests of the sidecars to KMS (check keys) end as timeout. /health/detailed on a pod has the message of AWS.',
  },
  {
    alert: 'KmsErrorsHigh',
    shows: 'of three errors it says something',
    lines: [...answers, requests('keys', 1, 'ok', 2, 2), requests('keys', 1, 'timeout', 0, 0.19)],
    delay: 13,
    fires: [{ check: 'keys', result: 'timeout' }],
    says: '8.676% of the requests of the sidecars to KMS (check keys) end as timeout. /health/detailed on a pod has the message of AWS.',
  },
  {
    alert: 'KmsErrorsHigh',
    shows: 'of one or two errors the ratio says nothing',
    lines: [...answers, requests('keys', 1, 'ok', 2, 2), requests('keys', 1, 'timeout', 0, 0.15)],
    delay: 16,
  },
  {
    alert: 'KmsThrottled',
    lines: [
      ...answers,
      ...[requests('keys', 1, 'throttled', 0.2, 1.2), requests('keys', 2, 'throttled', 0.25, 0.25)],
      ...[requests('keys', 1, 'timeout', 9, 9), requests('archive', 1, 'throttled', 0.45, 0.45)],
    ],
    fires,
    says: 'KMS throttled about 5.5 requests of the sidecars (check keys) in 10 minutes: the quota of the account, which the service shares, is used up. CloudTrail says who calls so much.',
  },
];

export const cases: readonly Case[] = written.map(readTwice);
