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
    expect(probesOf(main).map(({ kind, path }) => `${kind} ${path}`)).toEqual(['livenessProbe /healthz']);
    const healthyOnly = serve([makeEntry('app', { gates: ['live'] })]);
    const dependencyDown = serve([
      makeEntry('database', {
        gates: ['ready'],
        says: { status: 'unhealthy', errorClass: 'refused', warnings: [], until: Number.POSITIVE_INFINITY },
      }),
    ]);
    for (const { kind, path } of probesOf(sidecar)) {
      expect((await healthyOnly.ask(path)).statusCode, path).toBe(200);
      if (kind === 'livenessProbe') expect((await dependencyDown.ask(path)).statusCode, path).toBe(200);
    }
  });

  test('probes ask ports that the sidecar declares and the configuration listens on', () => {
    expect(sidecar.ports).toEqual([{ name: 'sidewarden', containerPort: 9090 }]);
    expect(configurationOf(objects).listen.map((one) => one.kind === 'tcp' && one.port)).toEqual([9090]);
    // A name is looked up in the probed container alone; a number reaches the pod.
    for (const { port } of probesOf(sidecar)) expect(port).toBe('sidewarden');
    // The service's liveness asks the service: nothing that happens to Sidewarden may restart it.
    for (const { port } of probesOf(main)) expect(port).toBe(main.ports?.[0]?.name);
  });

  test('a busy node takes no healthy pod out: two answers are wanted, and there is time for each', () => {
    const [readiness] = probesOf(sidecar).filter(({ kind }) => kind === 'readinessProbe');
    expect(readiness).toMatchObject({ periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2 });
    for (const { timeoutSeconds } of probesOf(sidecar)) expect(timeoutSeconds).toBeGreaterThanOrEqual(2);
    expect(sidecar.terminationMessagePolicy, 'shows why it ended').toBe('FallbackToLogsOnError');
  });

  test('the check of the service asks its port, and gates no liveness: the kubelet asks the service itself', () => {
    const { checks } = configurationOf(objects);
    expect(checks.filter(({ gates }) => gates.includes('live'))).toEqual([]);
    expect(textOf(objects)).toContain(`url: http://127.0.0.1:${main.ports?.[0]?.containerPort}/`);
  });

  test('the service has the name of its pods’ label', () => {
    expect(textOf(objects)).not.toContain('service:');
    expect(sidecar.env).toContainEqual({
      name: 'SIDEWARDEN_SERVICE',
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['app.kubernetes.io/name']" } },
    });
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
    expect(sidecar.resources).toEqual({ requests: { cpu: '100m', memory: '96Mi' }, limits: { memory: '160Mi' } });
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

type Selecting = {
  readonly spec: {
    readonly selector?: Labels & { matchLabels?: Labels };
    readonly podSelector?: { matchLabels: Labels };
  };
};
type Labels = Readonly<Record<string, string>>;

test.each(kustomizations)(
  '%s twice in one namespace: whatever selects pods selects those of its own service',
  (path) => {
    const services = ['', 'orders-', 'shop-'].map((prefix) => render(`${folder}/${path}`, prefix));
    const labels = services.map((objects) => podOf(objects).metadata.labels as Labels);
    expect(labels.map((one) => one['app.kubernetes.io/name'])).toEqual(['shop', 'orders-shop', 'shop-shop']);
    for (const [index, objects] of services.entries()) {
      const selectors = objects.flatMap((object) => {
        const { selector, podSelector } = (object as unknown as Selecting).spec ?? {};
        const found = podSelector?.matchLabels ?? selector?.matchLabels ?? selector;
        return found === undefined ? [] : [found as Labels];
      });
      expect(selectors.length).toBeGreaterThanOrEqual(4);
      for (const selector of selectors) {
        const selected = labels.map((all) => Object.entries(selector).every(([key, value]) => all[key] === value));
        expect(selected).toEqual(services.map((_, other) => other === index));
      }
    }
  },
);

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
  const sourceLabels = ['__meta_kubernetes_pod_label_app_kubernetes_io_name'];
  const job = { action: 'replace', sourceLabels, targetLabel: 'job' };
  expect(spec.podMetricsEndpoints).toEqual([
    expect.objectContaining({
      port,
      path: '/metrics/checks',
      relabelings: [{ ...job, replacement: '$1-sidewarden' }],
    }),
    expect.objectContaining({
      port,
      path: '/metrics/statistics',
      honorLabels: true,
      relabelings: [
        { ...job, replacement: '$1-statistics' },
        { action: 'labeldrop', regex: 'pod|container|endpoint' },
      ],
    }),
    expect.objectContaining({
      port,
      path: '/metrics/app',
      relabelings: [
        { ...job, replacement: '$1-app' },
        { action: 'labeldrop', regex: 'container|endpoint' },
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
