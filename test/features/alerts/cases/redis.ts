// The alerts of the pack `redis`, each quiet, loud, and quiet again.
import { type Case, counter, gauge, type Line, onlyIn, steady } from '../case.ts';
import { readTwice } from './twice.ts';

/** A series of the server of a check. */
const of = (check: string, family: string, labels = ''): string =>
  `${family}{check="${check}",instance="${check}:6379"${labels === '' ? '' : `,${labels}`}}`;
const cache = (family: string, quiet: number, loud: number, labels = ''): Line =>
  gauge(of('cache', family, labels), quiet, loud);
const sessions = (family: string, value: number, labels = ''): Line => steady(of('sessions', family, labels), value);
const cacheCounts = (family: string, quiet: number, loud: number, labels = ''): Line =>
  counter(of('cache', family, labels), quiet, loud);
const sessionsCount = (family: string, each: number, labels = ''): Line =>
  counter(of('sessions', family, labels), each, each);
const answers: readonly Line[] = [cache('redis_up', 1, 1), sessions('redis_up', 1)];
const gigabyte = 1_000_000_000;

const bounded = (quiet: number, loud: number, policy: string): readonly Line[] => [
  ...answers,
  cache('redis_memory_used_bytes', quiet * gigabyte, loud * gigabyte),
  cache('redis_memory_max_bytes', gigabyte, gigabyte),
  steady(of('cache', 'redis_instance_info', `role="master",maxmemory_policy="${policy}"`), 1),
];
/** A server without a bound, as far as it can be full. */
const unbounded = [
  ...[sessions('redis_memory_used_bytes', 9 * gigabyte), sessions('redis_memory_max_bytes', 0)],
  steady(of('sessions', 'redis_instance_info', 'role="master",maxmemory_policy="noeviction"'), 1),
];
const evicting = [
  steady(of('pages', 'redis_memory_used_bytes'), gigabyte),
  steady(of('pages', 'redis_memory_max_bytes'), gigabyte),
  steady(of('pages', 'redis_instance_info', 'role="master",maxmemory_policy="allkeys-lru"'), 1),
];
const replica = (port: number): string => `slave_ip="10.0.0.7",slave_port="${port}",slave_state="online"`;
const primary = 'master_host="10.0.0.9",master_port="6379"';
const master = (name: string, more: string): string => `master_name="${name}",${more}`;
const fires = [{ check: 'cache' }];

const memory: readonly Case[] = [
  {
    alert: 'RedisMemoryHigh',
    lines: [
      ...bounded(0.88, 0.95, 'noeviction'),
      ...unbounded,
      ...evicting,
      // Another server is down.
      steady(of('queue', 'redis_up'), 0),
    ],
    fires,
    says: 'The server of the check cache uses 95% of maxmemory, and its policy does not evict every key: when it is full, writes fail. INFO memory and redis-cli --bigkeys say what uses it.',
  },
  {
    alert: 'RedisMemoryHigh',
    shows: 'a cache that may evict any key is meant to be full',
    lines: bounded(0.88, 1, 'allkeys-lfu'),
  },
  {
    alert: 'RedisMemoryHigh',
    shows: 'of a server that is down nothing else is told',
    lines: [
      ...bounded(0.88, 0.95, 'noeviction').filter(({ series }) => !series.startsWith('redis_up')),
      cache('redis_up', 1, 0),
    ],
  },
  {
    alert: 'RedisOutOfMemory',
    lines: [
      ...answers,
      cacheCounts('redis_errors_total', 1.8, 3.8, 'err="OOM"'),
      cacheCounts('redis_errors_total', 100, 100, 'err="ERR"'),
      sessionsCount('redis_errors_total', 1.8, 'err="OOM"'),
    ],
    fires,
    says: 'The server of the check cache answered OOM to about 11 commands in 5 minutes. Reads still work. INFO memory says used_memory, maxmemory and maxmemory_policy.',
  },
  {
    alert: 'RedisEvictionsHigh',
    lines: [
      ...answers,
      cacheCounts('redis_evicted_keys_total', 540, 660),
      sessionsCount('redis_evicted_keys_total', 540),
    ],
    delay: 2,
    fires,
    says: 'The server of the check cache evicts 11 keys a second: it is too small for what is kept in it. See the hit ratio, and INFO memory.',
  },
  {
    alert: 'RedisFragmentationHigh',
    lines: [
      ...answers,
      cache('redis_mem_fragmentation_ratio', 1.4, 1.6),
      cache('redis_memory_used_bytes', 1.1e8, 1.1e8),
      sessions('redis_mem_fragmentation_ratio', 1.4),
      sessions('redis_memory_used_bytes', 1.1e8),
    ],
    fires,
    says: 'The server of the check cache holds 1.60 times the memory that it allocated. MEMORY DOCTOR says more; activedefrag or a restart gives it back.',
  },
  {
    alert: 'RedisFragmentationHigh',
    shows: 'a small server is mostly the process itself',
    lines: [
      ...answers,
      cache('redis_mem_fragmentation_ratio', 1.4, 9),
      cache('redis_memory_used_bytes', 0.9e8, 0.9e8),
      sessions('redis_memory_used_bytes', 1.1e8),
    ],
  },
];

