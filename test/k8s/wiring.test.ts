// What the objects of k8s/ mean together: which probe asks what, and that everything named is there.
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import type { Configuration } from '../../src/config/load.ts';
import { loadText, right } from '../config/load.ts';
import { makeEntry } from '../core/entries.ts';
import { serve } from '../http/serve.ts';
import { folder, type Kubernetes, kustomizations, render } from './render.ts';
import { type Container, type PodSpec, podOf, probesOf } from './workload.ts';

const samples: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://shop:a-password@db/shop',
  REDIS_URL: 'redis://cache',
  ELASTICSEARCH_URL: 'https://search',
  SIDEWARDEN_TOKEN: '0123456789abcdef',
};

const find = (objects: readonly Kubernetes[], kind: string): Kubernetes => {
  const found = objects.filter((object) => object.kind === kind);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} objects are ${kind}`);
  return found[0];
};
const textOf = (objects: readonly Kubernetes[]): string =>
  (find(objects, 'ConfigMap') as unknown as { data: Record<string, string> }).data['sidewarden.yaml'] ?? '';
const configurationOf = (objects: readonly Kubernetes[]): Configuration => right(loadText(textOf(objects), samples));
const containersOf = (pod: PodSpec): readonly Container[] => [...(pod.initContainers ?? []), ...pod.containers];
const named = (pod: PodSpec, name: string): Container => {
  const container = containersOf(pod).find((one) => one.name === name);
  if (container === undefined) throw new Error(`there is no container ${name}`);
  return container;
};

describe.each(kustomizations)('%s', (path) => {
  const objects = render(`${folder}/${path}`);
  const pod = podOf(objects);
  const sidecar = named(pod, 'sidewarden');
  const main = named(pod, 'shop');

  test('each probe asks its own path, and liveness none that a dependency decides', async () => {
    expect(probesOf(sidecar).map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'startupProbe /health/startup',
      'readinessProbe /health/ready',
      'livenessProbe /health/live',
    ]);
    expect(probesOf(main).map(({ kind, path }) => `${kind} ${path}`)).toEqual(['livenessProbe /health/live/app']);
    const healthyOnly = serve([makeEntry('app', { gates: ['live'] })]);
    const dependencyDown = serve([
      makeEntry('database', {
        gates: ['ready'],
        says: { status: 'unhealthy', errorClass: 'refused', warnings: [], until: Number.POSITIVE_INFINITY },
      }),
    ]);
    for (const { kind, path } of [...probesOf(sidecar), ...probesOf(main)]) {
      expect((await healthyOnly.ask(path)).statusCode, path).toBe(200);
      if (kind === 'livenessProbe') expect((await dependencyDown.ask(path)).statusCode, path).toBe(200);
    }
  });

  test('probes ask ports that the sidecar declares and the configuration listens on', () => {
    expect(sidecar.ports).toEqual([{ name: 'sidewarden', containerPort: 9090 }]);
    expect(configurationOf(objects).listen.map((one) => one.kind === 'tcp' && one.port)).toEqual([9090]);
    // A name is looked up in the probed container alone; a number reaches the pod.
    for (const { port } of probesOf(sidecar)) expect(port).toBe('sidewarden');
    for (const { port } of probesOf(main)) expect(port).toBe(9090);
  });

  test('main waits for a restart of the sidecar: its liveness is longer than the longest back-off', () => {
    for (const { periodSeconds, failureThreshold } of probesOf(main)) {
      expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(300);
    }
  });

  test('the check that the live gate is on asks the port of the service', () => {
    const live = configurationOf(objects).checks.filter(({ gates }) => gates.includes('live'));
    expect(live.map(({ name }) => name)).toEqual(['app']);
    expect(textOf(objects)).toContain(`url: http://127.0.0.1:${main.ports?.[0]?.containerPort}/`);
  });

  test('what is mounted exists, and the files that the environment names lie in it', () => {
    const secret = find(objects, 'Secret') as unknown as {
      stringData: Record<string, string>;
      metadata: { name: string };
    };
    const volumes = pod.volumes.map(({ name }) => name);
    for (const { name } of sidecar.volumeMounts ?? []) expect(volumes).toContain(name);
    expect(pod.volumes).toContainEqual({ name: 'sidewarden-secrets', secret: { secretName: secret.metadata.name } });
    expect(pod.volumes).toContainEqual({
      name: 'sidewarden-configuration',
      configMap: { name: find(objects, 'ConfigMap').metadata.name },
    });
    const files = (sidecar.env ?? []).filter(({ name }) => name.endsWith('_FILE'));
    expect(files.map(({ value }) => value)).toEqual(
      Object.keys(secret.stringData).map((key) => `/run/secrets/sidewarden/${key}`),
    );
    for (const { name } of files) expect(Object.keys(samples)).toContain(name.replace(/_FILE$/, ''));
    expect(sidecar.volumeMounts).toContainEqual({ name: 'sidewarden-control', mountPath: '/run/sidewarden' });
  });

  test('nothing needs more than PodSecurity `restricted` allows', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const { securityContext } of containersOf(pod)) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  test('the sidecar has no CPU limit, and as much memory as it was measured to need', () => {
    expect(sidecar.resources).toEqual({ requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '160Mi' } });
  });

  test('preStop is a command that there is, and there is time for it', () => {
    const [program, command = ''] = sidecar.lifecycle?.preStop.exec?.command ?? [];
    expect(program).toBe('sidewarden');
    expect(Object.keys(commands)).toContain(command);
    const delay = Number(
      sidecar.env?.find(({ name }) => name === 'SIDEWARDEN_DRAIN_DELAY')?.value?.replace('s', '') ?? 0,
    );
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(delay + 10);
  });

  test('selectors match the pods', () => {
    const { labels } = pod.metadata;
    const selectors = [
      (find(objects, 'Deployment') as never as { spec: { selector: { matchLabels: object } } }).spec.selector
        .matchLabels,
      (find(objects, 'Service') as never as { spec: { selector: object } }).spec.selector,
      (find(objects, 'NetworkPolicy') as never as { spec: { podSelector: { matchLabels: object } } }).spec.podSelector
        .matchLabels,
      (find(objects, 'PodDisruptionBudget') as never as { spec: { selector: { matchLabels: object } } }).spec.selector
        .matchLabels,
    ];
    for (const selector of selectors) expect(labels).toMatchObject(selector);
  });
});

