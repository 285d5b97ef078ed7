// What the collectors give without a grant, of a view that is refused, over a broken connection; and how often they ask.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { statistics } from '../../../src/dependencies/postgres/statistics/index.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { openStatistics, type Round } from './statistics-run.ts';

const live = [
  'activity',
  'databases',
  'background',
  'wal',
  'replication',
  'wal_receiver',
  'locks',
  'server',
  'vacuums',
];

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  await server.query('GRANT pg_monitor TO app; CREATE TABLE items (n int); GRANT ALL ON items TO app');
});
afterAll(() => server?.remove());

describe('what the user may read', () => {
  /** A user with these statements run for it; and what is read as it. */
  async function roundAs(name: string, ...granted: readonly string[]): Promise<Round> {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await server.query(`DROP ROLE IF EXISTS ${quoted}; CREATE ROLE ${quoted} LOGIN PASSWORD 'secret'`);
    for (const statement of granted) await server.query(statement);
    const url = `postgres://${encodeURIComponent(name)}:secret@${server.host}:${server.port}/shop`;
    const one = await openStatistics({ url });
    onTestFinished(one.end);
    return await one.round();
  }

  test('with CONNECT alone, what would be wrong is absent, and the statement that grants it is named', async () => {
    const round = await roundAs('plain "user"');
    const statement = 'GRANT pg_monitor TO "plain ""user""";';
    const lacking = ['activity', 'replication', 'wal_receiver', 'vacuums', 'wal_directory'];
    expect(round.lacks).toEqual(Object.fromEntries(lacking.map((name) => [name, statement])));
    expect(round.failed).toEqual({});
    const names = new Set(round.samples.map(({ family }) => family.name));
    const families = (name: string) => statistics.collectors.find((one) => one.name === name)?.families ?? [];
    expect(round.statements.join()).not.toMatch(/pg_stat_activity|pg_stat_progress_vacuum|pg_ls_waldir/);
    const absent = ['activity', 'vacuums', 'wal_directory'].flatMap(families);
    expect(absent.length).toBeGreaterThan(10);
    expect(absent.filter(({ name }) => names.has(name))).toEqual([]);
    const ofReplication = [...families('replication'), ...families('wal_receiver')].filter(
      ({ privilege }) => privilege === 'pg_monitor',
    );
    expect(ofReplication.length).toBeGreaterThan(10);
    expect(ofReplication.filter(({ name }) => names.has(name))).toEqual([]);
    expect(round.value('pg_replication_is_replica')).toBe(0);
    expect(round.value('pg_replication_lag_seconds')).toBe(0);
    expect(round.value('pg_database_size_bytes', { datname: 'shop' })).toBeGreaterThan(1e6);
    expect(round.value('pg_settings_max_connections')).toBe(100);

    const granted = await roundAs('plain "user"', statement);
    expect([granted.lacks, granted.failed]).toEqual([{}, {}]);
    expect(granted.value('pg_wal_segments')).toBeGreaterThan(0);
  });

  test('with pg_read_all_stats, all but the directory of the WAL', async () => {
    const round = await roundAs('reads_all', 'GRANT pg_read_all_stats TO reads_all');
    expect([round.lacks, round.failed]).toEqual([{ wal_directory: 'GRANT pg_monitor TO "reads_all";' }, {}]);
    expect(round.value('sidewarden_postgres_backends', { backend_type: 'checkpointer' })).toBe(1);
  });

  test('what is granted to a user that inherits nothing: the statements that are named make it so', async () => {
    const [{ version } = {}] = await server.query("SELECT current_setting('server_version_num')::int AS version");
    const each = Number(version) >= 160_000;
    const statement = each ? 'GRANT pg_monitor TO "heirless" WITH INHERIT TRUE;' : 'ALTER ROLE "heirless" INHERIT;';
    for (const granted of [[], ['GRANT pg_monitor TO heirless']]) {
      const before = await roundAs('heirless', 'ALTER ROLE heirless NOINHERIT', ...granted);
      const whole = each || granted.length > 0 ? statement : `GRANT pg_monitor TO "heirless"; ${statement}`;
      expect(before.lacks.wal_directory).toBe(whole);
      const after = await roundAs('heirless', 'ALTER ROLE heirless NOINHERIT', ...granted, whole);
      expect([after.lacks, after.failed]).toEqual([{}, {}]);
    }
  });

  test('what is taken away, or given, while it reads is absent, or there, in the same round', async () => {
    await server.query("CREATE ROLE held LOGIN PASSWORD 'secret' IN ROLE pg_monitor");
    const url = `postgres://held:secret@${server.host}:${server.port}/shop`;
    const one = await openStatistics({ url }, live);
    onTestFinished(one.end);
    const backends = async () =>
      (await one.round()).value('sidewarden_postgres_backends', { backend_type: 'walwriter' });
    expect(await backends()).toBe(1);
    await server.query('REVOKE pg_monitor FROM held');
    for (const _ of [1, 2]) {
      const round = await one.round();
      expect(Object.keys(round.lacks)).toEqual(['activity', 'replication', 'wal_receiver', 'vacuums']);
      expect(round.failed).toEqual({});
      expect(round.all('sidewarden_postgres_longest_query_seconds')).toEqual([]);
      expect(round.all('pg_stat_activity_count')).toEqual([]);
      expect(round.value('pg_replication_is_replica')).toBe(0);
    }
    await server.query('GRANT pg_monitor TO held');
    await one.round();
    expect(await backends()).toBe(1);
  });

  test('where what a replica receives is not offered, slots and the position in the WAL are there', async () => {
    const functions = ['pg_last_wal_receive_lsn', 'pg_last_wal_replay_lsn', 'pg_last_xact_replay_timestamp'];
    await server.query(`SET allow_system_table_mods = on; REVOKE SELECT ON pg_catalog.pg_stat_wal_receiver FROM PUBLIC;
      UPDATE pg_proc SET proname = proname || '_not_here' WHERE proname IN ('${functions.join("', '")}');
      SELECT pg_create_physical_replication_slot('slot')`);
    // New functions by their names: PostgreSQL goes on calling its own code for what it has itself.
    for (const [index, name] of functions.entries()) {
      await server.query(`SET allow_system_table_mods = on; CREATE FUNCTION pg_catalog.${name}()
        RETURNS ${index < 2 ? 'pg_lsn' : 'timestamptz'} LANGUAGE plpgsql
        AS $$ BEGIN RAISE feature_not_supported USING MESSAGE = 'Function ${name}() is currently not supported'; END $$`);
    }
    onTestFinished(async () => {
      await server.query(`SET allow_system_table_mods = on; GRANT SELECT ON pg_catalog.pg_stat_wal_receiver TO PUBLIC;
        DROP FUNCTION pg_catalog.${functions.join('(), pg_catalog.')}();
        UPDATE pg_proc SET proname = replace(proname, '_not_here', '') WHERE proname LIKE '%_not_here';
        SELECT pg_drop_replication_slot('slot')`);
    });
    const round = await roundAs('at_aurora', 'GRANT pg_monitor TO at_aurora');
    expect(round.value('pg_replication_slots_active', { slot_name: 'slot' })).toBe(0);
    expect(Object.keys(round.failed)).toEqual(['wal_receiver']);
    expect(round.value('pg_replication_is_replica')).toBe(0);
    expect(round.value('sidewarden_postgres_wal_position_bytes_total')).toBeGreaterThan(0);
  });

  test('a database that it may not enter has no size, and the others have', async () => {
    await server.query('REVOKE CONNECT ON DATABASE template1 FROM PUBLIC');
    onTestFinished(async () => {
      await server.query('GRANT CONNECT ON DATABASE template1 TO PUBLIC');
    });
    const round = await roundAs('outsider');
    expect(round.lacks.sizes).toBe('GRANT pg_monitor TO "outsider";');
    expect(round.value('pg_database_size_bytes', { datname: 'template1' })).toBeUndefined();
    expect(round.value('pg_database_connection_limit', { datname: 'template1' })).toBe(-1);
    expect(round.value('pg_database_size_bytes', { datname: 'shop' })).toBeGreaterThan(1e6);
  });

  test('of a view that it may not read, one collector fails, and the others go on alone', async () => {
    const one = await openStatistics({ url: server.url }, live);
    onTestFinished(one.end);
    expect((await one.round()).statements).toHaveLength(1);
    await server.query('REVOKE SELECT ON pg_catalog.pg_stat_archiver FROM PUBLIC');
    onTestFinished(async () => {
      await server.query('GRANT SELECT ON pg_catalog.pg_stat_archiver TO PUBLIC');
    });
    for (const statements of [1 + live.length, live.length]) {
      const round = await one.round();
      expect(round.failed).toMatchObject({ background: { code: '42501' } });
      expect(Object.keys(round.failed)).toEqual(['background']);
      expect(round.value('pg_stat_database_numbackends', { datname: 'shop' })).toBeGreaterThan(0);
      expect(round.statements).toHaveLength(statements);
    }
  });

  test('of a view that takes too long, all fail twice, and then one does', async () => {
    await server.query(`CREATE FUNCTION slow() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN true; END';
      SET allow_system_table_mods = on; ALTER VIEW pg_catalog.pg_stat_archiver RENAME TO pg_stat_archiver_itself;
      CREATE VIEW pg_catalog.pg_stat_archiver AS SELECT * FROM pg_catalog.pg_stat_archiver_itself WHERE slow();
      GRANT SELECT ON pg_catalog.pg_stat_archiver TO PUBLIC`);
    onTestFinished(async () => {
      await server.query(`SET allow_system_table_mods = on; DROP VIEW pg_catalog.pg_stat_archiver;
        ALTER VIEW pg_catalog.pg_stat_archiver_itself RENAME TO pg_stat_archiver`);
    });
    const one = await openStatistics({ url: server.url }, live, 500);
    onTestFinished(one.end);
    for (const _ of [1, 2]) {
      const { failed, statements } = await one.round();
      expect([Object.keys(failed), statements.length]).toEqual([live, 1]);
    }
    const { failed, statements, value } = await one.round();
    expect(failed).toMatchObject({ background: { code: '57014' } });
    expect([Object.keys(failed), statements.length]).toEqual([['background'], live.length]);
    expect(value('pg_stat_database_numbackends', { datname: 'shop' })).toBeGreaterThan(0);
  });

  test("a user's search_path leads nowhere else", async () => {
    await server.query(`CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO PUBLIC;
      CREATE VIEW evil.pg_stat_activity AS SELECT 1 AS pid; GRANT SELECT ON evil.pg_stat_activity TO PUBLIC;
      CREATE VIEW evil.pg_stat_database AS SELECT 1 AS datid; CREATE VIEW evil.pg_locks AS SELECT 1 AS pid;
      CREATE FUNCTION evil.pg_is_in_recovery() RETURNS bool LANGUAGE sql AS 'SELECT true';
      CREATE FUNCTION evil.floor(double precision) RETURNS double precision LANGUAGE sql AS 'SELECT -1.0::float8';
      CREATE FUNCTION evil.floor(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT -1.0';
      CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS $$SELECT 'evil'$$;
      CREATE AGGREGATE evil.max(double precision) (sfunc = float8larger, stype = float8, initcond = '1e9');
      CREATE AGGREGATE evil.max(numeric) (sfunc = numeric_larger, stype = numeric, initcond = '1e9');
      CREATE FUNCTION evil.version() RETURNS text LANGUAGE sql AS $$SELECT 'evil'$$`);
    onTestFinished(async () => {
      await server.query('DROP SCHEMA evil CASCADE');
    });
    const holder = new Client({ connectionString: server.url });
    onTestFinished(() => holder.end());
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE items IN ROW SHARE MODE');
    const round = await roundAs(
      'lost',
      'GRANT pg_monitor TO lost',
      'ALTER ROLE lost SET search_path = evil, public, pg_catalog',
    );
    expect([round.lacks, round.failed]).toEqual([{}, {}]);
    expect(round.value('pg_replication_is_replica')).toBe(0);
    expect(round.value('sidewarden_postgres_longest_query_seconds')).toBeLessThan(1e6);
    expect(round.value('pg_locks_count', { datname: 'shop', mode: 'rowsharelock' })).toBe(1);
    expect(round.value('pg_stat_bgwriter_stats_reset_total')).toBeGreaterThan(1e9);
    expect(round.all('pg_static')[0]?.labels[0]).toMatch(/^PostgreSQL \d/);
  });
});

test('a round is one statement; all that is slower is three more', async () => {
  const one = await openStatistics({ url: server.url }, live);
  onTestFinished(one.end);
  for (let rounds = 0; rounds < 3; rounds++) expect((await one.round()).statements).toHaveLength(1);
  const slower = await openStatistics({ url: server.url }, ['settings', 'roles', 'sizes', 'wal_directory']);
  onTestFinished(slower.end);
  expect((await slower.round()).statements).toHaveLength(3);
});

test('a connection that breaks fails them all, and is asked once', async () => {
  const one = await openStatistics({ url: server.url }, live);
  onTestFinished(one.end);
  await server.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sidewarden statistics'",
  );
  const round = await one.round();
  expect(Object.keys(round.failed)).toEqual(live);
  expect(new Set(Object.values(round.failed)).size).toBe(1);
  expect(round.statements).toHaveLength(1);
});
