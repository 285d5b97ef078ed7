// The families of replication, with the expression that gives each. `server` is the row of where the WAL stands.
import { type Column, column, epoch, ours, since, theirs } from './columns.ts';
import { monitor } from './privilege.ts';

/**
 * `written` is the end of the WAL that this server has, `replayed` how much of it a replica has applied. A primary is not
 * asked what only a replica knows: some services refuse to say it.
 */
export const server = `SELECT pg_catalog.pg_is_in_recovery() AS replica,
    CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_receive_lsn()
      ELSE pg_catalog.pg_current_wal_lsn() END AS written,
    CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() END AS replayed`;
/** What a replica, or a primary that was one, has received and applied. */
export const replay = `SELECT pg_catalog.pg_is_in_recovery() AS replica,
    pg_catalog.pg_last_wal_receive_lsn() AS received, pg_catalog.pg_last_wal_replay_lsn() AS replayed`;
const from = (lsn: string, to = 'server.written'): string => `pg_catalog.pg_wal_lsn_diff(${to}, ${lsn})`;
const position = (lsn: string): string => from("'0/0'", lsn);
const bytes = { unit: 'bytes' } as const;
const seconds = { unit: 'seconds' } as const;
const ofReplica = { when: 'the server is a replica' } as const;

export const ofServer: readonly Column[] = [
  column(
    'server.replica::pg_catalog.int4',
    theirs('pg_replication_is_replica', 'gauge', 'Whether the server is in recovery.'),
  ),
  column(
    position('CASE WHEN server.replica THEN server.replayed ELSE server.written END'),
    ours('wal_position_bytes_total', 'counter', 'Where the WAL stands: written on a primary, replayed on a replica.', {
      ...bytes,
    }),
  ),
];

/** Right without the grant, but for the lag of a replica, which is absent then. Of `replay`, as what follows. */
export const ofReplay: readonly Column[] = [
  column(
    since('pg_catalog.pg_last_xact_replay_timestamp()'),
    theirs('pg_replication_last_replay_seconds', 'gauge', 'Time since the commit that was replayed last was made.', {
      ...seconds,
      when: 'the server is, or was when it started, a replica',
    }),
  ),
  column(
    from('replay.replayed', 'replay.received'),
    ours('replication_backlog_bytes', 'gauge', 'WAL received and not yet replayed.', { ...bytes, ...ofReplica }),
  ),
  column(
    // What is received and replayed is equal also when nothing is received any more: lag is known while WAL streams.
    `CASE WHEN NOT replay.replica THEN 0 WHEN receiver.status = 'streaming' THEN
      CASE WHEN replay.received = replay.replayed THEN 0 ELSE ${since('pg_catalog.pg_last_xact_replay_timestamp()')} END
    END`,
    theirs(
      'pg_replication_lag_seconds',
      'gauge',
      'Age of the last commit replayed, while there is more to replay; 0 on a primary. On a replica absent while it receives no WAL.',
      { ...seconds, when: 'the server is a primary, or receives WAL' },
    ),
  ),
];

/** Wrong, not absent, without the grant. */
export const ofReplicaWithGrant: readonly Column[] = [
  column(
    "CASE WHEN replay.replica THEN coalesce(receiver.status = 'streaming', false)::pg_catalog.int4 END",
    ours('replication_receiver_streaming', 'gauge', 'Whether the replica receives WAL as it is written.', {
      ...ofReplica,
      privilege: monitor,
    }),
  ),
];

const receiver = {
  labels: ['upstream_host', 'slot_name', 'status'],
  privilege: monitor,
  when: 'a replica has a WAL receiver',
};
/** Of one bit more the exporter makes nothing, so that every value is exact. */
const within52Bits = (lsn: string): string => `${position(lsn)} % (2^52)::pg_catalog.numeric`;
const at = 'seconds since 1970';
export const receiverLabels = [
  'receiver.sender_host AS upstream_host',
  'receiver.slot_name AS receiver_slot',
  'receiver.status AS receiver_status',
];
export const ofReceiver: readonly Column[] = [
  column(
    within52Bits('receiver.receive_start_lsn'),
    theirs('pg_stat_wal_receiver_receive_start_lsn', 'counter', 'Where the receiver began.', { ...receiver, ...bytes }),
  ),
  column(
    within52Bits('receiver.flushed_lsn'),
    theirs('pg_stat_wal_receiver_flushed_lsn', 'counter', 'Up to where WAL is received and on disk.', {
      ...receiver,
      ...bytes,
    }),
  ),
  column(
    'receiver.receive_start_tli',
    theirs('pg_stat_wal_receiver_receive_start_tli', 'gauge', 'Timeline on which the receiver began.', receiver),
  ),
  column(
    'receiver.received_tli',
    theirs('pg_stat_wal_receiver_received_tli', 'gauge', 'Timeline of the WAL received last.', receiver),
  ),
  column(
    epoch('receiver.last_msg_send_time'),
    theirs(
      'pg_stat_wal_receiver_last_msg_send_time',
      'counter',
      'When the last message was sent, by the clock there.',
      {
        ...receiver,
        unit: at,
      },
    ),
  ),
  column(
    epoch('receiver.last_msg_receipt_time'),
    theirs('pg_stat_wal_receiver_last_msg_receipt_time', 'counter', 'When the last message was received.', {
      ...receiver,
      unit: at,
    }),
  ),
  column(
    within52Bits('receiver.latest_end_lsn'),
    theirs('pg_stat_wal_receiver_latest_end_lsn', 'counter', 'The end of the WAL there, as last told.', {
      ...receiver,
      ...bytes,
    }),
  ),
  column(
    epoch('receiver.latest_end_time'),
    theirs('pg_stat_wal_receiver_latest_end_time', 'counter', 'When the end of the WAL there was last told.', {
      ...receiver,
      unit: at,
    }),
  ),
];

