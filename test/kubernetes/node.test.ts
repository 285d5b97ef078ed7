// The objects of k8s/ and the image on a real node: what starts, what is restarted, who gets requests, and when.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pod, tell, until } from './cluster.ts';
import { configuration, type Dependencies, startDependencies } from './dependencies.ts';
import { endings, watchEnds } from './ends.ts';
import { deleteUnderLoad } from './load.ts';
import { memoryLimit, workingSet } from './memory.ts';
import { apply, type Stage } from './stage.ts';

let dependencies: Dependencies;
let stage: Stage;

beforeAll(async () => {
  dependencies = await startDependencies();
  await dependencies.proxies.database.set('refuse');
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

test('under PodSecurity `restricted` the service starts when the sidecar has started, and the pod becomes Ready', async () => {
  const { found: before } = await until('the sidecar runs', 60_000, async () => {
    const pod = await stage.pod();
    return pod.runs.sidewarden ? pod : undefined;
  });
  const { code } = (await until('it answers', 30_000, () => stage.ask(before, '/health/startup'))).found;
  expect(code).toBe(503);
  await wait(5000);
  expect((await stage.pod()).runs).toEqual({ sidewarden: true, shop: false });
  await dependencies.proxies.database.set('pass');
  const { tookMs } = await until('the pod is Ready', 60_000, isReady);
  tell(`the database came: Ready after ${(tookMs / 1000).toFixed(1)} s`);
  const pod = await stage.pod();
  expect(pod.runs).toEqual({ sidewarden: true, shop: true });
  expect(pod.restarts).toEqual({ sidewarden: 0, shop: 0 });
  const { body } = await stage.ask(pod, '/health');
  expect(JSON.parse(body).status).toBe('healthy');
}, 180_000);

test('the command line works in the container, which has no shell', async () => {
  const pod = await stage.pod();
  const exec = (...command: string[]) => stage.here(['exec', pod.name, '-c', 'sidewarden', '--', ...command]);
  await exec('sidewarden', 'healthcheck');
  await expect(exec('sidewarden', 'healthcheck', '/health/checks/nobody')).rejects.toThrow();
  await expect(exec('sh', '-c', 'true')).rejects.toThrow(/not found|no such file/i);
});

/** Runs beside the sidecar, in the container of the service, so that only the sidecar's own memory grows. */
const flood = `
import { Agent, get } from 'node:http';
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const ask = (path) =>
  new Promise((resolve, reject) => {
    get({ port: 9090, path, agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(path + ' ' + response.statusCode));
      response.resume().once('end', resolve);
    }).once('error', reject);
  });
const many = async (path, count) => {
  const worker = async () => { while (count-- > 0) await ask(path); };
  await Promise.all(Array.from({ length: 16 }, worker));
};
await many('/health', 20000);
await many('/metrics', 500);
process.exit(0);
`;

test('after 20,000 requests of /health and 500 of /metrics memory is under the limit of the manifest', async () => {
  const before = await stage.pod();
  await stage.node(before, flood, 'shop');
  const { body } = await stage.ask(before, '/metrics');
  const resident = Number(/^sidewarden_process_resident_memory_bytes (\S+)/m.exec(body)?.[1]);
  const limit = await memoryLimit(stage, before);
  const measured = await workingSet(stage, before);
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  tell(
    `after load: resident ${mebibytes(resident)} MiB, working set ${mebibytes(measured)}, limit ${mebibytes(limit)}`,
  );
  for (const bytes of [resident, measured]) {
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(limit);
  }
  expect((await stage.pod()).restarts).toEqual(before.restarts); // nobody was killed for memory
}, 180_000);

test('the compile cache of the image is what is run', async () => {
  const pod = await stage.pod();
  const said = await stage.node(
    pod,
    `const { spawnSync } = await import('node:child_process');
    const env = { ...process.env, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
    const { stdout, stderr } = spawnSync('sidewarden', ['--version'], { env, encoding: 'utf8' });
    console.log(stdout + stderr);`,
  );
  expect(said).toContain('was accepted');
  expect(said).not.toMatch(/was rejected|failed|no such file|permission/);
});

test('a stopped database makes the pod not Ready within bound and period, restarts nothing, and it is Ready again by itself', async () => {
  const pod = await stage.pod();
  const { body } = await stage.ask(pod, '/metrics');
  const bound = Number(
    /^sidewarden_check_detection_bound_seconds\{[^}]*check="database"[^}]*\} (\S+)/m.exec(body)?.[1],
  );
  expect(bound).toBeGreaterThan(0);
  await dependencies.four.database.stop();
  const withinMs = (bound + 10 + 2) * 1000; // two periods of the readiness probe, and what kubelet and kubectl take
  const gone = await until('not Ready', withinMs, async () => ((await stage.pod()).ready ? undefined : true));
  tell(`database stopped: not Ready after ${(gone.tookMs / 1000).toFixed(1)} s (bound ${bound} s and 10 s)`);
  expect((await stage.ask(pod, '/health/live')).code).toBe(200);
  expect((await stage.ask(pod, '/health/live/app')).code).toBe(200);
  await wait(35_000); // longer than the service's liveness probe allows
  expect((await stage.pod()).restarts).toEqual({ sidewarden: 0, shop: 0 });
  await dependencies.four.database.start();
  const again = await until('Ready again', 30_000, isReady);
  tell(`database started: Ready after ${(again.tookMs / 1000).toFixed(1)} s`);
  expect((await stage.pod()).restarts).toEqual({ sidewarden: 0, shop: 0 });
}, 180_000);

