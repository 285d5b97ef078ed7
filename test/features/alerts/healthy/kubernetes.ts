// What a cluster says of a healthy, busy service: every series that the rules of the pack `kubernetes` read.
import { counter, type Line, steady } from '../case.ts';

const pods = ['shop-6d5f9c7b8d-x2vbn', 'shop-6d5f9c7b8d-qk7tz'];
const claims = ['data-shop-0', 'data-shop-1'];

/** A native sidecar is an init container. */
const container = (pod: string, name: string, kind: 'pod' | 'pod_init', memory: number): readonly Line[] => {
  const said = (what: string, more = ''): string =>
    `kube_${kind}_container_${what}{pod="${pod}",container="${name}",uid="1"${more}}`;
  const used = (family: string): string =>
    `container_${family}{pod="${pod}",container="${name}",id="/${pod}/${name}",image="${name}:1",name="${name}"}`;
  return [
    steady(said('status_waiting_reason', ',reason="CrashLoopBackOff"'), 0),
    steady(said('status_last_terminated_reason', ',reason="OOMKilled"'), 0),
    counter(said('status_restarts_total'), 0, 0),
    steady(said('resource_limits', ',resource="cpu",unit="core",node="a"'), 1),
    steady(said('resource_limits', ',resource="memory",unit="byte",node="a"'), memory),
    counter(used('cpu_usage_seconds_total'), 24, 24),
    steady(used('memory_working_set_bytes'), 0.6 * memory),
    counter(used('cpu_cfs_periods_total'), 600, 600),
    counter(used('cpu_cfs_throttled_periods_total'), 30, 30),
  ];
};

export const lines: readonly Line[] = [
  ...pods.flatMap((pod) => [
    ...container(pod, 'shop', 'pod', 512e6),
    ...container(pod, 'sidewarden', 'pod_init', 256e6),
    steady(`kube_pod_status_ready{pod="${pod}",condition="true",uid="1"}`, 1),
    steady(`kube_pod_status_ready{pod="${pod}",condition="false",uid="1"}`, 0),
    steady(`kube_pod_status_phase{pod="${pod}",phase="Running",uid="1"}`, 1),
    steady(`kube_pod_status_phase{pod="${pod}",phase="Pending",uid="1"}`, 0),
  ]),
  ...['spec_replicas', 'status_replicas_available', 'status_replicas_updated'].map((family) =>
    steady(`kube_deployment_${family}{deployment="shop"}`, 2),
  ),
  ...claims.flatMap((claim, index) => [
    steady(`kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="${claim}",node="a"}`, 100e9),
    steady(`kubelet_volume_stats_available_bytes{persistentvolumeclaim="${claim}",node="a"}`, 60e9),
    steady(`kubelet_volume_stats_inodes{persistentvolumeclaim="${claim}",node="a"}`, 6_553_600),
    steady(`kubelet_volume_stats_inodes_free{persistentvolumeclaim="${claim}",node="a"}`, 6_000_000),
    steady(
      `kube_pod_spec_volumes_persistentvolumeclaims_info{pod="shop-${index}",volume="data",persistentvolumeclaim="${claim}",uid="1"}`,
      1,
    ),
  ]),
];
