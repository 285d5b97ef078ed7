// The alerts of the pack `elasticsearch` on the cluster as a whole, each quiet, loud, and quiet again.
import { type Case, gauge, type Line, onlyIn, steady } from '../case.ts';
import { answers, logs, logsCount, of, search, searchCounts } from './elasticsearch-lines.ts';
import { nodeCases } from './elasticsearch-nodes.ts';
import { readTwice } from './twice.ts';

const day = 86_400;
const fires = [{ check: 'search' }];
const health = 'elasticsearch_cluster_health_';
const snapshots = 'elasticsearch_snapshot_stats_';

const coloured = (colour: 'red' | 'yellow', active: number): readonly Line[] => [
  search(`${health}status`, 1, 0, 'color="green"'),
  search(`${health}status`, 0, 1, `color="${colour}"`),
  search('sidewarden_elasticsearch_active_shards_ratio', 1, active),
  logs(`${health}status`, 1, 'color="green"'),
  logs(`${health}status`, 0, `color="${colour}"`),
  logs('sidewarden_elasticsearch_active_shards_ratio', 1),
];
const indicator = (name: string, family: string, labels = ''): Case => ({
  alert: 'ElasticsearchHealthReportNotGreen',
  shows: name,
  lines: [
    ...answers,
    search(family, 1, 0, `${labels}color="green"`),
    search(family, 0, 1, `${labels}color="yellow"`),
    search(family, 0, 0, `${labels}color="red"`),
    logs(family, 0, `${labels}color="yellow"`),
  ],
  fires: [{ check: 'search', indicator: name, color: 'yellow' }],
  says: `The indicator ${name} of the cluster of the check search is yellow. GET _health_report/${name} says the diagnosis and what to do.`,
});

const cluster: readonly Case[] = [
  {
    alert: 'ElasticsearchClusterRed',
    lines: [...answers, steady(of('archive', 'elasticsearch_clusterinfo_up'), 0), ...coloured('red', 0.75)],
    fires,
    says: 'The cluster of the check search is red: a primary shard has no node, and 75% of the shards are active. Searches miss its documents, and writes to it fail. GET _cluster/allocation/explain says why.',
  },
  {
    alert: 'ElasticsearchClusterRed',
    shows: 'of a cluster that does not answer nothing else is told',
    lines: [gauge(of('search', 'elasticsearch_clusterinfo_up'), 1, 0), ...coloured('red', 0.75)],
  },
  {
    alert: 'ElasticsearchClusterRed',
    shows: 'yellow is another alert',
    lines: [...answers, ...coloured('yellow', 0.75)],
  },
  {
    alert: 'ElasticsearchClusterYellow',
    lines: [...answers, ...coloured('yellow', 0.95)],
    fires,
    says: 'The cluster of the check search is yellow: all data is there, but 95% of the shards are active, and one more node that fails can lose some. GET _cluster/allocation/explain says why.',
  },
  {
    alert: 'ElasticsearchNodeMissing',
    lines: [...answers, search(`${health}number_of_nodes`, 3, 2), logs(`${health}number_of_nodes`, 2)],
    fires,
    says: 'The cluster of the check search lost 1 of the nodes that it had for an hour within the last 6 hours. GET _cat/nodes shows those that are left; the log of the master says why one left.',
  },
  {
    alert: 'ElasticsearchNodeMissing',
    shows: 'a node was replaced, and its successor was there before it left',
    lasts: 50,
    calm: 30,
    lines: [...answers, search(`${health}number_of_nodes`, 3, 4), logs(`${health}number_of_nodes`, 2)],
  },
  {
    alert: 'ElasticsearchPendingTasks',
    lines: [
      ...answers,
      search(`${health}number_of_pending_tasks`, 95, 105),
      logs(`${health}number_of_pending_tasks`, 95),
    ],
    fires,
    says: '105 changes of the state of the cluster of the check search wait for its master: new indices, mappings and shards come late. GET _cluster/pending_tasks shows them.',
  },
  {
    alert: 'ElasticsearchShardLimitNear',
    lines: [
      ...answers,
      ...[search(`${health}active_shards`, 2500, 2600), logs(`${health}active_shards`, 2700)],
      ...[search(`${health}initializing_shards`, 50, 50), logs(`${health}initializing_shards`, 50)],
      ...[search(`${health}unassigned_shards`, 100, 100), logs(`${health}unassigned_shards`, 50)],
      ...[search(`${health}number_of_data_nodes`, 3, 3), logs(`${health}number_of_data_nodes`, 5)],
      search('elasticsearch_clustersettings_stats_max_shards_per_node', 1000, 1000),
      logs('elasticsearch_clustersettings_stats_max_shards_per_node', 1000),
    ],
    fires,
    says: 'The cluster of the check search has 91.67% of the shards that cluster.max_shards_per_node allows its data nodes. When it is full, no index can be made, by rollover neither. GET _cat/allocation shows the shards of each node.',
  },
  {
    alert: 'ElasticsearchAllocationDisabled',
    lines: [
      ...answers,
      search('elasticsearch_clustersettings_stats_shard_allocation_enabled', 0, 1),
      logs('elasticsearch_clustersettings_stats_shard_allocation_enabled', 0),
    ],
    fires,
    says: 'cluster.routing.allocation.enable of the cluster of the check search is not all, as after maintenance that nobody ended: shards of a node that fails get no other. GET _cluster/settings shows it.',
  },
  ...['master_is_stable', 'repository_integrity', 'data_stream_lifecycle', 'slm', 'ilm'].map((name) =>
    indicator(name, `elasticsearch_health_report_${name}_status`),
  ),
  indicator('file_settings', 'sidewarden_elasticsearch_health_indicator', 'indicator="file_settings",'),
];

