// Rotation of the key's material: whether it is on, how often and when next; when last, for who asks for it.
import { type Family, samples } from '../../../core/family.ts';
import { type Collector, UnreadableAnswer } from '../../statistics.ts';
import type { KmsSettings } from '../settings.ts';
import type { KeyMetadata, KmsSource } from './source.ts';
import { seconds } from './times.ts';

const hourMs = 3_600_000;
const daySeconds = 86_400;

const enabled: Family = {
  name: 'sidewarden_kms_key_rotation_enabled',
  type: 'gauge',
  help: '1 if KMS rotates the key material by itself, else 0.',
  labels: [],
  when: 'a symmetric encryption key whose material KMS made',
};
const period: Family = {
  name: 'sidewarden_kms_key_rotation_period_seconds',
  type: 'gauge',
  help: 'Time between two rotations of the key material.',
  labels: [],
  unit: 'seconds',
  when: 'its rotation is on',
};
const next: Family = {
  name: 'sidewarden_kms_key_next_rotation_timestamp_seconds',
  type: 'gauge',
  help: 'When the key material is rotated next.',
  labels: [],
  unit: 'seconds',
  when: 'its rotation is on',
};
const last: Family = {
  name: 'sidewarden_kms_key_last_rotation_timestamp_seconds',
  type: 'gauge',
  help: 'When the key material was last rotated, by KMS itself or on demand.',
  labels: [],
  unit: 'seconds',
  when: '`statistics.rotations`, and it was ever rotated',
};

export const rotation: Collector<KmsSettings, KmsSource> = {
  name: 'rotation',
  intervalMs: 6 * hourMs,
  asks: 'GetKeyRotationStatus',
  families: [enabled, period, next],
  privilege: 'kms:GetKeyRotationStatus',
  async collect(source, _settings, limits) {
    const key = await source.lastKey(limits);
    if (!isSymmetric(key) || key.Origin !== 'AWS_KMS') return [];
    const found = await source.rotationStatus(arnOf(key), limits);
    const days = found.RotationPeriodInDays;
    return [
      ...samples(enabled, found.KeyRotationEnabled === undefined ? undefined : Number(found.KeyRotationEnabled)),
      ...samples(period, days === undefined ? undefined : days * daySeconds),
      ...samples(next, seconds(found.NextRotationDate)),
    ];
  },
};

export const rotations: Collector<KmsSettings, KmsSource> = {
  name: 'rotations',
  intervalMs: 24 * hourMs,
  asks: 'ListKeyRotations',
  families: [last],
  privilege: 'kms:ListKeyRotations',
  wanted: ({ statistics }) => statistics.rotations,
  async collect(source, _settings, limits) {
    const key = await source.lastKey(limits);
    // Imported material is rotated too, on demand.
    if (!isSymmetric(key) || (key.Origin !== 'AWS_KMS' && key.Origin !== 'EXTERNAL')) return [];
    const dates = await source.rotationDates(arnOf(key), limits);
    return dates.length === 0 ? [] : samples(last, Math.max(...dates.map((date) => date.getTime())) / 1000);
  },
};

const isSymmetric = ({ KeySpec }: KeyMetadata): boolean => KeySpec === 'SYMMETRIC_DEFAULT';

function arnOf({ Arn }: KeyMetadata): string {
  if (Arn === undefined) throw new UnreadableAnswer('DescribeKey: the answer has no ARN of the key');
  return Arn;
}
