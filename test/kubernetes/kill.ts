// Kills from outside a pod, as the kernel does when memory is short: nothing inside can do that to process 1.
import { stringify } from 'yaml';
import { kubectl, type Pod, until } from './cluster.ts';
import { imageName, type Stage } from './stage.ts';

/** Kills the process whose control group names the pod, and whose command line the program; the first found. */
const kill = `
import { readFileSync, readdirSync } from 'node:fs';
const [uid, name] = process.argv.slice(1);
const of = (id, file) => { try { return readFileSync('/proc/' + id + '/' + file, 'utf8'); } catch { return ''; } };
const ids = readdirSync('/proc').filter((entry) => /^[0-9]+$/.test(entry));
const id = ids.find((one) => of(one, 'cgroup').replaceAll('_', '-').includes(uid) && of(one, 'cmdline').includes(name));
if (id === undefined) throw new Error('no process of ' + name + ' in pod ' + uid);
process.kill(Number(id), 'SIGKILL');
`;

export type Killer = {
  /** kill -9 of the sidecar. */
  killSidecar(pod: Pod): Promise<void>;
  remove(): Promise<void>;
};

/** A pod that sees every process of its node, in a namespace that allows it. @param stage whose pods it kills */
export async function startKiller({ namespace: victims }: Stage): Promise<Killer> {
  const namespace = `${victims}-killer`;
  const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
  await kubectl(
    ['apply', '-f', '-'],
    stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }),
  );
  const container = {
    name: 'killer',
    image: imageName(),
    command: ['node', '-e', 'setInterval(() => {}, 1000)'],
    securityContext: { privileged: true, runAsUser: 0 },
  };
  const spec = { hostPID: true, terminationGracePeriodSeconds: 0, containers: [container] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'killer', namespace }, spec };
  await kubectl(['apply', '-f', '-'], stringify(pod));
  await until('the killer runs', 60_000, async () => {
    const args = ['--namespace', namespace, 'get', 'pod', 'killer', '-o', 'jsonpath={.status.phase}'];
    return (await kubectl(args)) === 'Running' ? true : undefined;
  });
  return {
    async killSidecar({ uid }) {
      const program = ['node', '--input-type=module', '-e', kill, '--', uid, '/bin/sidewarden'];
      await kubectl(['--namespace', namespace, 'exec', 'killer', '--', ...program]);
    },
    async remove() {
      await kubectl(['delete', 'namespace', namespace]);
    },
  };
}
