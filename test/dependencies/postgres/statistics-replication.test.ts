// The statistics of a primary and its standby: how far behind, by which slot, and what is known when the primary is gone.
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../patience.ts';
import { type PostgresServer, type PostgresStandby, startPostgres } from '../../servers/postgres.ts';
import { openStatistics, type Round, type Statistics } from './statistics-run.ts';

let server: PostgresServer;
let standby: PostgresStandby;
let ofPrimary: Statistics;
let ofStandby: Statistics;
beforeAll(async () => {
  const settings = {
    max_standby_streaming_delay: '0',
    wal_retrieve_retry_interval: '100ms',
    max_slot_wal_keep_size: '1GB',
    max_replication_slots: '220',
  };
  server = await startPostgres({ standby: true, settings });
  if (server.standby === undefined) throw new Error('started without a standby');
  standby = server.standby;
  await server.query('GRANT pg_monitor TO app; CREATE TABLE items (n int); GRANT ALL ON items TO app');
  await server.query(
    "SELECT pg_create_physical_replication_slot('first'), pg_create_physical_replication_slot('idle')",
  );
  await standby.query("ALTER SYSTEM SET primary_slot_name = 'first'");
  await standby.query("ALTER SYSTEM SET hot_standby_feedback = 'on'");
  await standby.query('SELECT pg_reload_conf()');
  await server.until("SELECT active AND xmin IS NOT NULL FROM pg_replication_slots WHERE slot_name = 'first'");
  ofPrimary = await openStatistics({ url: server.url });
  ofStandby = await openStatistics({ url: standby.url });
});
afterAll(async () => {
  ofPrimary?.end();
  ofStandby?.end();
  await server?.remove();
});

const caughtUp = (): Promise<void> =>
  server.until('SELECT bool_and(replay_lsn = pg_current_wal_lsn()) FROM pg_stat_replication');
const first = { slot_name: 'first' };

test('a standby and its slot, on the primary', async () => {
  await eventually(async () => {
    await caughtUp();
    const truth = `SELECT pg_current_wal_lsn() - '0/0' AS position, pg_current_wal_lsn() - restart_lsn AS kept, safe_wal_size,
      wal_status, age(xmin) AS xmin_age, host(client_addr) AS address, application_name
      FROM pg_replication_slots JOIN pg_stat_replication ON pid = active_pid`;
    const [before = {}] = await server.query(truth);
    const round = await ofPrimary.round();
    const [after] = await server.query(truth);
    expect(after).toEqual(before); // nothing was written meanwhile
    const { value } = round;
    const labels = { ...first, state: 'streaming', application_name: String(before.application_name) };
    expect(value('pg_stat_replication_pg_current_wal_lsn_bytes', labels)).toBe(Number(before.position));
    expect(value('pg_stat_replication_pg_wal_lsn_diff', labels)).toBe(0);
    expect(value('pg_replication_slots_pg_wal_lsn_diff', { ...first, database: '' })).toBe(Number(before.kept));
    expect(value('pg_replication_slots_safe_wal_size_bytes', first)).toBe(Number(before.safe_wal_size));
    expect(value('pg_replication_slots_slot_current_wal_lsn', first)).toBe(Number(before.position));
    expect(value('pg_replication_slots_wal_status', { ...first, wal_status: String(before.wal_status) })).toBe(1);
    expect(value('sidewarden_postgres_replication_slot_xmin_age', first)).toBe(Number(before.xmin_age));
    for (const [slot_name, active] of [['first', 1] as const, ['idle', 0] as const]) {
      expect(value('pg_replication_slots_active', { slot_name })).toBe(active);
      expect(value('pg_replication_slots_slot_is_active', { slot_name, slot_type: 'physical' })).toBe(active);
    }
    // A slot that claims nothing, and that no consumer confirms anything of: nothing is known, and nothing is 0.
    expect(value('pg_replication_slots_pg_wal_lsn_diff', { slot_name: 'idle' })).toBeUndefined();
    expect(round.all('pg_replication_slots_slot_confirmed_flush_lsn')).toEqual([]);
    expect(round.all('sidewarden_postgres_replication_receiver_streaming')).toEqual([]);
    expect(value('pg_replication_is_replica')).toBe(0);
    expect(value('pg_replication_lag_seconds')).toBe(0);
    expect(value('pg_replication_last_replay_seconds')).toBeUndefined();
  });
});

test('the receiver, on the standby', async () => {
  const { value } = await ofStandby.round();
  const [truth = {}] = await standby.query(`SELECT sender_host, slot_name, status, received_tli,
    receive_start_lsn - '0/0' AS start, extract(epoch FROM last_msg_receipt_time) AS receipt FROM pg_stat_wal_receiver`);
  const labels = { upstream_host: String(truth.sender_host), slot_name: 'first', status: 'streaming' };
  expect(value('pg_stat_wal_receiver_receive_start_lsn', labels)).toBe(Number(truth.start));
  expect(value('pg_stat_wal_receiver_received_tli', labels)).toBe(Number(truth.received_tli));
  const receipt = value('pg_stat_wal_receiver_last_msg_receipt_time', labels) ?? 0;
  expect(receipt).toBeLessThanOrEqual(Number(truth.receipt));
  expect(receipt).toBeGreaterThan(Number(truth.receipt) - 20);
  expect(value('sidewarden_postgres_replication_receiver_streaming')).toBe(1);
  expect(value('pg_replication_is_replica')).toBe(1);
});

