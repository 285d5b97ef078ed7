// Which cluster and version it is: what the node said when it was greeted, so that nothing is asked.
import { samples } from '../../../core/family.ts';
import { type Collector, notAsked } from '../../statistics.ts';
import { exported } from './family.ts';
import type { ElasticsearchSource } from './source.ts';

const labels = ['cluster', 'cluster_uuid', 'build_date', 'build_hash', 'version', 'lucene_version'];
const families = ['version', 'clusterinfo_version_info'].map((name) =>
  exported(name, 'gauge', 'Always 1; the labels say which cluster and version the node is of.', labels),
);

export const clusterInfo: Collector<unknown, ElasticsearchSource> = {
  name: 'cluster_info',
  intervalMs: 60_000,
  asks: 'GET / (once for all collectors of a round)',
  families,
  privilege: 'monitor',
  collect: async ({ info }) =>
    info === undefined ? notAsked : families.flatMap((family) => samples(family, 1, ...info.labels)),
};
