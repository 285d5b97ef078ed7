// What the forecasts read: it grows and shrinks, and lasts for days. PostgreSQL is that of its own pack.
import { type Line, slope, steady } from '../case.ts';

const gigabyte = 1_000_000_000;
const redis = (family: string, labels = ''): string =>
  `${family}{check="sessions",instance="sessions:6379"${labels === '' ? '' : `,${labels}`}}`;
const node = (family: string, labels: string): string =>
  `${family}{check="search",instance="search:9200",cluster="shop",host="10.0.0.9",name="es-1",${labels}}`;
const volume = (family: string): string => `${family}{persistentvolumeclaim="data-0",node="n"}`;
const disk = 'mount="/data",path="/data"';

export const lines: readonly Line[] = [
  steady(redis('redis_up'), 1),
  steady(redis('redis_memory_max_bytes'), gigabyte),
  slope(redis('redis_memory_used_bytes'), 0.55 * gigabyte, 1_000_000, 1_000_000),
  steady(redis('redis_instance_info', 'role="master",maxmemory_policy="noeviction"'), 1),
  steady('elasticsearch_clusterinfo_up{check="search",instance="search:9200"}', 1),
  slope(node('elasticsearch_filesystem_data_available_bytes', disk), 400 * gigabyte, -10_000_000, -10_000_000),
  steady(node('elasticsearch_filesystem_data_size_bytes', disk), 1000 * gigabyte),
  steady(node('elasticsearch_jvm_memory_used_bytes', 'area="heap"'), 6 * gigabyte),
  steady(node('elasticsearch_jvm_memory_max_bytes', 'area="heap"'), 10 * gigabyte),
  slope(volume('kubelet_volume_stats_available_bytes'), 60 * gigabyte, -1_000_000, -1_000_000),
  steady(volume('kubelet_volume_stats_capacity_bytes'), 100 * gigabyte),
  steady('kube_pod_spec_volumes_persistentvolumeclaims_info{pod="shop-0",persistentvolumeclaim="data-0"}', 1),
];
