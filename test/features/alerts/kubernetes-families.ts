// The families of the cluster that rules read, with the labels that they have. Read on 2026-11-27 in:
// - kube-state-metrics, docs/metrics/workload/{pod,deployment}-metrics.md, at c92fe0c5ce02d3b52abf54490e00db6c706f2ba5;
// - cAdvisor, docs/storage/prometheus.md, with the labels that the kubelet gives to containers;
// - kubelet, pkg/kubelet/metrics/collectors/volume_stats.go.
// kubernetes-mixin (alerts/ and rules/ at aa38e2bfa7ea6ec6870420b483046afe790a6411) reads the same names.

export type ClusterFamily = {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  /** Beside those of the scrape, and `namespace`. */
  readonly labels: readonly string[];
  readonly source: 'kube-state-metrics' | 'cAdvisor' | 'kubelet';
};

const family =
  (source: ClusterFamily['source'], labels: readonly string[]) =>
  (name: string, type: ClusterFamily['type'], ...more: readonly string[]): ClusterFamily => ({
    ...{ name, type, labels: [...labels, ...more], source },
  });
const ofPod = family('kube-state-metrics', ['pod', 'uid']);
const ofContainer = family('kube-state-metrics', ['pod', 'uid', 'container']);
const ofDeployment = family('kube-state-metrics', ['deployment']);
const ofCadvisor = family('cAdvisor', ['pod', 'container', 'id', 'image', 'name']);
const ofVolume = family('kubelet', ['persistentvolumeclaim']);

export const kubernetesFamilies: readonly ClusterFamily[] = [
  ...(['kube_pod', 'kube_pod_init'] as const).flatMap((kind) => [
    ofContainer(`${kind}_container_status_waiting_reason`, 'gauge', 'reason'),
    ofContainer(`${kind}_container_status_last_terminated_reason`, 'gauge', 'reason'),
    ofContainer(`${kind}_container_status_restarts_total`, 'counter'),
    ofContainer(`${kind}_container_resource_limits`, 'gauge', 'resource', 'unit', 'node'),
  ]),
  ofPod('kube_pod_status_ready', 'gauge', 'condition'),
  ofPod('kube_pod_status_phase', 'gauge', 'phase'),
  ofPod('kube_pod_spec_volumes_persistentvolumeclaims_info', 'gauge', 'volume', 'persistentvolumeclaim', 'ephemeral'),
  ofDeployment('kube_deployment_spec_replicas', 'gauge'),
  ofDeployment('kube_deployment_status_replicas_available', 'gauge'),
  ofDeployment('kube_deployment_status_replicas_updated', 'gauge'),
  ofCadvisor('container_cpu_usage_seconds_total', 'counter', 'cpu'),
  ofCadvisor('container_memory_working_set_bytes', 'gauge'),
  ofCadvisor('container_cpu_cfs_periods_total', 'counter'),
  ofCadvisor('container_cpu_cfs_throttled_periods_total', 'counter'),
  ofVolume('kubelet_volume_stats_available_bytes', 'gauge'),
  ofVolume('kubelet_volume_stats_capacity_bytes', 'gauge'),
  ofVolume('kubelet_volume_stats_inodes', 'gauge'),
  ofVolume('kubelet_volume_stats_inodes_free', 'gauge'),
];
