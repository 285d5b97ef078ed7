// What the cluster says of the pods, containers and volumes of the service: kube-state-metrics, and the kubelets with
// their cAdvisor. A native sidecar is an init container.
import type { Pack } from '../pack.ts';
import { causeIsOut } from './out.ts';

/** What Kubernetes makes names of: no vowels, and no digits that look like letters. */
const made = '[bcdfghjklmnpqrstvwxz2456789]';
/**
 * The pods of the deployment, stateful set or daemon set that has the service's name. Those of `shop-admin` are not those
 * of `shop`.
 */
const pods = `pod=~"$service(-${made}{6,10})?-(${made}{5}|[0-9]+)"`;
/** Without the container that holds the pod's namespaces, and without the sums of the pod. */
const containers = `${pods}, container!~"|POD"`;
const waits = (kind: 'pod' | 'pod_init'): string =>
  `max_over_time(kube_${kind}_container_status_waiting_reason{${pods}, reason="CrashLoopBackOff"}[5m])`;
const killed = (kind: 'pod' | 'pod_init'): string =>
  `kube_${kind}_container_status_last_terminated_reason{${pods}, reason="OOMKilled"}`;
const restarts = (kind: 'pod' | 'pod_init'): string =>
  `increase(kube_${kind}_container_status_restarts_total{${pods}}[15m])`;
const eachContainer = (of: (kind: 'pod' | 'pod_init') => string): string =>
  `max by (pod, container) (${of('pod')} or ${of('pod_init')})`;
const limits = (resource: 'cpu' | 'memory'): string =>
  `(${eachContainer((kind) => `kube_${kind}_container_resource_limits{${pods}, resource="${resource}"}`)} > 0)`;
const mine = `on (persistentvolumeclaim)
  max by (persistentvolumeclaim) (kube_pod_spec_volumes_persistentvolumeclaims_info{${pods}})`;
const volume = (what: string): string => `max by (persistentvolumeclaim) (kubelet_volume_stats_${what}{})`;

const container = 'The container {{ $labels.container }} of {{ $labels.pod }}';
const share = '{{ $value | humanizePercentage }}';

