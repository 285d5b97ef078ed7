// Requests on the registry's page: of a check whose type names operations, at 0 from the start, gone with the check.
import { expect, test } from 'vitest';
import { createMonitor } from '../../src/checks/monitor.ts';
import { requestBuckets } from '../../src/core/detail.ts';
import type { Event } from '../../src/core/event.ts';
import type { Request } from '../../src/core/request.ts';
import { kms } from '../../src/dependencies/kms/index.ts';
import { createRegistry } from '../../src/metrics/registry.ts';
import { fakeCheck, surroundings } from '../checks/fake.ts';
import { makeBoard, makeClock } from '../core/entries.ts';
import { makeResult } from '../core/make.ts';
import { textOf } from './text.ts';

const registryNow = () =>
  createRegistry({
    version: '1',
    service: '',
    detail: 'full',
    clock: makeClock(),
    board: makeBoard([]),
    draining: () => false,
    latenessMs: () => 0,
  });
const { type, classes } = kms;
const settings = { key_id: 'k', round_trip: { interval: 1, context: {} }, statistics: { rotations: true } };
const requests = kms.requests?.(settings) ?? { runs: [], statistics: [] };
const keys = { name: 'keys', type, classes, requests };
const request: Request = { operation: 'DescribeKey', durationMs: 30, result: 'ok', attempts: 1 };
type Registry = ReturnType<typeof registryNow>;
const linesOf = async (registry: Registry, start = 'sidewarden_kms_') =>
  (await textOf(registry)).split('\n').filter((line) => line.startsWith(start));

test('every operation and every result is at 0 from the start, and nothing is there without such a check', async () => {
  const registry = registryNow();
  registry.add({ name: 'cache', type: 'redis', classes: ['dns'] });
  expect(await textOf(registry)).not.toContain('sidewarden_kms');
  registry.add(keys);
  const read = { mode: 'leader', reads: false } as const;
  registry.statistics.standing('keys', read);
  const operations = [...new Set([...requests.runs, ...requests.statistics])];
  expect(operations).toHaveLength(5);
  const connecting = ['dns', 'refused', 'tls', 'auth']; // of what follows an answer they end the request before
  const results = operations.flatMap((operation) =>
    ['ok', ...classes.filter((one) => !/crypt/.test(operation) || !connecting.includes(one))].map(
      (result) => `sidewarden_kms_requests_total{check="keys",operation="${operation}",result="${result}"} 0`,
    ),
  );
  expect(await linesOf(registry, 'sidewarden_kms_requests_total')).toEqual(results);
  for (const name of ['throttles_total', 'request_attempts_total', 'request_duration_seconds_count']) {
    expect(await linesOf(registry, `sidewarden_kms_${name}`), name).toEqual(
      operations.map((operation) => `sidewarden_kms_${name}{check="keys",operation="${operation}"} 0`),
    );
  }
  expect(await linesOf(registry, 'sidewarden_kms_request_duration_seconds_bucket')).toHaveLength(
    operations.length * (requestBuckets.length + 1),
  );
});

test('operations that the configuration cannot make have no series; those of the statistics come once they are read', async () => {
  const registry = registryNow();
  const plain = { key_id: 'k', statistics: { rotations: false } };
  const made = { ...keys, requests: kms.requests?.(plain) };
  const operationsNow = async () => {
    const lines = await linesOf(registry, 'sidewarden_kms_request_attempts_total');
    return lines.map((line) => /operation="(\w+)"/.exec(line)?.[1]);
  };
  registry.add(made);
  registry.statistics.standing('keys', { mode: 'off', reads: false });
  expect(await operationsNow()).toEqual(['DescribeKey']);
  registry.statistics.standing('keys', { mode: 'leader', reads: false });
  expect(await operationsNow()).toEqual(['DescribeKey', 'GetKeyRotationStatus']);
  registry.request('keys', type, request);
  registry.run('keys', type, makeResult('passed', 0));
  registry.add(keys); // a reload adds a round trip: what was counted stays
  expect(await operationsNow()).toEqual(expect.arrayContaining([...requests.runs, ...requests.statistics]));
  expect(await linesOf(registry, 'sidewarden_kms_requests_total')).toContain(
    'sidewarden_kms_requests_total{check="keys",operation="DescribeKey",result="ok"} 1',
  );
  expect(await linesOf(registry, 'sidewarden_check_duration_seconds_count')).toEqual([
    'sidewarden_check_duration_seconds_count{check="keys",type="kms"} 1',
  ]);
});

test('a request is timed, counted by what came of it, by its attempts, and as a throttle', async () => {
  const registry = registryNow();
  registry.add(keys);
  await textOf(registry); // what was rendered once does not hide what comes after
  registry.request('keys', type, request);
  registry.request('keys', type, { ...request, result: 'throttled', durationMs: 700, attempts: 2 });
  const lines = (await linesOf(registry)).filter((line) => line.includes('operation="DescribeKey"'));
  const labels = 'check="keys",operation="DescribeKey"';
  expect(lines).toEqual(
    expect.arrayContaining([
      `sidewarden_kms_requests_total{${labels},result="ok"} 1`,
      `sidewarden_kms_requests_total{${labels},result="throttled"} 1`,
      `sidewarden_kms_throttles_total{${labels}} 1`,
      `sidewarden_kms_request_attempts_total{${labels}} 3`,
      `sidewarden_kms_request_duration_seconds_sum{${labels}} 0.73`,
      `sidewarden_kms_request_duration_seconds_count{${labels}} 2`,
    ]),
  );
  const buckets = lines.filter((line) => /_bucket.*le="0\.(025|05|5)"|_bucket.*le="1"/.test(line));
  expect(buckets.map((line) => line.split(' ')[1])).toEqual(['0', '1', '1', '2']);
});

test('of a check that is removed nothing is left, also when a request ends after it; the other’s stay', async () => {
  const registry = registryNow();
  registry.add(keys);
  registry.add({ ...keys, name: 'others' });
  const others = async () => (await linesOf(registry)).filter((line) => line.includes('"others"'));
  const before = await others();
  registry.request('keys', type, { ...request, operation: 'Encrypt', result: 'refused' });
  expect(await linesOf(registry, 'sidewarden_kms_requests_total')).toContain(
    'sidewarden_kms_requests_total{check="keys",operation="Encrypt",result="refused"} 1',
  );
  registry.remove(keys);
  registry.request('keys', type, request);
  expect((await linesOf(registry)).filter((line) => line.includes('"keys"'))).toEqual([]);
  expect(await others()).toEqual(before);
});

test('what a run asks is counted for its check and type', async () => {
  const told: Event[] = [];
  const monitor = createMonitor(
    fakeCheck(async ({ count }) => count?.(request)),
    { ...surroundings(), emit: (event) => void told.push(event) },
  );
  await monitor.load();
  await monitor.run(new AbortController().signal);
  monitor.close();
  const requests = told.filter(({ kind }) => kind === 'request');
  expect(requests).toEqual([{ kind: 'request', check: 'database', type: 'fake', request }]);
});
