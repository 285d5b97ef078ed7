// Replicas, standbys, slots and the archive of the WAL of PostgreSQL.
import { type Case, counter, gauge, type Line, onlyIn, steady } from '../case.ts';
import { answers, of, ofDatabase } from './postgres-lines.ts';

const slot = (name: string): string => `slot_name="${name}",slot_type="physical"`;
/** A slot of a check, with what is kept for it. */
const slotOf = (check: string, name: string, active: number, quiet: number, loud: number): readonly Line[] => [
  steady(of(check, 'pg_replication_slots_slot_is_active', slot(name)), active),
  gauge(of(check, 'pg_replication_slots_pg_wal_lsn_diff', `slot_name="${name}",database=""`), quiet, loud),
];
type Standby = { readonly state?: string; readonly address?: string; readonly slot?: string };
const standby = (check: string, name: string, family: string, is: Standby = {}): string =>
  of(
    check,
    family,
    `application_name="${name}",client_addr="${is.address ?? '10.0.0.9/32'}",state="${is.state ?? 'streaming'}",slot_name="${is.slot ?? ''}"`,
  );
const place = 'pg_stat_replication_pg_current_wal_lsn_bytes';
const replay = 'sidewarden_postgres_replication_replay_lag_seconds';
const isReplica = (check: string): string => of(check, 'pg_replication_is_replica');
const delayOf = (check: string, seconds: number): Line =>
  steady(of(check, 'pg_settings_recovery_min_apply_delay_seconds'), seconds);
const lag = (check: string): string => of(check, 'pg_replication_lag_seconds');
const streaming = (check: string): string => of(check, 'sidewarden_postgres_replication_receiver_streaming');
const wal = (check: string): readonly Line[] => [
  steady(of(check, 'pg_settings_max_wal_size_bytes'), 1e9),
  steady(of(check, 'pg_settings_wal_keep_size_bytes'), 1e9),
];
const safe = (check: string, name: string): string => of(check, 'pg_replication_slots_safe_wal_size_bytes', slot(name));
const keepsAtMost = (check: string): Line => steady(of(check, 'pg_settings_max_slot_wal_keep_size_bytes'), 1e10);
const status = (check: string, name: string, state: string): string =>
  of(check, 'pg_replication_slots_wal_status', `${slot(name)},wal_status="${state}"`);
const archived = (check: string): string => of(check, 'pg_stat_archiver_last_archive_age');
const failures = (check: string): string => of(check, 'pg_stat_archiver_failed_count');

const oneLeft =
  '1 standbys are connected to database, fewer than there were for ten minutes within the last day. See which is missing: SELECT application_name, client_addr, state FROM pg_stat_replication, and inactive slots in pg_replication_slots.';
const notStreaming =
  'The replica database is not connected to its primary: what it shows gets older all the time, and its lag is not known. The log of the replica says why; on the primary see pg_stat_replication and pg_replication_slots.';

