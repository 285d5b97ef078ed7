// A healthy pod beside one that takes all the processor it can, under load: it must stay in service.
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { program, tell, until } from './cluster.ts';
import { type Dependencies, startDependencies } from './dependencies.ts';
import { apply, imageName, restricted, type Stage } from './stage.ts';

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

/** Four threads that compute without end. */
const busy = `
import { Worker } from 'node:worker_threads';
for (let thread = 0; thread < 4; thread++) new Worker('for (;;);', { eval: true });
setInterval(() => {}, 1000);
`;
/** 32 connections that ask the service without pause. */
const load = `
import { Agent, get } from 'node:http';
const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const ask = () => new Promise((resolve) => {
  get(process.argv[1], { agent }, (response) => response.resume().once('end', resolve)).once('error', resolve);
});
for (let worker = 0; worker < 32; worker++) void (async () => { for (;;) await ask(); })();
`;

async function startPod(name: string, text: string, args: readonly string[], resources: object): Promise<void> {
  const command = ['node', '--input-type=module', '-e', text, '--', ...args];
  const container = { name, image: imageName(), command, resources, securityContext: restricted };
  const spec = { automountServiceAccountToken: false, terminationGracePeriodSeconds: 0, containers: [container] };
  await stage.here(['apply', '-f', '-'], stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }));
  await stage.here(['wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s']);
}

/** Every change of the condition Ready of a pod from now on. */
function watchReady(pod: string): { readonly seen: string[]; stop(): void } {
  const condition = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}{"\\n"}';
  const child = spawn(program, ['--namespace', stage.namespace, 'get', 'pod', pod, '--watch', '-o', condition]);
  const seen: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    for (const line of `${chunk}`.split('\n')) if (line !== '' && line !== seen.at(-1)) seen.push(line);
  });
  return { seen, stop: () => void child.kill() };
}

const long = process.env.SIDEWARDEN_TEST_LONG === '1';
/** Runs of noise, and how long each is. */
const runs = long ? 10 : 2;
const runMs = 30_000;

test(`${runs} runs of noise and load: the pod is not taken out once, and nothing restarts`, async () => {
  const { found: pod } = await until('the pod is Ready', 120_000, async () => {
    const one = await stage.pod();
    return one.ready ? one : undefined;
  });
  for (let run = 1; run <= runs; run += 1) {
    const watch = watchReady(pod.name);
    try {
      await startPod('busy', busy, [], { requests: { cpu: '1000m' } });
      await startPod('load', load, [`http://${pod.ip}:8080/`], {});
      await wait(runMs);
      await stage.here(['delete', 'pod', 'busy', 'load', '--wait=true']);
      tell(`noise ${run}: Ready was ${watch.seen.join(', ')}`);
      expect(watch.seen).toEqual(['True']);
    } finally {
      watch.stop();
    }
  }
  expect((await stage.pod()).restarts).toEqual({ sidewarden: 0, shop: 0 });
}, 1_200_000);
