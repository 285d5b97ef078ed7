// The presets on real servers: bloat that was made is found, and what is left when it is taken away is what was estimated.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { settingsOf } from './collecting.ts';
import { type Labels, labelsOf, openStatistics, type Round } from './statistics-run.ts';

/** Of each table; of two of them four out of five die. */
const rows = 30_000;

/** An estimate is one. */
const isNearOne = (share: number): boolean => share > 0.9 && share < 1.1;

/** What a table or an index would have without its bloat. */
const leftOf =
  ({ value }: Round) =>
  (what: string, of: Labels): number =>
    (value(`pg_bloat_${what}_real_size`, of) ?? 0) - (value(`pg_bloat_${what}_bloat_size`, of) ?? 0);

describe.each(['13', '18', 'at hand'])('PostgreSQL %s', (version) => {
  let server: PostgresServer;
  const round = async (presets: readonly string[], url = server.url): Promise<Round> => {
    const opened = await openStatistics({ url, statistics: { tables: 0, presets } });
    onTestFinished(opened.end);
    const found = await opened.round();
    expect([found.lacks, found.failed]).toEqual([{}, {}]);
    return found;
  };
  const sizeOf = async (name: string): Promise<number> =>
    Number((await server.query(`SELECT pg_relation_size('${name}') AS bytes`))[0]?.bytes);

  beforeAll(async () => {
    server = await startPostgres({
      ...(version === 'at hand' ? {} : { version }),
      settings: { autovacuum: 'off' },
    });
    // A message each: no vacuum in a transaction. The user has pg_monitor, and not these tables.
    for (const sql of [
      'GRANT pg_monitor TO app',
      `CREATE TABLE worn AS SELECT n::bigint AS id, now() AS at, n % 7 AS shelf FROM generate_series(1, ${rows}) AS n`,
      'ALTER TABLE worn ADD PRIMARY KEY (id)',
      `CREATE TABLE fresh AS SELECT n::bigint AS id, now() AS at FROM generate_series(1, ${rows}) AS n`,
      `CREATE TABLE told AS SELECT n AS id, md5(n::text) || repeat('x', n % 20) AS word, CASE n % 2 WHEN 0 THEN 'a' END AS maybe
        FROM generate_series(1, ${rows}) AS n`,
      'CREATE INDEX told_word ON told (word, maybe); CREATE INDEX told_lower ON told (lower(word))',
      'UPDATE worn SET shelf = shelf + 1',
      'DELETE FROM worn WHERE id % 5 > 0; DELETE FROM told WHERE id % 5 > 0',
      ...['VACUUM ANALYZE worn', 'ANALYZE fresh', 'ANALYZE told'],
    ]) {
      await server.query(sql);
    }
  });
  afterAll(() => server?.remove());

  test('bloat is what a rewrite takes away, of tables and of their indexes', async () => {
    const before = await round(['bloat']);
    const estimated = (what: string, name: string, of: Labels) => before.value(`pg_bloat_${what}_${name}`, of);
    const left = leftOf(before);
    const worn = { datname: 'shop', schemaname: 'public', relname: 'worn' };
    expect(estimated('table', 'real_size', worn)).toBe(await sizeOf('worn'));
    expect(estimated('table', 'bloat_pct', worn)).toBeGreaterThan(85);
    expect(estimated('table', 'fillfactor', worn)).toBe(100);
    expect(estimated('btree', 'bloat_pct', { ...worn, idxname: 'worn_pkey' })).toBeGreaterThan(70);
    expect(estimated('btree', 'fillfactor', { ...worn, idxname: 'worn_pkey' })).toBe(90);
    expect(estimated('table', 'bloat_pct', { relname: 'fresh' })).toBeLessThan(2);
    await server.query('VACUUM FULL worn');
    expect(left('table', worn) / (await sizeOf('worn'))).toSatisfy(isNearOne);
    expect(left('btree', worn) / (await sizeOf('worn_pkey'))).toSatisfy(isNearOne);
  });

  test('what the user may not see has no estimate, and is counted, until it is granted', async () => {
    const unknown = async (): Promise<(number | undefined)[]> => {
      const { value } = await round(['bloat']);
      return ['tables', 'indexes'].map((what) =>
        value(`sidewarden_postgres_bloat_unknown_${what}`, { datname: 'shop' }),
      );
    };
    expect(await unknown()).toEqual([1, 2]);
    expect((await round(['bloat'])).all('pg_bloat_table_bloat_pct', { relname: 'told' })).toEqual([]);
    await server.query('GRANT SELECT (id, word, maybe) ON told TO app');
    // Nobody can grant the statistics of an expression by themselves.
    expect(await unknown()).toEqual([0, 1]);
    const readsAll = version !== '13';
    if (readsAll) await server.query('GRANT pg_read_all_data TO app');
    const seen = await round(['bloat']);
    const left = leftOf(seen);
    await server.query('VACUUM FULL told');
    expect(left('table', { relname: 'told' }) / (await sizeOf('told'))).toSatisfy(isNearOne);
    for (const idxname of ['told_word', ...(readsAll ? ['told_lower'] : [])]) {
      expect(left('btree', { idxname }) / (await sizeOf(idxname)), idxname).toSatisfy(isNearOne);
    }
    if (readsAll) expect(await unknown()).toEqual([0, 0]);
  });

  test('the size of each index, and what a broken CREATE INDEX CONCURRENTLY has left', async () => {
    await server.query('CREATE TABLE twice AS SELECT 1 AS id FROM generate_series(1, 2)');
    await server.query('CREATE UNIQUE INDEX CONCURRENTLY twice_ccnew ON twice (id)').catch(() => {});
    await server.query('ANALYZE');
    const { value, all } = await round(['indexes']);
    const family = 'pg_general_index_info_pg_relation_size';
    const of = { datname: 'shop', schemaname: 'public', relname: 'worn', indexrelname: 'worn_pkey' };
    expect(value(family, of)).toBe(await sizeOf('worn_pkey'));
    expect(all(family)[0]?.labels).toContain('twice_ccnew');
  });

  test('numbers of transactions rise, and none is used up by asking', async () => {
    const before = (await round(['transactions'])).value('pg_txid_current') ?? Number.NaN;
    expect((await round(['transactions'])).value('pg_txid_current')).toBe(before);
    for (let time = 0; time < 3; time += 1) await server.query('SELECT txid_current()');
    expect((await round(['transactions'])).value('pg_txid_current')).toBe(before + 3);
  });

  test('no TLS is compressed', async () => {
    expect((await round(['tls'])).value('pg_stat_ssl_compression')).toBe(0);
  });
});

