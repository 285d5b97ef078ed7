// What servers of Redis say of each other: replicas, sentinels, the nodes of a cluster.
import type { Alert } from '../pack.ts';

export const replication = [
  {
    name: 'RedisReplicationBroken',
    expr: 'max by (check) (redis_master_link_up{}) == 0',
    for: '5m',
    severity: 'warning',
    labels: ['check'],
    summary: 'A replica of Redis has no link to its primary.',
    description:
      'The server of the check {{ $labels.check }} is a replica, and its link to the primary is down: its data grows old. INFO replication says for how long, and the log of both servers why.',
  },
  {
    name: 'RedisReplicaLost',
    // A server that has become a replica itself has none. A replica that is replaced is there twice for a moment.
    expr: `max by (check) (max_over_time(min_over_time(redis_connected_slaves{}[10m])[6h:5m]))
      - max by (check) (redis_connected_slaves{}) > 0
      and on (check) max by (check) (redis_instance_info{role="master"})`,
    for: '10m',
    severity: 'warning',
    labels: ['check'],
    summary: 'A primary of Redis has fewer replicas than some hours ago.',
    description:
      'The primary of the check {{ $labels.check }} lost {{ $value }} of the replicas that it had for ten minutes within the last 6 hours. INFO replication shows those that are left.',
  },
  {
    name: 'RedisReplicaLagging',
    expr: `-1 * (max by (check, slave_ip, slave_port) (redis_connected_slave_offset_bytes{})
      - on (check) group_left max by (check) (redis_master_repl_offset{})) > $threshold`,
    threshold: { value: 33_554_432, least: 1024, most: 1_099_511_627_776, unit: 'bytes' },
    for: '5m',
    severity: 'warning',
    labels: ['check', 'slave_ip', 'slave_port'],
    summary: 'A replica of Redis is far behind its primary.',
    description:
      'The replica {{ $labels.slave_ip }}:{{ $labels.slave_port }} of the primary of the check {{ $labels.check }} has not acknowledged {{ $value | humanize1024 }}B: a failover would lose them. Look at the network between them, and at the processor of the replica.',
  },
  {
    name: 'RedisSentinelQuorumLost',
    expr: 'min by (check, master_name) (redis_sentinel_master_ckquorum_status{}) == 0',
    for: '5m',
    severity: 'warning',
    labels: ['check', 'master_name'],
    summary: 'Too few sentinels of Redis are left for a failover.',
    description:
      'The sentinels of {{ $labels.master_name }} (check {{ $labels.check }}) could not replace the primary if it failed now. SENTINEL CKQUORUM {{ $labels.master_name }} at a sentinel says how many are left.',
  },
  {
    name: 'RedisFailedOver',
    expr: `max by (check, master_name) (redis_sentinel_master_config_epoch{})
      > max by (check, master_name) (redis_sentinel_master_config_epoch{} offset 15m)`,
    for: '0s',
    severity: 'info',
    labels: ['check', 'master_name'],
    summary: 'The sentinels of Redis made another server the primary.',
    description:
      'The primary of {{ $labels.master_name }} (check {{ $labels.check }}) changed within 15 minutes, number {{ $value }} since the sentinels began. Writes that no replica had acknowledged are lost. The log of the sentinels says why.',
  },
  {
    name: 'RedisClusterSlotsDown',
    // cluster_state stays ok with cluster-require-full-coverage no, though slots are lost.
    expr: '16384 - max by (check) (redis_cluster_slots_ok{}) > 0',
    for: '1m',
    severity: 'critical',
    labels: ['check'],
    summary: 'Slots of a Redis cluster have no node that serves them.',
    description:
      '{{ $value }} of the 16384 slots of the cluster of the check {{ $labels.check }} are not served: their keys cannot be read or written, by default no key of the cluster. CLUSTER NODES shows which nodes have failed.',
  },
] as const satisfies readonly Alert[];
