// Sinks are isolated from one another and close in bounded time; the metrics sink counts.
import { expect, test } from 'vitest';
import type { Observation } from '../../src/core/check.ts';
import type { Consumer, Event } from '../../src/core/event.ts';
import { createSinks } from '../../src/sinks/index.ts';
import { createMetricsSink } from '../../src/sinks/metrics.ts';
import { healthy, unhealthy, unknown } from '../core/entries.ts';
import { makeResult } from '../core/make.ts';
import { makeLog } from '../http/serve.ts';

const observation: Observation = {
  kind: 'observation',
  check: 'sessions',
  type: 'redis',
  before: unknown,
  after: healthy,
  result: makeResult('passed', 0),
  time: new Date(0),
};

function make(...sinks: Consumer[]) {
  const log = makeLog();
  const failures: [string, number][] = [];
  const left: string[] = [];
  const failed = (sink: string, times: number): void => void failures.push([sink, times]);
  return { log, failures, left, sinks: createSinks(sinks, { log, failed, gone: (sink) => left.push(sink) }) };
}
const broken: Consumer = {
  name: 'broken',
  accept() {
    throw new Error('disk full');
  },
};

test('a sink that throws harms no other; every error is counted, the first is logged', () => {
  const seen: Event[] = [];
  const { sinks, log, failures } = make(broken, { name: 'good', accept: (one) => seen.push(one) });
  expect(failures).toEqual([['broken', 0], ['good', 0]]); // biome-ignore format: pairs
  for (let i = 0; i < 3; i += 1) sinks.emit(observation);
  expect(seen).toEqual([observation, observation, observation]);
  expect(failures.slice(2)).toEqual(Array(3).fill(['broken', 1]));
  expect(log.lines).toEqual([
    expect.objectContaining({ level: 'error', 'labels.sink': 'broken', 'error.message': 'disk full' }),
  ]);
});

test('a broken log harms nothing either', () => {
  const log = { ...makeLog(), error: broken.accept as () => never };
  const sinks = createSinks([broken], { log, failed: () => {}, gone: () => {} });
  expect(() => sinks.emit(observation)).not.toThrow();
});

test('closing closes all, survives an error, and ends when aborted', async () => {
  const closed: string[] = [];
  const closes = (name: string, close: () => Promise<void>): Consumer => ({ name, accept() {}, close });
  const quick = closes('quick', async () => void closed.push('quick'));
  const rejects = closes('rejects', () => Promise.reject(new Error('gone')));
  const { sinks, failures } = make(rejects, quick, { name: 'nothing to close', accept() {} });
  await sinks.close(new AbortController().signal);
  expect(closed).toEqual(['quick']);
  expect(failures.at(-1)).toEqual(['rejects', 1]);
  const never = make(closes('never', () => new Promise(() => {})));
  await never.sinks.close(AbortSignal.timeout(20));
});

test('one that is added hears what happens from then on, one that is removed nothing more', () => {
  const heard: string[] = [];
  const { sinks, failures, left } = make();
  const late: Consumer = { name: 'late', accept: ({ kind }) => void heard.push(kind) };
  sinks.emit(observation);
  sinks.add(late);
  sinks.emit({ kind: 'draining', draining: true });
  sinks.remove(late);
  sinks.emit(observation);
  expect(heard).toEqual(['draining']);
  expect(failures).toEqual([['late', 0]]);
  expect(left).toEqual(['late']);
});

function countingSink() {
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      void calls.push([name, ...args]);
  const [run, transition, request] = [note('run'), note('transition'), note('request')];
  const { accept } = createMetricsSink({
    ...{ run, transition, request },
    configRead: note('configRead'),
    certificateRead: note('certificateRead'),
  });
  return { accept, calls };
}

test('the metrics sink counts requests and what was read again', () => {
  const { accept, calls } = countingSink();
  const request = { operation: 'Encrypt', durationMs: 3, result: 'ok', attempts: 1 } as const;
  accept({ kind: 'request', check: 'keys', type: 'kms', request });
  accept({ kind: 'configuration', good: false });
  accept({ kind: 'certificate', good: true });
  accept({ kind: 'checks', added: ['keys'], changed: [], removed: [] });
  expect(calls).toEqual([
    ['request', 'keys', 'kms', request],
    ['configRead', false],
    ['certificateRead', true],
  ]);
});

test('the metrics sink counts runs, and transitions of status only', () => {
  const { accept, calls } = countingSink();
  accept(observation);
  accept({ ...observation, before: unhealthy('refused'), after: unhealthy('timeout') });
  const { result: _, ...expired } = { ...observation, before: healthy, after: unknown };
  accept(expired);
  expect(calls).toEqual([
    ['run', 'sessions', 'redis', observation.result],
    ['transition', 'sessions', 'redis', 'healthy'],
    ['run', 'sessions', 'redis', observation.result],
    ['transition', 'sessions', 'redis', 'unknown'],
  ]);
});
