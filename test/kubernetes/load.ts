// A pod is deleted while requests arrive: what they got, and how each of its containers ended.
import { setTimeout as wait } from 'node:timers/promises';
import { stringify } from 'yaml';
import { type Pod, until } from './cluster.ts';
import { type Ended, watchEnds } from './ends.ts';
import { imageName, program, restricted, type Stage } from './stage.ts';

/** What load.mjs counts; the times in milliseconds since 1970, of the load's clock. */
type Total = {
  readonly ok: number;
  readonly failed: number;
  readonly errors: readonly string[];
  readonly lastMain: number;
  readonly lastSidecar: number;
  readonly drainingWhileMain: number;
};

/** Makes two replicas, deletes one under load, and waits until there are two again. */
export async function deleteUnderLoad(
  stage: Stage,
): Promise<{ readonly total: Total; readonly ends: ReadonlyMap<string, Ended> }> {
  await stage.here(['scale', 'deployment/shop', '--replicas=2']);
  const all = async (): Promise<readonly Pod[] | undefined> => {
    const pods = (await stage.pods()).filter(({ going }) => !going);
    return pods.length === 2 && pods.every(({ ready }) => ready) ? pods : undefined;
  };
  const [victim] = (await until('two are Ready', 90_000, all)).found;
  if (victim === undefined) throw new Error('no pod');
  await startLoad(stage, victim.ip);
  const totals = async (): Promise<Total> =>
    JSON.parse((await stage.here(['logs', 'load', '--tail=1'])).trim()) as Total;
  await until('there is load', 60_000, async () => ((await totals()).ok > 200 ? true : undefined));
  const watch = watchEnds(stage, victim.name);
  try {
    await stage.here(['delete', 'pod', victim.name, '--wait=true']);
    const { found: ends } = await until('both containers have ended', 10_000, watch.ends);
    await until('two are Ready again', 90_000, all);
    await wait(3000);
    return { total: await totals(), ends };
  } finally {
    watch.stop();
  }
}

/** A pod beside the service that asks it without end; `ip` is the pod that it watches. */
async function startLoad(stage: Stage, ip: string): Promise<void> {
  const options = ['--input-type=module', '-e', program('load.mjs'), '--'];
  const command = ['node', ...options, `http://shop.${stage.namespace}.svc`, ip];
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
