// Requests as this replica sees them: those of the probe and of the collectors, against what the proxy before KMS counted.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Request } from '../../../src/core/request.ts';
import { kms } from '../../../src/dependencies/kms/index.ts';
import { noAwsSettings, setEnvironment } from '../../contract/rigs/kms.ts';
import { type BorrowedKms, borrowKms } from '../../servers/borrow.ts';
import { type Fault, type KmsFaults, startKmsFaults } from '../../servers/kms-faults.ts';
import { makeAttempt, type TestAttempt } from '../attempt.ts';

const driver = await kms.load();
const statistics = await kms.statistics?.();

let server: BorrowedKms;
let faults: KmsFaults;
let keyId: string;
let counted: Request[];
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  server = await borrowKms();
  faults = await startKmsFaults(server);
  keyId = await server.createKey();
});
afterAll(async () => {
  await faults.stop();
});
beforeEach(() => {
  undo.push(setEnvironment({ ...noAwsSettings, ...server.environment, AWS_ENDPOINT_URL: faults.url }));
  faults.operations.length = 0;
  counted = [];
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const inject = (fault: Fault) => undo.push(faults.inject(fault));
const counting = (attempt: TestAttempt = makeAttempt()) => ({
  ...attempt,
  count: (request: Request) => void counted.push(request),
});
const settings = () =>
  z.strictObject(kms.settings).parse({ key_id: keyId, round_trip: {}, statistics: { rotations: true } });

function open() {
  const parsed = settings();
  const session = driver.session(parsed);
  undo.push(() => session.destroy());
  return { session, run: (attempt = makeAttempt()) => driver.probe(session, parsed, counting(attempt) as never) };
}
async function collectAll() {
  const parsed = settings();
  const reader = driver.reader?.(parsed);
  if (reader === undefined) throw new Error('no reader');
  undo.push(() => reader.destroy());
  const source = await reader.open(counting());
  for (const collector of statistics?.collectors ?? []) {
    await collector.collect(source, parsed, { ...counting(), cut() {} });
  }
}
const told = () => counted.map(({ operation, result, attempts }) => ({ operation, result, attempts }));

test('probe and collectors: as many of each operation as the proxy saw, in the order of their answers', async () => {
  await open().run();
  await collectAll();
  expect(counted.map(({ operation }) => operation)).toEqual(faults.operations);
  expect(faults.operations).toEqual([
    ...['DescribeKey', 'Encrypt', 'Decrypt'],
    ...['DescribeKey', 'GetKeyRotationStatus', 'ListKeyRotations'],
  ]);
  for (const { result, attempts, durationMs } of counted) {
    expect({ result, attempts }).toEqual({ result: 'ok', attempts: 1 });
    expect(durationMs).toBeGreaterThan(0);
  }
  expect(new Set(counted.map(({ operation }) => operation))).toEqual(
    new Set(Object.values(kms.requests?.(settings()) ?? {}).flat()),
  );
});

test.each([
  ['ThrottlingException', 'throttled'],
  ['AccessDeniedException', 'permission'],
  ['InvalidSignatureException', 'auth'],
  ['DisabledException', 'misconfig'],
  ['KMSInternalException', 'server'],
])('%s is counted as %s', async (error, result) => {
  inject({ operation: 'DescribeKey', error });
  await expect(open().run()).rejects.toThrow();
  expect(told()).toEqual([{ operation: 'DescribeKey', result, attempts: 1 }]);
  expect(kms.classes).toContain(result);
});

test('the time that a request took is its own', async () => {
  inject({ operation: 'Encrypt', delayMs: 3000 }); // far more than a busy machine delays the others
  await open().run();
  const slow = counted.filter(({ durationMs }) => durationMs >= 2995);
  expect(slow.map(({ operation }) => operation)).toEqual(['Encrypt']);
});

test('what was sent twice, since the kept connection was closed meanwhile, is one request of two attempts', async () => {
  const { run } = open();
  await run();
  counted = [];
  faults.operations.length = 0;
  inject({ operation: 'DescribeKey', reset: true, once: true });
  await run();
  expect(told()[0]).toEqual({ operation: 'DescribeKey', result: 'ok', attempts: 2 });
  expect(counted.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(faults.operations.length);
});

test('a connection that is refused, and a silence until the deadline', async () => {
  const attempt = makeAttempt();
  let leftMs: number | undefined;
  inject({
    operation: 'DescribeKey',
    get delayMs() {
      leftMs ??= attempt.remainingMs(); // as it arrives
      return 60_000;
    },
  });
  await expect(open().run(attempt)).rejects.toThrow();
  expect(told()).toEqual([{ operation: 'DescribeKey', result: 'timeout', attempts: 1 }]);
  expect(leftMs).toBeGreaterThan(0);
  expect(counted[0]?.durationMs).toBeGreaterThan((leftMs ?? 0) - 20);
  await faults.stop();
  undo.push(() => faults.start());
  await expect(open().run()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(told()[1]).toEqual({ operation: 'DescribeKey', result: 'refused', attempts: 1 });
});

test('a request that we cut ourselves, as its check ends, says nothing of KMS', async () => {
  inject({ delayMs: 60_000 });
  const attempt = makeAttempt();
  const { session, run } = open();
  const failed = run(attempt).then(
    () => undefined,
    (error: unknown) => error,
  );
  await expect.poll(() => faults.operations.length).toBe(1);
  attempt.cancel();
  session.destroy();
  expect(await failed).toBeInstanceOf(Error);
  expect(counted).toEqual([]);
});
