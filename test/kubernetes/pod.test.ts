// What must not reach a healthy service: a broken configuration, a sidecar that ends, another service in the namespace.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { root } from '../docs/pages.ts';
import { type Pod, tell, until } from './cluster.ts';
import { configuration, type Dependencies, startDependencies } from './dependencies.ts';
import { type Killer, startKiller } from './kill.ts';
import { apply, applyTo, imageName, type Stage } from './stage.ts';

let dependencies: Dependencies;
let stage: Stage;
let killer: Killer;

beforeAll(async () => {
  dependencies = await startDependencies();
  stage = await apply(dependencies);
  killer = await startKiller(stage);
}, 180_000);
afterAll(async () => {
  await killer?.remove();
  await stage?.remove();
  await dependencies?.stop();
}, 180_000);

type Job = {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly [{ image: string }];
        readonly volumes: readonly [{ readonly configMap: { name: string } }];
      };
    };
  };
};
type JobStatus = {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
};

const isReady = async (): Promise<Pod | undefined> => {
  const pod = await stage.pod();
  return pod.ready ? pod : undefined;
};
const metrics = async (): Promise<string> => (await stage.ask(await stage.pod(), '/metrics/checks')).body;
const write = (text: string, configMap = 'shop-sidewarden'): Promise<string> =>
  stage.here([
    'patch',
    'configmap',
    configMap,
    '--type=merge',
    '-p',
    JSON.stringify({ data: { 'sidewarden.yaml': text } }),
  ]);

/** How often the sidecar is killed: the kubelet waits 10 s, 20, 40, 80, 160 before it starts it again. */
const kills = process.env.SIDEWARDEN_TEST_LONG === '1' ? 5 : 3;

test(`a broken ConfigMap, then kill -9 of the sidecar ${kills} times: the service is never restarted`, async () => {
  await until('the pod is Ready', 120_000, isReady);
  await write('checks: [\n');
  const refused = await until('it is refused', 150_000, async () =>
    /^sidewarden_config_last_reload_successful 0$/m.test(await metrics()) ? true : undefined,
  );
  tell(`broken ConfigMap: refused after ${(refused.tookMs / 1000).toFixed(1)} s`);
  for (let count = 1; count <= kills; count += 1) {
    await killer.killSidecar(await stage.pod());
    const { tookMs } = await until('the sidecar is back and the pod Ready', 400_000, async () => {
      const { restarts, ready } = await stage.pod();
      return restarts.sidewarden === count && ready ? true : undefined;
    });
    tell(`sidecar killed (${count}): Ready after ${(tookMs / 1000).toFixed(1)} s`);
    expect(await metrics()).toMatch(/^sidewarden_config_in_force\{source="last_good"\} 1$/m);
    expect((await stage.pod()).restarts).toEqual({ sidewarden: count, shop: 0 });
  }
  await write(configuration(dependencies, { added: { type: 'tcp', address: '127.0.0.1:8080' } }));
  const { tookMs } = await until('the new configuration is in force', 150_000, async () =>
    (await stage.ask(await stage.pod(), '/health/checks/added')).code === 200 ? true : undefined,
  );
  tell(`good ConfigMap: in force after ${(tookMs / 1000).toFixed(1)} s`);
  expect(await metrics()).toMatch(/^sidewarden_config_in_force\{source="file"\} 1$/m);
  expect((await stage.pod()).restarts).toEqual({ sidewarden: kills, shop: 0 });
}, 1_500_000);

