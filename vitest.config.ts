// The groups of tests. `defaults` takes minutes of waiting (npm run test:versions), `kubernetes` wants a cluster
// (npm run test:kubernetes). All but `faults` run side by side, since they wait more than they work; `faults` measures
// time, so only two files of it run at once.
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/vitest-order.ts';

const rooms = [
  ...['core', 'dependencies', 'schedule', 'checks', 'statistics', 'config', 'http', 'metrics', 'sinks', 'cli'],
  ...['servers', 'scripts', 'soak', 'mutations', 'docs', 'k8s', 'surface'],
];

const groups: readonly { readonly name: string; readonly include: string[]; readonly measures?: true }[] = [
  { name: 'unit', include: [`test/{${rooms.join(',')}}/**/*.test.ts`, 'test/*.test.ts'] },
  { name: 'contract', include: ['test/contract/*.test.ts'] },
  { name: 'integration', include: ['test/integration/*.test.ts'] },
  { name: 'faults', include: ['test/faults/*.test.ts'], measures: true },
  { name: 'defaults', include: ['test/defaults/*.test.ts'], measures: true },
  { name: 'kubernetes', include: ['test/kubernetes/*.test.ts'], measures: true },
];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 240_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 30_000, interval: 20 } },
    globalSetup: ['test/servers/lending.ts'],
    sequence: { sequencer: LongestFirst },
    projects: groups.map(({ name, include, measures = false }) => ({
      extends: true,
      test: { name, include, maxWorkers: measures ? 2 : 6, sequence: { groupOrder: measures ? 1 : 0 } },
    })),
  },
});
