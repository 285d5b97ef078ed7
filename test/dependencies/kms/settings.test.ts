// What the settings accept, and what follows from them without a server.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { kms } from '../../../src/dependencies/kms/index.ts';

const schema = z.strictObject(kms.settings);
const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd';

test('a round trip is off unless set, and has defaults when it is', () => {
  expect(schema.parse({ key_id: 'alias/shop' }).round_trip).toBeUndefined();
  expect(schema.parse({ key_id: 'alias/shop', round_trip: {} }).round_trip).toEqual({ interval: 300_000, context: {} });
});

test('the longest rest is the interval of the round trip', () => {
  expect(kms.restMs?.(schema.parse({ key_id: 'a' }))).toBe(0);
  expect(kms.restMs?.(schema.parse({ key_id: 'a', round_trip: { interval: '90s' } }))).toBe(90_000);
});

test('KMS_KEY_ID makes the check kms', () => {
  expect(kms.environment).toMatchObject({ variable: 'KMS_KEY_ID', check: 'kms' });
  expect(schema.parse(kms.environment?.settings('alias/shop')).key_id).toBe('alias/shop');
});

test.each([
  [{ key_id: 'alias/shop' }, 'alias/shop'],
  [{ key_id: 'alias/shop', region: 'eu-central-1' }, 'alias/shop in eu-central-1'],
  [{ key_id: arn }, arn],
  [{ key_id: 'alias/shop', endpoint: 'http://127.0.0.1:4566' }, 'alias/shop at 127.0.0.1:4566'],
])('%j is called %s', (settings, target) => {
  expect(kms.target(schema.parse(settings))).toBe(target);
});

test('a region that is not the ARN’s is a problem', () => {
  expect(kms.problems?.(schema.parse({ key_id: arn, region: 'eu-central-1' }))).toEqual([]);
  expect(kms.problems?.(schema.parse({ key_id: arn, region: 'us-east-1' }))).toEqual([
    { path: ['region'], message: 'is us-east-1, but the ARN in key_id is of eu-central-1: leave region out' },
  ]);
});

test.each([
  { key_id: '' },
  { key_id: 'a', endpoint: 'localhost:4566' },
  { key_id: 'a', endpoint: 'https://user:hunter2@kms.example.com' },
  { key_id: 'a', round_trip: { every: '5m' } },
  { key_id: 'a', round_trip: { context: { purpose: 1 } } },
  { key_id: 'a', access_key_id: 'AKIA' },
])('%j is refused', (settings) => {
  expect(schema.safeParse(settings).success).toBe(false);
});
