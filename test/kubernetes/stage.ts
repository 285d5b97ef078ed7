// k8s/ in a namespace of its own, with real dependencies on this machine, and a service that can hang.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import type { Address } from '../contract/rig.ts';
import { checksOf, type Four, type Name, names, startFour } from '../faults/four.ts';
import { type FaultProxy, startProxy } from '../faults/proxy.ts';
import { folder as manifests } from '../k8s/render.ts';
import { inNamespace, kubectl } from './cluster.ts';

const program = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

/** How pods reach this machine. */
function hostAddress(): string {
  const named = process.env.SIDEWARDEN_TEST_HOST;
  if (named !== undefined && named !== '') return named;
  const [first] = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({ family, internal }) => family === 'IPv4' && !internal),
  );
  if (first === undefined) throw new Error('set SIDEWARDEN_TEST_HOST to the address of this machine that pods reach');
  return first.address;
}

function imageName(): string {
  const name = process.env.SIDEWARDEN_TEST_IMAGE;
  if (name === undefined || name === '') throw new Error('set SIDEWARDEN_TEST_IMAGE to the image that the cluster has');
  return name;
}

export type Dependencies = {
  readonly four: Four;
  /** In front of each, on the address that pods reach. */
  readonly proxies: Readonly<Record<Name, FaultProxy>>;
  stop(): Promise<void>;
};

export async function startDependencies(): Promise<Dependencies> {
  const four = await startFour();
  const host = hostAddress();
  const at = (name: Name): Address => (name === 'kms' ? { host: four.kms.host, port: four.kms.port } : four[name]);
  const proxies = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await startProxy(at(name), { host })])),
  ) as Record<Name, FaultProxy>;
  return {
    four,
    proxies,
    async stop() {
      await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
      await four.stop();
    },
  };
}

/** As the configuration names a variable. */
const reference = (name: string): string => `$\{${name}}`;

/** The configuration of k8s/, with KMS, and with a start that waits for the database. */
export function configuration({ four, proxies }: Dependencies, more: Record<string, unknown> = {}): string {
  const { kms } = checksOf(four, {}, proxies);
  return stringify({
    service: 'shop',
    listen: ':9090',
    checks: {
      database: { type: 'postgres', url: reference('DATABASE_URL'), gates: ['ready', 'startup'], wait_for: 'healthy' },
      sessions: { type: 'redis', url: reference('REDIS_URL'), gates: ['admit'] },
      search: { type: 'elasticsearch', url: reference('ELASTICSEARCH_URL'), required: false },
      keys: { ...kms, gates: ['admit'] },
      app: {
        type: 'http',
        url: 'http://127.0.0.1:8080/healthz',
        gates: ['ready', 'live'],
        interval: '2s',
        timeout: '1s',
      },
      ...more,
    },
  });
}

export type Stage = ReturnType<typeof inNamespace> & {
  readonly namespace: string;
  /** Removes the namespace and waits until it is gone. */
  remove(): Promise<void>;
};

/** Applies the base of k8s/ with these dependencies; one replica. */
export async function apply(dependencies: Dependencies): Promise<Stage> {
  const namespace = `sidewarden-test-${process.pid}`;
  const scratch = mkdtempSync(join(tmpdir(), 'sidewarden-kustomize-'));
  try {
    await kubectl(['apply', '-f', '-'], stringify(namespaceObject(namespace)));
    writeFileSync(join(scratch, 'kustomization.yaml'), stringify(kustomization(namespace, scratch, dependencies)));
    await kubectl(['apply', '-k', scratch]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return {
    namespace,
    ...inNamespace(namespace),
    remove: async () => {
      await kubectl(['delete', 'namespace', namespace]);
    },
  };
}

const namespaceObject = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
});

function kustomization(namespace: string, scratch: string, dependencies: Dependencies) {
  const { four, proxies } = dependencies;
  const checks = checksOf(four, {}, proxies);
  const sidecar = '/spec/template/spec/initContainers/0';
  const main = '/spec/template/spec/containers/0';
  const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
  const environment = Object.entries(four.kms.environment).filter(([name]) => name !== 'AWS_ENDPOINT_URL');
  const patches: Record<string, object[]> = {
    Deployment: [
      replace('/spec/replicas', 1),
      replace(`${sidecar}/image`, imageName()),
      ...environment.map(([name, value]) => ({ op: 'add', path: `${sidecar}/env/-`, value: { name, value } })),
      replace(`${main}/image`, imageName()),
      { op: 'add', path: `${main}/command`, value: ['node', '--input-type=module', '-e', program('shop.mjs')] },
      replace(`${main}/livenessProbe/periodSeconds`, 2),
      replace(`${main}/livenessProbe/failureThreshold`, 15),
    ],
    ConfigMap: [replace('/data/sidewarden.yaml', configuration(dependencies))],
    Secret: [
      replace('/stringData/database-url', checks.database.url),
      replace('/stringData/redis-url', checks.redis.url),
      replace('/stringData/elasticsearch-url', checks.elasticsearch.url),
    ],
  };
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace,
    resources: [relative(scratch, join(manifests, 'base'))],
    patches: Object.entries(patches).map(([kind, patch]) => ({ target: { kind }, patch: stringify(patch) })),
  };
}

/** A pod beside the service that asks it without end; `ip` is the pod that it watches. */
export async function startLoad(stage: Stage, ip: string): Promise<void> {
  const restricted = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const command = [
    'node',
    '--input-type=module',
    '-e',
    program('load.mjs'),
    '--',
    `http://shop.${stage.namespace}.svc`,
    ip,
  ];
  const container = { name: 'load', image: imageName(), command, securityContext: restricted };
  await stage.here(
    ['apply', '-f', '-'],
    stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'load' },
      spec: { automountServiceAccountToken: false, terminationGracePeriodSeconds: 1, containers: [container] },
    }),
  );
}
