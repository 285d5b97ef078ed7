// The alerts of the pack `forecast`: each needs a level and a trend. Fewer minutes than the window are enough for a trend.
import { type Case, type Line, slope, steady } from '../case.ts';
import { answers, of } from './postgres-lines.ts';

const backends = (check: string): string => of(check, 'sidewarden_postgres_backends', 'backend_type="client backend"');
const age = (check: string, datname: string): string =>
  of(check, 'pg_database_wraparound_age_datfrozenxid_seconds', `datname="${datname}"`);
const isReplica = (check: string, value: number): Line => steady(of(check, 'pg_replication_is_replica'), value);
const redis = (check: string, family: string, labels = ''): string =>
  `${family}{check="${check}",instance="${check}:6379"${labels === '' ? '' : `,${labels}`}}`;
const policy = (check: string, is: string): Line =>
  steady(redis(check, 'redis_instance_info', `role="master",maxmemory_policy="${is}"`), 1);
const most = (check: string, bytes: number): Line => steady(redis(check, 'redis_memory_max_bytes'), bytes);
const used = (check: string): string => redis(check, 'redis_memory_used_bytes');
const node = (check: string, name: string, family: string, labels = ''): string =>
  `${family}{check="${check}",instance="${check}:9200",cluster="shop",host="10.0.0.9",name="${name}"${labels}}`;
const searchUp = (check: string): string => `elasticsearch_clusterinfo_up{check="${check}",instance="${check}:9200"}`;
const heap = ',area="heap"';
const disk = ',mount="/data",path="/data"';
const volume = (claim: string, family: string): string => `${family}{persistentvolumeclaim="${claim}",node="n"}`;
const available = 'kubelet_volume_stats_available_bytes';
const capacity = 'kubelet_volume_stats_capacity_bytes';

// Beside the servers of each alert one more is down: that is its own matter.

/** 1000 connections for ordinary users. */
const large = (check: string): readonly Line[] => [
  answers(check),
  steady(of(check, 'pg_settings_max_connections'), 1003),
  steady(of(check, 'pg_settings_superuser_reserved_connections'), 3),
];
const calmServer: readonly Line[] = [
  ...large('orders'),
  steady(backends('orders'), 550),
  steady(of('reports', 'pg_up'), 0),
];
const calmIds: readonly Line[] = [
  answers('orders'),
  steady(of('reports', 'pg_up'), 0),
  steady(age('orders', 'shop'), 6e8),
  steady(age('database', 'postgres'), 6e8),
];
const calmRedis: readonly Line[] = [
  steady(redis('cache', 'redis_up'), 1),
  steady(redis('queue', 'redis_up'), 0),
  most('cache', 1e9),
  steady(used('cache'), 0.65e9),
  policy('cache', 'noeviction'),
];
/** A disk of 100 GB. */
const diskOf = (check: string, name: string, from: number, quiet: number, loud = quiet): readonly Line[] => [
  slope(node(check, name, 'elasticsearch_filesystem_data_available_bytes', disk), from, quiet, loud),
  steady(node(check, name, 'elasticsearch_filesystem_data_size_bytes', disk), 1e11),
];
const calmDisks: readonly Line[] = [
  ...diskOf('search', 'es-2', 28e9, 0),
  ...diskOf('logs', 'es-1', 28e9, 0),
  steady(searchUp('archive'), 0),
];
/** A heap of 10 GB. */
const heapOf = (check: string, name: string, from: number, quiet: number, loud = quiet): readonly Line[] => [
  slope(node(check, name, 'elasticsearch_jvm_memory_used_bytes', heap), from, quiet, loud),
  steady(node(check, name, 'elasticsearch_jvm_memory_max_bytes', heap), 1e10),
  steady(node(check, name, 'elasticsearch_jvm_memory_used_bytes', ',area="non-heap"'), 3e9),
  steady(node(check, name, 'elasticsearch_jvm_memory_max_bytes', ',area="non-heap"'), 3e9),
];
const calmHeaps: readonly Line[] = [
  ...heapOf('search', 'es-2', 7.5e9, 0),
  ...heapOf('logs', 'es-1', 7.5e9, 0),
  steady(searchUp('archive'), 0),
];
/** A volume of 100 GB. */
const volumeOf = (claim: string, from: number, quiet: number, loud = quiet): readonly Line[] => [
  slope(volume(claim, available), from, quiet, loud),
  steady(volume(claim, capacity), 1e11),
  steady(`kube_pod_spec_volumes_persistentvolumeclaims_info{pod="shop-0",persistentvolumeclaim="${claim}"}`, 1),
];
const calmVolume = volumeOf('data-1', 38e9, 0);

