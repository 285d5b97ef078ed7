// One of the kustomizations of k8s/ in a namespace of its own, with a service that can hang.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { checksOf } from '../faults/four.ts';
import { type kustomizations, folder as manifests } from '../k8s/render.ts';
import { inNamespace, kubectl } from './cluster.ts';
import { app, configuration, type Dependencies } from './dependencies.ts';

export const program = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

export function imageName(): string {
  const name = process.env.SIDEWARDEN_TEST_IMAGE;
  if (name === undefined || name === '') throw new Error('set SIDEWARDEN_TEST_IMAGE to the image that the cluster has');
  return name;
}

/** What PodSecurity `restricted` asks of a container. */
export const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

export type Stage = ReturnType<typeof inNamespace> & {
  readonly namespace: string;
  /** Removes the namespace and waits until it is gone. */
  remove(): Promise<void>;
};

/** A namespace under PodSecurity `restricted`. */
export async function makeNamespace(): Promise<Stage> {
  const namespace = `sidewarden-test-${randomBytes(3).toString('hex')}`;
  const labels = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  };
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
  await kubectl(['apply', '-f', '-'], stringify(object));
  return {
    namespace,
    ...inNamespace(namespace),
    remove: async () => {
      await kubectl(['delete', 'namespace', namespace]);
    },
  };
}

/** Applies one of k8s/ with these dependencies, in a namespace of its own; one replica. */
export async function apply(
  dependencies: Dependencies,
  path: (typeof kustomizations)[number] = 'base',
): Promise<Stage> {
  const stage = await makeNamespace();
  try {
    await applyTo(stage, dependencies, path);
  } catch (error) {
    await stage.remove();
    throw error;
  }
  return stage;
}

/** @param namePrefix of a second service in the namespace. */
export async function applyTo(
  { namespace }: Stage,
  dependencies: Dependencies,
  path: (typeof kustomizations)[number],
  namePrefix?: string,
): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'sidewarden-kustomize-'));
  try {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace,
      ...(namePrefix && { namePrefix }),
      resources: [relative(scratch, join(manifests, path))],
      patches: Object.entries(patches(dependencies, path)).map(([kind, patch]) => ({
        target: { kind },
        patch: stringify(patch),
      })),
    };
    writeFileSync(join(scratch, 'kustomization.yaml'), stringify(kustomization));
    await kubectl(['apply', '-k', scratch]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
const add = (path: string, value: unknown) => ({ op: 'add', path, value });

/** What a user would set, what lets the tests in, and a service that hangs sooner than the manifests allow for. */
function patches(
  dependencies: Dependencies,
  path: (typeof kustomizations)[number],
): Readonly<Record<string, readonly object[]>> {
  const { four, proxies } = dependencies;
  const isPlain = path === 'overlays/plain-sidecar';
  const features = path === 'overlays/annotations' ? { app } : {};
  const checks = checksOf(four, {}, proxies);
  const sidecar = `/spec/template/spec/${isPlain ? 'containers/1' : 'initContainers/0'}`;
  const main = '/spec/template/spec/containers/0';
  const environment = Object.entries(four.kms.environment).filter(([name]) => name !== 'AWS_ENDPOINT_URL');
  return {
    Deployment: [
      replace('/spec/replicas', 1),
      replace(`${sidecar}/image`, imageName()),
      ...environment.map(([name, value]) => add(`${sidecar}/env/-`, { name, value })),
      replace(`${main}/image`, imageName()),
      add(`${main}/command`, ['node', '--input-type=module', '-e', program('shop.mjs')]),
      replace(`${main}/livenessProbe/periodSeconds`, 2),
      replace(`${main}/livenessProbe/failureThreshold`, 5),
      // The image has no program `sleep`.
      ...(isPlain
        ? [replace(`${main}/lifecycle/preStop/exec/command`, ['node', '-e', 'setTimeout(() => {}, 5000)'])]
        : []),
    ],
    ConfigMap: [replace('/data/sidewarden.yaml', configuration(dependencies, {}, features))],
    Secret: [
      replace('/stringData/database-url', checks.database.url),
      replace('/stringData/redis-url', checks.redis.url),
      replace('/stringData/elasticsearch-url', checks.elasticsearch.url),
    ],
    // Load and Prometheus do not come from the namespace `monitoring`.
    NetworkPolicy: [{ op: 'remove', path: '/spec/ingress/1/from' }],
  };
}