const clients: readonly Case[] = [
  {
    alert: 'RedisConnectionsRejected',
    lines: [
      ...answers,
      cacheCounts('redis_rejected_connections_total', 1.8, 3.8),
      sessionsCount('redis_rejected_connections_total', 1.8),
    ],
    fires,
    says: 'The server of the check cache refused about 11 connections in 5 minutes. Clients that are connected go on, new ones cannot start. CLIENT LIST says who holds the connections.',
  },
  {
    alert: 'RedisClientsHigh',
    lines: [
      ...answers,
      ...[cache('redis_connected_clients', 800, 900), cache('redis_max_clients', 1000, 1000)],
      ...[sessions('redis_connected_clients', 900), sessions('redis_max_clients', 10_000)],
    ],
    fires,
    says: 'The server of the check cache has 90% of maxclients. When it is full, new connections are refused. CLIENT LIST says who holds them.',
  },
  {
    alert: 'RedisBlockedClients',
    lines: [...answers, cache('redis_blocked_clients', 48, 52), sessions('redis_blocked_clients', 48)],
    fires,
    says: '52 clients of the server of the check cache wait in BLPOP, XREAD BLOCK or the like. Idle workers do so, then raise the threshold; else whoever fills the queue may have stopped. CLIENT LIST shows the flag b.',
  },
  {
    alert: 'RedisHitRatioLow',
    lines: [
      ...answers,
      ...[cacheCounts('redis_keyspace_hits_total', 488, 442), cacheCounts('redis_keyspace_misses_total', 172, 218)],
      ...[sessionsCount('redis_keyspace_hits_total', 740), sessionsCount('redis_keyspace_misses_total', 260)],
    ],
    delay: 2,
    fires,
    says: 'Of the lookups at the server of the check cache 66.97% find a key, by all who use it. Evictions, short times to live and a restart are the usual causes: INFO stats.',
  },
  {
    alert: 'RedisHitRatioLow',
    shows: 'of few lookups the ratio says nothing',
    delay: 5,
    lines: [
      ...answers,
      cacheCounts('redis_keyspace_hits_total', 500, 60),
      cacheCounts('redis_keyspace_misses_total', 90, 500),
    ],
  },
  {
    alert: 'RedisSlowCommands',
    lines: [...answers, cacheCounts('redis_slowlog_last_id', 4.5, 14.5), sessionsCount('redis_slowlog_last_id', 4.5)],
    fires,
    says: 'About 55 commands at the server of the check cache were slower than slowlog-log-slower-than in 10 minutes; each holds up all others. SLOWLOG GET 10 shows the newest.',
  },
  {
    alert: 'RedisRestarted',
    lines: [...answers, cache('redis_start_time_seconds', 1000, 2000), sessions('redis_start_time_seconds', 1000)],
    calm: 18,
    fires,
    says: 'The server of the check cache started again within 15 minutes. Without persistence its data is gone. INFO server, and the reason of the last end of its pod, say more.',
  },
];

const persistence = (rdb: number, aof: number): readonly Line[] => [
  ...answers,
  ...[cache('redis_rdb_last_bgsave_status', 1, rdb), cache('redis_aof_last_write_status', 1, aof)],
  ...[sessions('redis_rdb_last_bgsave_status', 1), sessions('redis_aof_last_write_status', 1)],
];
const unsaved =
  'The last dump of the server of the check cache, or the last write to its append-only file, failed. A restart now loses data, and by default writes are refused with MISCONF. INFO persistence says which; the log of the server says why, most often a full disk.';

