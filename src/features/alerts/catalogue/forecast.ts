// What runs out if it goes on as in the last six hours: never the trend alone, but a trend of what is used much already.

import type { Facts } from '../../generate.ts';
import type { Pack } from '../pack.ts';
import { unanswered } from './out.ts';
import { unlessReplica } from './postgres-expressions.ts';

const has =
  (wanted: string) =>
  ({ checks }: Facts): boolean =>
    checks.some(({ type, statistics }) => type === wanted && statistics !== 'off');
/** Whether the pack of Kubernetes is asked for, which `auto` does not take. */
const hasKubernetes = (facts: Facts): boolean => {
  const { packs } = (facts.settingsOf('alerts') ?? {}) as { readonly packs?: string | readonly string[] };
  return Array.isArray(packs) && packs.includes('kubernetes');
};
const xidAge = 'pg_database_wraparound_age_datfrozenxid_seconds{}';
const heap = 'elasticsearch_jvm_memory_used_bytes{area="heap"}';
const heapMost = 'elasticsearch_jvm_memory_max_bytes{area="heap"}';
const disk = 'elasticsearch_filesystem_data_available_bytes{}';
const diskSize = 'elasticsearch_filesystem_data_size_bytes{}';
const volume = 'kubelet_volume_stats_available_bytes{}';
const ratio = (value: number) => ({ value, least: 0.001, most: 0.99, unit: 'ratio' }) as const;

export const forecast: Pack = {
  name: 'forecast',
  about: 'what runs out within hours or days if it goes on as it does: connections, memory, disks, transaction IDs',
  auto: (facts) => ['postgres', 'redis', 'elasticsearch'].some((type) => has(type)(facts)) || hasKubernetes(facts),
  recordings: [],
  alerts: [
    {
      name: 'PostgresConnectionsForecast',
      expr: `check:postgres_connections_used:ratio{} > $threshold
        and predict_linear(check:postgres_connections_used:ratio{}[6h], 4 * 3600) > 1 unless ${unanswered('pg_up')}`,
      threshold: ratio(0.5),
      for: '30m',
      severity: 'warning',
      labels: ['check'],
      when: has('postgres'),
      summary: 'PostgreSQL runs out of connections within hours if it goes on like this.',
      description:
        'Of the connections that {{ $labels.check }} has for ordinary users, {{ $value | humanizePercentage }} are taken, and all are in 4 hours if they grow on as in the last 6. See who opens them and does not close them: pg_stat_activity by application_name and state.',
    },
    {
      name: 'PostgresXidForecast',
      expr: `max by (check, datname) (${xidAge}) > $threshold
        and max by (check, datname) (predict_linear(${xidAge}[6h], 3 * 86400)) > 2e9
        ${unlessReplica} unless ${unanswered('pg_up')}`,
      threshold: { value: 5e8, least: 1e6, most: 2_000_000_000, unit: 'transactions' },
      for: '1h',
      severity: 'warning',
      labels: ['check', 'datname'],
      when: has('postgres'),
      summary: 'PostgreSQL runs out of transaction IDs within days if it goes on like this.',
      description:
        'The oldest transaction ID of the database {{ $labels.datname }} of {{ $labels.check }} is {{ $value | humanize }} old, and is 2G old in 3 days if it goes on as in the last 6 hours; near 2.1G PostgreSQL refuses every write. Find what holds vacuum back: old transactions, replication slots, prepared transactions.',
    },
    {
      name: 'RedisMemoryForecast',
      // Where Redis evicts, it fills its memory and keeps it full: that is no failure.
      expr: `check:redis_memory_used:ratio{} > $threshold
        and on (check) max by (check) (predict_linear(redis_memory_used_bytes{}[6h], 4 * 3600)) > max by (check) (redis_memory_max_bytes{})
        and on (check) max by (check) (redis_instance_info{maxmemory_policy="noeviction"}) unless ${unanswered('redis_up')}`,
      threshold: ratio(0.6),
      for: '30m',
      severity: 'warning',
      labels: ['check'],
      when: has('redis'),
      summary: 'Redis refuses writes within hours if its memory grows on like this.',
      description:
        'Redis {{ $labels.check }} uses {{ $value | humanizePercentage }} of maxmemory, and all of it in 4 hours if it grows on as in the last 6; it evicts nothing, so it refuses writes then. See what grows: redis-cli --bigkeys, and keys without a TTL in INFO keyspace.',
    },
    {
      name: 'ElasticsearchDiskForecast',
      expr: `min by (check, name) (${disk} / ${diskSize}) < $threshold
        and min by (check, name) (predict_linear(${disk}[6h], 86400) / ${diskSize}) < 0.05
        unless ${unanswered('elasticsearch_clusterinfo_up')}`,
      threshold: ratio(0.3),
      for: '1h',
      severity: 'warning',
      labels: ['check', 'name'],
      when: has('elasticsearch'),
      summary: 'A disk of Elasticsearch is full within a day if it goes on like this.',
      description:
        'Of the disk of the node {{ $labels.name }} of {{ $labels.check }}, {{ $value | humanizePercentage }} are free, and less than 5% in a day if it fills on as in the last 6 hours: then Elasticsearch makes indices read-only. See GET _cat/allocation?v and GET _cat/indices?v&s=store.size:desc.',
    },
    {
      name: 'ElasticsearchHeapForecast',
      expr: `max by (check, name) (min_over_time(${heap}[30m]) / ${heapMost}) > $threshold
        and max by (check, name) (predict_linear(min_over_time(${heap}[30m])[6h:5m], 4 * 3600) / ${heapMost}) > 1
        unless ${unanswered('elasticsearch_clusterinfo_up')}`,
      threshold: ratio(0.7),
      for: '30m',
      severity: 'warning',
      labels: ['check', 'name'],
      when: has('elasticsearch'),
      summary: 'A node of Elasticsearch runs out of heap within hours if it goes on like this.',
      description:
        'After its collections the heap of the node {{ $labels.name }} of {{ $labels.check }} is {{ $value | humanizePercentage }} full, and full in 4 hours if it grows on as in the last 6. See GET _nodes/stats/breaker and GET _cat/nodes?v&h=name,heap.percent,fielddata.memory_size.',
    },
    {
      name: 'VolumeFillingUp',
      expr: `persistentvolumeclaim:kubelet_volume_stats_available:ratio{} < $threshold
        and on (persistentvolumeclaim) min by (persistentvolumeclaim) (predict_linear(${volume}[6h], 86400)) < 0`,
      threshold: ratio(0.4),
      for: '30m',
      severity: 'warning',
      labels: ['persistentvolumeclaim'],
      when: hasKubernetes,
      summary: 'A volume is full within a day if it goes on like this.',
      description:
        'The volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} free, and nothing in a day if it fills on as in the last 6 hours. See what grows in it: du in its pod, by kubectl debug where the image has no du.',
    },
  ],
};
