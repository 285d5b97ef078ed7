// Whether the role of a server, or the state of its cluster, is the one wanted.
import { Failure } from '../../core/failure.ts';

/**
 * Of a replica, how its link is when it is well: `connected` of Redis; of Dragonfly `online`, or `stable_sync` where its
 * words are its own. https://github.com/dragonflydb/dragonfly/blob/main/src/server/server_family.cc (ServerFamily::Role)
 */
const goodLinks = ['connected', 'online', 'stable_sync'];
/** `replica` is Dragonfly's word. */
const replicaWords = ['slave', 'replica'];
/**
 * KeyDB's word for a server that takes writes and is a replica of another, which does the same.
 * https://github.com/Snapchat/KeyDB/blob/main/src/replication.cpp (roleCommand)
 */
const activeReplica = 'active-replica';

/**
 * @param reply of ROLE: https://redis.io/docs/latest/commands/role/
 * @throws Failure `readonly` for the wrong role, `server` for a replica without its primary, `misconfig` for a sentinel.
 */
export function judgeRole(reply: unknown, expect: 'primary' | 'replica' | 'any'): void {
  const [first, ...others] = linksOf(reply);
  const [role] = first;
  if (role === 'sentinel') throw new Failure('misconfig', 'this is a sentinel: name it under sentinel, not url');
  if (role === 'master') {
    if (expect === 'replica') throw new Failure('readonly', 'is a primary, a replica was expected');
    return;
  }
  // It takes writes without the other, so that the other is missing is its fault only where a replica is wanted.
  if (role === activeReplica && expect !== 'replica') return;
  if (role !== activeReplica && !replicaWords.includes(role ?? '')) {
    throw new Failure('server', `ROLE answered ${role ?? 'nothing'}`);
  }
  const [, host, port] = first;
  if (expect === 'primary') throw new Failure('readonly', `is a replica of ${host}:${port}, a primary was expected`);
  for (const [, host, port, link] of [first, ...others]) {
    if (goodLinks.includes(link ?? '')) continue;
    throw new Failure('server', `replica without its primary ${host}:${port}: the link is "${link}"`);
  }
}

type Link = readonly [role?: string, host?: string, port?: string, link?: string];

/** One, or of KeyDB with `multi-master` and several primaries a list of them. */
function linksOf(reply: unknown): readonly [Link, ...Link[]] {
  if (!Array.isArray(reply)) return [[]];
  const [first, ...others] = Array.isArray(reply[0]) ? reply : [reply];
  return [linkOf(first), ...others.map(linkOf)];
}

const linkOf = (given: unknown): Link =>
  Array.isArray(given) ? (given.slice(0, 4).map(String) as unknown as Link) : [];

/** What INFO has as `role` of a server that has a primary. */
export const hasPrimary = (role: string | undefined): boolean =>
  role !== undefined && [...replicaWords, activeReplica].includes(role);

/** Whether a server of such a `role` in INFO takes no writes. */
export const isReadOnly = (role: string | undefined): boolean => role !== undefined && replicaWords.includes(role);

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