test('lag grows while replay is paused, on both sides, and ends with it', async () => {
  await server.query('INSERT INTO items VALUES (1)');
  await caughtUp();
  await standby.query('SELECT pg_wal_replay_pause()');
  await server.query('INSERT INTO items SELECT generate_series(1, 1000)');
  await server.until('SELECT flush_lsn = pg_current_wal_lsn() FROM pg_stat_replication');
  const ask =
    'SELECT extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float AS s, pg_last_wal_receive_lsn() - pg_last_wal_replay_lsn() AS b';
  const [before] = await standby.query(ask);
  const replica = await ofStandby.round();
  const [after] = await standby.query(ask);
  for (const family of ['pg_replication_lag_seconds', 'pg_replication_last_replay_seconds']) {
    expect(replica.value(family)).toBeGreaterThanOrEqual(Number(before?.s));
    expect(replica.value(family)).toBeLessThanOrEqual(Number(after?.s));
  }
  expect(Number(before?.b)).toBeGreaterThan(10_000);
  expect(replica.value('sidewarden_postgres_replication_backlog_bytes')).toBe(Number(before?.b));
  const primary = await ofPrimary.round();
  expect(primary.value('pg_stat_replication_pg_wal_lsn_diff', first)).toBeGreaterThanOrEqual(Number(before?.b));
  expect(primary.value('sidewarden_postgres_replication_flush_lag_seconds', first)).toBeGreaterThan(0);

  await standby.query('SELECT pg_wal_replay_resume()');
  await caughtUp();
  await eventually(async () => {
    const { value } = await ofStandby.round();
    expect(value('pg_replication_lag_seconds')).toBe(0);
    expect(value('sidewarden_postgres_replication_backlog_bytes')).toBe(0);
  });
});

test('a query that stands in the way of recovery is counted', async () => {
  const reader = new Client({ connectionString: standby.url });
  reader.on('error', () => {});
  await reader.connect();
  onTestFinished(() => reader.end());
  await reader.query('BEGIN; SELECT count(*) FROM items');
  await server.query('ALTER TABLE items ADD COLUMN m int');
  await eventually(async () => {
    const { value } = await ofStandby.round();
    expect(value('pg_stat_database_conflicts_confl_lock', { datname: 'shop' })).toBe(1);
    expect(value('pg_stat_database_conflicts', { datname: 'shop' })).toBe(1);
  });
});

test('two consumers that nothing tells apart are one series', async () => {
  await server.query("CREATE ROLE twin REPLICATION LOGIN PASSWORD 'twin'");
  await server.rules(['host replication twin 127.0.0.1/32 scram-sha-256']);
  const [written] = await server.query('SELECT pg_current_wal_lsn() AS lsn');
  for (let count = 0; count < 2; count++) {
    const consumer = new Client({
      ...{ host: server.host, port: server.port, user: 'twin', password: 'twin', application_name: 'twin' },
      ...{ replication: 'true' },
    });
    consumer.on('error', () => {});
    await consumer.connect();
    onTestFinished(() => consumer.end());
    void consumer.query(`START_REPLICATION PHYSICAL ${written?.lsn}`).catch(() => {});
  }
  await server.until(
    "SELECT count(*) = 2 FROM pg_stat_replication WHERE application_name = 'twin' AND state = 'streaming'",
  );
  const round = await ofPrimary.round(); // which refuses a series that comes twice
  expect(round.all('pg_stat_replication_pg_current_wal_lsn_bytes', { application_name: 'twin' })).toHaveLength(1);
  expect(round.cut).toEqual({ replication: 1 });
  await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_replication WHERE application_name = 'twin'");
});

test('slots beyond the cap are cut, and counted', async () => {
  await server.query("SELECT pg_create_physical_replication_slot('slot_' || n) FROM generate_series(1, 205) AS n");
  const round = await ofPrimary.round();
  expect(round.all('pg_replication_slots_active')).toHaveLength(200);
  expect(round.cut).toEqual({ replication: 7 });
  await server.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active');
});

test('once the primary is gone, lag is unknown, not 0; it is known again when WAL streams again', async () => {
  const known = (round: Round) => ({
    lag: round.value('pg_replication_lag_seconds'),
    streaming: round.value('sidewarden_postgres_replication_receiver_streaming'),
    receivers: round.all('pg_stat_wal_receiver_flushed_lsn', { status: 'streaming' }).length,
  });
  await server.stop();
  await eventually(async () => {
    const round = await ofStandby.round();
    expect(known(round)).toEqual({ lag: undefined, streaming: 0, receivers: 0 });
    expect(round.value('pg_replication_is_replica')).toBe(1);
    expect(round.value('pg_replication_last_replay_seconds')).toBeGreaterThan(0);
    // What the usual formula makes of it:
    const [row] = await standby.query('SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AS lag_is_zero');
    expect(row).toEqual({ lag_is_zero: true });
  });
  await server.start();
  await eventually(async () => {
    expect(known(await ofStandby.round())).toEqual({ lag: 0, streaming: 1, receivers: 1 });
  });
});
