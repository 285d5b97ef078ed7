// Queries of the operator's own on a real server: what becomes of their rows, and that they can do nothing but read.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { queryCollectors } from '../../../src/dependencies/postgres/statistics/queries.ts';
import { queries } from '../../../src/dependencies/postgres/statistics/queries-settings.ts';
import type { UnreadableAnswer } from '../../../src/dependencies/statistics.ts';
import { loopTime } from '../../patience.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { type Run, runOf, settingsOf } from './collecting.ts';
import { limits, makeReader } from './reading.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  await server.query(`
    CREATE TABLE api_keys (id int, tenant text, revoked_at timestamptz);
    INSERT INTO api_keys SELECT n, CASE WHEN n % 3 = 0 THEN NULL ELSE 'tenant ' || n % 3 END,
      CASE WHEN n > 90 THEN now() END FROM generate_series(1, 100) n;
    GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON api_keys TO app;
    CREATE SEQUENCE numbers;
    GRANT ALL ON SEQUENCE numbers TO app;
    CREATE SCHEMA "Audit Log";
    CREATE TABLE "Audit Log"."Events" (at timestamptz);
    CREATE TABLE secrets (word text);
    CREATE SCHEMA other;
    CREATE TABLE other.secrets (word text);
    GRANT USAGE ON SCHEMA other TO app;
    CREATE VIEW told AS SELECT count(*) FROM secrets;
    ALTER VIEW told OWNER TO app;
    CREATE TABLE base (word text);
    CREATE FUNCTION of_base() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM base); END';
    CREATE SCHEMA shown;
    GRANT USAGE ON SCHEMA shown TO app;
    CREATE VIEW shown.secrets AS SELECT count(*) FROM other.secrets;
    ALTER VIEW shown.secrets OWNER TO app;
    REVOKE SELECT ON pg_catalog.pg_stat_archiver FROM PUBLIC;
    CREATE TABLE orders (tenant text);
    INSERT INTO orders VALUES ('mine'), ('theirs'), ('theirs');
    GRANT SELECT ON orders TO app;
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine ON orders USING (tenant = 'mine');
    CREATE FUNCTION nobody() RETURNS int LANGUAGE sql AS 'SELECT 1';
    REVOKE EXECUTE ON FUNCTION nobody() FROM PUBLIC;
    CREATE FUNCTION forget() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM api_keys; SELECT 1'`);
});
afterAll(() => server?.remove());

async function runQuery(query: object, timeoutMs?: number): Promise<Run> {
  const settings = settingsOf({ queries: [{ name: 'shop_things', ...query }] });
  const [collector] = queryCollectors(settings);
  if (collector === undefined) throw new Error('no collector');
  const source = await makeReader({ url: server.url }).open(limits());
  return await runOf(collector, source, settings, timeoutMs);
}

const rowsOf = async (table: string): Promise<unknown> =>
  (await server.query(`SELECT count(*)::int AS n, coalesce(sum(id), 0)::int AS sum FROM ${table}`))[0];