test('the base twice in one namespace: each Service has its own pods only', async () => {
  await applyTo(stage, dependencies, 'base', 'orders-');
  const podsOf = async (service: string): Promise<readonly string[]> => {
    const { items } = JSON.parse(
      await stage.here(['get', 'endpointslices', '-l', `kubernetes.io/service-name=${service}`, '-o', 'json']),
    ) as { items: { endpoints: { conditions: { ready: boolean }; targetRef: { name: string } }[] | null }[] };
    return items.flatMap(({ endpoints }) =>
      (endpoints ?? []).flatMap(({ conditions, targetRef }) => (conditions.ready ? [targetRef.name] : [])),
    );
  };
  await until('the second service has a pod that is Ready', 150_000, async () =>
    (await podsOf('orders-shop')).length > 0 ? true : undefined,
  );
  const [first, second] = await Promise.all([podsOf('shop'), podsOf('orders-shop')]);
  tell(`shop: ${first.join()}; orders-shop: ${second.join()}`);
  expect(first).toEqual([(await stage.pod()).name]);
  expect(second).toHaveLength(1);
  expect(second[0]).toMatch(/^orders-shop-/);
  const disrupted = JSON.parse(await stage.here(['get', 'poddisruptionbudgets', '-o', 'json'])) as {
    items: { metadata: { name: string }; status: { expectedPods: number } }[];
  };
  expect(disrupted.items.map(({ metadata, status }) => [metadata.name, status.expectedPods])).toEqual([
    ['orders-shop', 1],
    ['shop', 1],
  ]);
  const about = await stage.here(['exec', second[0] ?? '', '-c', 'sidewarden', '--', 'sidewarden', 'print-config']);
  expect(about).toMatch(/^service: orders-shop/m);
}, 300_000);

test('a new pod with a broken ConfigMap does not start, and its status says why', async () => {
  await write('checks: [\n', 'orders-shop-sidewarden');
  await stage.here(['rollout', 'restart', 'deployment/orders-shop']);
  const message = 'jsonpath={.items[*].status.initContainerStatuses[0].lastState.terminated.message}';
  const { found } = await until('the new pod has ended once', 60_000, async () => {
    const said = await stage.here(['get', 'pods', '-l', 'app.kubernetes.io/name=orders-shop', '-o', message]);
    return said === '' ? undefined : said;
  });
  tell(`first start with a broken ConfigMap: ${found.trim()}`);
  expect(found).toMatch(/sidewarden\.yaml:2:1 YAML: /);
  const ready = 'jsonpath={.status.readyReplicas}';
  expect(await stage.here(['get', 'deployment', 'orders-shop', '-o', ready])).toBe('1');
}, 120_000);

test('the Job of docs/kubernetes.md lets the good ConfigMap pass and stops at the broken one', async () => {
  const page = readFileSync(join(root, 'docs/kubernetes.md'), 'utf8');
  const [, text = ''] = /```yaml\n(apiVersion: batch\/v1\n[^`]*)```/.exec(page) ?? [];
  const job = parse(text) as Job;
  const [container] = job.spec.template.spec.containers;
  container.image = imageName();
  const run = async (configMap: string): Promise<{ readonly failed: boolean; readonly said: string }> => {
    const [{ configMap: mounted }] = job.spec.template.spec.volumes;
    mounted.name = configMap;
    await stage.here(['apply', '-f', '-'], stringify(job));
    const { found } = await until('the Job has ended', 60_000, async () => {
      const { status } = JSON.parse(await stage.here(['get', 'job', job.metadata.name, '-o', 'json'])) as JobStatus;
      return status.conditions?.find((one) => one.status === 'True' && /^(Complete|Failed)$/.test(one.type));
    });
    const said = await stage.here(['logs', `job/${job.metadata.name}`]);
    await stage.here(['delete', 'job', job.metadata.name, '--wait=true']);
    return { failed: found.type === 'Failed', said };
  };
  expect(await run('shop-sidewarden')).toMatchObject({ failed: false });
  const { failed, said } = await run('orders-shop-sidewarden');
  expect(failed).toBe(true);
  tell(`Job of a broken ConfigMap: ${said.trim().split('\n').at(-1)}`);
  expect(said).toMatch(/sidewarden\.yaml:2:1 YAML: /);
}, 180_000);