const standby = {
  labels: ['application_name', 'client_addr', 'state', 'slot_name'],
  privilege: monitor,
  when: 'a standby is connected',
};
const standbyLag = (did: string, what: string): Column =>
  column(
    epoch(`standby.${did}_lag`),
    ours(`replication_${did}_lag_seconds`, 'gauge', `Time until a standby said that recent WAL was ${what} there.`, {
      ...standby,
      ...seconds,
      when: 'a standby is connected and WAL is being written',
    }),
  );
export const standbyLabels = [
  'standby.application_name',
  'standby.client_addr::pg_catalog.text AS client_addr',
  'standby.state AS standby_state',
];
export const ofStandby: readonly Column[] = [
  column(
    position('server.written'),
    theirs('pg_stat_replication_pg_current_wal_lsn_bytes', 'gauge', 'Where the WAL stands here.', {
      ...standby,
      ...bytes,
    }),
  ),
  column(
    from('standby.replay_lsn'),
    theirs('pg_stat_replication_pg_wal_lsn_diff', 'gauge', 'WAL that a standby has not yet replayed.', {
      ...standby,
      ...bytes,
    }),
  ),
  standbyLag('write', 'written'),
  standbyLag('flush', 'on disk'),
  standbyLag('replay', 'replayed'),
];

const slot = { labels: ['slot_name', 'slot_type'], when: 'there are slots' };
const slotOfDatabase = { labels: ['slot_name', 'database'], when: 'there are slots' };
const active = 'slot.active::pg_catalog.int4';
const held = { ...slot, unit: 'transactions' };
export const slotLabels = ['slot.slot_name', 'slot.slot_type', 'slot.database', 'slot.wal_status'];
export const ofSlotByDatabase: readonly Column[] = [
  column(active, theirs('pg_replication_slots_active', 'gauge', 'Whether the slot is in use.', slotOfDatabase)),
  column(
    from('slot.restart_lsn'),
    theirs('pg_replication_slots_pg_wal_lsn_diff', 'gauge', 'WAL that is kept for the slot.', {
      ...slotOfDatabase,
      ...bytes,
    }),
  ),
];
export const ofSlot: readonly Column[] = [
  column(active, theirs('pg_replication_slots_slot_is_active', 'gauge', 'Whether the slot is in use.', slot)),
  column(
    position('server.written'),
    theirs('pg_replication_slots_slot_current_wal_lsn', 'gauge', 'Where the WAL stands here.', { ...slot, ...bytes }),
  ),
  column(
    `CASE WHEN slot.active THEN ${position('slot.confirmed_flush_lsn')} END`,
    theirs('pg_replication_slots_slot_confirmed_flush_lsn', 'gauge', 'Up to where the consumer has confirmed.', {
      ...slot,
      ...bytes,
      when: 'a logical slot is in use',
    }),
  ),
  column(
    'slot.safe_wal_size',
    theirs(
      'pg_replication_slots_safe_wal_size_bytes',
      'gauge',
      'WAL that can still be written before the slot is lost.',
      {
        ...slot,
        ...bytes,
        when: 'max_slot_wal_keep_size is set',
      },
    ),
  ),
  column(
    'pg_catalog.age(slot.xmin)',
    ours('replication_slot_xmin_age', 'gauge', 'Transactions since the oldest whose rows the slot keeps.', {
      ...held,
      when: 'a slot holds one',
    }),
  ),
  column(
    'pg_catalog.age(slot.catalog_xmin)',
    ours(
      'replication_slot_catalog_xmin_age',
      'gauge',
      'Transactions since the oldest whose rows of system catalogs the slot keeps.',
      { ...held, when: 'a logical slot holds one' },
    ),
  ),
];
export const slotStatus = theirs(
  'pg_replication_slots_wal_status',
  'gauge',
  '1 with the state of the WAL that the slot claims: reserved, extended, unreserved, lost.',
  { labels: [...slot.labels, 'wal_status'], when: 'a slot claims WAL' },
);