const queries = 'elasticsearch_indices_search_query_total';
const time = 'elasticsearch_indices_search_query_time_seconds';
const searches: readonly Case[] = [
  {
    alert: 'ElasticsearchSearchSlow',
    lines: [
      ...answers,
      ...[searchCounts(queries, 4.95, 4.95, 'name="a"'), searchCounts(time, 2.75, 3.74, 'name="a"')],
      ...[searchCounts(queries, 1.65, 1.65, 'name="b"'), searchCounts(time, 3.52, 3.52, 'name="b"')],
      ...[logsCount(queries, 120, 'name="a"'), logsCount(time, 114, 'name="a"')],
    ],
    delay: 1,
    fires,
    says: 'A query of a shard in the cluster of the check search takes 1.1s in the mean; a search waits for the slowest of its shards. GET _nodes/hot_threads says what the nodes do.',
  },
  {
    alert: 'ElasticsearchSearchSlow',
    shows: 'of few queries the mean says nothing',
    lines: [...answers, searchCounts(queries, 5.5, 5.5, 'name="a"'), searchCounts(time, 5, 50, 'name="a"')],
  },
];

const repository = (name: string): string => `repository="${name}"`;
const started = `${snapshots}snapshot_start_time_timestamp`;
const latest = `${snapshots}latest_snapshot_timestamp_seconds`;
const repositoryUp = 'sidewarden_elasticsearch_snapshot_repository_up';
const backups: readonly Case[] = [
  {
    alert: 'ElasticsearchSnapshotFailed',
    quiet: 30,
    lines: [
      ...answers,
      onlyIn('quiet', search(started, 600, 600, `${repository('daily')},state="SUCCESS",version="9.2.0"`)),
      onlyIn('loud', search(started, 1500, 1500, `${repository('daily')},state="PARTIAL",version="9.2.0"`)),
      search(started, 600, 600, `${repository('weekly')},state="SUCCESS",version="9.2.0"`),
      logs(started, 600, `${repository('daily')},state="SUCCESS",version="9.2.0"`),
    ],
    fires: [{ check: 'search', repository: 'daily', state: 'PARTIAL' }],
    says: 'The newest snapshot in daily (check search), which began 10m 0s ago, is PARTIAL. GET _snapshot/daily/_all shows which shards failed and why.',
  },
  {
    alert: 'ElasticsearchSnapshotTooOld',
    quiet: 30,
    lines: [
      ...answers,
      ...[
        search(latest, -1.8 * day, -2.1 * day, repository('daily')),
        search(latest, -9 * day, -9 * day, repository('old')),
      ],
      logs(latest, -1.8 * day, repository('daily')),
    ],
    fires,
    says: 'The newest snapshot of the cluster of the check search, in all its repositories, is 2.2 days old. GET _slm/policy says whether a policy runs, and how it last failed.',
  },
  {
    alert: 'ElasticsearchSnapshotRepositoryDown',
    lines: [
      ...answers,
      ...[search(repositoryUp, 1, 0, repository('daily')), search(repositoryUp, 1, 1, repository('weekly'))],
      steady(of('logs', repositoryUp, repository('daily')), 1),
    ],
    fires: [{ check: 'search', repository: 'daily' }],
    says: 'The snapshots in daily (check search) cannot be listed: no snapshot can be made there or restored. POST _snapshot/daily/_verify says which node cannot reach it.',
  },
];

export const cases: readonly Case[] = [...cluster, ...searches, ...backups, ...nodeCases].map(readTwice);
