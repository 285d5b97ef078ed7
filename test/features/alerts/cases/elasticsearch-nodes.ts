// The alerts on the nodes of Elasticsearch, each quiet, loud, and quiet again.
import type { Case, Line } from '../case.ts';
import { answers, logs, logsCount, search, searchCounts } from './elasticsearch-lines.ts';

const gigabyte = 1_000_000_000;
const data = 'elasticsearch_filesystem_data_';
const settings = 'elasticsearch_clustersettings_allocation_watermark_';
const path = (node: string, name: string): string => `name="${node}",mount="/dev/sda",path="${name}"`;
/** Two nodes of each cluster, of 1 TB a path; the second path of the first node of `search` fills up. */
const disks = (quiet: number, loud: number, others: number): readonly Line[] => {
  const free = (used: number): number => Math.round((1 - used) * 1000) * gigabyte;
  return [
    search(`${data}available_bytes`, free(0.2), free(0.2), path('a', '/data/1')),
    search(`${data}available_bytes`, free(quiet), free(loud), path('a', '/data/2')),
    search(`${data}available_bytes`, free(quiet), free(quiet), path('b', '/data/1')),
    logs(`${data}available_bytes`, free(others), path('a', '/data/1')),
    search(`${data}size_bytes`, 1000 * gigabyte, 1000 * gigabyte, path('a', '/data/1')),
    search(`${data}size_bytes`, 1000 * gigabyte, 1000 * gigabyte, path('a', '/data/2')),
    search(`${data}size_bytes`, 1000 * gigabyte, 1000 * gigabyte, path('b', '/data/1')),
    logs(`${data}size_bytes`, 1000 * gigabyte, path('a', '/data/1')),
  ];
};
const node = [{ check: 'search', name: 'a' }];
const low = (used: string): string =>
  `The disk of the node a of the cluster of the check search is ${used} full: it gets no new shards. Beyond the flood stage its indices become read-only. GET _cat/allocation shows all nodes.`;
const flood = (used: string): string =>
  `The disk of the node a of the cluster of the check search is ${used} full, beyond the flood stage: every index with a shard there refuses writes. Delete indices or add space; GET _cat/allocation shows all nodes.`;

/** The same for both stages: by a share, by nothing but what is usual, and by free space. */
const stage = (
  alert: string,
  name: string,
  [usual, quiet, loud]: readonly [number, number, number],
  says: (used: string) => string,
): readonly Case[] => [
  {
    alert,
    shows: 'as it usually is',
    lines: [
      ...answers,
      ...disks(quiet, loud, quiet),
      // What another cluster says of itself changes nothing.
      logs(`${settings}${name}_bytes`, 10 * gigabyte),
      logs('elasticsearch_health_report_disk_status', 1, 'color="green"'),
    ],
    fires: node,
    says: says(`${(loud * 100).toFixed(0)}%`),
  },
  {
    alert,
    shows: 'by a share that is set',
    lines: [
      ...answers,
      ...disks(0.69, 0.71, loud),
      ...[search(`${settings}${name}_ratio`, 0.7, 0.7), logs(`${settings}${name}_ratio`, usual + 0.04)],
    ],
    fires: node,
    says: says('71%'),
  },
  {
    alert,
    shows: 'by free space that is set',
    lines: [
      ...answers,
      ...disks(0.969, 0.971, loud),
      ...[
        search(`${settings}${name}_bytes`, 30 * gigabyte, 30 * gigabyte),
        logs(`${settings}${name}_bytes`, 10 * gigabyte),
      ],
    ],
    fires: node,
    says: says('97.1%'),
  },
];

export const nodeCases: readonly Case[] = [
  ...stage('ElasticsearchDiskLow', 'low', [0.85, 0.84, 0.86], low),
  ...stage('ElasticsearchDiskFloodStage', 'flood_stage', [0.95, 0.94, 0.96], flood),
  ...['green', 'yellow'].map((colour) => ({
    alert: 'ElasticsearchDiskFloodStage',
    shows: `the health report says ${colour}`,
    lines: [
      ...answers,
      ...disks(0.94, 0.96, 0.94),
      search('elasticsearch_health_report_disk_status', 1, 1, `color="${colour}"`),
      search('elasticsearch_health_report_disk_status', 0, 0, 'color="red"'),
    ],
  })),
  {
    alert: 'ElasticsearchHeapHigh',
    lines: [
      ...answers,
      search('elasticsearch_jvm_memory_used_bytes', 0.88 * gigabyte, 0.95 * gigabyte, 'name="a",area="heap"'),
      search('elasticsearch_jvm_memory_max_bytes', gigabyte, gigabyte, 'name="a",area="heap"'),
      search('elasticsearch_jvm_memory_used_bytes', 0.88 * gigabyte, 0.88 * gigabyte, 'name="b",area="heap"'),
      search('elasticsearch_jvm_memory_max_bytes', gigabyte, gigabyte, 'name="b",area="heap"'),
      search('elasticsearch_jvm_memory_used_bytes', gigabyte, gigabyte, 'name="b",area="non-heap"'),
      logs('elasticsearch_jvm_memory_used_bytes', 0.88 * gigabyte, 'name="a",area="heap"'),
      logs('elasticsearch_jvm_memory_max_bytes', gigabyte, 'name="a",area="heap"'),
    ],
    fires: node,
    says: 'The node a of the cluster of the check search uses 95% of its heap, and garbage collection does not free it. GET _nodes/stats/breaker,indices says what holds it.',
  },
  {
    alert: 'ElasticsearchRejections',
    lines: [
      ...answers,
      searchCounts('elasticsearch_thread_pool_rejected_count', 1, 1.3, 'name="a",type="write"'),
      searchCounts('elasticsearch_thread_pool_rejected_count', 0.9, 0.9, 'name="b",type="write"'),
      searchCounts('elasticsearch_thread_pool_rejected_count', 1.9, 1.9, 'name="b",type="search"'),
      logsCount('elasticsearch_thread_pool_rejected_count', 1.9, 'name="a",type="write"'),
    ],
    delay: 1,
    fires: [{ check: 'search', type: 'write' }],
    says: 'The thread pool write of the nodes of the check search refused about 11 tasks in 5 minutes, with HTTP 429. GET _cat/thread_pool/write?v shows on which nodes.',
  },
  {
    alert: 'ElasticsearchBreakerTripped',
    lines: [
      ...answers,
      searchCounts('elasticsearch_breakers_tripped', 0.16, 1.01, 'name="a",breaker="parent"'),
      searchCounts('elasticsearch_breakers_tripped', 0.15, 0.15, 'name="b",breaker="parent"'),
      searchCounts('elasticsearch_breakers_tripped', 0.31, 0.31, 'name="b",breaker="request"'),
      logsCount('elasticsearch_breakers_tripped', 0.31, 'name="a",breaker="parent"'),
    ],
    calm: 20,
    fires: [{ check: 'search', breaker: 'parent' }],
    says: 'The circuit breaker parent of the nodes of the check search refused about 5.5 requests in 15 minutes. GET _nodes/stats/breaker shows what each node counts and may use.',
  },
  {
    alert: 'ElasticsearchNodesWithoutStatistics',
    lines: [
      ...answers,
      search('sidewarden_elasticsearch_nodes_without_statistics', 0, 1),
      logs('sidewarden_elasticsearch_nodes_without_statistics', 0),
    ],
    fires: [{ check: 'search' }],
    says: '1 nodes of the cluster of the check search are in the cluster and do not answer in time: they are overloaded or hang, and their own alerts are blind. GET _nodes/stats/process shows who answers.',
  },
];