test('of wide tables the largest are estimated, as many as have 10,000 columns together, and the others are cut', async () => {
  const server = await startPostgres({ settings: { autovacuum: 'off' } });
  onTestFinished(() => server.remove());
  await server.query(`DO $$ BEGIN FOR t IN 1..12 LOOP
    EXECUTE (SELECT format('CREATE TABLE wide_%s (%s)', t, string_agg('c' || n || ' int', ', ')) FROM generate_series(1, 990) AS n);
  END LOOP; END $$`);
  await server.query('CREATE INDEX narrow ON wide_1 (c1, c2, c3)');
  await server.query(`UPDATE pg_class SET reltuples = 100, relpages = CASE WHEN relname = 'narrow' THEN 200 ELSE
    1000 + substr(relname, 6)::int END WHERE relname = 'narrow' OR relname LIKE 'wide%'`);
  const opened = await openStatistics({ url: server.url, statistics: { tables: 0, presets: ['bloat'] } });
  onTestFinished(opened.end);
  const { all, cut, failed } = await opened.round();
  const told = all('pg_bloat_table_real_size').map((sample) => labelsOf(sample).relname);
  expect([failed, cut.bloat_tables, cut.bloat_indexes]).toEqual([{}, 2, undefined]);
  expect(new Set(told)).toEqual(new Set(Array.from({ length: 10 }, (_, n) => `wide_${n + 3}`)));
  expect(all('pg_bloat_btree_real_size').map((sample) => labelsOf(sample).idxname)).toEqual(['narrow']);
});

test('they are off unless set', async () => {
  expect(settingsOf({}).statistics.presets).toEqual([]);
});
