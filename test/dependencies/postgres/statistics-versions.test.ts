// The built-in collectors on each major version at hand: every value is what the server says, also after a restart.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Family } from '../../../src/core/family.ts';
import { statistics } from '../../../src/dependencies/postgres/statistics/index.ts';
import { eventually } from '../../patience.ts';
import { type PostgresServer, type PostgresStandby, startPostgres } from '../../servers/postgres.ts';
import { limits, openReader, seenBy } from './reading.ts';
import { labelsOf, openStatistics, type Round, type Statistics, seriesOf } from './statistics-run.ts';
import { truthOf } from './statistics-truth.ts';

/** A vacuum that somebody runs takes long enough to be looked at. */
const settings = { archive_mode: 'on', archive_command: 'true', vacuum_cost_delay: '50ms', vacuum_cost_limit: '1' };

/** Families that come or go with a version: from which on, or up to which. */
const comings: Readonly<Record<string, { readonly from?: number; readonly until?: number }>> = {
  pg_stat_database_active_time_seconds_total: { from: 14 },
  sidewarden_postgres_database_sessions_total: { from: 14 },
  sidewarden_postgres_wal_bytes_total: { from: 14 },
  sidewarden_postgres_longest_lock_wait_seconds: { from: 14 },
  pg_stat_database_conflicts_confl_active_logicalslot: { from: 16 },
  pg_settings_reserved_connections: { from: 16 },
  pg_stat_bgwriter_checkpoints_timed_total: { until: 17 },
  pg_stat_bgwriter_buffers_backend_total: { until: 17 },
  pg_stat_progress_vacuum_num_dead_tuples: { until: 17 },
  sidewarden_postgres_vacuum_dead_tuple_bytes: { from: 17 },
  pg_stat_checkpointer_num_timed_total: { from: 17 },
  sidewarden_postgres_checkpoints_done_total: { from: 18 },
};

/** Settings that other numbers are held against, as the exporter names them; 16: since that version. */
const settingsWanted: readonly (readonly [string, number?])[] = [
  ...[['max_connections'], ['superuser_reserved_connections'], ['reserved_connections', 16]],
  ...[['autovacuum'], ['autovacuum_max_workers'], ['autovacuum_freeze_max_age']],
  ...[['autovacuum_multixact_freeze_max_age'], ['autovacuum_vacuum_scale_factor'], ['autovacuum_naptime_seconds']],
  ...[['shared_buffers_bytes'], ['work_mem_bytes'], ['maintenance_work_mem_bytes'], ['effective_cache_size_bytes']],
  ...[['max_wal_size_bytes'], ['min_wal_size_bytes'], ['wal_segment_size_bytes'], ['checkpoint_timeout_seconds']],
  ...[['checkpoint_completion_target'], ['fsync'], ['full_page_writes'], ['max_locks_per_transaction']],
  ...[['max_replication_slots'], ['max_wal_senders'], ['max_worker_processes'], ['max_prepared_transactions']],
  ...[['track_io_timing'], ['track_counts'], ['data_checksums']],
] as [string, number?][];

/** Work of every kind that the counters count; a message each. */
const work = [
  `CREATE TABLE items AS SELECT n, repeat('x', 100) AS t FROM generate_series(1, 20000) AS n;
    CREATE INDEX ON items (n); UPDATE items SET t = 'y' WHERE n < 100; DELETE FROM items WHERE n > 15000;
    SET LOCAL enable_seqscan = off; SELECT * FROM items WHERE n = 7;
    SET LOCAL work_mem = '64kB'; SELECT count(*) FROM (SELECT t FROM items ORDER BY random() OFFSET 1) AS sorted`,
  'BEGIN; CREATE TABLE never (n int); ROLLBACK',
  'SELECT pg_switch_wal(), pg_stat_reset_single_table_counters(0)', // the latter sets stats_reset
];

const declared = new Set(statistics.collectors.flatMap(({ families }) => families).map(({ name }) => name));

