// What a cluster of Elasticsearch or OpenSearch says of itself: shards, tasks, snapshots. Nodes are in elasticsearch-nodes.ts.

import type { Pack } from '../pack.ts';
import { nodeRecordings, nodes } from './elasticsearch-nodes.ts';
import { unanswered } from './out.ts';

const active = 'max by (check) (sidewarden_elasticsearch_active_shards_ratio{})';
const hasColour = (colour: string): string =>
  `on (check) (max by (check) (elasticsearch_cluster_health_status{color="${colour}"}) == 1)`;

/** The indicators of the health report that no other alert tells; those without a family of their own share one. */
const indicators = (['master_is_stable', 'repository_integrity', 'data_stream_lifecycle', 'slm', 'ilm'] as const).map(
  (name) =>
    `label_replace(max by (check, color) (elasticsearch_health_report_${name}_status{color=~"yellow|red"}) == 1, "indicator", "${name}", "", "")`,
);

export const elasticsearch: Pack = {
  name: 'elasticsearch',
  about:
    'shards, nodes, disks, memory, searches and snapshots of Elasticsearch and OpenSearch, by the statistics of an elasticsearch check',
  auto: ({ checks }) => checks.some(({ type, statistics }) => type === 'elasticsearch' && statistics !== 'off'),
  silence: unanswered('elasticsearch_clusterinfo_up'),
  recordings: [...nodeRecordings],
  alerts: [
    {
      name: 'ElasticsearchClusterRed',
      expr: `${active} and ${hasColour('red')}`,
      for: '1m',
      severity: 'critical',
      labels: ['check'],
      summary: 'Data of the Elasticsearch cluster is not there.',
      description:
        'The cluster of the check {{ $labels.check }} is red: a primary shard has no node, and {{ $value | humanizePercentage }} of the shards are active. Searches miss its documents, and writes to it fail. GET _cluster/allocation/explain says why.',
    },
    {
      name: 'ElasticsearchClusterYellow',
      expr: `${active} and ${hasColour('yellow')}`,
      for: '20m',
      severity: 'warning',
      labels: ['check'],
      summary: 'Replicas of shards of the Elasticsearch cluster have no node.',
      description:
        'The cluster of the check {{ $labels.check }} is yellow: all data is there, but {{ $value | humanizePercentage }} of the shards are active, and one more node that fails can lose some. GET _cluster/allocation/explain says why.',
    },
    {
      name: 'ElasticsearchNodeMissing',
      // While nodes are replaced one by one, there is one more than usual until its shards have moved.
      expr: `max by (check) (max_over_time(min_over_time(elasticsearch_cluster_health_number_of_nodes{}[1h])[6h:5m]))
        - max by (check) (elasticsearch_cluster_health_number_of_nodes{}) > 0`,
      for: '5m',
      severity: 'warning',
      labels: ['check'],
      summary: 'The Elasticsearch cluster has fewer nodes than some hours ago.',
      description:
        'The cluster of the check {{ $labels.check }} lost {{ $value }} of the nodes that it had for an hour within the last 6 hours. GET _cat/nodes shows those that are left; the log of the master says why one left.',
    },
    {
      name: 'ElasticsearchPendingTasks',
      expr: 'max by (check) (elasticsearch_cluster_health_number_of_pending_tasks{}) > $threshold',
      threshold: { value: 100, least: 1, most: 1_000_000, unit: 'tasks' },
      for: '10m',
      severity: 'warning',
      labels: ['check'],
      summary: 'The master of the Elasticsearch cluster falls behind.',
      description:
        '{{ $value }} changes of the state of the cluster of the check {{ $labels.check }} wait for its master: new indices, mappings and shards come late. GET _cluster/pending_tasks shows them.',
    },
    {
      name: 'ElasticsearchSearchSlow',
      // Of few queries the mean says nothing.
      expr: `sum by (check) (max by (check, name) (rate(elasticsearch_indices_search_query_time_seconds{}[5m])))
        / (sum by (check) (max by (check, name) (rate(elasticsearch_indices_search_query_total{}[5m]))) > 0.1)
        > $threshold`,
      threshold: { value: 1, least: 0.001, most: 600, unit: 'seconds' },
      for: '15m',
      severity: 'warning',
      labels: ['check'],
      summary: 'Searches in Elasticsearch are slow.',
      description:
        'A query of a shard in the cluster of the check {{ $labels.check }} takes {{ $value | humanizeDuration }} in the mean; a search waits for the slowest of its shards. GET _nodes/hot_threads says what the nodes do.',
    },
    {
      name: 'ElasticsearchShardLimitNear',
      expr: `(max by (check) (elasticsearch_cluster_health_active_shards{})
          + max by (check) (elasticsearch_cluster_health_initializing_shards{})
          + max by (check) (elasticsearch_cluster_health_unassigned_shards{}))
        / (max by (check) (elasticsearch_clustersettings_stats_max_shards_per_node{})
          * max by (check) (elasticsearch_cluster_health_number_of_data_nodes{}) > 0)
        > $threshold`,
      threshold: { value: 0.9, least: 0.1, most: 0.99, unit: 'ratio' },
      for: '30m',
      severity: 'warning',
      labels: ['check'],
      summary: 'The Elasticsearch cluster has nearly as many shards as it may have.',
      description:
        'The cluster of the check {{ $labels.check }} has {{ $value | humanizePercentage }} of the shards that cluster.max_shards_per_node allows its data nodes. When it is full, no index can be made, by rollover neither. GET _cat/allocation shows the shards of each node.',
    },
    {
      name: 'ElasticsearchAllocationDisabled',
      expr: 'max by (check) (elasticsearch_clustersettings_stats_shard_allocation_enabled{}) > 0',
      for: '2h',
      severity: 'warning',
      labels: ['check'],
      summary: 'The Elasticsearch cluster may not place all shards.',
      description:
        'cluster.routing.allocation.enable of the cluster of the check {{ $labels.check }} is not all, as after maintenance that nobody ended: shards of a node that fails get no other. GET _cluster/settings shows it.',
    },
    {
      name: 'ElasticsearchHealthReportNotGreen',
      expr: [
        ...indicators,
        'max by (check, indicator, color) (sidewarden_elasticsearch_health_indicator{color=~"yellow|red"}) == 1',
      ].join(' or '),
      for: '30m',
      severity: 'warning',
      labels: ['check', 'indicator', 'color'],
      summary: 'The health report of Elasticsearch has an indicator that is not green.',
      description:
        'The indicator {{ $labels.indicator }} of the cluster of the check {{ $labels.check }} is {{ $labels.color }}. GET _health_report/{{ $labels.indicator }} says the diagnosis and what to do.',
    },
    {
      name: 'ElasticsearchSnapshotFailed',
      expr: `time() - max by (check, repository, state)
        (elasticsearch_snapshot_stats_snapshot_start_time_timestamp{state=~"FAILED|PARTIAL"}) > 0`,
      for: '5m',
      severity: 'warning',
      labels: ['check', 'repository', 'state'],
      summary: 'The newest snapshot of Elasticsearch is not complete.',
      description:
        'The newest snapshot in {{ $labels.repository }} (check {{ $labels.check }}), which began {{ $value | humanizeDuration }} ago, is {{ $labels.state }}. GET _snapshot/{{ $labels.repository }}/_all shows which shards failed and why.',
    },
    {
      name: 'ElasticsearchSnapshotTooOld',
      // Of all repositories: one that is kept for its old snapshots gets no new ones.
      expr: `(time() - max by (check) (elasticsearch_snapshot_stats_latest_snapshot_timestamp_seconds{})) / 86400
        > $threshold`,
      threshold: { value: 2, least: 0.05, most: 365, unit: 'days' },
      for: '1h',
      severity: 'warning',
      labels: ['check'],
      summary: 'Elasticsearch has no recent snapshot.',
      description:
        'The newest snapshot of the cluster of the check {{ $labels.check }}, in all its repositories, is {{ $value | printf "%.1f" }} days old. GET _slm/policy says whether a policy runs, and how it last failed.',
    },
    {
      name: 'ElasticsearchSnapshotRepositoryDown',
      expr: 'min by (check, repository) (sidewarden_elasticsearch_snapshot_repository_up{}) == 0',
      for: '30m',
      severity: 'warning',
      labels: ['check', 'repository'],
      summary: 'A snapshot repository of Elasticsearch cannot be read.',
      description:
        'The snapshots in {{ $labels.repository }} (check {{ $labels.check }}) cannot be listed: no snapshot can be made there or restored. POST _snapshot/{{ $labels.repository }}/_verify says which node cannot reach it.',
    },
    ...nodes,
  ],
};
