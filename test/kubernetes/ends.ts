// How the containers of a pod ended: the kubelet says it before the pod is removed, so somebody has to be watching.
import { spawn } from 'node:child_process';
import { program } from './cluster.ts';
import type { Stage } from './stage.ts';

export type Ended = { readonly exitCode: number; readonly reason: string; readonly finishedAt: string };

type Status = { readonly name: string; readonly state: { readonly terminated?: Ended } };
type PodStatus = {
  readonly initContainerStatuses?: readonly Status[];
  readonly containerStatuses?: readonly Status[];
};

export type Watch = {
  /** By container, when all have ended. @throws what kubectl said when it ended early */
  ends(): Promise<ReadonlyMap<string, Ended> | undefined>;
  stop(): void;
};

/** Watches a pod from now on. */
export function watchEnds({ namespace }: Pick<Stage, 'namespace'>, pod: string): Watch {
  const args = ['--namespace', namespace, 'get', 'pod', pod, '--watch', '-o', 'jsonpath={.status}{"\\n"}'];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  child.once('error', (error) => {
    complaint += error.message;
  });
  return {
    async ends() {
      if (complaint !== '') throw new Error(complaint);
      const lines = said.split('\n').slice(0, -1); // the last one may still be coming
      return lines.map((line) => endsOf(JSON.parse(line) as PodStatus)).findLast((ends) => ends !== undefined);
    },
    stop: () => void child.kill(),
  };
}

function endsOf({ initContainerStatuses = [], containerStatuses = [] }: PodStatus): Map<string, Ended> | undefined {
  const all = [...initContainerStatuses, ...containerStatuses];
  const ended = all.flatMap(({ name, state: { terminated } }) =>
    terminated === undefined ? [] : [[name, terminated] as const],
  );
  return all.length > 0 && ended.length === all.length ? new Map(ended) : undefined;
}

/** For people. */
export const endings = (ends: ReadonlyMap<string, Ended>): string =>
  [...ends].map(([name, { exitCode, finishedAt }]) => `${name} ended with ${exitCode} at ${finishedAt}`).join(', ');
