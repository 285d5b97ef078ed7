// The files that take long, longest first. `npm test` prints the ten slowest: one that is missing here belongs here.
export const longest: readonly string[] = [
  'integration/statistics-faults.test.ts',
  'contract/elasticsearch.test.ts',
  'dependencies/elasticsearch/statistics.test.ts',
  'integration/guarded.test.ts',
  'integration/secrets.test.ts',
  'integration/zero-config.test.ts',
  'integration/aws.test.ts',
  'integration/elasticsearch-nodes.test.ts',
  'integration/statistics-page.test.ts',
  'docs/contributing.test.ts',
  'leadership/holders.test.ts',
  'integration/classes.test.ts',
  'integration/reload.test.ts',
  'faults/outages.test.ts',
  'faults/hostile-clients.test.ts',
];
