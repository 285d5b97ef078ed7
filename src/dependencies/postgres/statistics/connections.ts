// Connections that are alike: of which database, in which state, of whom, waiting for what.
import { type Sample, samples } from '../../../core/family.ts';
import { numberOf, textOf, theirs } from './columns.ts';
import type { Row } from './source.ts';

export const labels = [
  'datname',
  'state',
  'usename',
  'application_name',
  'backend_type',
  'wait_event_type',
  'wait_event',
];
/** Whose values clients choose; what is beyond the names most used is `rest`. */
export const chosen = ['usename', 'application_name'];
export const rest = 'other';
const states = [
  ...['active', 'idle', 'idle in transaction', 'idle in transaction (aborted)'],
  ...['fastpath function call', 'disabled'],
];

export const count = theirs(
  'pg_stat_activity_count',
  'gauge',
  'Connections to a database that are alike; 0 for a state that no connection to it has.',
  { labels },
);
export const longest = theirs(
  'pg_stat_activity_max_tx_duration',
  'gauge',
  'How long the oldest open transaction of such connections has lasted; 0 when none is open.',
  { labels, unit: 'seconds' },
);
/** @param rows a group each, with `connections` and `longest`; a state that no connection to a database has is 0. */
export function alike(rows: readonly Row[], databasesKnown: readonly string[]): Sample[] {
  const absent = new Set(databasesKnown.flatMap((datname) => states.map((state) => JSON.stringify([datname, state]))));
  for (const { datname, state } of rows) absent.delete(JSON.stringify([datname, state]));
  const none = [...absent].map((key) => JSON.parse(key) as string[]);
  const groups = [
    ...rows.map((row) => ({
      values: labels.map((label) => textOf(row[label])),
      connections: numberOf(row.connections),
      lasted: numberOf(row.longest),
    })),
    ...none.map((known) => ({ values: [...known, ...labels.slice(2).map(() => '')], connections: 0, lasted: 0 })),
  ];
  return groups.flatMap(({ values, connections, lasted }) => [
    ...samples(count, connections, ...values),
    ...samples(longest, lasted, ...values),
  ]);
}