describe('values', () => {
  test('a count is what the server counts', async () => {
    const { values } = await runQuery({ sql: 'SELECT count(*) AS value FROM api_keys WHERE revoked_at IS NULL' });
    const [row] = await server.query('SELECT count(*)::int AS n FROM api_keys WHERE revoked_at IS NULL');
    expect([...values]).toEqual([['shop_things', row?.n]]);
  });

  test('other columns become labels; a label that is NULL is empty, a value that is NULL has no sample', async () => {
    const sql = `SELECT tenant, revoked_at IS NULL AS valid, CASE WHEN tenant = 'tenant 2' THEN NULL ELSE sum(id) END AS total
      FROM api_keys WHERE revoked_at IS NULL GROUP BY 1, 2`;
    const { samples, values } = await runQuery({
      sql,
      value: 'total',
      type: 'counter',
      name: 'shop_total',
      help: 'Ids.',
    });
    expect(new Map(values)).toEqual(
      new Map([
        ['shop_total{tenant="",valid="true"}', 1395],
        ['shop_total{tenant="tenant 1",valid="true"}', 1335],
      ]),
    );
    expect(samples[0]?.family).toMatchObject({ type: 'counter', help: 'Ids.', labels: ['tenant', 'valid'] });
  });

  test.each([
    ['12345678901234567890.5::numeric', 12345678901234567000],
    ["'-Infinity'::float8", Number.NEGATIVE_INFINITY],
    ["'NaN'::float8", Number.NaN],
    ["'NaN'::numeric", Number.NaN],
    ['-1.5e-7::float8', -1.5e-7],
    ['9007199254740993::bigint', 9007199254740992],
    ['true', 1],
  ])('%s', async (expression, value) => {
    const { values } = await runQuery({ sql: `SELECT ${expression} AS value` });
    expect([...values.values()]).toEqual([value]);
  });

  test.each([
    ["'NaN'::float8", Number.NaN],
    ["'NaN'::numeric", Number.NaN],
    ["'NaN'::text", Number.NaN],
    ["'Infinity'::float8", Number.POSITIVE_INFINITY],
    ["'-Infinity'::numeric", Number.NEGATIVE_INFINITY],
    ["'-1.5E+3'::text", -1500],
    ["'many'", undefined],
    ["''", undefined],
    ["' 1'", undefined],
    ["'1,5'", undefined],
    ["'0x10'", undefined],
    ["'12%'", undefined],
    ["'infinity'::text", undefined],
    ["'2026-01-01'::date::text", undefined],
  ])('%s in one row leaves the other rows as they are', async (expression, value) => {
    const sql = `SELECT of, value FROM (VALUES ('one', 1::text), ('odd', (${expression})::text), ('two', 2::text)) AS all_rows (of, value)`;
    const { samples, error } = await runQuery({ sql }).then(
      (run) => ({ samples: run.samples, error: undefined }),
      (thrown: UnreadableAnswer) => ({ samples: thrown.samples, error: thrown.message }),
    );
    const odd = value === undefined ? [] : [['odd', value]];
    expect(samples.map((one) => [one.labels[0], one.value])).toEqual([['one', 1], ...odd, ['two', 2]]);
    const left = 'the query shop_things gives in the column value what is not a number; 1 of 3 rows are left out';
    expect(error).toBe(value === undefined ? left : undefined);
  });

  test.each(["repeat('x', 257)", "E'\\\\x00'::bytea"])(
    'a label of %s leaves the other rows as they are',
    async (label) => {
      const odd = label.endsWith('bytea')
        ? `CASE n WHEN 2 THEN ${label} END`
        : `CASE n WHEN 2 THEN ${label} ELSE '' END`;
      const sql = `SELECT n AS value, n AS id, ${odd} AS odd FROM generate_series(1, 3) n`;
      const error: unknown = await runQuery({ sql }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ message: expect.stringContaining('; 1 of 3 rows are left out') });
      expect((error as UnreadableAnswer).samples.map((one) => one.value)).toEqual([1, 3]);
    },
  );

  test('no row is no sample', async () => {
    expect((await runQuery({ sql: 'SELECT 1 AS value WHERE false' })).samples).toEqual([]);
  });
});

describe('what cannot be samples names the query and the column', () => {
  test.each([
    [
      'SELECT 1 AS number',
      'the query shop_things gives no column value but number: select one AS value, or set `value`',
    ],
    ['SELECT 1 AS number WHERE false', 'gives no column value but number'],
    ["SELECT 'many' AS value", 'the query shop_things gives in the column value what is not a number'],
    ["SELECT '' AS value", 'gives in the column value what is not a number'],
    ['SELECT now() AS value', 'what is not a number: select extract(epoch FROM …)'],
    ['SELECT 1 AS value, 2 AS instance', 'gives a column instance, which cannot be a label: it is a label that every'],
    ['SELECT 1 AS value, 2 AS "a-b"', 'gives a column a-b, which cannot be a label: it must be letters, digits and _'],
    ['SELECT 1 AS value, 2 AS job', 'gives a column job, which cannot be a label: it is a label that Prometheus'],
    ["SELECT 1 AS value, repeat('x', 257) AS a", 'gives in the column a a label of more than 256 characters'],
    ['SELECT 1 AS value, 2 AS __name__', 'it begins with __'],
    ['SELECT 1 AS value, 2 AS a, 3 AS a', 'gives two columns a'],
    ['SELECT 1 AS value, ARRAY[1] AS a', 'gives in the column a what is not a string'],
    [
      'SELECT 1 AS value, 1 a, 1 b, 1 c, 1 d, 1 e, 1 f, 1 g, 1 h, 1 i, 1 j, 1 k',
      'gives 11 columns for labels, and 10 are the most',
    ],
    ["SELECT n AS value, 'x' AS a FROM generate_series(1, 2) n", 'gives several rows for a=x: group them'],
    ['SELECT n AS value FROM generate_series(1, 2) n', 'gives several rows and no column for a label'],
  ])('%s', async (sql, message) => {
    await expect(runQuery({ sql })).rejects.toMatchObject({
      name: 'UnreadableAnswer',
      message: expect.stringContaining(message),
    });
  });

  test('columns that differ from those that `labels` names', async () => {
    const sql = 'SELECT 1 AS value, 2 AS a, 3 AS b';
    await expect(runQuery({ sql, labels: ['a'] })).rejects.toThrow(
      'a column b, which is neither the value nor in `labels`',
    );
    await expect(runQuery({ sql, labels: ['a', 'b', 'c'] })).rejects.toThrow('no column c, which `labels` names');
    const { values } = await runQuery({ sql, labels: ['b', 'a'] });
    expect([...values.keys()]).toEqual(['shop_things{b="3",a="2"}']);
  });
});

