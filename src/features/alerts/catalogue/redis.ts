// What Redis and Valkey say of themselves: memory, clients, persistence, traffic. Replication is in redis-replication.ts.

import type { Pack } from '../pack.ts';
import { unanswered } from './out.ts';
import { replication } from './redis-replication.ts';

const readsStatistics = 'the statistics of a redis check';

export const redis: Pack = {
  name: 'redis',
  about: `memory, clients, persistence, replication, sentinels and clusters of Redis and Valkey, by ${readsStatistics}`,
  auto: ({ checks }) => checks.some(({ type, statistics }) => type === 'redis' && statistics !== 'off'),
  silence: unanswered('redis_up'),
  recordings: [
    {
      record: 'check:redis_memory_used:ratio',
      expr: 'max by (check) (redis_memory_used_bytes{}) / (max by (check) (redis_memory_max_bytes{}) > 0)',
    },
  ],
  alerts: [
    {
      name: 'RedisMemoryHigh',
      // A cache that may evict any key is meant to be full.
      expr: `check:redis_memory_used:ratio{} > $threshold
        unless on (check) max by (check) (redis_instance_info{maxmemory_policy=~"allkeys-.*"})`,
      threshold: { value: 0.9, least: 0.1, most: 0.99, unit: 'ratio' },
      for: '10m',
      severity: 'warning',
      labels: ['check'],
      summary: 'Redis has nearly used the memory that it may use.',
      description:
        'The server of the check {{ $labels.check }} uses {{ $value | humanizePercentage }} of maxmemory, and its policy does not evict every key: when it is full, writes fail. INFO memory and redis-cli --bigkeys say what uses it.',
    },
    {
      name: 'RedisOutOfMemory',
      expr: 'max by (check) (increase(redis_errors_total{err="OOM"}[5m])) > $threshold',
      threshold: { value: 10, least: 0, most: 1_000_000, unit: 'errors in 5 minutes' },
      for: '0s',
      severity: 'critical',
      labels: ['check'],
      summary: 'Redis refuses writes since its memory is full.',
      description:
        'The server of the check {{ $labels.check }} answered OOM to about {{ $value | humanize }} commands in 5 minutes. Reads still work. INFO memory says used_memory, maxmemory and maxmemory_policy.',
    },
    {
      name: 'RedisEvictionsHigh',
      expr: 'max by (check) (rate(redis_evicted_keys_total{}[5m])) > $threshold',
      threshold: { value: 10, least: 0, most: 1_000_000, unit: 'keys per second' },
      for: '10m',
      severity: 'warning',
      labels: ['check'],
      summary: 'Redis evicts many keys to make room.',
      description:
        'The server of the check {{ $labels.check }} evicts {{ $value | humanize }} keys a second: it is too small for what is kept in it. See the hit ratio, and INFO memory.',
    },
    {
      name: 'RedisConnectionsRejected',
      expr: 'max by (check) (increase(redis_rejected_connections_total{}[5m])) > $threshold',
      threshold: { value: 10, least: 0, most: 1_000_000, unit: 'connections in 5 minutes' },
      for: '0s',
      severity: 'critical',
      labels: ['check'],
      summary: 'Redis refuses connections since it has as many clients as it may have.',
      description:
        'The server of the check {{ $labels.check }} refused about {{ $value | humanize }} connections in 5 minutes. Clients that are connected go on, new ones cannot start. CLIENT LIST says who holds the connections.',
    },
    {
      name: 'RedisClientsHigh',
      expr: 'max by (check) (redis_connected_clients{}) / (max by (check) (redis_max_clients{}) > 0) > $threshold',
      threshold: { value: 0.85, least: 0.1, most: 0.99, unit: 'ratio' },
      for: '10m',
      severity: 'warning',
      labels: ['check'],
      summary: 'Redis has nearly as many clients as it may have.',
      description:
        'The server of the check {{ $labels.check }} has {{ $value | humanizePercentage }} of maxclients. When it is full, new connections are refused. CLIENT LIST says who holds them.',
    },
    {
      name: 'RedisPersistenceFailing',
      expr: `min by (check) (redis_rdb_last_bgsave_status{}) == 0
        or min by (check) (redis_aof_last_write_status{}) == 0`,
      // As soon as a check that is down for it would be told.
      for: '1m',
      severity: 'critical',
      labels: ['check'],
      summary: 'Redis cannot write its data to disk.',
      description:
        'The last dump of the server of the check {{ $labels.check }}, or the last write to its append-only file, failed. A restart now loses data, and by default writes are refused with MISCONF. INFO persistence says which; the log of the server says why, most often a full disk.',
    },
    {
      name: 'RedisHitRatioLow',
      // Of few lookups the ratio says nothing.
      expr: `max by (check) (rate(redis_keyspace_hits_total{}[5m]))
        / (max by (check) (rate(redis_keyspace_hits_total{}[5m]))
          + max by (check) (rate(redis_keyspace_misses_total{}[5m])) > 10) < $threshold`,
      threshold: { value: 0.7, least: 0.01, most: 1, unit: 'ratio' },
      for: '30m',
      severity: 'info',
      labels: ['check'],
      summary: 'Few lookups in Redis find their key.',
      description:
        'Of the lookups at the server of the check {{ $labels.check }} {{ $value | humanizePercentage }} find a key, by all who use it. Evictions, short times to live and a restart are the usual causes: INFO stats.',
    },
    {
      name: 'RedisBlockedClients',
      expr: 'max by (check) (redis_blocked_clients{}) > $threshold',
      threshold: { value: 50, least: 0, most: 1_000_000, unit: 'clients' },
      for: '10m',
      severity: 'info',
      labels: ['check'],
      summary: 'Many clients of Redis wait in a blocking call.',
      description:
        '{{ $value }} clients of the server of the check {{ $labels.check }} wait in BLPOP, XREAD BLOCK or the like. Idle workers do so, then raise the threshold; else whoever fills the queue may have stopped. CLIENT LIST shows the flag b.',
    },
    {
      name: 'RedisFragmentationHigh',
      // Of a small server the ratio says nothing: the process itself is most of it.
      expr: `max by (check) (redis_mem_fragmentation_ratio{}) > $threshold
        and on (check) max by (check) (redis_memory_used_bytes{}) > 1e8`,
      threshold: { value: 1.5, least: 1, most: 100, unit: 'resident by allocated memory' },
      for: '1h',
      severity: 'info',
      labels: ['check'],
      summary: 'Redis holds far more memory than its data needs.',
      description:
        'The server of the check {{ $labels.check }} holds {{ $value | printf "%.2f" }} times the memory that it allocated. MEMORY DOCTOR says more; activedefrag or a restart gives it back.',
    },
    {
      name: 'RedisSlowCommands',
      expr: 'max by (check) (increase(redis_slowlog_last_id{}[10m])) > $threshold',
      threshold: { value: 50, least: 0, most: 1_000_000, unit: 'entries in 10 minutes' },
      for: '0s',
      severity: 'info',
      labels: ['check'],
      summary: 'Many commands of Redis are slow.',
      description:
        'About {{ $value | humanize }} commands at the server of the check {{ $labels.check }} were slower than slowlog-log-slower-than in 10 minutes; each holds up all others. SLOWLOG GET 10 shows the newest.',
    },
    {
      name: 'RedisRestarted',
      expr: 'max by (check) (changes(redis_start_time_seconds{}[15m])) > 0',
      for: '0s',
      severity: 'info',
      labels: ['check'],
      summary: 'Redis was restarted.',
      description:
        'The server of the check {{ $labels.check }} started again within 15 minutes. Without persistence its data is gone. INFO server, and the reason of the last end of its pod, say more.',
    },
    ...replication,
  ],
};
