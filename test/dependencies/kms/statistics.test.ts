// The key's statistics on the KMS stand-in: each value is what an independent request says; and what AWS alone says.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Sample } from '../../../src/core/family.ts';
import { kms } from '../../../src/dependencies/kms/index.ts';
import { keyStates } from '../../../src/dependencies/kms/statistics/key.ts';
import { MissingPrivilege } from '../../../src/dependencies/statistics.ts';
import { noAwsSettings, setEnvironment } from '../../contract/rigs/kms.ts';
import { type BorrowedKms, borrowKms } from '../../servers/borrow.ts';
import { type Fault, type KmsFaults, startKmsFaults } from '../../servers/kms-faults.ts';
import { makeAttempt } from '../attempt.ts';

const driver = await kms.load();
const statistics = await kms.statistics?.();

let server: BorrowedKms;
let faults: KmsFaults;
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  server = await borrowKms();
  faults = await startKmsFaults(server);
});
afterAll(async () => {
  await faults.stop();
});
beforeEach(() => {
  undo.push(setEnvironment({ ...noAwsSettings, ...server.environment, AWS_ENDPOINT_URL: faults.url }));
  faults.operations.length = 0;
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
const inject = (fault: Fault) => undo.push(faults.inject(fault));

/** A request of the test's own, past the product and its client. */
async function ask(operation: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/kms/aws4_request',
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}
const describeKey = async (KeyId: string) =>
  (await ask('DescribeKey', { KeyId })).KeyMetadata as Record<string, string | number | boolean>;
const createKey = async (options: object): Promise<string> => {
  const { KeyMetadata } = await ask('CreateKey', { KeyUsage: 'ENCRYPT_DECRYPT', ...options });
  return (KeyMetadata as { KeyId: string }).KeyId;
};

const settingsOf = (key_id: string, own: object = {}) =>
  z.strictObject(kms.settings).parse({ key_id, statistics: own });

async function open(key_id: string, own: object = {}) {
  const settings = settingsOf(key_id, own);
  const reader = driver.reader?.(settings);
  if (reader === undefined) throw new Error('no reader');
  undo.push(() => reader.destroy());
  const source = await reader.open(makeAttempt());
  const collector = (name: string) => {
    const found = statistics?.collectors.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no collector ${name}`);
    return found;
  };
  const collect = async (name: string, attempt = makeAttempt()): Promise<Record<string, number>> =>
    valuesOf(await collector(name).collect(source, settings, { ...attempt, cut() {} }));
  return { reader, source, collect };
}

/** By name and labels, without our prefix. */
function valuesOf(samples: readonly Sample[]): Record<string, number> {
  return Object.fromEntries(
    samples.map(({ family, labels, value }) => {
      const pairs = family.labels.map((name, index) => `${name}=${labels[index]}`);
      return [`${family.name.replace('sidewarden_kms_', '')}${pairs.length > 0 ? `{${pairs}}` : ''}`, value];
    }),
  );
}
const lacking = (promise: Promise<unknown>): Promise<MissingPrivilege> =>
  promise.then(
    () => Promise.reject(new Error('nothing is lacking')),
    (error: unknown) => (error instanceof MissingPrivilege ? error : Promise.reject(error)),
  );

const statesWith = (state: string) =>
  Object.fromEntries(keyStates.map((one) => [`key_state{state=${one}}`, one === state ? 1 : 0]));

test('what DescribeKey says: state, kind, and no ARN or account', async () => {
  const keyId = await createKey({ KeySpec: 'SYMMETRIC_DEFAULT', MultiRegion: true });
  await ask('CreateAlias', { AliasName: 'alias/statistics', TargetKeyId: keyId });
  const said = await describeKey(keyId);
  const { collect, source } = await open('alias/statistics');
  const values = await collect('key');
  const kind = `spec=${said.KeySpec},usage=${said.KeyUsage},origin=${said.Origin},multi_region=${said.MultiRegion}`;
  expect(values).toEqual({
    ...statesWith(String(said.KeyState)),
    key_enabled: 1,
    [`key_info{key_id=${keyId},alias=alias/statistics,${kind},manager=${said.KeyManager}}`]: 1,
  });
  expect(JSON.stringify(values)).not.toContain(said.AWSAccountId);
  expect(source.instance).toBe('alias/statistics');
});

test('the states: disabled, pending deletion with its date, and enabled again without one', async () => {
  const keyId = await server.createKey();
  const { collect } = await open(keyId);
  await collect('key');
  await server.disableKey(keyId);
  expect(await collect('key')).toMatchObject({ ...statesWith('Disabled'), key_enabled: 0 });
  await server.scheduleDeletion(keyId);
  const { DeletionDate } = await describeKey(keyId);
  const doomed = await collect('key');
  expect(doomed).toMatchObject({ ...statesWith('PendingDeletion'), key_enabled: 0 });
  expect(doomed.key_deletion_timestamp_seconds).toBeCloseTo(Number(DeletionDate), 2);
  expect(Number(DeletionDate)).toBeGreaterThan(Date.now() / 1000 + 6 * 86_400);
  await server.cancelDeletion(keyId);
  await server.enableKey(keyId);
  const again = await collect('key');
  expect(again).toMatchObject({ ...statesWith('Enabled'), key_enabled: 1 });
  expect(again).not.toHaveProperty('key_deletion_timestamp_seconds');
});

test('imported material says when it expires, and is not rotated by KMS: nothing of that is there, nothing is asked', async () => {
  const keyId = await createKey({ KeySpec: 'SYMMETRIC_DEFAULT', Origin: 'EXTERNAL' });
  const KeyMetadata = { ...(await describeKey(keyId)), ValidTo: 1_893_456_000 };
  inject({ operation: 'DescribeKey', answer: { KeyMetadata } });
  const { collect } = await open(keyId);
  expect(await collect('key')).toMatchObject({ key_material_expiry_timestamp_seconds: 1_893_456_000 });
  expect(await collect('rotation')).toEqual({});
  expect(faults.operations).toEqual(['DescribeKey']);
});

test('rotation on and off is what GetKeyRotationStatus says, also of a key that is named by its alias', async () => {
  const keyId = await server.createKey('alias/rotating');
  const { collect } = await open('alias/rotating');
  for (const operation of ['EnableKeyRotation', 'DisableKeyRotation']) {
    await ask(operation, { KeyId: keyId });
    const { KeyRotationEnabled } = await ask('GetKeyRotationStatus', { KeyId: keyId });
    expect(KeyRotationEnabled).toBe(operation === 'EnableKeyRotation');
    expect(await collect('rotation')).toEqual({ key_rotation_enabled: Number(KeyRotationEnabled) });
  }
  expect(faults.operations).toEqual(['DescribeKey', 'GetKeyRotationStatus', 'GetKeyRotationStatus']);
});

test('period and next rotation, which only AWS says', async () => {
  const { collect } = await open(await server.createKey());
  const answer = { KeyRotationEnabled: true, RotationPeriodInDays: 365, NextRotationDate: 1_800_000_000.5 };
  inject({ operation: 'GetKeyRotationStatus', answer });
  expect(await collect('rotation')).toEqual({
    key_rotation_enabled: 1,
    key_rotation_period_seconds: 31_536_000,
    key_next_rotation_timestamp_seconds: 1_800_000_000.5,
  });
});

test.each([
  ['RSA_2048', 'ENCRYPT_DECRYPT'],
  ['HMAC_256', 'GENERATE_VERIFY_MAC'],
])('a key that has no rotation (%s): absent, not 0, and nothing is asked', async (KeySpec, KeyUsage) => {
  const { collect } = await open(await createKey({ KeySpec, KeyUsage }), { rotations: true });
  expect(await collect('rotation')).toEqual({});
  expect(await collect('rotations')).toEqual({});
  expect(faults.operations).toEqual(['DescribeKey']);
});

test('the last rotation, for who asks for it: absent before the first, then the latest of all pages', async () => {
  const keyId = await server.createKey();
  const wanted = (own: object) =>
    statistics?.collectors.filter((one) => one.wanted?.(settingsOf(keyId, own)) ?? true).map(({ name }) => name);
  expect(wanted({})).toEqual(['key', 'rotation']);
  expect(wanted({ rotations: true })).toEqual(['key', 'rotation', 'rotations']);
  const { collect } = await open(keyId, { rotations: true });
  expect(await collect('rotations')).toEqual({});
  await ask('RotateKeyOnDemand', { KeyId: keyId });
  await ask('RotateKeyOnDemand', { KeyId: keyId });
  const { Rotations } = await ask('ListKeyRotations', { KeyId: keyId });
  const dates = (Rotations as { RotationDate: number }[]).map(({ RotationDate }) => RotationDate);
  expect(dates).toHaveLength(2);
  const latest = (await collect('rotations')).key_last_rotation_timestamp_seconds;
  expect(latest).toBeCloseTo(Math.max(...dates), 2);

  const page = await ask('ListKeyRotations', { KeyId: keyId, Limit: 1 });
  expect(page).toMatchObject({ Truncated: true, Rotations: [{ RotationDate: Math.min(...dates) }] });
  const begin = { operation: 'ListKeyRotations', once: true, answer: page };
  inject(begin);
  inject({ ...begin, answer: { Rotations: [{ RotationDate: 5000 }], Truncated: false } });
  expect((await collect('rotations')).key_last_rotation_timestamp_seconds).toBeCloseTo(Math.min(...dates), 2);
  inject(begin); // the stand-in sees by the marker that the page was of another size
  await expect(collect('rotations')).rejects.toThrow('inconsistent with page token');
  inject({ operation: 'ListKeyRotations', answer: page });
  await expect(collect('rotations')).rejects.toThrow('more than 5 pages');
});

test.each([
  ['rotation', 'GetKeyRotationStatus'],
  ['rotations', 'ListKeyRotations'],
])('%s denied names its grant for the key, and nothing else suffers', async (name, operation) => {
  const keyId = await server.createKey();
  const { Arn } = await describeKey(keyId);
  const { collect, reader } = await open(keyId, { rotations: true });
  inject({ operation, error: 'AccessDeniedException' });
  const { privilege, statement } = await lacking(collect(name));
  expect(privilege).toBe(`kms:${operation}`);
  expect(statement).toBe(JSON.stringify({ Effect: 'Allow', Action: `kms:${operation}`, Resource: Arn }));
  expect(statistics?.collectors.find((one) => one.name === name)?.privilege).toBe(privilege);
  expect(await collect('key')).toMatchObject({ key_enabled: 1 });
  expect(reader.closed).toBe(false);
});

const arn = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const denial = `User: arn:aws:iam::111122223333:user/x is not authorized to perform: kms:DescribeKey on resource: ${arn} because`;
const anyKey = 'arn:aws:kms:us-east-1:*:key';
const byAlias = (alias: string) => ({ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } });

test.each([
  ['an ARN', arn, 'no', { Resource: arn }],
  ['an alias that the denial resolves', 'alias/shop', denial, { Resource: arn }],
  ['an alias', 'alias/shop', 'no', { Resource: `${anyKey}/*`, Condition: byAlias('alias/shop') }],
  [
    'an alias ARN',
    'arn:aws:kms:us-east-1:111122223333:alias/shop',
    'no',
    { Resource: 'arn:aws:kms:us-east-1:111122223333:key/*', Condition: byAlias('alias/shop') },
  ],
  ['an id', '1234abcd-12ab', 'no', { Resource: `${anyKey}/1234abcd-12ab` }],
])('DescribeKey denied: what is known of %s is in the statement', async (_form, keyId, message, resource) => {
  inject({ error: 'AccessDeniedException', message });
  const { collect } = await open(keyId);
  for (const name of ['key', 'rotation']) {
    const { privilege, statement } = await lacking(collect(name));
    expect(privilege).toBe('kms:DescribeKey');
    expect(JSON.parse(statement)).toEqual({ Effect: 'Allow', Action: 'kms:DescribeKey', ...resource });
    expect(statement).not.toContain('\n');
  }
});

test('whoever KMS does not know, and a KMS that is not there, is no open reader', async () => {
  const keyId = await server.createKey();
  const end = faults.inject({ error: 'InvalidSignatureException' });
  await expect(open(keyId)).rejects.toMatchObject({ errorClass: 'auth' });
  end();
  const { collect, reader } = await open(keyId);
  await collect('key');
  await faults.stop();
  undo.push(() => faults.start());
  await expect(collect('key')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(reader.closed).toBe(true);
  await expect(open(keyId)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a refusal that is no denial is the collector’s, and the reader stays open', async () => {
  const { collect, reader } = await open(await server.createKey());
  await collect('key');
  const end = faults.inject({ error: 'ThrottlingException' });
  await expect(collect('key')).rejects.toMatchObject({ errorClass: 'throttled' });
  end();
  expect(await collect('key')).toMatchObject({ key_enabled: 1 });
  expect(reader.closed).toBe(false);
});

test('an answer that is too large is cut before it is parsed', async () => {
  const keyId = await server.createKey();
  const { collect } = await open(keyId);
  await collect('key');
  const Description = 'x'.repeat(1024 * 1024);
  inject({ operation: 'DescribeKey', answer: { KeyMetadata: { ...(await describeKey(keyId)), Description } } });
  await expect(collect('key')).rejects.toThrow(/more than 1048576 bytes/);
});