describe('it can only read', () => {
  test.each([
    ['INSERT INTO api_keys VALUES (101)', '42601'],
    ['INSERT INTO api_keys VALUES (101) RETURNING id AS value', '42601'],
    ['WITH gone AS (DELETE FROM api_keys RETURNING id) SELECT count(*) AS value FROM gone', '0A000'],
    ["SELECT nextval('numbers') AS value", '25006'],
    ['SELECT 1 AS value INTO copied', '42601|42P11'],
    ['SELECT id AS value FROM api_keys LIMIT 1 FOR UPDATE', '25006'],
    ['SELECT 1 AS value; COMMIT; DELETE FROM api_keys', '42601'],
    ['SELECT 1 AS value; DELETE FROM api_keys', '42601'],
    ['COMMIT', '42601'],
    ['TRUNCATE api_keys', '42601'],
    ["SELECT set_config('transaction_read_only', 'off', false) AS value", '25001'],
    ['SELECT forget() AS value', '25006'],
    ["COPY api_keys TO PROGRAM 'cat'", '42601'],
    ['DO $$ BEGIN DELETE FROM api_keys; END $$', '42601'],
    ['CALL nothing()', '42601'],
  ])('%s', async (sql, code) => {
    const before = await rowsOf('api_keys');
    const error = await runQuery({ sql }).then(
      () => undefined,
      (thrown: { code?: string }) => thrown,
    );
    expect(error?.code).toMatch(new RegExp(`^(${code})$`));
    expect(await rowsOf('api_keys')).toEqual(before);
    expect((await server.query('SELECT is_called FROM numbers'))[0]?.is_called).toBe(false);
  });

  test('what it sets is gone with its transaction', async () => {
    const settings = settingsOf({
      queries: [
        { name: 'first', sql: "SELECT length(set_config('default_transaction_read_only', 'off', false)) AS value" },
        {
          name: 'second',
          sql: "SELECT count(*) AS value, current_setting('default_transaction_read_only') AS was FROM api_keys",
        },
      ],
    });
    const source = await makeReader({ url: server.url }).open(limits());
    const [first, second] = queryCollectors(settings);
    if (first === undefined || second === undefined) throw new Error('no collectors');
    await runOf(first, source, settings);
    expect([...(await runOf(second, source, settings)).values.keys()]).toEqual(['second{was="on"}']);
  });
});

describe('limits', () => {
  test('the server ends it at its timeout, and the connection goes on', async () => {
    const settings = settingsOf({
      queries: [
        { name: 'slow', sql: 'SELECT 1 AS value FROM pg_sleep(30)', timeout: '300ms' },
        { name: 'quick', sql: 'SELECT 1 AS value' },
      ],
    });
    const source = await makeReader({ url: server.url }).open(limits());
    const [slow, quick] = queryCollectors(settings);
    if (slow === undefined || quick === undefined) throw new Error('no collectors');
    const took = await loopTime(() => expect(runOf(slow, source, settings)).rejects.toMatchObject({ code: '57014' }));
    expect(took).toBeLessThan(2000);
    await server.until(
      "SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid()",
    );
    expect((await runOf(quick, source, settings)).values).toEqual(new Map([['quick', 1]]));
  });

  test.each(['3900ms', '4500ms'])('a timeout of %s holds, which is near that of all', async (timeout) => {
    const wanted = 'SELECT extract(epoch FROM current_setting($$statement_timeout$$)::interval) AS value';
    const [value = 0] = (await runQuery({ sql: wanted, timeout })).values.values();
    expect(value).toBeGreaterThan(Number.parseInt(timeout, 10) / 1000 - 0.2);
    expect(value).toBeLessThanOrEqual(Number.parseInt(timeout, 10) / 1000);
  });

  test('rows beyond the cap are cut, and counted', async () => {
    const sql = 'SELECT n AS value, n AS id FROM generate_series(1, 120) n ORDER BY n';
    const { samples, cut } = await runQuery({ sql, max_rows: 50 });
    expect([samples.length, cut, samples.at(-1)?.value]).toEqual([50, 70, 50]);
    expect(await runQuery({ sql, max_rows: 120 })).toMatchObject({ cut: 0 });
    const endless = await runQuery({
      sql: 'SELECT n AS value, n AS id FROM generate_series(1, 3000000) n',
      max_rows: 10,
    });
    expect([endless.samples.length, endless.cut]).toEqual([10, 1000]);
  });
});

