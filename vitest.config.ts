// The groups of tests. `defaults` takes minutes of waiting (npm run test:versions), `peers` wants programs built with Go
// (npm run test:peers), `kubernetes` wants a cluster (npm run test:kubernetes).
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/vitest-order.ts';

const rooms = [
  ...[
    'core',
    'dependencies',
    'schedule',
    'leadership',
    'checks',
    'statistics',
    'config',
    'http',
    'metrics',
    'sinks',
    'features',
    'cli',
  ],
  ...['servers', 'scripts', 'soak', 'mutations', 'docs', 'k8s', 'surface'],
];

/** What is waited for more than worked for. */
const waits = { maxWorkers: 6, sequence: { groupOrder: 0 } };
/** What measures time: more at once would measure one another. */
const measures = { maxWorkers: 3, sequence: { groupOrder: 1 } };

const groups = [
  { name: 'unit', include: [`test/{${rooms.join(',')}}/**/*.test.ts`, 'test/*.test.ts'], ...waits },
  { name: 'contract', include: ['test/contract/*.test.ts'], ...waits },
  { name: 'integration', include: ['test/integration/*.test.ts'], ...waits },
  { name: 'faults', include: ['test/faults/*.test.ts'], ...measures },
  { name: 'defaults', include: ['test/defaults/*.test.ts'], ...measures },
  { name: 'peers', include: ['test/peers/*.test.ts'], ...waits },
  { name: 'kubernetes', include: ['test/kubernetes/*.test.ts'], maxWorkers: 2, sequence: { groupOrder: 2 } },
];

export default defineConfig({
  test: {
    testTimeout: 180_000, // a safety net, for a busy machine too
    hookTimeout: 240_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 30_000, interval: 20 } },
    globalSetup: ['test/servers/lending.ts'],
    sequence: { sequencer: LongestFirst },
    projects: groups.map((test) => ({ extends: true, test })),
  },
});
