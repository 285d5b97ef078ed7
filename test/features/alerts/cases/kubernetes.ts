// The alerts of the pack `kubernetes`, each quiet, loud, and quiet again.
import { type Case, counter, gauge, type Line, steady } from '../case.ts';
import { down } from './app/series.ts';

type Kind = 'pod' | 'pod_init';
const state = (kind: Kind, what: string, pod: string, container: string, more = ''): string =>
  `kube_${kind}_container_${what}{namespace="shop",pod="${pod}",container="${container}",uid="1"${more}}`;
const crashing = (kind: Kind, pod: string, container: string): string =>
  state(kind, 'status_waiting_reason', pod, container, ',reason="CrashLoopBackOff"');
const killed = (kind: Kind, pod: string, container: string): string =>
  state(kind, 'status_last_terminated_reason', pod, container, ',reason="OOMKilled"');
const restarts = (kind: Kind, pod: string, container: string): string =>
  state(kind, 'status_restarts_total', pod, container);
const limit = (kind: Kind, resource: string, container: string, value: number): Line =>
  steady(state(kind, 'resource_limits', 'shop-1', container, `,resource="${resource}",node="a"`), value);
/** As cAdvisor says it of a container. */
const used = (family: string, container: string, pod = 'shop-1'): string =>
  `container_${family}{namespace="shop",pod="${pod}",container="${container}",id="/${container}",image="x",name="y"}`;
const ready = (pod: string, condition: string): string =>
  `kube_pod_status_ready{namespace="shop",pod="${pod}",condition="${condition}",uid="1"}`;
const phase = (pod: string, phase: string, value = 1): Line =>
  steady(`kube_pod_status_phase{namespace="shop",pod="${pod}",phase="${phase}",uid="1"}`, value);
const replicas = (family: string, deployment: string): string =>
  `kube_deployment_${family}{namespace="shop",deployment="${deployment}"}`;
const deployment = (name: string, available: Line, updated: Line): readonly Line[] => [
  steady(replicas('spec_replicas', name), 3),
  available,
  updated,
];
const available = (name: string, loud: number): Line => gauge(replicas('status_replicas_available', name), 3, loud);
const updated = (name: string): string => replicas('status_replicas_updated', name);
const volume = (family: string, claim: string): string =>
  `kubelet_volume_stats_${family}{namespace="shop",persistentvolumeclaim="${claim}",node="a"}`;
const mounted = (claim: string, pod: string): Line =>
  steady(
    `kube_pod_spec_volumes_persistentvolumeclaims_info{namespace="shop",pod="${pod}",volume="data",persistentvolumeclaim="${claim}",uid="1"}`,
    1,
  );
/** Two claims of the service, and one of others that is full: of each so much is free. */
const volumes = (free: string, all: string, quiet: number, loud: number): readonly Line[] => [
  ...['data-shop-0', 'data-shop-1', 'other'].map((claim) => steady(volume(all, claim), 100)),
  gauge(volume(free, 'data-shop-0'), quiet, loud),
  steady(volume(free, 'data-shop-1'), quiet),
  steady(volume(free, 'other'), 1),
  mounted('data-shop-0', 'shop-0'),
  mounted('data-shop-1', 'shop-1'),
  mounted('other', 'other-0'),
];
/** A check that the service needs is down, in the same namespace. */
const outage: readonly Line[] = down.map((line) => ({
  ...line,
  series: line.series.replace('{', '{namespace="shop",'),
}));
const shop1 = [{ namespace: 'shop', pod: 'shop-1', container: 'shop' }];
const sidecar1 = [{ namespace: 'shop', pod: 'shop-1', container: 'sidewarden' }];
const claim = [{ namespace: 'shop', persistentvolumeclaim: 'data-shop-0' }];
const others = ['shop-admin-7d9f8b6c5d-x2vbn', 'shop-admin-qk7tz', 'shop-admin-0', 'shop-db-0', 'myshop-0', 'shop'];