test('an answer that is too large ends the connection once, and the query rests', async () => {
  const settings = settingsOf({
    queries: [{ name: 'shop_texts', sql: "SELECT 1 AS value, repeat('x', 5000000) AS text" }],
  });
  const [collector] = queryCollectors(settings);
  if (collector === undefined) throw new Error('no collector');
  const [reader, next] = [makeReader({ url: server.url }), makeReader({ url: server.url })];
  const run = async (by: typeof reader): Promise<unknown> =>
    runOf(collector, await by.open(limits()), settings).catch((error: Error) => `${error.name}: ${error.message}`);
  const told =
    'UnreadableAnswer: the query shop_texts gave an answer that is too large, so it rests for an hour: select less';
  expect([await run(reader), reader.closed]).toEqual([told, true]);
  expect([await run(next), next.closed]).toEqual([told, false]);
});

describe('a grant that is missing', () => {
  test.each([
    ['SELECT count(*) AS value FROM secrets', 'GRANT SELECT ON public.secrets TO "app";'],
    ['SELECT count(*) AS value FROM other.secrets', 'GRANT SELECT ON other.secrets TO "app";'],
    ['SELECT count(*) AS value FROM "Audit Log"."Events"', 'GRANT USAGE ON SCHEMA "Audit Log" TO "app";'],
    ['SELECT nobody() AS value', 'GRANT EXECUTE ON FUNCTION public.nobody() TO "app";'],
    [
      "SELECT count(*) AS value FROM pg_read_file('postgresql.conf')",
      /^GRANT EXECUTE ON FUNCTION pg_catalog\.pg_read_file\(.*\) TO "app";$/,
    ],
  ])('%s', async (sql, statement) => {
    const { lacks, samples } = await runQuery({ sql });
    expect(samples).toEqual([]);
    const wanted = typeof statement === 'string' ? statement : expect.stringMatching(statement);
    expect(lacks).toEqual({ privilege: 'select_shop_things', statement: wanted });
  });

  test.each([
    ['a table of the system', 'SELECT 1 AS value FROM pg_stat_archiver', 'view pg_stat_archiver'],
    ['a table that a view reads', 'SELECT count AS value FROM told', 'table secrets'],
    ['a table of the same name that a view reads', 'SELECT count AS value FROM shown.secrets', 'table secrets'],
    ['a table that a function reads', "SELECT of_base() AS value, 'base' AS of", 'table base'],
  ])('of %s is for people to find', async (_, sql, what) => {
    expect((await runQuery({ sql })).lacks?.statement).toBe(
      `-- the server says: permission denied for ${what}; grant what the query needs`,
    );
  });

  test('what the server says cannot pass for a statement to run', async () => {
    await server.query(`CREATE FUNCTION refuse() RETURNS int LANGUAGE plpgsql AS $$BEGIN
      RAISE insufficient_privilege USING MESSAGE = E'denied\\nGRANT postgres TO app;' || repeat('x', 1000); END$$`);
    const { lacks } = await runQuery({ sql: 'SELECT refuse() AS value' });
    expect(lacks?.statement).toMatch(/^-- the server says: denied GRANT postgres TO app;x{370,390}; grant what/);
    expect(lacks?.statement).not.toContain('\n');
  });

  test('to see all rows where a policy hides some: it counts them, or none', async () => {
    const sql = 'SELECT count(*) AS value FROM orders';
    const { lacks, samples } = await runQuery({ sql });
    expect([samples, lacks?.statement]).toEqual([
      [],
      'ALTER ROLE "app" BYPASSRLS; -- query would be affected by row-level security policy for table "orders"; a view of the table’s owner does it too',
    ]);
    await server.query('CREATE VIEW all_orders AS SELECT tenant FROM orders; GRANT SELECT ON all_orders TO app');
    expect([...(await runQuery({ sql: 'SELECT count(*) AS value FROM all_orders' })).values.values()]).toEqual([3]);
    await server.query(lacks?.statement ?? '');
    onTestFinished(async () => void (await server.query('ALTER ROLE app NOBYPASSRLS')));
    expect([...(await runQuery({ sql })).values.values()]).toEqual([3]);
  });

  test('granted as it says, it works', async () => {
    const sql = 'SELECT count(*) AS value FROM "Audit Log"."Events"';
    for (let grants = 0; grants < 3; grants += 1) {
      const { lacks, values } = await runQuery({ sql });
      if (lacks === undefined) {
        expect(grants).toBe(2);
        expect([...values.values()]).toEqual([0]);
        return;
      }
      await server.query(lacks.statement);
    }
    throw new Error('it never worked');
  });
});

