// The part of a Deployment that the tests read, and the probes in it.
import type { Kubernetes } from './render.ts';

export type Probe = {
  readonly httpGet: { readonly path: string; readonly port: string | number };
  readonly periodSeconds: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold: number;
};
export type Container = {
  readonly name: string;
  readonly restartPolicy?: string;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly terminationMessagePolicy?: string;
  readonly resources: unknown;
  readonly securityContext: unknown;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly lifecycle?: { readonly preStop: { readonly exec?: { readonly command: readonly string[] } } };
} & { readonly [kind in 'startupProbe' | 'readinessProbe' | 'livenessProbe']?: Probe };
export type PodSpec = {
  readonly metadata: { readonly labels: object; readonly annotations?: Readonly<Record<string, string>> };
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string }[];
  readonly securityContext: unknown;
  readonly terminationGracePeriodSeconds: number;
};

export function podOf(objects: readonly Kubernetes[]): PodSpec {
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as {
    spec: { template: { metadata: PodSpec['metadata']; spec: Omit<PodSpec, 'metadata'> } };
  };
  const { metadata, spec } = deployment.spec.template;
  return { ...spec, metadata };
}

export type Asked = { readonly kind: string } & Probe['httpGet'] & Omit<Probe, 'httpGet'>;

/** In the order in which Kubernetes uses them. */
export function probesOf(container: Container): readonly Asked[] {
  return (['startupProbe', 'readinessProbe', 'livenessProbe'] as const).flatMap((kind) => {
    const probe = container[kind];
    return probe === undefined ? [] : [{ kind, ...probe.httpGet, ...probe }];
  });
}