export const cases: readonly Case[] = [
  {
    alert: 'PostgresConnectionsForecast',
    lines: [...large('database'), slope(backends('database'), 535, -1, 3), ...calmServer],
    quiet: 10,
    delay: 16,
    calm: 50,
    fires: [{ check: 'database' }],
    says: 'Of the connections that database has for ordinary users, 66.7% are taken, and all are in 4 hours if they grow on as in the last 6. See who opens them and does not close them: pg_stat_activity by application_name and state.',
  },
  {
    alert: 'PostgresConnectionsForecast',
    shows: 'a trend alone is nothing',
    lines: [...large('database'), slope(backends('database'), 419, 2.5, 2.5)],
    quiet: 2,
  },
  {
    alert: 'PostgresConnectionsForecast',
    shows: 'it lasts longer than 4 hours',
    lines: [...large('database'), slope(backends('database'), 519, 1.6, 1.6)],
    quiet: 2,
  },
  {
    alert: 'PostgresConnectionsForecast',
    shows: 'a server that is down is told elsewhere',
    lines: [
      ...large('database').slice(1),
      steady(of('database', 'pg_up'), 0),
      slope(backends('database'), 519, 2.5, 2.5),
      answers('orders'),
    ],
    quiet: 2,
  },
  {
    alert: 'PostgresXidForecast',
    lines: [
      answers('database'),
      slope(age('database', 'shop'), 5.5e8, -1e5, 4e5),
      ...calmIds,
      isReplica('database', 0),
      isReplica('orders', 1),
    ],
    quiet: 10,
    delay: 31,
    calm: 35,
    fires: [{ check: 'database', datname: 'shop' }],
    says: 'The oldest transaction ID of the database shop of database is 585.8M old, and is 2G old in 3 days if it goes on as in the last 6 hours; near 2.1G PostgreSQL refuses every write. Find what holds vacuum back: old transactions, replication slots, prepared transactions.',
  },
  {
    alert: 'PostgresXidForecast',
    shows: 'a trend alone is nothing',
    lines: [answers('database'), slope(age('database', 'shop'), 4.5e8, 4e5, 4e5)],
    quiet: 2,
  },
  {
    alert: 'PostgresXidForecast',
    shows: 'it lasts longer than 3 days',
    lines: [answers('database'), slope(age('database', 'shop'), 5.5e8, 3e5, 3e5)],
    quiet: 2,
  },
  {
    alert: 'PostgresXidForecast',
    shows: 'a replica, whose primary tells it, and a server that is down',
    lines: [
      answers('database'),
      slope(age('database', 'shop'), 5.5e8, 4e5, 4e5),
      isReplica('database', 1),
      steady(of('orders', 'pg_up'), 0),
      slope(age('orders', 'shop'), 5.5e8, 4e5, 4e5),
      isReplica('orders', 0),
    ],
    quiet: 2,
  },
  {
    alert: 'RedisMemoryForecast',
    lines: [
      steady(redis('sessions', 'redis_up'), 1),
      most('sessions', 1e9),
      slope(used('sessions'), 0.63e9, -0.5e6, 2.2e6),
      policy('sessions', 'noeviction'),
      ...calmRedis,
    ],
    quiet: 10,
    delay: 16,
    calm: 50,
    fires: [{ check: 'sessions' }],
    says: 'Redis sessions uses 72.84% of maxmemory, and all of it in 4 hours if it grows on as in the last 6; it evicts nothing, so it refuses writes then. See what grows: redis-cli --bigkeys, and keys without a TTL in INFO keyspace.',
  },
  {
    alert: 'RedisMemoryForecast',
    shows: 'a trend alone is nothing',
    lines: [most('sessions', 1e9), slope(used('sessions'), 0.52e9, 2.2e6, 2.2e6), policy('sessions', 'noeviction')],
    quiet: 2,
  },
  {
    alert: 'RedisMemoryForecast',
    shows: 'a cache that evicts, one without a bound, and one that is down',
    lines: [
      most('sessions', 1e9),
      slope(used('sessions'), 0.65e9, 1.8e6, 1.8e6),
      policy('sessions', 'allkeys-lru'),
      most('queue', 0),
      slope(used('queue'), 0.65e9, 1.8e6, 1.8e6),
      policy('queue', 'noeviction'),
      most('cache', 1e9),
      slope(used('cache'), 0.65e9, 1.8e6, 1.8e6),
      policy('cache', 'noeviction'),
      steady(redis('cache', 'redis_up'), 0),
      steady(redis('queue', 'redis_up'), 1),
    ],
    quiet: 2,
  },
  {
    alert: 'ElasticsearchDiskForecast',
    lines: [steady(searchUp('search'), 1), ...diskOf('search', 'es-1', 28e9, 5e6, -18e6), ...calmDisks],
    quiet: 10,
    delay: 37,
    calm: 40,
    fires: [{ check: 'search', name: 'es-1' }],
    says: 'Of the disk of the node es-1 of search, 26.29% are free, and less than 5% in a day if it fills on as in the last 6 hours: then Elasticsearch makes indices read-only. See GET _cat/allocation?v and GET _cat/indices?v&s=store.size:desc.',
  },
  {
    alert: 'ElasticsearchDiskForecast',
    shows: 'a trend alone is nothing',
    lines: diskOf('search', 'es-1', 33e9, -20e6),
    quiet: 2,
  },
  {
    alert: 'ElasticsearchDiskForecast',
    shows: 'it lasts longer than a day',
    lines: diskOf('search', 'es-1', 28e9, -15.6e6),
    quiet: 2,
  },
  {
    alert: 'ElasticsearchDiskForecast',
    shows: 'a cluster that is down is told elsewhere',
    lines: [steady(searchUp('search'), 0), ...diskOf('search', 'es-1', 28e9, -18e6), steady(searchUp('logs'), 1)],
    quiet: 2,
  },
  {
    alert: 'ElasticsearchHeapForecast',
    lines: [steady(searchUp('search'), 1), ...heapOf('search', 'es-1', 7.4e9, -40e6, 25e6), ...calmHeaps],
    quiet: 10,
    delay: 70,
    calm: 70,
    fires: [{ check: 'search', name: 'es-1' }],
    says: 'After its collections the heap of the node es-1 of search is 87.75% full, and full in 4 hours if it grows on as in the last 6. See GET _nodes/stats/breaker and GET _cat/nodes?v&h=name,heap.percent,fielddata.memory_size.',
  },
  {
    alert: 'ElasticsearchHeapForecast',
    shows: 'a trend alone is nothing',
    lines: heapOf('search', 'es-1', 4.5e9, 25e6),
    quiet: 100,
  },
  {
    alert: 'ElasticsearchHeapForecast',
    shows: 'it lasts longer than 4 hours',
    lines: heapOf('search', 'es-1', 7.2e9, 7.5e6),
    quiet: 100,
  },
  {
    alert: 'ElasticsearchHeapForecast',
    shows: 'a cluster that is down is told elsewhere',
    lines: [steady(searchUp('search'), 0), ...heapOf('search', 'es-1', 5.5e9, 25e6), steady(searchUp('logs'), 1)],
    quiet: 100,
  },
  {
    alert: 'VolumeFillingUp',
    lines: [...volumeOf('data-0', 38e9, 5e6, -30e6), ...calmVolume],
    quiet: 10,
    delay: 33,
    calm: 25,
    fires: [{ persistentvolumeclaim: 'data-0' }],
    says: 'The volume data-0 has 36.13% free, and nothing in a day if it fills on as in the last 6 hours. See what grows in it: du in its pod, by kubectl debug where the image has no du.',
  },
  {
    alert: 'VolumeFillingUp',
    shows: 'a trend alone is nothing',
    lines: volumeOf('data-0', 44e9, -32e6),
    quiet: 2,
  },
];
