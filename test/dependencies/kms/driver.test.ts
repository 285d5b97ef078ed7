// The driver on the KMS stand-in, and on the answers of AWS that only the fault proxy gives.
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { kms } from '../../../src/dependencies/kms/index.ts';
import { noAwsSettings, setEnvironment } from '../../contract/rigs/kms.ts';
import { makeCertificates } from '../../servers/certificates.ts';
import { type KmsServer, startKms } from '../../servers/kms.ts';
import { type KmsFaults, startKmsFaults } from '../../servers/kms-faults.ts';
import { makeAttempt } from '../attempt.ts';

const { probe, session } = await kms.load();
const parse = (settings: object) => z.strictObject(kms.settings).parse(settings);

let server: KmsServer;
let faults: KmsFaults;
let keyId: string;
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  server = await startKms();
  faults = await startKmsFaults(server);
  keyId = await server.createKey('alias/shop');
});
afterAll(async () => {
  await faults.stop();
  await server.stop();
});
beforeEach(() => {
  undo.push(setEnvironment({ ...noAwsSettings, ...server.environment, AWS_ENDPOINT_URL: faults.url }));
  faults.operations.length = 0;
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const open = (settings: object = {}) => {
  const parsed = parse({ key_id: keyId, ...settings });
  const opened = session(parsed);
  undo.push(() => opened.destroy());
  return { opened, run: (attempt = makeAttempt()) => probe(opened, parsed, attempt).then(() => attempt.phases) };
};
const inject = (fault: Parameters<KmsFaults['inject']>[0]) => undo.push(faults.inject(fault));
const roundTrip = { round_trip: { context: { purpose: 'health' } } };

test('runs what is configured: without a round trip, two phases and one call after the credentials', async () => {
  expect(await open().run()).toEqual(['credentials', 'connect', 'key']);
  expect(faults.operations).toEqual(['DescribeKey']);
  expect(faults.caller()).toBe(server.environment.AWS_ACCESS_KEY_ID);
});

test('the round trip encrypts and decrypts, and makes no call while it rests', async () => {
  const { run } = open(roundTrip);
  expect((await run()).at(-1)).toBe('round_trip');
  expect(faults.operations).toEqual(['DescribeKey', 'Encrypt', 'Decrypt']);
  const rested: number[] = [];
  await run({ ...makeAttempt(), rest: async (_phase, restMs) => void rested.push(restMs) });
  expect(rested).toEqual([300_000]);
  expect(faults.operations).toHaveLength(4);
});

test.each(['id', 'alias', 'ARN'])('finds the key by %s', async (form) => {
  const names = { id: keyId, alias: 'alias/shop', ARN: `arn:aws:kms:us-east-1:123456789012:key/${keyId}` };
  if (form === 'ARN') undo.push(setEnvironment({ AWS_REGION: undefined })); // the ARN knows it
  await open({ key_id: names[form as keyof typeof names] }).run();
});

test('the state decides: disabled and pending deletion fail, enabled again passes', async () => {
  const { run } = open(roundTrip);
  await server.disableKey(keyId);
  await expect(run()).rejects.toMatchObject({ errorClass: 'misconfig', message: "the key's state is Disabled" });
  await server.scheduleDeletion(keyId);
  await expect(run()).rejects.toMatchObject({
    errorClass: 'misconfig',
    message: /PendingDeletion, to be deleted at 2/,
  });
  await server.cancelDeletion(keyId);
  await server.enableKey(keyId);
  await run();
  expect(faults.operations.filter((name) => name === 'Encrypt')).toHaveLength(1);
});

test('an unknown key is a mistake of the configuration', async () => {
  const attempt = makeAttempt();
  await expect(open({ key_id: 'alias/none' }).run(attempt)).rejects.toMatchObject({ errorClass: 'misconfig' });
  expect(attempt.phases.at(-1)).toBe('key');
});

test.each([
  ['ThrottlingException', 'throttled'],
  ['LimitExceededException', 'throttled'],
  ['RequestLimitExceeded', 'throttled'],
  ['TooManyRequestsException', 'throttled'],
  ['AccessDeniedException', 'permission'],
  ['UnrecognizedClientException', 'auth'],
  ['InvalidSignatureException', 'auth'],
  ['ExpiredTokenException', 'auth'],
  ['InvalidClientTokenId', 'auth'],
  ['MissingAuthenticationToken', 'auth'],
  ['DisabledException', 'misconfig'],
  ['KMSInvalidStateException', 'misconfig'],
  ['KMSInternalException', 'server'],
  ['DependencyTimeoutException', 'server'],
  ['KeyUnavailableException', 'server'],
  ['SomethingNewException', 'server'],
])('%s is %s, at the phase that was told so', async (error, errorClass) => {
  inject({ error });
  const attempt = makeAttempt();
  await expect(open().run(attempt)).rejects.toMatchObject({ errorClass, message: expect.stringContaining(error) });
  expect(attempt.phases.at(-1)).toBe('key');
  expect(faults.operations).toHaveLength(1); // our own schedule repeats, not the SDK
});

test.each([
  ['other bytes', { Plaintext: Buffer.from('sixteen others!!').toString('base64') }],
  ['none', {}],
])('a round trip that brings back %s is server', async (_, answer) => {
  inject({ operation: 'Decrypt', answer });
  await expect(open(roundTrip).run()).rejects.toMatchObject({
    errorClass: 'server',
    message: 'Decrypt: other bytes came back than were encrypted',
  });
});

test.each(['Encrypt', 'Decrypt'])(
  'kms:%s denied fails the round trip though DescribeKey is allowed',
  async (operation) => {
    inject({ operation, error: 'AccessDeniedException' });
    const attempt = makeAttempt();
    await expect(open(roundTrip).run(attempt)).rejects.toMatchObject({ errorClass: 'permission' });
    expect(attempt.phases.at(-1)).toBe('round_trip');
  },
);

test('no credential is in a message, a cause or a property', async () => {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = server.environment;
  const AWS_SESSION_TOKEN = 'IQoJb3JpZ2luX2VjEXAMPLETOKEN';
  undo.push(setEnvironment({ AWS_SESSION_TOKEN }));
  inject({ error: 'InvalidSignatureException', message: `expected ${AWS_SESSION_TOKEN} of ${id}, not ${secret}` });
  const error = await open()
    .run()
    .then(
      () => undefined,
      (thrown: Error) => thrown,
    );
  expect(error?.message).toContain('expected *** of ***, not ***');
  expect(error?.cause).toBeUndefined();
});

test('a clock that is wrong is hinted at', async () => {
  inject({ error: 'InvalidSignatureException', message: 'Signature expired: 20260101T000000Z is now earlier than' });
  await expect(open().run()).rejects.toMatchObject({
    errorClass: 'auth',
    message: /is the clock of this machine right/,
  });
});

test('runs share one connection', async () => {
  const { run } = open(roundTrip);
  const before = faults.accepted();
  for (let count = 0; count < 3; count++) await run();
  expect(faults.accepted()).toBe(before + 1);
});

test('a kept connection that the server closes is replaced in the same run, a new one is not tried twice', async () => {
  const { run } = open();
  inject({ reset: true, once: true });
  await expect(run()).rejects.toMatchObject({ code: 'ECONNRESET' });
  await run();
  inject({ reset: true, once: true });
  await run();
  expect(faults.operations).toHaveLength(4);
});

test('the same session passes again after a restart of the server', async () => {
  const { run } = open({ endpoint: server.url });
  await run();
  await server.stop();
  await expect(run()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await server.start();
  await run();
});

test.each(['the deadline', 'destroy'])('%s during a call cuts the connection', async (how) => {
  inject({ delayMs: 60_000 });
  const { opened, run } = open();
  const attempt = makeAttempt();
  const failed = run(attempt).then(
    () => undefined,
    (error: Error) => error,
  );
  await expect.poll(() => faults.operations.length).toBe(1);
  const closed = Promise.all([...faults.open].map((socket) => once(socket, 'close')));
  if (how === 'destroy') opened.destroy();
  else attempt.cancel();
  expect(await failed).toBeInstanceOf(Error);
  await closed;
  expect(opened.closed).toBe(how === 'destroy');
  expect(faults.open.size).toBe(0);
});

test("an endpoint of the environment is used, the settings' own wins", async () => {
  undo.push(setEnvironment({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_KMS: faults.url }));
  await open().run();
  undo.push(setEnvironment({ AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:1' }));
  await open({ endpoint: faults.url }).run();
  await expect(open().run()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('trusts the authority of ca_file or AWS_CA_BUNDLE, and no other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sidewarden-kms-tls-'));
  undo.push(() => rm(folder, { recursive: true }));
  const { cert, key, ca, otherCa } = await makeCertificates(folder);
  const pair = { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  const secure = await startKmsFaults(server, { tls: pair });
  undo.push(() => secure.stop());
  const before = secure.accepted();
  const { run } = open({ endpoint: secure.url, tls: { ca_file: ca } });
  await run();
  await run();
  expect(secure.accepted()).toBe(before + 1);
  undo.push(setEnvironment({ AWS_CA_BUNDLE: ca }));
  await open({ endpoint: secure.url }).run();
  const untrusting = open({ endpoint: secure.url, tls: { ca_file: otherCa } });
  await expect(untrusting.run()).rejects.toMatchObject({ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
  await expect(open({ endpoint: secure.url, tls: { ca_file: '/nonexistent' } }).run()).rejects.toMatchObject({
    errorClass: 'tls',
  });
});
