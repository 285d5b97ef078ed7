// The overlays of k8s/ as real pods: they become Ready, end as they should, and a real Prometheus finds them once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockWith } from '../docs/pages.ts';
import type { Target } from '../servers/prometheus.ts';
import { type Pod, tell, until } from './cluster.ts';
import { type Dependencies, startDependencies } from './dependencies.ts';
import { type Discovering, startDiscovering } from './discovery.ts';
import { endings } from './ends.ts';
import { deleteUnderLoad } from './load.ts';
import { apply, type Stage } from './stage.ts';

let dependencies: Dependencies;

beforeAll(async () => {
  dependencies = await startDependencies();
}, 180_000);
afterAll(async () => {
  await dependencies?.stop();
}, 60_000);

const untilReady = async (stage: Stage): Promise<Pod> => {
  const { found, tookMs } = await until('the pod is Ready', 120_000, async () => {
    const pod = await stage.pod();
    return pod.ready ? pod : undefined;
  });
  tell(`Ready after ${(tookMs / 1000).toFixed(1)} s`);
  expect(JSON.parse((await stage.ask(found, '/health')).body).status).toBe('healthy');
  expect(found.restarts).toEqual({ sidewarden: 0, shop: 0 });
  return found;
};

describe('plain-sidecar', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await apply(dependencies, 'overlays/plain-sidecar');
  }, 60_000);
  afterAll(() => stage?.remove(), 180_000);

  test('both containers start, and the pod becomes Ready', async () => {
    await untilReady(stage);
  }, 150_000);

  test('a pod deleted under load fails no request, and the sidecar answers through its drain delay and ends with 0', async () => {
    const { total, ends } = await deleteUnderLoad(stage);
    tell(`plain sidecar deleted under load: ${JSON.stringify(total)}; ${endings(ends)}`);
    expect(total).toMatchObject({ failed: 0, errors: [] });
    expect(total.drainingWhileMain).toBeGreaterThan(0);
    expect(total.lastSidecar - total.lastMain).toBeGreaterThan(5000);
    expect(ends.get('shop')?.exitCode).toBe(0);
    expect(ends.get('sidewarden')?.exitCode).toBe(0);
  }, 300_000);
});

describe('annotations', () => {
  let stage: Stage;
  let prometheus: Discovering;
  let pod: Pod;
  beforeAll(async () => {
    stage = await apply(dependencies, 'overlays/annotations');
  }, 60_000);
  afterAll(async () => {
    await prometheus?.stop();
    await stage?.remove();
  }, 180_000);

  test('the pod becomes Ready', async () => {
    pod = await untilReady(stage);
  }, 150_000);

  const lineOf = ({ labels, scrapeUrl, health, lastError }: Target): string =>
    `${labels.job} ${scrapeUrl} ${health} ${lastError}`.trimEnd();
  /** Once so many targets of the namespace are up; all of the namespace. */
  const targetsUp = async (count: number): Promise<readonly Target[]> => {
    const { found, tookMs } = await until(`${count} targets are up`, 30_000, async () => {
      const all = await prometheus.targets();
      const targets = all.filter(({ labels }) => labels.namespace === stage.namespace);
      if (targets.filter(({ health }) => health === 'up').length >= count) return targets;
      throw new Error(`Prometheus has ${targets.map(lineOf).join(', ') || 'none'}`);
    });
    tell(`Prometheus after ${(tookMs / 1000).toFixed(1)} s:\n  ${found.map(lineOf).toSorted().join('\n  ')}`);
    return found;
  };
  const urls = () => ({
    app: `shop-app http://${pod.ip}:9090/metrics/app up`,
    checks: `shop-sidewarden http://${pod.ip}:9090/metrics/checks up`,
    statistics: `shop-statistics http://${pod.ip}:9090/metrics/statistics up`,
    service: `shop http://${pod.ip}:8080/metrics up`,
  });
  /** As documented: each metric that comes by two jobs. */
  const twice = () => prometheus.query(blockWith('docs/kubernetes.md', 'promql', 'shop-app'));

  test('Prometheus finds both containers with the documented rules, each once, the statistics, and the service by Sidewarden', async () => {
    prometheus = await startDiscovering(stage);
    const found = await targetsUp(4);
    const { app, checks, statistics, service } = urls();
    expect(found.map(lineOf).toSorted()).toEqual([service, app, checks, statistics]);
    for (const { labels } of found) expect(labels.pod).toBe(labels.job === 'shop-statistics' ? undefined : pod.name);
  }, 60_000);

  test('what it stores is there once: each target, each check; the metric of the service by two ways', async () => {
    const among = `{namespace="${stage.namespace}"}`;
    const count = async (labels: string, series: string, condition = ''): Promise<Record<string, number>> => {
      const samples = await prometheus.query(`count by (${labels}) (${series}${among} ${condition})`);
      const names = labels.split(', ');
      return Object.fromEntries(
        samples.map(({ metric, value }) => [names.map((name) => metric[name]).join(' '), value]),
      );
    };
    await expect
      .poll(() => count('job, container', 'up', '== 1'))
      .toEqual({ 'shop shop': 1, 'shop-app ': 1, 'shop-sidewarden sidewarden': 1, 'shop-statistics ': 1 });
    const checks = await count('check', 'sidewarden_check_up');
    tell(`series of sidewarden_check_up: ${JSON.stringify(checks)}`);
    expect(checks).toEqual({ database: 1, sessions: 1, search: 1, keys: 1, app: 1 });
    expect(await count('job', 'sidewarden_check_up')).toEqual({ 'shop-sidewarden': 5 });
    expect(await count('job', 'sidewarden_build_info')).toEqual({ 'shop-sidewarden': 1 });
    await expect.poll(() => count('job', 'shop_requests_total')).toEqual({ shop: 1, 'shop-app': 1 });
    for (const up of ['pg_up', 'redis_up', 'elasticsearch_clusterinfo_up', 'sidewarden_kms_up'])
      await expect
        .poll(() => count('job, pod', up, '== 1'), { message: up, timeout: 30_000 })
        .toEqual({ 'shop-statistics ': 1 });
    const [healthy] = await prometheus.query(`min(sidewarden_check_up${among})`);
    expect(healthy?.value).toBe(1);
  });

  test('the documented query finds the metric that comes by two ways, and no other', async () => {
    const found = await twice();
    tell(`counted twice: ${JSON.stringify(found)}`);
    expect(found).toEqual([{ metric: { __name__: 'shop_requests_total' }, value: 2 }]);
  });

  test('without the job of the service its metrics are stored once, with the labels of the pod, and the query finds none', async () => {
    await prometheus.stop();
    prometheus = await startDiscovering(stage, ['services']);
    const { app, checks, statistics } = urls();
    expect((await targetsUp(3)).map(lineOf).toSorted()).toEqual([app, checks, statistics]);
    const labels = { job: 'shop-app', namespace: stage.namespace, pod: pod.name, instance: `${pod.ip}:9090` };
    const stored = async () => (await prometheus.query('{__name__=~"shop_.*"}')).map(({ metric }) => metric);
    await expect
      .poll(async () =>
        (await stored()).toSorted((one, other) => (String(one.__name__) < String(other.__name__) ? -1 : 1)),
      )
      .toEqual([
        { __name__: 'shop_orders', kind: 'web', ...labels },
        { __name__: 'shop_requests_total', ...labels },
      ]);
    const orders = async () => (await prometheus.query('shop_orders'))[0]?.value ?? 0;
    const before = await orders();
    await expect.poll(orders).toBeGreaterThan(before);
    expect(await twice()).toEqual([]);
  }, 90_000);
});
