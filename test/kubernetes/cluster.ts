// The cluster of the tests, by kubectl: objects, states of a pod, requests from inside it.
import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

export const program = process.env.KUBECTL ?? 'kubectl';

/** Standard output of kubectl. @throws with what it said when it fails or takes longer than three minutes. */
export function kubectl(args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout: 180_000, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`kubectl ${args.join(' ')}: ${stderr || error.message}`));
    });
    child.stdin?.end(input);
  });
}

/** Polls until something is there. @throws what the last try said after `withinMs`. @returns it, and how long it took. */
export async function until<Found>(
  what: string,
  withinMs: number,
  find: () => Promise<Found | undefined>,
): Promise<{ found: Found; tookMs: number }> {
  const begin = performance.now();
  let said = '';
  for (;;) {
    try {
      const found = await find();
      said = '';
      if (found !== undefined) return { found, tookMs: performance.now() - begin };
    } catch (error) {
      said = ` (${String(error)})`;
    }
    if (performance.now() - begin > withinMs) throw new Error(`not within ${withinMs} ms: ${what}${said}`);
    await wait(200);
  }
}

/** A line for the person who watches. */
export const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

type ContainerState = {
  readonly running?: { readonly startedAt: string };
  readonly waiting?: { readonly reason: string };
};
type ContainerStatus = { readonly name: string; readonly restartCount: number; readonly state: ContainerState };
type PodObject = {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
};

export type Pod = {
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly ready: boolean;
  readonly going: boolean;
  readonly restarts: { readonly sidewarden: number; readonly shop: number };
  readonly runs: { readonly sidewarden: boolean; readonly shop: boolean };
};

/** What a pod says of its requests: the code, and the body. */
export type Answer = { readonly code: number; readonly body: string };

/** One namespace of the cluster. */
export function inNamespace(namespace: string) {
  const here = (args: readonly string[], input?: string): Promise<string> =>
    kubectl(['--namespace', namespace, ...args], input);

  const pods = async (): Promise<readonly Pod[]> => {
    const list = JSON.parse(await here(['get', 'pods', '-l', 'app.kubernetes.io/name=shop', '-o', 'json']));
    return (list as { items: PodObject[] }).items.map(podOf);
  };

  return {
    here,
    pods,
    /** The only pod there is. */
    async pod(): Promise<Pod> {
      const [pod, second] = (await pods()).filter(({ going }) => !going);
      if (pod === undefined || second !== undefined) throw new Error('there is not one pod');
      return pod;
    },
    /** Runs a program of Node in one of its containers. */
    node: (pod: Pod, text: string, container: 'sidewarden' | 'shop' = 'sidewarden'): Promise<string> =>
      here(['exec', pod.name, '-c', container, '--', 'node', '--input-type=module', '-e', text]),
    /** Asks the sidecar from inside the pod. */
    async ask(pod: Pod, path: string): Promise<Answer> {
      const text = `const r = await fetch('http://127.0.0.1:9090${path}'); console.log(JSON.stringify({ code: r.status, body: await r.text() }))`;
      return JSON.parse(await this.node(pod, text)) as Answer;
    },
  };
}

function podOf({ metadata, status }: PodObject): Pod {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const of = (name: string) => all.find((one) => one.name === name);
  return {
    name: metadata.name,
    uid: metadata.uid,
    ip: status.podIP ?? '',
    ready: status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
    going: metadata.deletionTimestamp !== undefined,
    restarts: { sidewarden: of('sidewarden')?.restartCount ?? 0, shop: of('shop')?.restartCount ?? 0 },
    runs: { sidewarden: of('sidewarden')?.state.running !== undefined, shop: of('shop')?.state.running !== undefined },
  };
}
