// Replicas, standbys, slots and the archive of the WAL.
import type { Alert } from '../pack.ts';
import { dependencyIsOut } from './out.ts';
import { fresh, unlessReplica } from './postgres-expressions.ts';

/** What a replica is behind beyond the delay that it is configured to have. */
const lagBeyondDelay = `max by (check) (${fresh('pg_replication_lag_seconds{}')})
  - max by (check) (pg_settings_recovery_min_apply_delay_seconds{})`;
const bySlot = 'max by (check, slot_name)';
const kept = `${bySlot} (pg_replication_slots_pg_wal_lsn_diff{})`;
const active = `${bySlot} (pg_replication_slots_slot_is_active{})`;
const streaming = 'sidewarden_postgres_replication_receiver_streaming{}';
const seconds = (value: number) => ({ value, least: 1, most: 2_592_000, unit: 'seconds' }) as const;
const bytes = (value: number) => ({ value, least: 16_777_216, most: 1e14, unit: 'bytes' }) as const;

export const replication = [
  {
    name: 'PostgresReplicationLagHigh',
    expr: `${lagBeyondDelay} > $threshold`,
    threshold: seconds(10),
    for: '5m',
    severity: 'warning',
    labels: ['check'],
    summary: 'A replica of PostgreSQL is behind its primary.',
    description:
      'The replica {{ $labels.check }} shows data that is {{ $value | humanizeDuration }} old. On it, compare pg_last_wal_receive_lsn() and pg_last_wal_replay_lsn(): far apart, it replays too slowly; close, the WAL comes too slowly.',
  },
  {
    name: 'PostgresReplicationLagCritical',
    expr: `${lagBeyondDelay} > $threshold`,
    threshold: seconds(300),
    for: '5m',
    severity: 'critical',
    labels: ['check'],
    summary: 'A replica of PostgreSQL is far behind its primary.',
    description:
      'The replica {{ $labels.check }} shows data that is {{ $value | humanizeDuration }} old, and so much is lost if it is promoted. See on it whether a long query holds up the replay: SELECT pid, xact_start, query FROM pg_stat_activity ORDER BY xact_start LIMIT 5.',
  },
  {
    name: 'PostgresReplicaNotStreaming',
    // One that is fed from an archive alone never streamed. One that did goes on firing after a day.
    expr: `min by (check) (${streaming}) == 0
      and on (check) (max by (check) (max_over_time(${streaming}[1d])) == 1
        or ALERTS{alertname=~"$prefixPostgresReplicaNotStreaming", alertstate="firing"})
      unless ${dependencyIsOut}`,
    for: '10m',
    severity: 'critical',
    labels: ['check'],
    summary: 'A replica of PostgreSQL receives nothing from its primary.',
    description:
      'The replica {{ $labels.check }} is not connected to its primary: what it shows gets older all the time, and its lag is not known. The log of the replica says why; on the primary see pg_stat_replication and pg_replication_slots.',
  },
  {
    name: 'PostgresStandbyLagHigh',
    expr: `max by (check, application_name) (${fresh('sidewarden_postgres_replication_replay_lag_seconds{}')}) > $threshold`,
    threshold: seconds(30),
    for: '5m',
    severity: 'warning',
    labels: ['check', 'application_name'],
    summary: 'A standby of PostgreSQL is behind, as the primary sees it.',
    description:
      'The standby {{ $labels.application_name }} of {{ $labels.check }} replays WAL {{ $value | humanizeDuration }} after it was written. On the primary, pg_stat_replication shows where it is held up: sent_lsn, write_lsn, flush_lsn, replay_lsn.',
  },
  {
    name: 'PostgresReplicaMissing',
    // As many as there were for ten minutes: a standby that reconnects is counted twice for a moment.
    expr: `check:postgres_standbys:count{}
      < max_over_time(min_over_time(check:postgres_standbys:count{}[10m])[1d:5m]) ${unlessReplica}`,
    for: '10m',
    severity: 'warning',
    labels: ['check'],
    summary: 'A standby of PostgreSQL is not connected any more.',
    description:
      '{{ $value }} standbys are connected to {{ $labels.check }}, fewer than there were for ten minutes within the last day. See which is missing: SELECT application_name, client_addr, state FROM pg_stat_replication, and inactive slots in pg_replication_slots.',
  },
  {
    name: 'PostgresReplicationSlotInactive',
    expr: `${kept} > $threshold and ${active} == 0`,
    threshold: bytes(1e9),
    for: '15m',
    severity: 'warning',
    labels: ['check', 'slot_name'],
    summary: 'PostgreSQL keeps WAL for a replication slot that nobody uses.',
    description:
      'For the slot {{ $labels.slot_name }}, which nobody uses, {{ $labels.check }} keeps {{ $value | humanize1024 }}B of WAL, and more all the time, until the disk is full. Start its consumer, or drop the slot if there is none any more.',
  },
  {
    name: 'PostgresReplicationSlotWalHigh',
    expr: `${kept} > $threshold and ${active} == 1`,
    threshold: bytes(2e10),
    for: '15m',
    severity: 'warning',
    labels: ['check', 'slot_name'],
    summary: 'PostgreSQL keeps much WAL for a replication slot whose consumer is behind.',
    description:
      'For the slot {{ $labels.slot_name }}, whose consumer is connected, {{ $labels.check }} keeps {{ $value | humanize1024 }}B of WAL. See why the consumer does not confirm: its own log, and confirmed_flush_lsn in pg_replication_slots.',
  },
  {
    name: 'PostgresReplicationSlotAtRisk',
    expr: `min by (check, slot_name) (pg_replication_slots_safe_wal_size_bytes{})
      / on (check) group_left () (max by (check) (pg_settings_max_slot_wal_keep_size_bytes{}) > 0) < $threshold`,
    threshold: { value: 0.2, least: 0.001, most: 1, unit: 'ratio' },
    for: '5m',
    severity: 'warning',
    labels: ['check', 'slot_name'],
    summary: 'A replication slot of PostgreSQL is about to lose WAL that its consumer needs.',
    description:
      'The slot {{ $labels.slot_name }} of {{ $labels.check }} has {{ $value | humanizePercentage }} of max_slot_wal_keep_size left. At 0% the next checkpoint removes WAL that its consumer still needs. Raise max_slot_wal_keep_size now if the disk allows it.',
  },
  {
    name: 'PostgresReplicationSlotLost',
    expr: `${bySlot} (pg_replication_slots_wal_status{wal_status="lost"}) == 1`,
    for: '5m',
    severity: 'warning',
    labels: ['check', 'slot_name'],
    summary: 'A replication slot of PostgreSQL is lost: its WAL was removed.',
    description:
      'The slot {{ $labels.slot_name }} of {{ $labels.check }} is lost: WAL that its consumer needs is gone. Whoever used it has to be built anew. See pg_replication_slots.',
  },
  {
    name: 'PostgresWalArchiveFailing',
    expr: `max by (check) (increase(pg_stat_archiver_failed_count{}[15m])) > 0
      unless max by (check) (pg_stat_archiver_last_archive_age{}) < $threshold`,
    threshold: seconds(900),
    for: '5m',
    severity: 'critical',
    labels: ['check'],
    summary: 'PostgreSQL cannot archive its WAL.',
    description:
      'Archiving WAL of {{ $labels.check }} failed {{ $value | humanize }} times in 15 minutes, and nothing was archived meanwhile: a backup cannot be restored to now, and pg_wal grows. See last_failed_wal in pg_stat_archiver, and the log of the server for what archive_command said.',
  },
  {
    name: 'PostgresWalSizeHigh',
    expr: `max by (check) (pg_wal_size_bytes{})
      / (max by (check) (pg_settings_max_wal_size_bytes{}) + max by (check) (pg_settings_wal_keep_size_bytes{})) > $threshold`,
    threshold: { value: 3, least: 1, most: 10_000, unit: 'times max_wal_size' },
    for: '30m',
    severity: 'warning',
    labels: ['check'],
    summary: 'PostgreSQL keeps far more WAL than it is configured to.',
    description:
      'The WAL of {{ $labels.check }} takes {{ $value | humanize }} times what max_wal_size and wal_keep_size say. Something holds it: a slot (pg_replication_slots) or the archive (pg_stat_archiver).',
  },
  {
    name: 'PostgresRecoveryConflicts',
    expr: 'max by (check, datname) (increase(pg_stat_database_conflicts{}[10m])) > $threshold',
    threshold: { value: 5, least: 0, most: 100_000, unit: 'queries in 10 minutes' },
    for: '0s',
    severity: 'warning',
    labels: ['check', 'datname'],
    summary: 'A replica of PostgreSQL cancels queries to go on with its replay.',
    description:
      'The replica {{ $labels.check }} cancelled {{ $value | humanize }} queries in the database {{ $labels.datname }} in 10 minutes. See pg_stat_database_conflicts for the kind.',
  },
  {
    name: 'PostgresRoleChanged',
    expr: 'max by (check) (changes(pg_replication_is_replica{}[15m])) > 0',
    for: '0s',
    severity: 'warning',
    labels: ['check'],
    summary: 'A PostgreSQL server became primary or replica.',
    description:
      'The server of {{ $labels.check }} changed its role {{ $value }} times in 15 minutes: a failover or a switchover. SELECT pg_is_in_recovery() says what it is now.',
  },
] as const satisfies readonly Alert[];
