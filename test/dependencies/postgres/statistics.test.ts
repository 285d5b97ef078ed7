// The built-in collectors on a primary: what its connections, locks and transactions do.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../patience.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { openStatistics, type Statistics } from './statistics-run.ts';

const settings = { max_prepared_transactions: '5', deadlock_timeout: '20ms' };

let server: PostgresServer;
let opened: Statistics;
beforeAll(async () => {
  server = await startPostgres({ settings });
  await server.query('GRANT pg_monitor TO app; CREATE TABLE items (n int); GRANT ALL ON items TO app');
  await server.query('INSERT INTO items VALUES (1), (2)');
  opened = await openStatistics({ url: server.url });
});
afterAll(async () => {
  opened?.end();
  await server?.remove();
});

/** A connection of the application, which ends with the test. */
async function connect(name = 'shop', url = server.url): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: name });
  client.on('error', () => {}); // what is under way rejects
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

const ours = { datname: 'shop', usename: 'app', application_name: 'shop', backend_type: 'client backend' };

describe('connections', () => {
  test('are counted by state and wait, and a state without any is 0', async () => {
    const [, idler, sleeper] = [await connect(), await connect(), await connect()];
    await idler.query('BEGIN; SELECT 1');
    const sleeping = sleeper.query('SELECT pg_sleep(60)').catch(() => {});
    await server.until("SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    const round = await opened.round();
    const count = (state: string, more = {}) => round.value('pg_stat_activity_count', { ...ours, state, ...more });
    expect(count('idle')).toBe(1);
    expect(count('idle in transaction', { wait_event_type: 'Client', wait_event: 'ClientRead' })).toBe(1);
    expect(count('active', { wait_event_type: 'Timeout', wait_event: 'PgSleep' })).toBe(1);
    const none = { datname: 'postgres', state: 'active', usename: '', application_name: '', wait_event: '' };
    expect(round.value('pg_stat_activity_count', none)).toBe(0);
    expect(round.value('pg_stat_activity_max_tx_duration', none)).toBe(0);
    expect(round.all('pg_stat_activity_count', { datname: 'template0' })).toHaveLength(6);

    const kinds = await server.query(`SELECT backend_type, count(*)::int AS n FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND application_name <> 'sidewarden statistics' GROUP BY 1`);
    expect(
      Object.fromEntries(round.all('sidewarden_postgres_backends').map((one) => [one.labels[0], one.value])),
    ).toEqual(Object.fromEntries(kinds.map(({ backend_type, n }) => [backend_type, n])));
    await server.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    await sleeping;
  });

  test('the longest of each kind is what the server says', async () => {
    const [idler, sleeper] = [await connect(), await connect()];
    await idler.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM items');
    const sleeping = sleeper.query('SELECT pg_sleep(60)').catch(() => {});
    await server.until("SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    await server.query('UPDATE items SET n = n');
    const ask = async () => {
      const [row = {}] = await server.query(`SELECT
        (SELECT max(extract(epoch FROM clock_timestamp() - xact_start)) FROM pg_stat_activity
          WHERE application_name = 'shop')::float AS "pg_long_running_transactions_oldest_timestamp_seconds",
        (SELECT extract(epoch FROM clock_timestamp() - query_start) FROM pg_stat_activity
          WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid())::float AS "sidewarden_postgres_longest_query_seconds",
        (SELECT extract(epoch FROM clock_timestamp() - state_change) FROM pg_stat_activity
          WHERE state = 'idle in transaction')::float AS "sidewarden_postgres_longest_idle_in_transaction_seconds",
        (SELECT max(age(backend_xmin)) FROM pg_stat_activity WHERE state = 'idle in transaction')::int
          AS "sidewarden_postgres_backend_xmin_age",
        (SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'shop' AND xact_start IS NOT NULL)
          AS "pg_long_running_transactions"`);
      return row as Record<string, number>;
    };
    const [before, round, after] = [await ask(), await opened.round(), await ask()];
    for (const [family, low] of Object.entries(before)) {
      expect(low).toBeGreaterThan(0);
      expect(round.value(family), family).toBeGreaterThanOrEqual(low);
      expect(round.value(family), family).toBeLessThanOrEqual(after[family] ?? 0);
    }
    const state = { ...ours, state: 'idle in transaction' };
    expect(round.value('pg_stat_activity_max_tx_duration', state)).toBeGreaterThan(0);
    await server.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    await sleeping;
  });

  test('of many applications the rarest share one name, and none is lost', async () => {
    await Promise.all(Array.from({ length: 55 }, (_, index) => connect(`app ${index}`)));
    await connect('app 54');
    await server.until(
      "SELECT count(*) = 56 FROM pg_stat_activity WHERE application_name LIKE 'app %' AND state = 'idle'",
    );
    const counts = (await opened.round()).all('pg_stat_activity_count', { datname: 'shop', state: 'idle' });
    const byName = new Map(counts.map(({ labels, value }) => [labels[3], value]));
    expect(byName.size).toBe(51);
    expect(byName.get('app 54')).toBe(2);
    expect(byName.get('other')).toBe(5);
    expect([...byName.values()].reduce((sum, value) => sum + value, 0)).toBe(56);
  });
});

test('locks by mode, and who waits for them', async () => {
  const [holder, waiter, other] = [await connect(), await connect(), await connect()];
  await holder.query('BEGIN; UPDATE items SET n = n; LOCK TABLE items IN SHARE MODE');
  const lock = (mode: string): string => `BEGIN; LOCK TABLE items IN ${mode} MODE`;
  const waiting = [waiter.query(lock('EXCLUSIVE')), other.query(lock('ACCESS EXCLUSIVE'))];
  const over = Promise.allSettled(waiting);
  await server.until("SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
  const [round, rows] = [
    await opened.round(),
    await server.query(`SELECT lower(mode) AS mode, count(*)::int AS n, count(*) FILTER (WHERE NOT granted)::int AS waiting
      FROM pg_locks WHERE pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = 'shop')
      GROUP BY 1`),
  ];
  expect(rows.map(({ mode }) => mode)).toContain('accessexclusivelock');
  const counted = round.all('pg_locks_count', { datname: 'shop' });
  expect(counted).toHaveLength(9);
  expect(
    counted
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => [labels[1], value])
      .sort(),
  ).toEqual(rows.map(({ mode, n }) => [mode, n]).sort());
  expect(round.value('pg_locks_count', { datname: 'postgres', mode: 'sharelock' })).toBe(0);
  expect(round.value('sidewarden_postgres_lock_waiters')).toBe(2);
  expect(round.value('sidewarden_postgres_locks_waiting', { mode: 'accessexclusivelock' })).toBe(1);
  expect(round.value('sidewarden_postgres_locks_waiting', { mode: 'sharelock' })).toBe(0);
  const longest = round.value('sidewarden_postgres_longest_lock_wait_seconds');
  if (opened.source.facts.version < 14_00_00) expect(longest).toBeUndefined();
  else expect(longest).toBeGreaterThan(0);
  await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'shop'");
  await over;
});

test('a deadlock, a transaction in two phases, limits of roles and databases', async () => {
  const [one, other] = [await connect(), await connect()];
  await one.query('BEGIN; UPDATE items SET n = n WHERE n = 1');
  await other.query('BEGIN; UPDATE items SET n = n WHERE n = 2');
  await Promise.allSettled([
    one.query('UPDATE items SET n = n WHERE n = 2'),
    other.query('UPDATE items SET n = n WHERE n = 1'),
  ]);
  await Promise.all([one.end(), other.end()]);
  await server.query("BEGIN; UPDATE items SET n = n; PREPARE TRANSACTION 'two'");
  await server.query('CREATE ROLE few CONNECTION LIMIT 3; ALTER DATABASE postgres CONNECTION LIMIT 70');
  onTestFinished(async () => {
    await server.query("ROLLBACK PREPARED 'two'");
  });
  const fresh = await openStatistics({ url: server.url });
  onTestFinished(fresh.end);
  await eventually(async () => {
    const { value, all } = await fresh.round();
    expect(value('pg_stat_database_deadlocks', { datname: 'shop' })).toBe(1);
    expect(value('sidewarden_postgres_prepared_transactions')).toBe(1);
    expect(value('sidewarden_postgres_oldest_prepared_transaction_seconds')).toBeGreaterThan(0);
    expect(all('pg_roles_connection_limit').map(({ labels, value: limit }) => [...labels, limit])).toEqual([
      ['few', 3],
    ]);
    expect(value('pg_database_connection_limit', { datname: 'postgres' })).toBe(70);
  });
  await server.query('ALTER DATABASE postgres CONNECTION LIMIT -1');
});
