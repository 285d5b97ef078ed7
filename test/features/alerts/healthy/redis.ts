// A busy primary of Redis that is well, and its replica, sentinels and cluster.
import { counter, gauge, type Line } from '../case.ts';

const of = (family: string, labels = ''): string =>
  `${family}{check="sessions",instance="sessions:6379"${labels === '' ? '' : `,${labels}`}}`;
const is = (family: string, value: number, labels?: string): Line => gauge(of(family, labels), value, value);
const grows = (family: string, each: number, labels?: string): Line => counter(of(family, labels), each, each);
const primary = 'master_host="10.0.0.9",master_port="6379"';
const replica = (ip: string): string => `slave_ip="${ip}",slave_port="6379",slave_state="online"`;

export const lines: readonly Line[] = [
  is('redis_up', 1),
  is('redis_memory_used_bytes', 700_000_000),
  is('redis_memory_max_bytes', 1_000_000_000),
  is(
    'redis_instance_info',
    1,
    'role="master",redis_version="7.0.15",redis_build_id="1",redis_mode="standalone",os="Linux",maxmemory_policy="noeviction",tcp_port="6379",run_id="a",process_id="1",master_replid="b",valkey_version="",valkey_release_stage=""',
  ),
  grows('redis_errors_total', 0, 'err="OOM"'),
  grows('redis_errors_total', 3, 'err="WRONGTYPE"'),
  grows('redis_evicted_keys_total', 60),
  grows('redis_rejected_connections_total', 0),
  is('redis_connected_clients', 300),
  is('redis_max_clients', 1000),
  is('redis_rdb_last_bgsave_status', 1),
  is('redis_aof_last_write_status', 1),
  grows('redis_keyspace_hits_total', 95_000),
  grows('redis_keyspace_misses_total', 5000),
  is('redis_blocked_clients', 8),
  is('redis_mem_fragmentation_ratio', 1.1),
  grows('redis_slowlog_last_id', 1),
  is('redis_start_time_seconds', 1_790_000_000),
  is('redis_master_link_up', 1, primary),
  is('redis_connected_slaves', 2),
  grows('redis_master_repl_offset', 60_000_000),
  grows('redis_connected_slave_offset_bytes', 60_000_000, replica('10.0.0.7')),
  grows('redis_connected_slave_offset_bytes', 60_000_000, replica('10.0.0.8')),
  is('redis_sentinel_master_ckquorum_status', 1, 'master_name="shop",message="OK 3 usable Sentinels."'),
  is('redis_sentinel_master_config_epoch', 3, 'master_name="shop",master_address="10.0.0.9:6379"'),
  is('redis_cluster_slots_ok', 16_384),
];
