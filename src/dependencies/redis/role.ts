// Whether the role of a server, or the state of its cluster, is the one wanted.
import { Failure } from '../../core/failure.ts';

/**
 * @param reply of ROLE: https://redis.io/docs/latest/commands/role/
 * @throws Failure `readonly` for the wrong role, `server` for a replica without its primary, `misconfig` for a sentinel.
 */
export function judgeRole(reply: unknown, expect: 'primary' | 'replica' | 'any'): void {
  const [role, host, port, link] = Array.isArray(reply) ? reply.map(String) : [];
  if (role === 'sentinel') throw new Failure('misconfig', 'this is a sentinel: name it under sentinel, not url');
  if (role === 'master') {
    if (expect === 'replica') throw new Failure('readonly', 'is a primary, a replica was expected');
    return;
  }
  if (role !== 'slave') throw new Failure('server', `ROLE answered ${role ?? 'nothing'}`);
  if (expect === 'primary') throw new Failure('readonly', `is a replica of ${host}:${port}, a primary was expected`);
  if (link !== 'connected')
    throw new Failure('server', `replica without its primary ${host}:${port}: the link is "${link}"`);
}

const fieldOf = (info: unknown, name: string): string | undefined =>
  new RegExp(`^${name}:(\\S+)`, 'm').exec(String(info))?.[1];

/** Whether the node that answered CLUSTER INFO so knows no other: it was taken out of the cluster, or never was in one. */
export const isAlone = (info: unknown): boolean =>
  fieldOf(info, 'cluster_known_nodes') === '1' && fieldOf(info, 'cluster_slots_assigned') === '0';

/**
 * @param info of CLUSTER INFO: https://redis.io/docs/latest/commands/cluster-info/
 * @throws Failure `server` unless the cluster's state is ok.
 */
export function judgeCluster(info: unknown): void {
  const state = fieldOf(info, 'cluster_state');
  if (state === 'ok') return;
  const failed = fieldOf(info, 'cluster_slots_fail') ?? '?';
  const assigned = fieldOf(info, 'cluster_slots_assigned') ?? '?';
  throw new Failure(
    'server',
    `cluster_state:${state ?? 'absent'}, ${assigned} of 16384 slots assigned, ${failed} of them failed`,
  );
}
