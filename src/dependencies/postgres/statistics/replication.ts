// Where the WAL stands, how far behind standbys, slots and, on a replica, we are: the server's row beside its peers'.
import { type Sample, samples } from '../../../core/family.ts';
import type { Collecting } from '../../statistics.ts';
import { capped, counted, peers } from './caps.ts';
import { choose, familiesOf, textOf } from './columns.ts';
import {
  ofReceiver,
  ofReplay,
  ofReplicaWithGrant,
  ofServer,
  ofSlot,
  ofSlotByDatabase,
  ofStandby,
  receiverLabels,
  replay,
  server,
  slotLabels,
  slotStatus,
  standbyLabels,
} from './replication-families.ts';
import type { Facts, Row } from './source.ts';
import type { Section } from './together.ts';

const withoutGrant = [...ofServer, ...ofSlotByDatabase, ...ofSlot];

/** A standby that uses a slot shares a row with it, as the exporter's label `slot_name` wants. */
const sqlOf = (lists: readonly string[]): string => `
SELECT ${counted}, ${lists.join(',\n  ')}
FROM (${server}) AS server
LEFT JOIN (
  pg_catalog.pg_stat_replication AS standby
  FULL JOIN pg_catalog.pg_replication_slots AS slot ON slot.active_pid = standby.pid
) ON true
ORDER BY slot.slot_name, standby.pid
LIMIT ${peers}`;

export const replication: Section = {
  name: 'replication',
  asks: 'pg_stat_replication, pg_replication_slots, positions in the WAL',
  families: [...familiesOf([...withoutGrant, ...ofStandby]), slotStatus],
  needsMonitor: 'some',
  sql: (facts) => sqlOf(partsOf(facts).lists),
  samples(rows, { facts }, cut) {
    const parts = partsOf(facts);
    const kept = capped(rows, cut);
    const open = [...kept.slice(0, 1).flatMap(parts.server), ...kept.flatMap(parts.slot)];
    return facts.monitor ? [...open, ...worst(kept.flatMap(parts.standby), kept, cut)] : open;
  },
};

/** Apart from the others: services that keep the WAL to themselves refuse this view and these functions alone. */
export const receiver: Section = {
  name: 'wal_receiver',
  asks: 'pg_stat_wal_receiver, pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp()',
  families: familiesOf([...ofReplay, ...ofReplicaWithGrant, ...ofReceiver]),
  needsMonitor: 'some',
  sql: (facts) => `
SELECT ${[...receiverLabels, ...receivedBy(facts).lists].join(',\n  ')}
FROM (${replay}) AS replay LEFT JOIN pg_catalog.pg_stat_wal_receiver AS receiver ON true`,
  samples: (rows, { facts }) => rows.flatMap(receivedBy(facts).samples),
};

function receivedBy(facts: Facts) {
  const replayed = choose(facts, ofReplay, 'lag_');
  const granted = choose(facts, ofReplicaWithGrant, 'replica_');
  const received = choose(facts, ofReceiver, 'receiver_');
  return {
    lists: [replayed, granted, received].map(({ list }) => list),
    samples: (row: Row): Sample[] => {
      if (!facts.monitor) return replayed.samples(row);
      const labels = [row.upstream_host, row.receiver_slot, row.receiver_status].map(textOf);
      const ofOne = row.receiver_status === null ? [] : received.samples(row, ...labels);
      return [...replayed.samples(row), ...granted.samples(row), ...ofOne];
    },
  };
}

/** The select lists of all parts, and what each part makes of a row. */
function partsOf(facts: Facts) {
  const ofOne = choose(facts, ofServer, 'server_');
  const standbys = choose(facts, ofStandby, 'standby_');
  const slots = choose(facts, ofSlot, 'slot_');
  const byDatabase = choose(facts, ofSlotByDatabase, 'database_');
  const lists = [ofOne, standbys, slots, byDatabase].map(({ list }) => list);
  return {
    lists: [...standbyLabels, ...slotLabels, ...lists],
    server: (row: Row) => ofOne.samples(row),
    standby: (row: Row) => (row.standby_state === null ? [] : standbys.samples(row, ...named(row))),
    slot: (row: Row) => {
      if (row.slot_name === null) return [];
      const [name, type, database, status] = [row.slot_name, row.slot_type, row.database, row.wal_status].map(textOf);
      return [
        ...slots.samples(row, name ?? '', type ?? ''),
        ...byDatabase.samples(row, name ?? '', database ?? ''),
        ...(status === '' ? [] : samples(slotStatus, 1, name ?? '', type ?? '', status ?? '')),
      ];
    },
  };
}

const named = (row: Row): string[] =>
  [row.application_name, row.client_addr, row.standby_state, row.slot_name].map(textOf);

/** Of standbys that nothing tells apart, the one that is furthest behind: a series twice would cost the scrape. */
function worst(all: readonly Sample[], rows: readonly Row[], cut: Collecting['cut']): Sample[] {
  const standbys = rows.filter(({ standby_state }) => standby_state !== null).map((row) => JSON.stringify(named(row)));
  const merged = standbys.length - new Set(standbys).size;
  if (merged > 0) cut(merged);
  const bySeries = new Map<string, Sample>();
  for (const sample of all) {
    const key = JSON.stringify([sample.family.name, ...sample.labels]);
    const before = bySeries.get(key);
    if (before === undefined || before.value < sample.value) bySeries.set(key, sample);
  }
  return [...bySeries.values()];
}
