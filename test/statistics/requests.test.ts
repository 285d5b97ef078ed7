// What opening a reader and running its collectors asks is counted for the check and its type.
import { expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import type { Request } from '../../src/core/request.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import type { Job } from '../../src/schedule/job.ts';
import { createStatistics } from '../../src/statistics/index.ts';
import { createSnapshots } from '../../src/statistics/snapshots.ts';
import { fakeDefinition } from '../checks/fake.ts';
import { makeLog } from '../http/serve.ts';
import { family } from './world.ts';

const requestOf = (operation: string): Request => ({ operation, durationMs: 1, result: 'ok', attempts: 1 });

const definition: Definition = {
  ...fakeDefinition,
  load: async () => ({
    session: () => ({ closed: false, destroy() {} }),
    probe: async () => {},
    classify: () => undefined,
    reader: () => ({
      closed: false,
      destroy() {},
      async open({ count }) {
        count?.(requestOf('Open'));
        return { instance: 'fake:1' };
      },
    }),
  }),
  statistics: async () => ({
    up: family('fake_up'),
    collectors: [
      {
        name: 'all',
        intervalMs: 15_000,
        asks: 'everything',
        families: [],
        async collect(_source, _settings, { count }) {
          count?.(requestOf('Ask'));
          return [];
        },
      },
    ],
  }),
};

test('requests of a reader are counted for its check', async () => {
  const told: unknown[] = [];
  const jobs: Job[] = [];
  const statistics = createStatistics({
    settings: { mode: 'all', timeoutMs: 1000, maxSeries: 10 },
    ...{ snapshots: createSnapshots(), log: makeLog(), clock: systemClock },
    leadership: { at: () => undefined, follow() {} },
    metrics: { ran() {}, up() {}, forget() {}, privilege() {}, standing() {} },
    random: () => 0.5,
    redact: (text) => text,
    scheduler: { add: (job) => void jobs.push(job), nudge() {}, remove: async () => {} },
    count: (...all) => void told.push(all),
  });
  const checks = [{ name: 'keys', definition, settings: {}, maxConnectionAgeMs: 300_000 }];
  await statistics.load(checks);
  statistics.replace(checks);
  await jobs[0]?.run(new AbortController().signal);
  statistics.close();
  expect(told).toEqual([
    ['keys', 'fake', requestOf('Open')],
    ['keys', 'fake', requestOf('Ask')],
  ]);
});
