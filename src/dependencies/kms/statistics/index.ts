// The statistics of a `kms` check: its families and collectors.
import type { Family } from '../../../core/family.ts';
import { defineStatistics } from '../../statistics.ts';
import type { KmsSettings } from '../settings.ts';
import { key } from './key.ts';
import { rotation, rotations } from './rotation.ts';
import type { KmsSource } from './source.ts';

const up: Family = {
  name: 'sidewarden_kms_up',
  type: 'gauge',
  help: '1 if KMS answers, else 0.',
  labels: [],
};

export const statistics = defineStatistics<KmsSettings, KmsSource>({ up, collectors: [key, rotation, rotations] });
