// The image by itself in a pod: its HEALTHCHECK as the kubelet's exec probe, where it passes and where it must not.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type HealthCheck, healthCheck } from './archive.ts';
import { tell, until } from './cluster.ts';
import { imageName, makeNamespace, restricted, type Stage } from './stage.ts';

let stage: Stage;
let check: HealthCheck;

beforeAll(async () => {
  check = await healthCheck();
  tell(`HEALTHCHECK ${JSON.stringify(check)}`);
  stage = await makeNamespace();
});
afterAll(() => stage?.remove(), 180_000);

/** A pod of one container that is ready, and is left alive, when the image's own command says so. */
async function start(name: string, more: object): Promise<void> {
  const exec = { command: check.command };
  const container = {
    name: 'sidewarden',
    image: imageName(),
    readinessProbe: { exec, periodSeconds: check.period, timeoutSeconds: check.timeout, failureThreshold: 1 },
    livenessProbe: { exec, periodSeconds: 2, timeoutSeconds: check.timeout, failureThreshold: check.retries },
    securityContext: { ...restricted, readOnlyRootFilesystem: true },
    ...more,
  };
  const spec = { automountServiceAccountToken: false, terminationGracePeriodSeconds: 1, containers: [container] };
  await stage.here(['apply', '-f', '-'], stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }));
}

type State = { readonly ready: boolean; readonly restartCount: number; readonly imageID: string };
const stateOf = async (name: string): Promise<State | undefined> => {
  const said = await stage.here(['get', 'pod', name, '-o', 'jsonpath={.status.containerStatuses[0]}']);
  return said === '' ? undefined : (JSON.parse(said) as State);
};

test('the command makes a pod Ready and leaves it alive', async () => {
  await start('passes', { env: [{ name: 'REDIS_URL', value: 'redis://127.0.0.1:1' }] });
  const { found, tookMs } = await until('Ready', 60_000, async () => {
    const state = await stateOf('passes');
    return state?.ready === true ? state : undefined;
  });
  tell(
    `Ready by ${JSON.stringify(check.command)} after ${(tookMs / 1000).toFixed(1)} s; the image is ${found.imageID}`,
  );
  await wait((2 * check.retries + check.period) * 1000); // as long as either probe would need to say no
  expect(await stateOf('passes')).toMatchObject({ ready: true, restartCount: 0 });
}, 120_000);

test('where no daemon answers, the same command keeps a pod from being Ready and has it restarted', async () => {
  await start('fails', { command: ['node', '-e', 'setInterval(() => {}, 1000)'] });
  let wasReady = false;
  const { tookMs } = await until('restarted', 90_000, async () => {
    const state = await stateOf('fails');
    wasReady ||= state?.ready === true;
    return (state?.restartCount ?? 0) > 0 ? true : undefined;
  });
  expect(wasReady).toBe(false);
  tell(`no daemon: restarted by ${JSON.stringify(check.command)} after ${(tookMs / 1000).toFixed(1)} s`);
}, 120_000);
