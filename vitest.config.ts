// The four kinds of tests. Those on real servers run one file at a time: they measure time on a shared machine.
import { defineConfig } from 'vitest/config';

const rooms = [
  'core',
  'dependencies',
  'schedule',
  'checks',
  'config',
  'http',
  'metrics',
  'sinks',
  'cli',
  'servers',
  'scripts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 10_000, interval: 20 } },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: [`test/{${rooms.join(',')}}/**/*.test.ts`, 'test/*.test.ts'], maxWorkers: 2 },
      },
      ...['contract', 'integration', 'faults'].map((name, index) => ({
        extends: true as const,
        test: {
          name,
          include: [`test/${name}/*.test.ts`],
          fileParallelism: false,
          sequence: { groupOrder: index + 1 },
        },
      })),
    ],
  },
});