describe.each(['13', '16', '18', 'at hand'])('PostgreSQL %s', (version) => {
  let server: PostgresServer;
  let standby: PostgresStandby;
  let opened: Statistics;
  beforeAll(async () => {
    server = await startPostgres({ ...(version === 'at hand' ? {} : { version }), standby: true, settings });
    if (server.standby === undefined) throw new Error('started without a standby');
    standby = server.standby;
    await server.query('GRANT pg_monitor TO app');
    for (const message of work) await server.query(message);
    opened = await openStatistics({ url: server.url });
  });
  afterAll(async () => {
    opened?.end();
    await server?.remove();
  });

  test.each(['primary', 'standby'])('the probe sees whether anybody leads at the %s', async (which) => {
    const { url } = which === 'primary' ? server : standby;
    expect(await seenBy({ url }, 7n)).toEqual([false]);
    const { reader } = await openReader({ url });
    expect(await reader.elect(7n, limits())).toEqual({ kind: 'leads' });
    expect(await seenBy({ url }, 7n)).toEqual([true]);
  });

  test.each(['primary', 'standby'])('each value of the %s is what the server says', async (which) => {
    const node = which === 'primary' ? server : standby;
    const own = await openStatistics({ url: node.url });
    onTestFinished(own.end);
    await eventually(async () => {
      const before = await truthOf(node, own.source.instance);
      const round = await own.round();
      const after = await truthOf(node, own.source.instance);
      expect([round.lacks, round.failed, round.cut]).toEqual([{}, {}, {}]);
      const given = new Map(round.samples.map((one) => [seriesOf(one.family.name, labelsOf(one)), one.value]));
      const settingsLeftOut = [...before.keys()].filter(
        (key) => key.startsWith('pg_settings_') && !declared.has(key.slice(0, key.indexOf('['))),
      );
      const wrong = [...before].filter(([key, low]) => {
        const value = given.get(key) ?? Number.NaN;
        const high = after.get(key) ?? low;
        const slack = Math.abs(low) * 1e-12;
        return (
          !settingsLeftOut.includes(key) &&
          !(value >= Math.min(low, high) - slack && value <= Math.max(low, high) + slack)
        );
      });
      expect(wrong.map(([key, low]) => `${key}: ${low} <= ${given.get(key)} <= ${after.get(key)}`)).toEqual([]);
      expect(before.size - settingsLeftOut.length).toBeGreaterThan(200);
    });
  });

  test('the settings that explain other numbers are there', async () => {
    const own = await openStatistics({ url: server.url }, ['settings']);
    onTestFinished(own.end);
    const { value } = await own.round();
    const major = Math.floor(own.source.facts.version / 1_00_00);
    const wanted = settingsWanted.filter(([, from = 0]) => from <= major).map(([name]) => `pg_settings_${name}`);
    expect(wanted.filter((name) => value(name) === undefined)).toEqual([]);
    expect(value('pg_settings_max_connections')).toBe(100);
    expect(value('pg_settings_superuser_reserved_connections')).toBe(3);
    expect(value('pg_settings_autovacuum_freeze_max_age')).toBe(200_000_000);
    expect(value('pg_settings_autovacuum_multixact_freeze_max_age')).toBe(400_000_000);
  });

  test('what was done is counted', async () => {
    await expect
      .poll(async () => {
        const { value } = await opened.round();
        const ofShop = ['xact_commit', 'xact_rollback', 'blks_hit', 'tup_inserted', 'tup_updated', 'tup_deleted'];
        const more = ['tup_fetched', 'temp_files', 'temp_bytes'];
        return [...ofShop, ...more].filter((name) => !value(`pg_stat_database_${name}`, { datname: 'shop' }));
      })
      .toEqual([]);
    await expect.poll(async () => (await opened.round()).value('pg_stat_archiver_archived_count')).toBeGreaterThan(0);
  });

  test('has the families of its version, and no other', async () => {
    const vacuumed = server.query('VACUUM items').catch(() => {});
    const round = await eventually(async () => {
      const { value, ...found } = await opened.round();
      expect(value('pg_stat_progress_vacuum_phase', { relname: 'items', phase: 'scanning heap' })).toBe(1);
      return found;
    });
    await server.query('SELECT pg_cancel_backend(pid) FROM pg_stat_progress_vacuum');
    await vacuumed;
    const given = new Set(round.samples.map(({ family }) => family.name));
    const major = Math.floor(opened.source.facts.version / 1_00_00);
    if (version !== 'at hand') expect(major).toBe(Number(version));
    const expected = Object.entries(comings).filter(([, { from = 0, until = 99 }]) => from <= major && major < until);
    expect(Object.keys(comings).filter((name) => given.has(name))).toEqual(expected.map(([name]) => name));
    expect([...given].filter((name) => !declared.has(name))).toEqual([]);
  });

  test('counters do not fall when the server restarts, and rise from where a crash has left them', async () => {
    const counters = ({ samples }: Round): Map<string, number> =>
      new Map(
        samples
          .filter(({ family }) => family.type === 'counter')
          .map((one) => [seriesOf(one.family.name, labelsOf(one)), one.value]),
      );
    const before = counters(await opened.round());
    await server.restart();
    const again = await openStatistics({ url: server.url });
    onTestFinished(again.end);
    for (let rounds = 0; rounds < 3; rounds++) {
      const after = counters(await again.round());
      const fell = [...before].filter(([key, value]) => !((after.get(key) ?? -1) >= value));
      expect(fell.map(([key, value]) => `${key}: ${value}, then ${after.get(key)}`)).toEqual([]);
    }

    await server.kill();
    await server.start();
    const last = await openStatistics({ url: server.url });
    onTestFinished(last.end);
    let low = counters(await last.round());
    for (let rounds = 0; rounds < 3; rounds++) {
      const high = counters(await last.round());
      expect([...low].filter(([key, value]) => !((high.get(key) ?? -1) >= value))).toEqual([]);
      low = high;
    }
  });
});

test('each family is declared once, and says what it is', () => {
  const families: Family[] = statistics.collectors.flatMap((collector) => collector.families);
  const names = families.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  for (const { name, help, exporter } of families) {
    expect(help).toMatch(/^[A-Z0-9].*\.$/);
    expect(name).toMatch(exporter === undefined ? /^sidewarden_postgres_[a-z_]+$/ : /^pg_[a-z0-9_]+$/);
  }
});

test('what is read seldom is no counter', () => {
  const rare = ['settings', 'roles', 'sizes', 'wal_directory'];
  const slow = statistics.collectors.filter(({ name }) => rare.includes(name));
  expect(slow.flatMap(({ families }) => families).filter(({ type }) => type === 'counter')).toEqual([]);
  const live = ['activity', 'databases', 'background', 'replication', 'locks', 'server', 'vacuums'];
  const others = statistics.collectors.filter(({ name }) => live.includes(name));
  expect(others.map(({ intervalMs }) => intervalMs)).toEqual(live.map(() => 15_000));
});
