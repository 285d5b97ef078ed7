// The kinds of tests. `defaults` takes minutes of waiting (npm run test:versions), `kubernetes` wants a cluster
// (npm run test:kubernetes). Two files at a time: they wait more than they work, and many run real servers and measure time.
import { defineConfig } from 'vitest/config';

const rooms = [
  ...['core', 'dependencies', 'schedule', 'checks', 'statistics', 'config', 'http', 'metrics', 'sinks', 'cli'],
  ...['servers', 'scripts', 'soak', 'docs', 'k8s'],
];

const files: Readonly<Record<string, string[]>> = {
  unit: [`test/{${rooms.join(',')}}/**/*.test.ts`, 'test/*.test.ts'],
  contract: ['test/contract/*.test.ts'],
  integration: ['test/integration/*.test.ts'],
  faults: ['test/faults/*.test.ts'],
  defaults: ['test/defaults/*.test.ts'],
  kubernetes: ['test/kubernetes/*.test.ts'],
};

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    maxWorkers: 2,
    expect: { poll: { timeout: 10_000, interval: 20 } },
    projects: Object.entries(files).map(([name, include], index) => ({
      extends: true,
      test: { name, include, sequence: { groupOrder: index } },
    })),
  },
});
