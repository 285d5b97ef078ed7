// The statistics of an Elasticsearch or OpenSearch cluster.
import { defineStatistics } from '../../statistics.ts';
import { hostsOf } from '../nodes.ts';
import type { ElasticsearchSettings } from '../settings.ts';
import { clusterHealth } from './cluster-health.ts';
import { clusterInfo } from './cluster-info.ts';
import { clusterSettings } from './cluster-settings.ts';
import { exported } from './family.ts';
import { healthReport } from './health-report.ts';
import { nodes } from './nodes.ts';
import { snapshots } from './snapshots.ts';
import type { ElasticsearchSource } from './source.ts';

export const statistics = defineStatistics<ElasticsearchSettings, ElasticsearchSource>({
  up: exported('clusterinfo_up', 'gauge', 'Whether a node of the cluster answers.', []),
  instance: ({ url }) => hostsOf(url).split(',', 1)[0] ?? '',
  collectors: [clusterInfo, clusterHealth, nodes, healthReport, clusterSettings, snapshots],
});
