// What must not reach a healthy service: a broken configuration, a sidecar that ends, another service in the namespace.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pod, tell, until } from './cluster.ts';
import { configuration, type Dependencies, startDependencies } from './dependencies.ts';
import { apply, applyTo, type Stage } from './stage.ts';

let dependencies: Dependencies;
let stage: Stage;

beforeAll(async () => {
  dependencies = await startDependencies();
  stage = await apply(dependencies);
}, 180_000);
afterAll(async () => {
  await stage?.remove();
  await dependencies?.stop();
}, 180_000);

const isReady = async (): Promise<Pod | undefined> => {
  const pod = await stage.pod();
  return pod.ready ? pod : undefined;
};
const metrics = async (): Promise<string> => (await stage.ask(await stage.pod(), '/metrics/checks')).body;
const write = (text: string): Promise<string> =>
  stage.here([
    'patch',
    'configmap',
    'shop-sidewarden',
    '--type=merge',
    '-p',
    JSON.stringify({ data: { 'sidewarden.yaml': text } }),
  ]);

/** How often the sidecar ends: the kubelet waits 10 s, 20, 40, 80, 160 before it starts it again. */
const ends = process.env.SIDEWARDEN_TEST_LONG === '1' ? 5 : 3;

test(`a broken ConfigMap, and then a sidecar that ends ${ends} times: the service is never restarted`, async () => {
  await until('the pod is Ready', 120_000, isReady);
  await write('checks: [\n');
  const refused = await until('it is refused', 150_000, async () =>
    /^sidewarden_config_last_reload_successful 0$/m.test(await metrics()) ? true : undefined,
  );
  tell(`broken ConfigMap: refused after ${(refused.tookMs / 1000).toFixed(1)} s`);
  for (let count = 1; count <= ends; count += 1) {
    await stage.node(await stage.pod(), "process.kill(1, 'SIGQUIT')");
    const { tookMs } = await until('the sidecar is back and the pod Ready', 400_000, async () => {
      const { restarts, ready } = await stage.pod();
      return restarts.sidewarden === count && ready ? true : undefined;
    });
    tell(`sidecar ended (${count}): Ready after ${(tookMs / 1000).toFixed(1)} s`);
    expect(await metrics()).toMatch(/^sidewarden_config_in_force\{source="last_good"\} 1$/m);
    expect((await stage.pod()).restarts).toEqual({ sidewarden: count, shop: 0 });
  }
  await write(configuration(dependencies, { added: { type: 'tcp', address: '127.0.0.1:8080' } }));
  const { tookMs } = await until('the new configuration is in force', 150_000, async () =>
    (await stage.ask(await stage.pod(), '/health/checks/added')).code === 200 ? true : undefined,
  );
  tell(`good ConfigMap: in force after ${(tookMs / 1000).toFixed(1)} s`);
  expect(await metrics()).toMatch(/^sidewarden_config_in_force\{source="file"\} 1$/m);
  expect((await stage.pod()).restarts).toEqual({ sidewarden: ends, shop: 0 });
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