export const kubernetes: Pack = {
  name: 'kubernetes',
  about: 'pods, containers and volumes of the service, as the cluster sees them',
  // Clusters have such alerts as a rule.
  auto: () => false,
  silence: causeIsOut,
  recordings: [
    {
      record: 'pod_container:container_cpu_usage_per_limit:ratio_rate5m',
      expr: `max by (pod, container) (rate(container_cpu_usage_seconds_total{${containers}}[5m])) / ${limits('cpu')}`,
    },
    {
      record: 'pod_container:container_memory_working_set_per_limit:ratio',
      expr: `max by (pod, container) (container_memory_working_set_bytes{${containers}}) / ${limits('memory')}`,
    },
    {
      record: 'pod_container:container_cpu_throttled_per_period:ratio_rate5m',
      expr: `max by (pod, container) (rate(container_cpu_cfs_throttled_periods_total{${containers}}[5m]))
        / (max by (pod, container) (rate(container_cpu_cfs_periods_total{${containers}}[5m])) > 0)`,
    },
    {
      record: 'persistentvolumeclaim:kubelet_volume_stats_available:ratio',
      expr: `${volume('available_bytes')} / (${volume('capacity_bytes')} > 0) and ${mine}`,
    },
  ],
  alerts: [
    {
      name: 'PodCrashLooping',
      despite: true,
      expr: `${eachContainer(waits)} == 1`,
      for: '15m',
      severity: 'warning',
      labels: ['pod', 'container'],
      summary: 'A container crashes again and again.',
      description: `${container} is in CrashLoopBackOff. \`kubectl logs --previous\` of it says how it ended.`,
    },
    {
      name: 'ContainerOomKilled',
      despite: true,
      expr: `${eachContainer(killed)} == 1 and on (pod, container) (${eachContainer(restarts)} > 0)`,
      for: '0s',
      severity: 'warning',
      labels: ['pod', 'container'],
      summary: 'A container was killed, since it took more memory than its limit.',
      description: `${container} was killed for its memory within the last 15 minutes. Look whether its memory grew slowly or at once before you raise the limit.`,
    },
    {
      name: 'PodNotReady',
      // A pod that has done its work is not ready either.
      expr: `max by (pod) (kube_pod_status_ready{${pods}, condition="true"}) == 0
        and on (pod) (max by (pod) (kube_pod_status_phase{${pods}, phase=~"Pending|Running|Unknown"}) == 1)`,
      for: '15m',
      severity: 'warning',
      labels: ['pod'],
      summary: 'A pod of the service is not ready.',
      description:
        '{{ $labels.pod }} gets no traffic. `kubectl describe pod` says which container is not ready, or why the pod cannot be scheduled.',
    },
    {
      name: 'DeploymentReplicasMissing',
      // Not while a rollout goes on: then other pods become the updated ones.
      expr: `(max by (deployment) (kube_deployment_spec_replicas{deployment="$service"})
        - max by (deployment) (kube_deployment_status_replicas_available{deployment="$service"})) > 0
        and on (deployment)
        (max by (deployment) (changes(kube_deployment_status_replicas_updated{deployment="$service"}[10m])) == 0)`,
      for: '15m',
      severity: 'warning',
      labels: ['deployment'],
      summary: 'A deployment of the service has fewer pods available than it wants.',
      description:
        '{{ $labels.deployment }} lacks {{ $value }} pods. `kubectl get pods` and `kubectl describe replicaset` say whether they crash, wait for a node or exceed a quota.',
    },
    {
      name: 'ContainerMemoryHigh',
      despite: true,
      expr: 'pod_container:container_memory_working_set_per_limit:ratio{} > $threshold',
      threshold: { value: 0.85, least: 0.01, most: 0.99, unit: 'ratio' },
      for: '10m',
      severity: 'warning',
      labels: ['pod', 'container'],
      summary: 'A container is close to its memory limit.',
      description: `${container} uses ${share} of its memory limit. At the limit it is killed: look whether its memory grows all the time.`,
    },
    {
      name: 'ContainerCpuHigh',
      despite: true,
      expr: 'pod_container:container_cpu_usage_per_limit:ratio_rate5m{} > $threshold',
      threshold: { value: 0.8, least: 0.01, most: 0.99, unit: 'ratio' },
      for: '15m',
      severity: 'info',
      labels: ['pod', 'container'],
      summary: 'A container uses most of its CPU limit.',
      description: `${container} uses ${share} of its CPU limit. Where it becomes slow too, give it more, or add pods.`,
    },
    {
      name: 'ContainerCpuThrottled',
      despite: true,
      expr: 'pod_container:container_cpu_throttled_per_period:ratio_rate5m{} > $threshold',
      threshold: { value: 0.5, least: 0.01, most: 0.99, unit: 'ratio' },
      for: '15m',
      severity: 'info',
      labels: ['pod', 'container'],
      summary: 'A container waits for CPU in most periods.',
      description: `${container} hits its CPU limit in ${share} of the periods, and waits for the rest of each. Raise the limit, or leave it out and keep the request.`,
    },
    {
      name: 'VolumeSpaceLow',
      despite: true,
      expr: 'persistentvolumeclaim:kubelet_volume_stats_available:ratio{} < $threshold',
      threshold: { value: 0.15, least: 0.001, most: 1, unit: 'ratio' },
      for: '10m',
      severity: 'warning',
      labels: ['persistentvolumeclaim'],
      summary: 'A volume of the service has little space left.',
      description: `The volume of the claim {{ $labels.persistentvolumeclaim }} has ${share} of its space left. Enlarge the claim, or delete what nobody needs.`,
    },
    {
      name: 'VolumeSpaceCritical',
      despite: true,
      expr: 'persistentvolumeclaim:kubelet_volume_stats_available:ratio{} < $threshold',
      threshold: { value: 0.05, least: 0.001, most: 1, unit: 'ratio' },
      for: '2m',
      severity: 'critical',
      labels: ['persistentvolumeclaim'],
      summary: 'A volume of the service is nearly full: what writes to it fails soon.',
      description: `The volume of the claim {{ $labels.persistentvolumeclaim }} has ${share} of its space left. Enlarge the claim now.`,
    },
    {
      name: 'VolumeInodesLow',
      despite: true,
      expr: `${volume('inodes_free')} / (${volume('inodes')} > 0) < $threshold and ${mine}`,
      threshold: { value: 0.1, least: 0.001, most: 1, unit: 'ratio' },
      for: '10m',
      severity: 'warning',
      labels: ['persistentvolumeclaim'],
      summary: 'A volume of the service can hold few more files.',
      description: `The volume of the claim {{ $labels.persistentvolumeclaim }} has ${share} of its inodes left, whatever space is free. Delete small files; enlarging helps on some file systems only.`,
    },
  ],
};
