// What collectors give when every cap is reached is below what a collector may give by default; nothing goes uncounted.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Settings } from '../../../src/dependencies/postgres/settings.ts';
import { activities, databases, peers, roles, vacuums } from '../../../src/dependencies/postgres/statistics/caps.ts';
import { statistics } from '../../../src/dependencies/postgres/statistics/index.ts';
import type { PostgresSource, Row } from '../../../src/dependencies/postgres/statistics/source.ts';
import type { Collector } from '../../../src/dependencies/statistics.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { atDefault } from '../at-default.ts';
import { runOf, settingsOf } from './collecting.ts';
import { limits, makeReader } from './reading.ts';

const collectorOf = (name: string): Collector<Settings, PostgresSource> => {
  const found = statistics.collectors.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no collector ${name}`);
  return found;
};

/** Whatever a list of columns is called, it has a number. */
const prefixes = ['c', 'x', 'd', 'server_', 'standby_', 'slot_', 'database_', 'lag_', 'replica_', 'receiver_'];
const numbers = Object.fromEntries(
  prefixes.flatMap((prefix) => Array.from({ length: 60 }, (_, n) => [`${prefix}${n}`, n])),
);
const many = (count: number, make: (n: number) => Row): Row[] => Array.from({ length: count }, (_, n) => make(n));

/** A server that answers every question with these rows, as the newest version would. */
const answering = (rows: readonly Row[]): PostgresSource => ({
  instance: 'db:5432',
  facts: {
    version: 18_00_00,
    database: 'shop',
    user: 'app',
    monitor: true,
    listsWal: true,
    member: true,
    inherits: true,
  },
  rows: async (sql) => {
    const text = JSON.stringify(rows);
    const sections = [...sql.matchAll(/ AS (s\d+)/g)].map(([, section = '']) => [section, text]);
    return sections.length > 0 ? [{ monitors: true, ...Object.fromEntries(sections) }] : rows;
  },
  cursor: async () => ({ columns: [], rows, more: false }),
});

const named = (n: number) => ({ ...numbers, datid: n, datname: `d${n}`, counted: databases + 7 });
const states = [
  'active',
  'idle',
  'idle in transaction',
  'idle in transaction (aborted)',
  'fastpath function call',
  'disabled',
];
const [row = {}] = [{ ...numbers }];
/** The rows of each, all caps reached; and how many are said to be beyond them. */
const reached: readonly (readonly [string, readonly Row[], number])[] = [
  [
    'activity',
    [
      {
        ...row,
        groups: activities + 5,
        databases: many(databases, (n) => ({ datname: `d${n}` })).map(({ datname }) => datname),
        all_databases: databases + 3,
        kinds: many(100, (n) => ({ backend_type: `k${n}`, connections: 1 })),
        // None of the kept ones fills a state that is 0 else, so that all zeros come in addition.
        alike: [
          ...many(activities, (n) => ({ datname: `e${n}`, state: 'idle', connections: 1, longest: 1 })),
          ...many(6, (n) => ({ datname: 'other', state: states[n], connections: 1, longest: 1 })),
        ],
      },
    ],
    8,
  ],
  ['databases', many(databases, named), 7],
  [
    'replication',
    many(peers, (n) => ({
      ...numbers,
      counted: peers + 7,
      standby_state: 'x',
      application_name: `a${n}`,
      slot_name: `s${n}`,
      wal_status: 'y',
    })),
    7,
  ],
  [
    'locks',
    [
      {
        ...row,
        databases: many(databases, named),
        held: many(databases * 9, (n) => ({ datname: `d${n % databases}`, mode: 'sharelock', locks: 1 })),
        waiting: [],
      },
    ],
    7,
  ],
  ['server', many(databases, (n) => ({ ...named(n), version: 'v' })), 7],
  [
    'vacuums',
    many(vacuums, (n) => ({ ...numbers, counted: vacuums + 7, datname: 'd', relname: `r${n}`, phase: 'x' })),
    7,
  ],
  ['roles', many(roles, (n) => ({ ...numbers, counted: roles + 7, rolname: `r${n}` })), 7],
  ['sizes', many(databases, (n) => ({ ...named(n), readable: true })), 7],
];

test.each(reached)('%s', async (name, rows, beyond) => {
  const { cut, samples, lines } = await atDefault(collectorOf(name), answering(rows), settingsOf({}));
  expect(samples).toBeGreaterThanOrEqual(rows.length);
  expect([cut, lines.length]).toEqual([beyond, samples]);
});

test('tables, the most that can be chosen', async () => {
  const settings = settingsOf({ tables: 100 });
  // The second time all that were chosen are behind as many others, yet not far enough to leave.
  const [first, second] = [(n: number) => n, (n: number) => (n < 200 ? 400 + n : n - 200)];
  for (const [relid, chosen] of [
    [first, 200],
    [second, 300],
  ] as const) {
    const source: PostgresSource = {
      ...answering([]),
      rows: async (sql) => {
        const asked = /WHERE t.relid IN \(([\d, ]+)\)/.exec(sql)?.[1]?.split(', ');
        if (asked !== undefined) return asked.map((relname) => ({ ...numbers, relname }));
        return many(400, (n) => ({ ...numbers, relid: String(relid(n)), place: 1 + Math.floor(n / 2) }));
      },
    };
    const { cut, samples, lines } = await atDefault(collectorOf('tables'), source, settings);
    const shown = lines.filter((line) => line.startsWith('pg_stat_user_tables_n_dead_tup{'));
    expect([cut, lines.length, shown.length]).toEqual([0, samples, chosen]);
  }
});

test('what a server has one of comes first, so that no cut takes it', async () => {
  for (const [name, rows] of reached) {
    const { samples } = await runOf(collectorOf(name), answering(rows), settingsOf({}));
    const names = samples.map(({ family }) => family.name);
    const times = Map.groupBy(names, (one) => one);
    const single = names.filter((one) => times.get(one)?.length === 1);
    expect(names.slice(0, single.length)).toEqual(single);
    if (name === 'activity' || name === 'server')
      expect([name, single.length]).toEqual([name, name === 'server' ? 4 : 8]);
  }
});

describe('on a server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    await server.query('GRANT pg_monitor TO app');
  });
  afterAll(() => server?.remove());

  /** The server's own answer to what is asked with other caps. */
  async function capped(name: string, ...changes: readonly (readonly [string, string])[]) {
    const source = await makeReader({ url: server.url }).open(limits());
    const changed: PostgresSource = {
      ...source,
      rows(sql, question) {
        for (const [cap] of changes) expect(sql).toContain(cap);
        return source.rows(
          changes.reduce((text, [cap, other]) => text.replaceAll(cap, other), sql),
          question,
        );
      },
    };
    return runOf(collectorOf(name), changed, settingsOf({}));
  }

  test('no connection is lost among those that are too many to be told apart', async () => {
    for (const name of ['a', 'a', 'a', 'b', 'b', 'c', 'd', 'e']) {
      const client = new Client({ connectionString: server.url, application_name: name });
      await client.connect();
      onTestFinished(() => client.end());
    }
    const other = new Client({ connectionString: server.url.replace('/shop', '/postgres'), application_name: 'z' });
    await other.connect();
    onTestFinished(() => other.end());
    const names = (samples: Awaited<ReturnType<typeof capped>>['samples']) =>
      samples
        .filter(({ family, value }) => family.name === 'pg_stat_activity_count' && value > 0)
        .map(({ labels: [datname, state, , application], value }) => [datname, state, application, value].join(' '))
        .sort();
    const few = await capped('activity', [`place <= ${activities}`, 'place <= 2']);
    expect(names(few.samples)).toEqual([
      'postgres idle other 1',
      'shop idle a 3',
      'shop idle b 2',
      'shop idle other 3',
    ]);
    const fewer = await capped('activity', [`place <= ${activities}`, 'place <= 2'], [`LIMIT ${databases}`, 'LIMIT 1']);
    // The reader from before is one of the others now.
    expect(names(fewer.samples)).toEqual(['other idle other 1', 'shop idle a 3', 'shop idle b 2', 'shop idle other 4']);
  });

  test.each([
    ['databases', 'pg_stat_database_xact_commit'],
    ['sizes', 'pg_database_size_bytes'],
    ['server', 'pg_database_wraparound_age_datfrozenxid_seconds'],
    ['locks', 'pg_locks_count'],
  ])('databases of %s that are left out are counted', async (name, family) => {
    const all = Number((await server.query('SELECT count(*) AS n FROM pg_database WHERE datallowconn'))[0]?.n);
    const { samples, cut } = await capped(name, [`LIMIT ${databases}`, 'LIMIT 1']);
    const found = samples.filter((one) => one.family.name === family).map(({ labels }) => labels);
    expect(new Set(found.map((labels) => labels.find((label) => label === 'shop')))).toEqual(new Set(['shop']));
    expect(cut).toBe(name === 'server' ? all - 1 : all); // template0 takes no connection
  });

  test('who waits is told whatever the cap of databases, also for a row', async () => {
    await server.query('CREATE TABLE items AS SELECT 1 AS n; GRANT ALL ON items TO app');
    const [holder, waiter] = [1, 2].map(() => new Client({ connectionString: server.url }));
    if (holder === undefined || waiter === undefined) throw new Error('no clients');
    for (const client of [holder, waiter]) {
      client.on('error', () => {}); // what is under way rejects
      await client.connect();
      onTestFinished(() => client.end());
    }
    await holder.query('BEGIN; UPDATE items SET n = 2');
    const waiting = waiter.query('UPDATE items SET n = 3');
    await server.until("SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    const { samples } = await capped('locks', [`LIMIT ${databases}`, 'LIMIT 0']);
    const waits = samples.filter(({ family }) => family.name === 'sidewarden_postgres_locks_waiting');
    expect(waits).toHaveLength(9);
    expect(waits.filter(({ value }) => value > 0).map(({ labels, value }) => [...labels, value])).toEqual([
      ['sharelock', 1],
    ]);
    expect(samples.map(({ family }) => family.name)).not.toContain('pg_locks_count');
    await holder.query('COMMIT');
    await waiting;
  });
});
