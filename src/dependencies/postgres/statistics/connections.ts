// Connections that are alike: of which database, in which state, of whom, waiting for what.
import { type Sample, samples } from '../../../core/family.ts';
import { chosenNames } from './caps.ts';
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
/** Whose values clients choose. */
const chosen = ['usename', 'application_name'];
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
/** @param rows with `connections`, and `longest` for the longest transaction; a state that no connection to a database has is 0. */
export function alike(rows: readonly Row[], databasesKnown: readonly string[]): Sample[] {
  const groups = new Map<string, { labels: string[]; connections: number; longest: number }>();
  const absent = new Set(databasesKnown.flatMap((datname) => states.map((state) => JSON.stringify([datname, state]))));
  const add = (values: string[], connections: number, lasted: number): void => {
    const key = JSON.stringify(values);
    const group = groups.get(key) ?? { labels: values, connections: 0, longest: 0 };
    groups.set(key, group);
    group.connections += connections;
    group.longest = Math.max(group.longest, lasted);
  };
  // The server's own processes have no database or no state; `backends` counts them.
  const ofDatabases = rows.filter(({ datname, state }) => datname !== null && state !== null);
  for (const row of folded(ofDatabases)) {
    absent.delete(JSON.stringify([row.datname, row.state]));
    add(
      labels.map((label) => textOf(row[label])),
      numberOf(row.connections) ?? 0,
      numberOf(row.longest) ?? 0,
    );
  }
  for (const key of absent) add([...(JSON.parse(key) as string[]), ...labels.slice(2).map(() => '')], 0, 0);
  return [...groups.values()].flatMap(({ labels: values, connections, longest: lasted }) => [
    ...samples(count, connections, ...values),
    ...samples(longest, lasted, ...values),
  ]);
}

/** Of names that clients choose, those that few connections have become `other`. */
function folded(rows: readonly Row[]): Row[] {
  const kept = chosen.map((label) => [label, mostUsed(rows, label)] as const);
  return rows.map((row) => ({
    ...row,
    ...Object.fromEntries(kept.map(([label, names]) => [label, names.has(textOf(row[label])) ? row[label] : 'other'])),
  }));
}

function mostUsed(rows: readonly Row[], label: string): Set<string> {
  const uses = new Map<string, number>();
  for (const row of rows) {
    const name = textOf(row[label]);
    uses.set(name, (uses.get(name) ?? 0) + (numberOf(row.connections) ?? 0));
  }
  const byUse = [...uses].sort(([left, a], [right, b]) => b - a || (left < right ? -1 : 1));
  return new Set(byUse.slice(0, chosenNames).map(([name]) => name));
}
