// What INFO says of the server itself, its replicas, its primary and its databases.
import { type Sample, samples } from '../../../core/family.ts';
import { hasPrimary } from '../role.ts';
import type { Fields } from './answer.ts';
import { listOf, notNegative, numberOf } from './answer.ts';
import { gauge } from './family.ts';

/** Replicas, and databases, of which samples are made. */
const mostReplicas = 32;
const mostDatabases = 64;

const infoLabels = [
  'role',
  'redis_version',
  'redis_build_id',
  'redis_mode',
  'os',
  'maxmemory_policy',
  'tcp_port',
  'run_id',
  'process_id',
  'master_replid',
  'valkey_version',
  'valkey_release_stage',
] as const;
const replica = { labels: ['slave_ip', 'slave_port', 'slave_state'], when: 'on a primary with replicas' };
const primary = { labels: ['master_host', 'master_port'], when: 'on a replica' };
const database = { labels: ['db'] };
const seconds = { unit: 'seconds' };

const families = {
  instanceInfo: gauge('instance_info', 'What the server is, in labels.', { labels: infoLabels }),
  started: gauge('start_time_seconds', 'When the server started, as Unix time.', {
    ...seconds,
    asks: 'INFO: server_time_usec less uptime_in_seconds',
  }),
  slaveInfo: gauge('slave_info', 'Of which primary it is the replica, in labels.', {
    labels: ['master_host', 'master_port', 'read_only'],
    when: 'on a replica',
  }),
  linkUp: gauge('master_link_up', 'Whether the link to the primary is up.', primary),
  lastIo: gauge('master_last_io_seconds_ago', 'Since when the primary is silent; -1 is without link.', {
    ...primary,
    ...seconds,
  }),
  syncing: gauge('master_sync_in_progress', 'Whether it is being synchronised with its primary.', primary),
  offset: gauge('slave_repl_offset', 'Offset of the replication stream of a replica.', { ...primary, unit: 'bytes' }),
  replicaOffset: gauge('connected_slave_offset_bytes', 'Offset that a replica has acknowledged.', {
    ...replica,
    unit: 'bytes',
  }),
  replicaLag: gauge('connected_slave_lag_seconds', 'Since when a replica has acknowledged nothing.', {
    ...replica,
    ...seconds,
  }),
  keys: gauge('db_keys', 'Keys of a database; absent when it is empty.', database),
  expiring: gauge('db_keys_expiring', 'Keys of a database that can expire.', database),
  ttl: gauge('db_avg_ttl_seconds', 'Mean time to live of its keys, by samples of the server.', {
    ...database,
    ...seconds,
  }),
};

export const roleFamilies = Object.values(families);

export function roleSamples(fields: Fields, cut: (count: number) => void): Sample[] {
  return [
    ...samples(families.instanceInfo, 1, ...infoLabels.map((label) => fields.get(label) ?? '')),
    ...samples(families.started, startOf(fields)),
    ...(hasPrimary(fields.get('role')) ? primarySamples(fields) : []),
    ...replicaSamples(fields, cut),
    ...databaseSamples(fields, cut),
  ];
}

/** By the server's own clock, of which uptime is made too: it is the same number every time. */
function startOf(fields: Fields): number | undefined {
  const micros = numberOf(fields.get('server_time_usec'));
  const uptime = numberOf(fields.get('uptime_in_seconds'));
  if (uptime === undefined) return undefined;
  return Math.floor(micros === undefined ? Date.now() / 1e3 : micros / 1e6) - uptime;
}

function primarySamples(fields: Fields): Sample[] {
  const labels = [fields.get('master_host') ?? '', fields.get('master_port') ?? ''];
  const link = fields.get('master_link_status');
  const of = (field: string): number | undefined => numberOf(fields.get(field));
  return [
    ...samples(families.slaveInfo, 1, ...labels, fields.get('slave_read_only') ?? ''),
    ...samples(families.linkUp, link === undefined ? undefined : Number(link === 'up'), ...labels),
    ...samples(families.lastIo, of('master_last_io_seconds_ago'), ...labels),
    ...samples(families.syncing, of('master_sync_in_progress'), ...labels),
    ...samples(families.offset, of('slave_repl_offset'), ...labels),
  ];
}

function replicaSamples(fields: Fields, cut: (count: number) => void): Sample[] {
  // A replica that came back is there twice until its old connection has timed out: two equal series are no page.
  const replicas = new Map<string, { labels: string[]; pairs: Fields }>();
  for (const { pairs } of listOf(fields, 'slave', /^\d+$/)) {
    const labels = ['ip', 'port', 'state'].map((name) => pairs.get(name) ?? '');
    replicas.set(labels.join(), { labels, pairs });
  }
  const kept = [...replicas.values()].slice(0, mostReplicas);
  if (kept.length < replicas.size) cut(replicas.size - kept.length);
  return kept.flatMap(({ labels, pairs }) => [
    ...samples(families.replicaOffset, numberOf(pairs.get('offset')), ...labels),
    ...samples(families.replicaLag, notNegative(pairs.get('lag')), ...labels), // -1: nothing acknowledged yet
  ]);
}

function databaseSamples(fields: Fields, cut: (count: number) => void): Sample[] {
  const databases = listOf(fields, 'db', /^\d+$/);
  if (databases.length > mostDatabases) cut(databases.length - mostDatabases);
  return databases.slice(0, mostDatabases).flatMap(({ name, pairs }) => {
    const ttl = notNegative(pairs.get('avg_ttl')); // 0 until keys that can expire were sampled; Dragonfly: -1, always
    return [
      ...samples(families.keys, notNegative(pairs.get('keys')), `db${name}`),
      ...samples(families.expiring, notNegative(pairs.get('expires')), `db${name}`),
      ...samples(families.ttl, ttl === undefined || ttl === 0 ? undefined : ttl / 1e3, `db${name}`),
    ];
  });
}