export const cases: readonly Case[] = [
  {
    alert: 'PostgresReplicationLagHigh',
    lines: [
      answers('database'),
      answers('orders'),
      gauge(lag('database'), 69.5, 70.5),
      delayOf('database', 60),
      steady(lag('orders'), 9.5),
      delayOf('orders', 0),
    ],
    fires: [{ check: 'database' }],
    says: 'The replica database shows data that is 10.5s old. On it, compare pg_last_wal_receive_lsn() and pg_last_wal_replay_lsn(): far apart, it replays too slowly; close, the WAL comes too slowly.',
  },
  ...['PostgresReplicationLagHigh', 'PostgresReplicationLagCritical'].map((alert) => ({
    alert,
    shows: 'a replica that receives nothing any more has no lag: that is another alert',
    lines: [answers('database'), delayOf('database', 0), onlyIn('quiet', steady(lag('database'), 310))],
    quiet: 2,
    calm: 2,
  })),
  {
    alert: 'PostgresReplicationLagCritical',
    lines: [
      answers('database'),
      answers('orders'),
      gauge(lag('database'), 345, 375),
      delayOf('database', 60),
      steady(lag('orders'), 290),
      delayOf('orders', 0),
    ],
    fires: [{ check: 'database' }],
    says: 'The replica database shows data that is 5m 15s old, and so much is lost if it is promoted. See on it whether a long query holds up the replay: SELECT pid, xact_start, query FROM pg_stat_activity ORDER BY xact_start LIMIT 5.',
  },
  {
    alert: 'PostgresReplicaNotStreaming',
    lines: [answers('database'), answers('orders'), gauge(streaming('database'), 1, 0), steady(streaming('orders'), 1)],
    fires: [{ check: 'database' }],
    says: notStreaming,
  },
  {
    alert: 'PostgresReplicaNotStreaming',
    shows: 'the primary is down: one page is enough',
    lines: [
      answers('database'),
      gauge(streaming('database'), 1, 0),
      steady('ALERTS{alertname="DependencyDown",alertstate="firing",severity="critical",check="orders"}', 1),
    ],
    quiet: 5,
  },
  {
    alert: 'PostgresReplicaNotStreaming',
    shows: 'though other databases cannot be read, and others are down that the service can do without',
    lines: [
      answers('database'),
      gauge(streaming('database'), 1, 0),
      steady(of('orders', 'pg_up'), 0),
      steady('ALERTS{alertname="OptionalDependencyDown",alertstate="firing",severity="warning",check="orders"}', 1),
      steady('ALERTS{alertname="DependencyDown",alertstate="pending",severity="critical",check="orders"}', 1),
    ],
    quiet: 5,
    fires: [{ check: 'database' }],
    says: notStreaming,
  },
  {
    alert: 'PostgresReplicaNotStreaming',
    shows: 'a replica that is fed from an archive alone, beside one that streams',
    lines: [answers('database'), answers('orders'), steady(streaming('database'), 0), steady(streaming('orders'), 1)],
    quiet: 30,
  },
  {
    alert: 'PostgresStandbyLagHigh',
    lines: [
      answers('database'),
      answers('orders'),
      gauge(standby('database', 'b', replay), 28, 32),
      steady(standby('database', 'c', replay), 0.1),
      steady(standby('orders', 'b', replay), 0.1),
    ],
    fires: [{ check: 'database', application_name: 'b' }],
    says: 'The standby b of database replays WAL 32s after it was written. On the primary, pg_stat_replication shows where it is held up: sent_lsn, write_lsn, flush_lsn, replay_lsn.',
  },
  {
    alert: 'PostgresStandbyLagHigh',
    shows: 'nothing is written any more: the last lag is over, though Prometheus shows it for five minutes',
    lines: [answers('database'), onlyIn('quiet', steady(standby('database', 'b', replay), 32))],
    quiet: 2,
    calm: 2,
  },
  {
    alert: 'PostgresReplicaMissing',
    quiet: 10,
    lines: [
      answers('database'),
      answers('orders'),
      steady(isReplica('database'), 0),
      steady(standby('database', 'b', place), 1e9),
      onlyIn('quiet', steady(standby('database', 'c', place), 1e9)),
      onlyIn('loud', steady(standby('database', 'pg_basebackup', place), 1e9)),
      onlyIn('loud', steady(standby('database', 'pg_16384_sync_16385_7', place), 1e9)),
      onlyIn('loud', steady(standby('database', 'dump', place, { state: 'backup' }), 1e9)),
      steady(isReplica('orders'), 1),
      steady(standby('orders', 'b', place), 1e9),
    ],
    fires: [{ check: 'database' }],
    says: oneLeft,
  },
  {
    alert: 'PostgresReplicaMissing',
    shows: 'a standby came back from another address, and its old connection lingered',
    quiet: 20,
    lasts: 8,
    calm: 30,
    lines: [
      answers('database'),
      steady(isReplica('database'), 0),
      ...['b', 'c'].map((name) => steady(standby('database', name, place), 1e9)),
      onlyIn('loud', steady(standby('database', 'b', place, { address: '10.0.0.8/32' }), 1e9)),
    ],
  },
  ...[{ address: '10.0.0.8/32' }, { slot: 'c' }].map((is) => ({
    alert: 'PostgresReplicaMissing',
    shows: 'one of two that have the same name is gone',
    quiet: 10,
    lines: [
      answers('database'),
      steady(isReplica('database'), 0),
      steady(standby('database', 'walreceiver', place), 1e9),
      onlyIn('quiet', steady(standby('database', 'walreceiver', place, is), 1e9)),
    ],
    fires: [{ check: 'database' }],
    says: oneLeft,
  })),
  {
    alert: 'PostgresReplicaMissing',
    quiet: 10,
    shows: 'the last one is gone',
    lines: [
      answers('database'),
      steady(isReplica('database'), 0),
      onlyIn('quiet', steady(standby('database', 'c', place), 1e9)),
    ],
    fires: [{ check: 'database' }],
    says: '0 standbys are connected to database, fewer than there were for ten minutes within the last day. See which is missing: SELECT application_name, client_addr, state FROM pg_stat_replication, and inactive slots in pg_replication_slots.',
  },
  {
    alert: 'PostgresReplicaMissing',
    quiet: 10,
    shows: 'the server is not the primary any more',
    lines: [
      answers('database'),
      gauge(isReplica('database'), 0, 1),
      onlyIn('quiet', steady(standby('database', 'c', place), 1e9)),
    ],
  },
  {
    alert: 'PostgresReplicaMissing',
    quiet: 10,
    shows: 'a standby that is connected anew is one, whatever its state',
    lines: [
      answers('database'),
      steady(isReplica('database'), 0),
      onlyIn('quiet', steady(standby('database', 'c', place), 1e9)),
      onlyIn('loud', steady(standby('database', 'c', place, { state: 'catchup' }), 1e9)),
    ],
  },
  {
    alert: 'PostgresReplicationSlotInactive',
    lines: [
      ...slotOf('database', 'b', 0, 0.95e9, 1.05e9),
      ...slotOf('database', 'c', 1, 2e9, 2e9),
      ...slotOf('orders', 'b', 0, 1e6, 1e6),
    ],
    fires: [{ check: 'database', slot_name: 'b' }],
    says: 'For the slot b, which nobody uses, database keeps 1001MiB of WAL, and more all the time, until the disk is full. Start its consumer, or drop the slot if there is none any more.',
  },
  {
    alert: 'PostgresReplicationSlotWalHigh',
    lines: [
      ...slotOf('database', 'b', 1, 1.9e10, 2.1e10),
      ...slotOf('database', 'c', 0, 3e10, 3e10),
      ...slotOf('orders', 'b', 1, 1e6, 1e6),
    ],
    fires: [{ check: 'database', slot_name: 'b' }],
    says: 'For the slot b, whose consumer is connected, database keeps 19.56GiB of WAL. See why the consumer does not confirm: its own log, and confirmed_flush_lsn in pg_replication_slots.',
  },
  {
    alert: 'PostgresReplicationSlotAtRisk',
    lines: [
      keepsAtMost('database'),
      keepsAtMost('orders'),
      gauge(safe('database', 'b'), 2.1e9, 1.9e9),
      steady(safe('database', 'c'), 9e9),
      steady(safe('orders', 'b'), 9e9),
    ],
    fires: [{ check: 'database', slot_name: 'b' }],
    says: 'The slot b of database has 19% of max_slot_wal_keep_size left. At 0% the next checkpoint removes WAL that its consumer still needs. Raise max_slot_wal_keep_size now if the disk allows it.',
  },
  {
    alert: 'PostgresReplicationSlotLost',
    lines: [
      onlyIn('quiet', steady(status('database', 'b', 'unreserved'), 1)),
      onlyIn('loud', steady(status('database', 'b', 'lost'), 1)),
      steady(status('database', 'c', 'reserved'), 1),
      steady(status('orders', 'b', 'reserved'), 1),
    ],
    fires: [{ check: 'database', slot_name: 'b' }],
    says: 'The slot b of database is lost: WAL that its consumer needs is gone. Whoever used it has to be built anew. See pg_replication_slots.',
  },
  {
    alert: 'PostgresWalArchiveFailing',
    lines: [
      counter(failures('database'), 3, 3),
      gauge(archived('database'), 860, 940),
      counter(failures('orders'), 3, 3),
      steady(archived('orders'), 860),
    ],
    fires: [{ check: 'database' }],
    says: 'Archiving WAL of database failed 45 times in 15 minutes, and nothing was archived meanwhile: a backup cannot be restored to now, and pg_wal grows. See last_failed_wal in pg_stat_archiver, and the log of the server for what archive_command said.',
  },
  {
    alert: 'PostgresWalArchiveFailing',
    shows: 'nothing was ever archived',
    lines: [counter(failures('database'), 0, 3)],
    calm: 20,
    fires: [{ check: 'database' }],
    says: 'Archiving WAL of database failed 18 times in 15 minutes, and nothing was archived meanwhile: a backup cannot be restored to now, and pg_wal grows. See last_failed_wal in pg_stat_archiver, and the log of the server for what archive_command said.',
  },
  {
    alert: 'PostgresWalArchiveFailing',
    shows: 'nothing is written, so nothing is archived and nothing fails',
    lines: [counter(failures('database'), 0, 0), gauge(archived('database'), 860, 940)],
  },
  {
    alert: 'PostgresWalSizeHigh',
    lines: [
      ...wal('database'),
      gauge(of('database', 'pg_wal_size_bytes'), 5.8e9, 6.2e9),
      ...wal('orders'),
      steady(of('orders', 'pg_wal_size_bytes'), 5.8e9),
    ],
    fires: [{ check: 'database' }],
    says: 'The WAL of database takes 3.1 times what max_wal_size and wal_keep_size say. Something holds it: a slot (pg_replication_slots) or the archive (pg_stat_archiver).',
  },
  {
    alert: 'PostgresRecoveryConflicts',
    lines: [
      counter(ofDatabase('database', 'shop', 'pg_stat_database_conflicts'), 0.48, 0.54),
      counter(ofDatabase('database', 'postgres', 'pg_stat_database_conflicts'), 0, 0),
      counter(ofDatabase('orders', 'shop', 'pg_stat_database_conflicts'), 0, 0),
    ],
    delay: 3,
    fires: [{ check: 'database', datname: 'shop' }],
    says: 'The replica database cancelled 5.04 queries in the database shop in 10 minutes. See pg_stat_database_conflicts for the kind.',
  },
  {
    alert: 'PostgresRoleChanged',
    lines: [gauge(isReplica('database'), 1, 0), steady(isReplica('orders'), 0)],
    calm: 20,
    fires: [{ check: 'database' }],
    says: 'The server of database changed its role 1 times in 15 minutes: a failover or a switchover. SELECT pg_is_in_recovery() says what it is now.',
  },
];
