// What the nodes of Elasticsearch and OpenSearch say of themselves: heap, disks, thread pools, circuit breakers.
import type { Alert, Recording } from '../pack.ts';

const used = 'check_name:elasticsearch_disk_used:ratio_max{}';
const ofSettings = 'elasticsearch_clustersettings_allocation_watermark';

/** The share at which the cluster acts, by its own setting; as it comes, while that is not known. */
const watermark = (stage: 'low' | 'flood_stage', asItComes: number): Recording => ({
  record: `check:elasticsearch_watermark_${stage}:ratio`,
  expr: `max by (check) (${ofSettings}_${stage}_ratio{})
    or (max by (check) (elasticsearch_clusterinfo_up{}) * 0 + ${asItComes}
      unless on (check) max by (check) (${ofSettings}_${stage}_bytes{}))`,
});

/** The share that is used, of the nodes beyond a watermark, be it set as a share or as space that is to be free. */
const beyond = (stage: 'low' | 'flood_stage'): string => `
  ${used} > on (check) group_left check:elasticsearch_watermark_${stage}:ratio{}
  or ${used} and on (check, name) (
    min by (check, name) (elasticsearch_filesystem_data_available_bytes{})
      < on (check) group_left max by (check) (${ofSettings}_${stage}_bytes{}))`;

export const nodeRecordings: readonly Recording[] = [
  {
    record: 'check_name:elasticsearch_disk_used:ratio_max',
    expr: `max by (check, name) (1 - max by (check, name, path) (elasticsearch_filesystem_data_available_bytes{})
      / (max by (check, name, path) (elasticsearch_filesystem_data_size_bytes{}) > 0))`,
  },
  watermark('low', 0.85),
  watermark('flood_stage', 0.95),
];

export const nodes = [
  {
    name: 'ElasticsearchHeapHigh',
    expr: `max by (check, name) (elasticsearch_jvm_memory_used_bytes{area="heap"})
      / (max by (check, name) (elasticsearch_jvm_memory_max_bytes{area="heap"}) > 0) > $threshold`,
    threshold: { value: 0.9, least: 0.1, most: 0.99, unit: 'ratio' },
    for: '15m',
    severity: 'warning',
    labels: ['check', 'name'],
    summary: 'A node of Elasticsearch has nearly used its heap.',
    description:
      'The node {{ $labels.name }} of the cluster of the check {{ $labels.check }} uses {{ $value | humanizePercentage }} of its heap, and garbage collection does not free it. GET _nodes/stats/breaker,indices says what holds it.',
  },
  {
    name: 'ElasticsearchDiskLow',
    expr: beyond('low'),
    for: '10m',
    severity: 'warning',
    labels: ['check', 'name'],
    summary: 'A node of Elasticsearch is beyond the low watermark of its disk.',
    description:
      'The disk of the node {{ $labels.name }} of the cluster of the check {{ $labels.check }} is {{ $value | humanizePercentage }} full: it gets no new shards. Beyond the flood stage its indices become read-only. GET _cat/allocation shows all nodes.',
  },
  {
    name: 'ElasticsearchDiskFloodStage',
    // Elasticsearch 8.7 and later says by itself whether it is so far: on large disks it waits until less is free.
    expr: `(${beyond('flood_stage')})
      unless on (check) (max by (check) (elasticsearch_health_report_disk_status{color=~"green|yellow"}) == 1)`,
    for: '2m',
    severity: 'critical',
    labels: ['check', 'name'],
    summary: 'A disk of Elasticsearch is full: its indices are read-only.',
    description:
      'The disk of the node {{ $labels.name }} of the cluster of the check {{ $labels.check }} is {{ $value | humanizePercentage }} full, beyond the flood stage: every index with a shard there refuses writes. Delete indices or add space; GET _cat/allocation shows all nodes.',
  },
  {
    name: 'ElasticsearchRejections',
    expr: `sum by (check, type) (max by (check, name, type)
      (increase(elasticsearch_thread_pool_rejected_count{}[5m]))) > $threshold`,
    threshold: { value: 10, least: 0, most: 1_000_000, unit: 'tasks in 5 minutes' },
    for: '10m',
    severity: 'warning',
    labels: ['check', 'type'],
    summary: 'Nodes of Elasticsearch refuse work since a queue is full.',
    description:
      'The thread pool {{ $labels.type }} of the nodes of the check {{ $labels.check }} refused about {{ $value | humanize }} tasks in 5 minutes, with HTTP 429. GET _cat/thread_pool/{{ $labels.type }}?v shows on which nodes.',
  },
  {
    name: 'ElasticsearchBreakerTripped',
    expr: `sum by (check, breaker) (max by (check, name, breaker)
      (increase(elasticsearch_breakers_tripped{}[15m]))) > $threshold`,
    threshold: { value: 5, least: 0, most: 1_000_000, unit: 'requests in 15 minutes' },
    for: '0s',
    severity: 'warning',
    labels: ['check', 'breaker'],
    summary: 'Nodes of Elasticsearch refuse requests that want too much memory.',
    description:
      'The circuit breaker {{ $labels.breaker }} of the nodes of the check {{ $labels.check }} refused about {{ $value | humanize }} requests in 15 minutes. GET _nodes/stats/breaker shows what each node counts and may use.',
  },
  {
    name: 'ElasticsearchNodesWithoutStatistics',
    expr: 'max by (check) (sidewarden_elasticsearch_nodes_without_statistics{}) > 0',
    for: '15m',
    severity: 'warning',
    labels: ['check'],
    summary: 'A node of Elasticsearch does not give its statistics.',
    description:
      '{{ $value }} nodes of the cluster of the check {{ $labels.check }} are in the cluster and do not answer in time: they are overloaded or hang, and their own alerts are blind. GET _nodes/stats/process shows who answers.',
  },
] as const satisfies readonly Alert[];