const others: readonly Case[] = [
  { alert: 'RedisPersistenceFailing', shows: 'the dump', lines: persistence(0, 1), fires, says: unsaved },
  { alert: 'RedisPersistenceFailing', shows: 'the append-only file', lines: persistence(1, 0), fires, says: unsaved },
  {
    alert: 'RedisReplicationBroken',
    lines: [...answers, cache('redis_master_link_up', 1, 0, primary), sessions('redis_master_link_up', 1, primary)],
    fires,
    says: 'The server of the check cache is a replica, and its link to the primary is down: its data grows old. INFO replication says for how long, and the log of both servers why.',
  },
  {
    alert: 'RedisReplicaLost',
    lines: [
      ...answers,
      ...[cache('redis_connected_slaves', 2, 1), cache('redis_instance_info', 1, 1, 'role="master"')],
      ...[sessions('redis_connected_slaves', 1), sessions('redis_instance_info', 1, 'role="master"')],
    ],
    fires,
    says: 'The primary of the check cache lost 1 of the replicas that it had for ten minutes within the last 6 hours. INFO replication shows those that are left.',
  },
  {
    alert: 'RedisReplicaLost',
    shows: 'a server that has become a replica itself has none',
    lines: [
      ...answers,
      ...[cache('redis_connected_slaves', 2, 0), onlyIn('quiet', cache('redis_instance_info', 1, 1, 'role="master"'))],
      ...[cache('redis_instance_info', 1, 1, 'role="slave"'), sessions('redis_instance_info', 1, 'role="master"')],
    ],
  },
  {
    alert: 'RedisReplicaLost',
    shows: 'a replica was replaced, and was there twice meanwhile',
    lasts: 8,
    calm: 30,
    lines: [...answers, cache('redis_connected_slaves', 2, 3), cache('redis_instance_info', 1, 1, 'role="master"')],
  },
  {
    alert: 'RedisReplicaLagging',
    lines: [
      ...answers,
      cache('redis_master_repl_offset', gigabyte, gigabyte),
      cache('redis_connected_slave_offset_bytes', gigabyte - 32_000_000, gigabyte - 35_000_000, replica(6380)),
      cache('redis_connected_slave_offset_bytes', gigabyte, gigabyte, replica(6381)),
      steady(of('cache', 'redis_connected_slave_offset_bytes', replica(6380).replace('.7', '.8')), gigabyte),
      sessions('redis_master_repl_offset', 32_000_000),
      sessions('redis_connected_slave_offset_bytes', 0, replica(6380)),
    ],
    fires: [{ check: 'cache', slave_ip: '10.0.0.7', slave_port: '6380' }],
    says: 'The replica 10.0.0.7:6380 of the primary of the check cache has not acknowledged 33.38MiB: a failover would lose them. Look at the network between them, and at the processor of the replica.',
  },
  {
    alert: 'RedisSentinelQuorumLost',
    lines: [
      ...answers,
      cache('redis_sentinel_master_ckquorum_status', 1, 0, master('shop', 'message="OK 3 usable Sentinels"')),
      cache('redis_sentinel_master_ckquorum_status', 1, 1, master('other', 'message="OK 3 usable Sentinels"')),
      sessions('redis_sentinel_master_ckquorum_status', 1, master('shop', 'message="OK 3 usable Sentinels"')),
    ],
    fires: [{ check: 'cache', master_name: 'shop' }],
    says: 'The sentinels of shop (check cache) could not replace the primary if it failed now. SENTINEL CKQUORUM shop at a sentinel says how many are left.',
  },
  {
    alert: 'RedisFailedOver',
    quiet: 30,
    lines: [
      ...answers,
      onlyIn(
        'quiet',
        cache('redis_sentinel_master_config_epoch', 4, 4, master('shop', 'master_address="10.0.0.7:6379"')),
      ),
      onlyIn(
        'loud',
        cache('redis_sentinel_master_config_epoch', 5, 5, master('shop', 'master_address="10.0.0.8:6379"')),
      ),
      cache('redis_sentinel_master_config_epoch', 5, 5, master('other', 'master_address="10.0.0.9:6379"')),
      sessions('redis_sentinel_master_config_epoch', 4, master('shop', 'master_address="10.0.0.9:6379"')),
    ],
    fires: [{ check: 'cache', master_name: 'shop' }],
    says: 'The primary of shop (check cache) changed within 15 minutes, number 5 since the sentinels began. Writes that no replica had acknowledged are lost. The log of the sentinels says why.',
  },
  {
    alert: 'RedisClusterSlotsDown',
    lines: [...answers, cache('redis_cluster_slots_ok', 16_384, 10_923), sessions('redis_cluster_slots_ok', 16_384)],
    fires,
    says: '5461 of the 16384 slots of the cluster of the check cache are not served: their keys cannot be read or written, by default no key of the cluster. CLUSTER NODES shows which nodes have failed.',
  },
];

export const cases: readonly Case[] = [...memory, ...clients, ...others].map(readTwice);