test('only the plain sidecar is no init container, and it alone delays its end', () => {
  for (const path of kustomizations) {
    const { initContainers = [], containers } = podOf(render(`${folder}/${path}`));
    const isPlain = path === 'overlays/plain-sidecar';
    expect(initContainers.map(({ restartPolicy }) => restartPolicy)).toEqual(isPlain ? [] : ['Always']);
    const delays = [...initContainers, ...containers].flatMap(({ env = [] }) =>
      env.filter(({ name }) => name === 'SIDEWARDEN_DRAIN_DELAY'),
    );
    expect(delays).toHaveLength(isPlain ? 1 : 0);
  }
});

test('the PodMonitor selects the pods, names the port, and gives each half of the metrics a job of its own', () => {
  const objects = render(`${folder}/overlays/prometheus-operator`);
  const pod = podOf(objects);
  const { spec } = find(objects, 'PodMonitor') as unknown as {
    spec: { selector: { matchLabels: object }; podMetricsEndpoints: Record<string, unknown>[] };
  };
  expect(pod.metadata.labels).toMatchObject(spec.selector.matchLabels);
  const port = named(pod, 'sidewarden').ports?.[0]?.name;
  expect(spec.podMetricsEndpoints).toEqual([
    expect.objectContaining({
      port,
      path: '/metrics/checks',
      relabelings: [{ action: 'replace', targetLabel: 'job', replacement: 'shop-sidewarden' }],
    }),
    expect.objectContaining({
      port,
      path: '/metrics/statistics',
      honorLabels: true,
      relabelings: [
        { action: 'replace', targetLabel: 'job', replacement: 'shop-statistics' },
        { action: 'labeldrop', regex: 'pod|container|endpoint' },
      ],
    }),
  ]);
  // Either would end a series with the replica that read it.
  for (const endpoint of spec.podMetricsEndpoints) {
    expect(Object.keys(endpoint)).not.toContain('honorTimestamps');
    expect(Object.keys(endpoint)).not.toContain('trackTimestampsStaleness');
  }
});

test.each(kustomizations)('%s: the sidecar is told its namespace, which it could not read itself', (path) => {
  const pod = podOf(render(`${folder}/${path}`));
  expect(named(pod, 'sidewarden').env).toContainEqual({
    name: 'SIDEWARDEN_NAMESPACE',
    valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } },
  });
  expect(pod).toMatchObject({ automountServiceAccountToken: false });
});
