// What the kubelet measures of a container's memory, and what the container may have.
import { kubectl, type Pod, until } from './cluster.ts';
import type { Stage } from './stage.ts';

/** https://pkg.go.dev/k8s.io/kubelet/pkg/apis/stats/v1alpha1#Summary */
type Summary = {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly containers: readonly {
      readonly name: string;
      readonly memory?: { readonly time: string; readonly workingSetBytes: number };
    }[];
  }[];
};

/** The sidecar's working set in bytes, of which the kubelet thinks when memory is short, measured from now on. */
export async function workingSet(stage: Stage, pod: Pod): Promise<number> {
  const node = await stage.here(['get', 'pod', pod.name, '-o', 'jsonpath={.spec.nodeName}']);
  const measure = async () => {
    const { pods } = JSON.parse(
      await kubectl(['get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`]),
    ) as Summary;
    const ours = pods.find(({ podRef }) => podRef.name === pod.name && podRef.namespace === stage.namespace);
    return ours?.containers.find(({ name }) => name === 'sidewarden')?.memory;
  };
  const old = await measure();
  const { found } = await until('the kubelet measures again', 60_000, async () => {
    const memory = await measure();
    return memory === undefined || memory.time === old?.time ? undefined : memory;
  });
  return found.workingSetBytes;
}

/** The sidecar's limit in bytes, as the API server has it. */
export async function memoryLimit(stage: Stage, pod: Pod): Promise<number> {
  const path = '{.spec.initContainers[?(@.name=="sidewarden")].resources.limits.memory}';
  const limit = await stage.here(['get', 'pod', pod.name, '-o', `jsonpath=${path}`]);
  const [, number] = /^(\d+)Mi$/.exec(limit) ?? [];
  if (number === undefined) throw new Error(`the limit is ${limit || 'absent'}`);
  return Number(number) * 2 ** 20;
}
