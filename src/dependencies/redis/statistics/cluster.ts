// The cluster as this node sees it.
import type { Family, Sample } from '../../../core/family.ts';
import { samples } from '../../../core/family.ts';
import { type Collector, notAsked } from '../../statistics.ts';
import { isAlone } from '../role.ts';
import type { RedisSettings } from '../settings.ts';
import { fieldsOf, numberOf } from './answer.ts';
import { gauge } from './family.ts';
import { askGranted } from './grants.ts';
import type { RedisSource } from './source.ts';

const when = 'on a node of a cluster';
const valkey = { when: 'on a node of a cluster of Valkey 8.1' };

const messages = [
  'ping',
  'pong',
  'meet',
  'fail',
  'publish',
  'publishshard',
  'auth-req',
  'auth-ack',
  'update',
  'mfstart',
  'module',
] as const;

/** https://redis.io/docs/latest/commands/cluster-info/ */
const fields: readonly (readonly [field: string, family: Family])[] = [
  ['cluster_state', gauge('cluster_state', 'Whether it is able to serve every slot.', { when })],
  ['cluster_slots_assigned', gauge('cluster_slots_assigned', 'Slots that have a node; 16384 is all.', { when })],
  ['cluster_slots_ok', gauge('cluster_slots_ok', 'Slots whose node is well.', { when })],
  ['cluster_slots_pfail', gauge('cluster_slots_pfail', 'Slots whose node seems to have failed.', { when })],
  ['cluster_slots_fail', gauge('cluster_slots_fail', 'Slots whose node has failed.', { when })],
  ['cluster_known_nodes', gauge('cluster_known_nodes', 'Nodes that are known.', { when })],
  ['cluster_size', gauge('cluster_size', 'Primaries with slots.', { when })],
  ['cluster_current_epoch', gauge('cluster_current_epoch', 'Epoch of the cluster.', { when })],
  ['cluster_my_epoch', gauge('cluster_my_epoch', 'Epoch of this node.', { when })],
  ['cluster_nodes_pfail', gauge('cluster_nodes_pfail', 'Nodes that seem to have failed.', valkey)],
  ['cluster_nodes_fail', gauge('cluster_nodes_fail', 'Nodes that have failed.', valkey)],
  [
    'cluster_voting_nodes_pfail',
    gauge('cluster_voting_nodes_pfail', 'Primaries with slots that seem to have failed.', valkey),
  ],
  ['cluster_voting_nodes_fail', gauge('cluster_voting_nodes_fail', 'Primaries with slots that have failed.', valkey)],
  ['cluster_stats_messages_sent', gauge('cluster_messages_sent_total', 'Messages sent to other nodes.', { when })],
  ['cluster_stats_messages_received', gauge('cluster_messages_received_total', 'Messages from other nodes.', { when })],
  ...messages.flatMap((kind) =>
    (['sent', 'received'] as const).map((way) => {
      const name = `cluster_stats_messages_${kind}_${way}`;
      const help = `Messages "${kind}" ${way}, once there were any.`;
      return [name, gauge(name.replaceAll('-', '_'), help, { when })] as const;
    }),
  ),
];

export const cluster: Collector<RedisSettings, RedisSource> = {
  name: 'cluster',
  intervalMs: 15_000,
  asks: 'CLUSTER INFO',
  families: fields.map(([, family]) => family),
  privilege: 'cluster|info',
  async collect(source, settings) {
    if (!source.facts.cluster) return notAsked;
    const answer = await askGranted(source, settings, 'cluster|info', 'CLUSTER', 'INFO');
    if (answer === undefined) return notAsked;
    const found = fieldsOf(answer, 'CLUSTER INFO');
    if (settings.cluster !== undefined && isAlone(answer)) source.leave();
    return fields.flatMap(([field, family]): Sample[] => samples(family, numberOf(found.get(field))));
  },
};
