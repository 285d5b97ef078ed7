// A real Prometheus with the documented rules, given a pod's ports as its discovery would give them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startHttpServer } from '../servers/http.ts';
import { startPrometheus } from '../servers/prometheus.ts';
import { folder, render } from './render.ts';
import { podOf } from './workload.ts';

type Job = { readonly job_name: string; readonly kubernetes_sd_configs: unknown; readonly relabel_configs: unknown };

/** https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod */
const discovered = (port: number, at: string) => {
  const { initContainers = [], containers, metadata } = podOf(render(`${folder}/overlays/annotations`));
  const annotations = Object.entries({ ...metadata.annotations, 'prometheus.io/port': `${port}` }).map(
    ([key, value]) => [`__meta_kubernetes_pod_annotation_${key.replaceAll(/[^a-z]/g, '_')}`, value],
  );
  return [...initContainers, ...containers].flatMap(({ name, ports = [], restartPolicy }) =>
    ports.map(({ containerPort, name: portName }) => ({
      targets: [at],
      labels: {
        ...Object.fromEntries(annotations),
        __meta_kubernetes_namespace: 'default',
        __meta_kubernetes_pod_name: 'shop-1',
        __meta_kubernetes_pod_phase: 'Running',
        __meta_kubernetes_pod_label_app_kubernetes_io_name: 'shop',
        __meta_kubernetes_pod_container_name: name,
        __meta_kubernetes_pod_container_port_name: portName,
        __meta_kubernetes_pod_container_port_number: `${containerPort === 9090 ? port : containerPort}`,
        __meta_kubernetes_pod_container_init: `${restartPolicy === 'Always'}`,
      },
    })),
  );
};

test('of an annotated pod the sidecar, its statistics, its page of the service and the service itself are found, once, each under its own job and on its own path', async () => {
  const { scrape_configs: jobs } = parse(
    readFileSync(`${folder}/overlays/annotations/scrape-configuration.yaml`, 'utf8'),
  ) as {
    scrape_configs: Job[];
  };
  const asked: string[] = [];
  const pod = await startHttpServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('one_metric 1\n');
  });
  const ports = discovered(pod.port, `${pod.host}:${pod.port}`);
  expect(ports).toHaveLength(2);
  const prometheus = await startPrometheus({
    scrape: jobs.map(({ kubernetes_sd_configs, ...job }) => {
      expect(kubernetes_sd_configs).toEqual([{ role: 'pod' }]);
      return { ...job, static_configs: ports };
    }),
  });
  try {
    await expect.poll(() => new Set(asked).size).toBe(4);
    const targets = await prometheus.targets();
    const found = { pod: 'shop-1', namespace: 'default' };
    expect(
      targets.map(({ labels }) => labels).toSorted((one, other) => (one.job ?? '').localeCompare(other.job ?? '')),
    ).toEqual([
      expect.objectContaining({ job: 'shop', container: 'shop', ...found }),
      { job: 'shop-app', ...found, instance: `${pod.host}:${pod.port}` },
      expect.objectContaining({ job: 'shop-sidewarden', container: 'sidewarden', ...found }),
      // Nothing of the pod but the target's own address, which gives way to that of the dependency.
      { job: 'shop-statistics', namespace: 'default', instance: `${pod.host}:${pod.port}` },
    ]);
    expect([...new Set(asked)].sort()).toEqual(['/metrics', '/metrics/app', '/metrics/checks', '/metrics/statistics']);
  } finally {
    await prometheus.stop();
    await pod.stop();
  }
});