export const cases: readonly Case[] = [
  {
    alert: 'PodCrashLooping',
    shows: 'though a check is down; not the pods of others',
    lines: [
      gauge(crashing('pod', 'shop-1', 'shop'), 0, 1),
      steady(crashing('pod', 'shop-2', 'shop'), 0),
      steady(crashing('pod', 'other-1', 'shop'), 1),
      ...outage,
    ],
    fires: shop1,
    says: 'The container shop of shop-1 is in CrashLoopBackOff. `kubectl logs --previous` of it says how it ended.',
  },
  {
    alert: 'PodCrashLooping',
    shows: 'a native sidecar',
    lines: [gauge(crashing('pod_init', 'shop-1', 'sidewarden'), 0, 1), steady(crashing('pod', 'shop-1', 'shop'), 0)],
    fires: sidecar1,
    says: 'The container sidewarden of shop-1 is in CrashLoopBackOff. `kubectl logs --previous` of it says how it ended.',
  },
  ...['shop-7d9f8b6c5d-x2vbn', 'shop-qk7tz'].map((pod) => ({
    alert: 'PodCrashLooping',
    shows: 'a pod of a deployment or daemon set; not those of a service whose name begins alike',
    lines: [
      gauge(crashing('pod', pod, 'shop'), 0, 1),
      ...others.map((other) => steady(crashing('pod', other, 'shop'), 1)),
    ],
    fires: [{ namespace: 'shop', pod, container: 'shop' }],
    says: `The container shop of ${pod} is in CrashLoopBackOff. \`kubectl logs --previous\` of it says how it ended.`,
  })),
  {
    alert: 'ContainerOomKilled',
    shows: 'though a check is down; not one that was killed long ago',
    lines: [
      steady(killed('pod', 'shop-1', 'shop'), 1),
      counter(restarts('pod', 'shop-1', 'shop'), 0, 1),
      steady(killed('pod', 'shop-2', 'shop'), 1),
      counter(restarts('pod', 'shop-2', 'shop'), 0, 0),
      steady(killed('pod', 'shop-3', 'shop'), 0),
      counter(restarts('pod', 'shop-3', 'shop'), 1, 1),
      // Of one pod, one container was killed long ago and another one restarts.
      steady(killed('pod', 'shop-3', 'proxy'), 1),
      counter(restarts('pod', 'shop-3', 'proxy'), 0, 0),
      ...outage,
    ],
    calm: 20,
    fires: shop1,
    says: 'The container shop of shop-1 was killed for its memory within the last 15 minutes. Look whether its memory grew slowly or at once before you raise the limit.',
  },
  {
    alert: 'ContainerOomKilled',
    shows: 'a native sidecar',
    lines: [
      steady(killed('pod_init', 'shop-1', 'sidewarden'), 1),
      counter(restarts('pod_init', 'shop-1', 'sidewarden'), 0, 1),
    ],
    calm: 20,
    fires: sidecar1,
    says: 'The container sidewarden of shop-1 was killed for its memory within the last 15 minutes. Look whether its memory grew slowly or at once before you raise the limit.',
  },
  {
    alert: 'PodNotReady',
    lines: [
      gauge(ready('shop-1', 'true'), 1, 0),
      gauge(ready('shop-1', 'false'), 0, 1),
      phase('shop-1', 'Running'),
      phase('shop-1', 'Succeeded', 0),
      steady(ready('shop-2', 'true'), 1),
      phase('shop-2', 'Running'),
      steady(ready('shop-3', 'true'), 0),
      phase('shop-3', 'Succeeded'),
      phase('shop-3', 'Running', 0),
      steady(ready('other-1', 'true'), 0),
      phase('other-1', 'Pending'),
    ],
    fires: [{ namespace: 'shop', pod: 'shop-1' }],
    says: 'shop-1 gets no traffic. `kubectl describe pod` says which container is not ready, or why the pod cannot be scheduled.',
  },
  {
    alert: 'PodNotReady',
    shows: 'a check that the service needs is down',
    lines: [gauge(ready('shop-1', 'true'), 1, 0), phase('shop-1', 'Running'), ...outage],
  },
  {
    alert: 'DeploymentReplicasMissing',
    lines: [
      ...deployment('shop', available('shop', 1), steady(updated('shop'), 3)),
      ...deployment('shop-admin', available('shop-admin', 0), steady(updated('shop-admin'), 3)),
      ...deployment('other', available('other', 0), steady(updated('other'), 3)),
      // It is rolled out.
      ...deployment('shop-jobs', available('shop-jobs', 2), counter(updated('shop-jobs'), 1, 1)),
    ],
    fires: [{ namespace: 'shop', deployment: 'shop' }],
    says: 'shop lacks 2 pods. `kubectl get pods` and `kubectl describe replicaset` say whether they crash, wait for a node or exceed a quota.',
  },
  {
    alert: 'DeploymentReplicasMissing',
    shows: 'a rollout goes on',
    lines: deployment('shop', available('shop', 1), counter(updated('shop'), 1, 1)),
  },
  {
    alert: 'ContainerMemoryHigh',
    shows: 'though a check is down; not the sum of the pod, nor where no limit is',
    lines: [
      gauge(used('memory_working_set_bytes', 'shop'), 80, 90),
      steady(used('memory_working_set_bytes', 'proxy'), 80),
      steady(used('memory_working_set_bytes', 'free'), 500),
      steady(used('memory_working_set_bytes', 'endless'), 500),
      steady(used('memory_working_set_bytes', ''), 500),
      limit('pod', 'memory', 'shop', 100),
      limit('pod', 'cpu', 'shop', 1),
      limit('pod', 'memory', 'proxy', 100),
      limit('pod', 'memory', 'endless', 0),
      limit('pod', 'memory', '', 100),
      ...outage,
    ],
    fires: shop1,
    says: 'The container shop of shop-1 uses 90% of its memory limit. At the limit it is killed: look whether its memory grows all the time.',
  },
  {
    alert: 'ContainerMemoryHigh',
    shows: 'a native sidecar',
    lines: [
      gauge(used('memory_working_set_bytes', 'sidewarden'), 8, 9),
      limit('pod_init', 'memory', 'sidewarden', 10),
      limit('pod', 'memory', 'shop', 100),
    ],
    fires: sidecar1,
    says: 'The container sidewarden of shop-1 uses 90% of its memory limit. At the limit it is killed: look whether its memory grows all the time.',
  },
  {
    alert: 'ContainerCpuHigh',
    shows: 'though a check is down; not where no limit is',
    lines: [
      counter(used('cpu_usage_seconds_total', 'shop'), 44, 52),
      counter(used('cpu_usage_seconds_total', 'proxy'), 44, 44),
      counter(used('cpu_usage_seconds_total', 'free'), 600, 600),
      counter(used('cpu_usage_seconds_total', ''), 600, 600),
      limit('pod', 'cpu', 'shop', 1),
      limit('pod', 'memory', 'shop', 0.01),
      limit('pod', 'cpu', 'proxy', 1),
      limit('pod', 'cpu', '', 1),
      ...outage,
    ],
    delay: 2,
    fires: shop1,
    says: 'The container shop of shop-1 uses 86.67% of its CPU limit. Where it becomes slow too, give it more, or add pods.',
  },
  {
    alert: 'ContainerCpuHigh',
    shows: 'a native sidecar',
    lines: [
      counter(used('cpu_usage_seconds_total', 'sidewarden'), 4.4, 5.2),
      limit('pod_init', 'cpu', 'sidewarden', 0.1),
      limit('pod', 'cpu', 'shop', 1),
    ],
    delay: 2,
    fires: sidecar1,
    says: 'The container sidewarden of shop-1 uses 86.67% of its CPU limit. Where it becomes slow too, give it more, or add pods.',
  },
  {
    alert: 'ContainerCpuThrottled',
    shows: 'though a check is down',
    lines: [
      counter(used('cpu_cfs_periods_total', 'shop'), 600, 600),
      counter(used('cpu_cfs_throttled_periods_total', 'shop'), 275, 324),
      counter(used('cpu_cfs_periods_total', 'proxy'), 600, 600),
      counter(used('cpu_cfs_throttled_periods_total', 'proxy'), 275, 275),
      counter(used('cpu_cfs_periods_total', ''), 600, 600),
      counter(used('cpu_cfs_throttled_periods_total', ''), 600, 600),
      ...outage,
    ],
    delay: 2,
    fires: shop1,
    says: 'The container shop of shop-1 hits its CPU limit in 54% of the periods, and waits for the rest of each. Raise the limit, or leave it out and keep the request.',
  },
  {
    alert: 'VolumeSpaceLow',
    shows: 'though a check is down',
    lines: [...volumes('available_bytes', 'capacity_bytes', 16, 14), ...outage],
    fires: claim,
    says: 'The volume of the claim data-shop-0 has 14% of its space left. Enlarge the claim, or delete what nobody needs.',
  },
  {
    alert: 'VolumeSpaceCritical',
    shows: 'though a check is down',
    lines: [...volumes('available_bytes', 'capacity_bytes', 5.3, 4.7), ...outage],
    fires: claim,
    says: 'The volume of the claim data-shop-0 has 4.7% of its space left. Enlarge the claim now.',
  },
  {
    alert: 'VolumeInodesLow',
    shows: 'though a check is down; not where the file system counts none',
    lines: [
      ...volumes('inodes_free', 'inodes', 10.5, 9.5),
      steady(volume('inodes', 'data-shop-2'), 0),
      steady(volume('inodes_free', 'data-shop-2'), 0),
      mounted('data-shop-2', 'shop-2'),
      ...outage,
    ],
    fires: claim,
    says: 'The volume of the claim data-shop-0 has 9.5% of its inodes left, whatever space is free. Delete small files; enlarging helps on some file systems only.',
  },
];
