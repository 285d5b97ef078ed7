// The type `kms`: can this AWS KMS key be used now? Data only; the client comes with driver.ts.
import { secretVariables } from '../aws/settings.ts';
import { defineDependency } from '../define.ts';
import { costOf } from './cost.ts';
import { problems, shape, target } from './settings.ts';

export const kms = defineDependency({
  type: 'kms',
  summary: 'An AWS KMS key exists, is enabled, and, with a round trip, encrypts and decrypts.',
  settings: shape,
  phases: ['credentials', 'connect', 'key', 'round_trip'],
  classes: ['dns', 'refused', 'timeout', 'tls', 'auth', 'permission', 'throttled', 'misconfig', 'server'],
  keeps: 'connection',
  defaults: { interval: '60s', timeout: '5s' },
  confirmMs: 5000,
  environment: { variable: 'KMS_KEY_ID', check: 'kms', settings: (value) => ({ key_id: value }) },
  secretVariables,
  target,
  problems,
  notes: ({ round_trip }) =>
    round_trip === undefined
      ? [
          'without round_trip it is not proven that this process may encrypt or decrypt with the key, only that it is enabled',
        ]
      : [],
  restMs: ({ round_trip }) => round_trip?.interval ?? 0,
  cost: costOf,
  requests: ({ round_trip, statistics }) => ({
    runs: ['DescribeKey', ...(round_trip === undefined ? [] : ['Encrypt', 'Decrypt'])],
    follows: ['Encrypt', 'Decrypt'],
    statistics: ['DescribeKey', 'GetKeyRotationStatus', ...(statistics.rotations ? ['ListKeyRotations'] : [])],
  }),
  load: async () => (await import('./driver.ts')).driver,
  statistics: async () => (await import('./statistics/index.ts')).statistics,
});
