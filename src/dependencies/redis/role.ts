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

/**
 * @param reply of CLUSTER INFO: https://redis.io/docs/latest/commands/cluster-info/
 * @throws Failure `server` unless the cluster's state is ok.
 */
export function judgeCluster(reply: unknown): void {
  const text = String(reply);
  const field = (name: string): string | undefined => new RegExp(`^${name}:(\\S+)`, 'm').exec(text)?.[1];
  const state = field('cluster_state');
  if (state === 'ok') return;
  const failed = field('cluster_slots_fail') ?? '?';
  const assigned = field('cluster_slots_assigned') ?? '?';
  throw new Failure(
    'server',
    `cluster_state:${state ?? 'absent'}, ${assigned} of 16384 slots assigned, ${failed} of them failed`,
  );
}