/** Makes the service hang: it neither answers nor hears a signal. */
const hang = `fetch('http://127.0.0.1:8080/hang').catch(() => {}); setTimeout(() => process.exit(0), 500)`;

test('a hung service is restarted, and the sidecar is not', async () => {
  const pod = await stage.pod();
  await stage.node(pod, hang);
  const { tookMs } = await until('the service is restarted', 150_000, async () =>
    (await stage.pod()).restarts.shop === 1 ? true : undefined,
  );
  tell(`service hung: restarted after ${(tookMs / 1000).toFixed(1)} s`);
  await until('Ready again', 60_000, isReady);
  expect((await stage.pod()).restarts).toEqual({ sidewarden: 0, shop: 1 });
}, 240_000);

/** The first process of a container cannot be killed from inside it, and has no debugger: it is asked to end. */
const end = "process.kill(1, 'SIGQUIT')";

test('a sidecar that ends comes back without touching the service', async () => {
  const pod = await stage.pod();
  const { shop } = pod.restarts;
  await stage.node(pod, end);
  const { tookMs } = await until('the sidecar is restarted', 60_000, async () => {
    const { restarts, ready } = await stage.pod();
    return restarts.sidewarden === 1 && ready ? true : undefined;
  });
  tell(`sidecar ended: back and Ready after ${(tookMs / 1000).toFixed(1)} s`);
  await wait(10_000);
  expect((await stage.pod()).restarts).toEqual({ sidewarden: 1, shop });
}, 120_000);

test('a pod deleted under load fails no request; preStop drains it; the sidecar answers until the service is gone, then ends with 0', async () => {
  const { total, ends } = await deleteUnderLoad(stage);
  tell(`deleted under load: ${JSON.stringify(total)}; ${endings(ends)}`);
  expect(total).toMatchObject({ failed: 0, errors: [] });
  expect(total.ok).toBeGreaterThan(200);
  expect(total.drainingWhileMain).toBeGreaterThan(0);
  expect(total.lastSidecar).toBeGreaterThanOrEqual(total.lastMain);
  expect([ends.get('shop')?.exitCode, ends.get('sidewarden')?.exitCode]).toEqual([0, 0]);
}, 300_000);

test('the two seconds that the kubelet leaves it after a service that does not obey SIGTERM are enough to end with 0', async () => {
  await stage.here(['scale', 'deployment/shop', '--replicas=1']);
  const { found: pod } = await until('one is left', 90_000, isReady);
  await stage.node(pod, hang);
  const watch = watchEnds(stage, pod.name);
  const begin = performance.now();
  try {
    await stage.here(['delete', 'pod', pod.name, '--grace-period=8', '--wait=true']);
    const { found: ends } = await until('both containers have ended', 10_000, watch.ends);
    const tookS = (performance.now() - begin) / 1000;
    tell(`deleted while hung, 8 s: gone after ${tookS.toFixed(1)} s; ${endings(ends)}`);
    expect(ends.get('shop')?.exitCode).toBe(137);
    expect(ends.get('sidewarden')?.exitCode).toBe(0);
  } finally {
    watch.stop();
  }
  await until('its successor is Ready', 90_000, isReady);
}, 240_000);

test('a changed ConfigMap is picked up without a restart', async () => {
  const { found: pod } = await until('the pod is Ready', 90_000, isReady);
  const changed = {
    data: { 'sidewarden.yaml': configuration(dependencies, { added: { type: 'tcp', address: '127.0.0.1:8080' } }) },
  };
  await stage.here(['patch', 'configmap', 'shop-sidewarden', '--type=merge', '-p', JSON.stringify(changed)]);
  const { tookMs } = await until('the new check is there', 150_000, async () =>
    (await stage.ask(pod, '/health/checks/added')).code === 200 ? true : undefined,
  );
  tell(`ConfigMap changed: in force after ${(tookMs / 1000).toFixed(1)} s`);
  expect((await stage.pod()).restarts.sidewarden).toBe(pod.restarts.sidewarden);
}, 300_000);