describe('settings', () => {
  const problemsWith = (...own: object[]): string[] => {
    const whole = own.map((query) => ({ name: 'shop_things', sql: 'SELECT 1 AS value', ...query }));
    const issues = queries.safeParse(whole).error?.issues ?? [];
    return issues.map((issue) => {
      const fix = issue.code === 'custom' ? issue.params?.fix : undefined;
      return `${issue.path.join('.')}: ${issue.message}${fix === undefined ? '' : ` | ${fix}`}`;
    });
  };

  test('what is wrong between fields and between queries', () => {
    expect(problemsWith({}, { name: 'shop_total', type: 'counter' })).toEqual([]);
    expect(problemsWith({ type: 'counter' })).toEqual([
      '0.name: is a counter’s, so it must end in _total | write `shop_things_total`',
    ]);
    expect(problemsWith({ name: 'shop_total' })).toEqual([
      '0.name: ends in _total, as only a counter’s does | rename it, or set `type: counter`',
    ]);
    expect(problemsWith({}, {})).toEqual(['1.name: is the name of an earlier query too | give it another']);
    expect(problemsWith({ labels: ['a', 'value', 'a'] })).toEqual([
      '0.labels: name the value’s column value | take it out, or set another `value`',
      '0.labels: name a column twice | take one out',
    ]);
  });

  test('beside what is wrong with a field alone, of the same query and of another', () => {
    expect(problemsWith({ type: 'counter', interval: '1s' }, { name: 5 }, { labels: 'a', sql: 7 })).toEqual([
      expect.stringContaining('0.interval: '),
      expect.stringContaining('1.name: '),
      expect.stringContaining('2.sql: '),
      expect.stringContaining('2.labels: '),
      '0.name: is a counter’s, so it must end in _total | write `shop_things_total`',
      '2.name: is the name of an earlier query too | give it another',
    ]);
  });

  test.each([
    [{ name: 'pg_things' }, 'begins with pg_, which is taken | begin with your product’s name'],
    [{ name: 'sidewarden_things' }, 'begins with sidewarden_, which is taken'],
    [{ name: 'up' }, 'is taken by Prometheus | begin with'],
    [{ name: 'a:b' }, 'is not the name of a metric | write letters, digits and _'],
    [{ name: '1st' }, 'is not the name of a metric'],
    [{ name: 'a'.repeat(101) }, 'must have at most 100 characters'],
    [{ interval: '4s' }, 'must be between 5s and 1d'],
    [{ timeout: '2m' }, 'must be between 10ms and 1m'],
    [{ labels: ['check'] }, 'is a label that every sample has already'],
    ...['job', 'namespace', 'pod', 'container', 'endpoint'].map((label): [object, string] => [
      { labels: [label] },
      'is a label that Prometheus keeps',
    ]),
    [{ labels: ['__x'] }, 'begins with __'],
    [{ sql: ' ' }, 'is empty | write one SELECT'],
    [{ sql: 'SELECT pg_advisory_unlock_all()' }, 'must not call pg_advisory_… functions'],
    [{ sql: 'SELECT "pg_catalog".PG_TRY_ADVISORY_lock(7) AS value' }, 'must not call pg_advisory_… functions'],
  ])('%o', (query, message) => {
    expect(problemsWith(query).join()).toContain(message);
  });

  test.each([{ max_rows: 0 }, { max_rows: 1001 }, { type: 'histogram' }, { query: 'SELECT 1' }])(
    '%o is refused',
    (query) => {
      expect(problemsWith(query)).not.toEqual([]);
    },
  );
});
