// A key of AWS KMS that is well, of imported material and rotated at once, so that every family is there.
import { counter, gauge, type Line } from '../case.ts';

const of = (family: string, labels = ''): string =>
  `${family}{check="keys",instance="alias/shop@eu-central-1"${labels === '' ? '' : `,${labels}`}}`;
const is = (family: string, value: number, labels?: string): Line => gauge(of(family, labels), value, value);
const states = [
  'Creating',
  'Enabled',
  'Disabled',
  'PendingImport',
  'PendingDeletion',
  'PendingReplicaDeletion',
  'Unavailable',
  'Updating',
];
const requests = (pod: number, operation: string, result: string, each: number): Line =>
  counter(
    `sidewarden_kms_requests_total{check="keys",operation="${operation}",result="${result}",instance="shop-${pod}:9090"}`,
    each,
    each,
  );
/** As long after the epoch as no test lasts: tests begin there. */
const far = 300 * 86_400;

export const lines: readonly Line[] = [
  is('sidewarden_kms_up', 1),
  ...states.map((state) => is('sidewarden_kms_key_state', Number(state === 'Enabled'), `state="${state}"`)),
  is('sidewarden_kms_key_enabled', 1),
  // Of a deletion that was cancelled just now.
  is('sidewarden_kms_key_deletion_timestamp_seconds', far),
  is('sidewarden_kms_key_material_expiry_timestamp_seconds', far),
  is('sidewarden_kms_key_rotation_enabled', 1),
  is('sidewarden_kms_key_next_rotation_timestamp_seconds', far),
  ...[1, 2].flatMap((pod) => [
    requests(pod, 'DescribeKey', 'ok', 2),
    requests(pod, 'Encrypt', 'ok', 1),
    ...['timeout', 'throttled', 'server'].map((result) => requests(pod, 'DescribeKey', result, 0)),
  ]),
];
