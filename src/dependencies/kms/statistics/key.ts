// The key itself, from DescribeKey: whether it can be used, until when, and what kind it is.
import { type Family, samples } from '../../../core/family.ts';
import type { Collector } from '../../statistics.ts';
import type { KmsSettings } from '../settings.ts';
import type { KmsSource } from './source.ts';
import { seconds } from './times.ts';

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
export const keyStates = [
  'Creating',
  'Enabled',
  'Disabled',
  'PendingImport',
  'PendingDeletion',
  'PendingReplicaDeletion',
  'Unavailable',
  'Updating',
] as const;

const state: Family = {
  name: 'sidewarden_kms_key_state',
  type: 'gauge',
  help: '1 for the state that the key is in, 0 for the others.',
  labels: ['state'],
};
const enabled: Family = {
  name: 'sidewarden_kms_key_enabled',
  type: 'gauge',
  help: '1 if the key is enabled, else 0.',
  labels: [],
};
const deletion: Family = {
  name: 'sidewarden_kms_key_deletion_timestamp_seconds',
  type: 'gauge',
  help: 'After which time the key is deleted.',
  labels: [],
  unit: 'seconds',
  when: 'its deletion is scheduled',
};
const expiry: Family = {
  name: 'sidewarden_kms_key_material_expiry_timestamp_seconds',
  type: 'gauge',
  help: 'When the imported key material expires, and the key with it.',
  labels: [],
  unit: 'seconds',
  when: 'its material is imported and expires',
};
/** Its id and alias, never an ARN: that has the account's number. */
const info: Family = {
  name: 'sidewarden_kms_key_info',
  type: 'gauge',
  help: 'Always 1; the labels say what kind of key it is.',
  labels: ['key_id', 'alias', 'spec', 'usage', 'origin', 'multi_region', 'manager'],
};

export const key: Collector<KmsSettings, KmsSource> = {
  name: 'key',
  intervalMs: 60_000,
  asks: 'DescribeKey',
  families: [state, enabled, deletion, expiry, info],
  privilege: 'kms:DescribeKey',
  async collect(source, { key_id }, limits) {
    const found = await source.key(limits);
    const kind = [found.KeySpec, found.KeyUsage, found.Origin, found.MultiRegion, found.KeyManager];
    return [
      ...keyStates.flatMap((one) =>
        samples(state, found.KeyState === undefined ? undefined : Number(found.KeyState === one), one),
      ),
      ...samples(enabled, found.Enabled === undefined ? undefined : Number(found.Enabled)),
      ...samples(deletion, seconds(found.DeletionDate)),
      ...samples(expiry, seconds(found.ValidTo)),
      ...samples(info, 1, found.KeyId ?? '', aliasOf(key_id), ...kind.map((value) => String(value ?? ''))),
    ];
  },
};

/** Of the settings, without its account; empty when they name the key itself. */
const aliasOf = (keyId: string): string => /(?:^|:)(alias\/.+)$/.exec(keyId)?.[1] ?? '';
