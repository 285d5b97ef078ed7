// Statistics that cannot be read: of a frozen database, without a place to elect at, without a grant. And they return.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type HealthBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';
import { namesOn, reads, until } from './statistics-scrape.ts';

const common = { interval: '1s', timeout: '500ms' };
/** What was refused is tried again after that. */
const retryMs = 60_000;
/** Read often, so that a broken connection is seen, and tried again, within 5 s. */
const often = { name: 'shop_orders', sql: 'SELECT 1 AS value', interval: '5s' };

let freezing: PostgresServer;
let database: PostgresServer;
let redis: RedisServer;
let ofFreezing: Sidewarden;
let alone: Sidewarden;
let aloneForAll: Sidewarden;
let bare: Sidewarden;

beforeAll(async () => {
  [freezing, database, redis] = await Promise.all([
    startPostgres(),
    startPostgres(),
    startRedis({ acl: ['bare on >of-bare +ping'] }),
  ]);
  await freezing.query('GRANT pg_monitor TO app');
  await database.query(`REVOKE ALL ON DATABASE shop FROM PUBLIC; CREATE ROLE bare LOGIN PASSWORD 'of-bare';
    GRANT CONNECT ON DATABASE shop TO bare`);
  const sessions = { type: 'redis', url: redis.url, ...common };
  const asBare = { ...common, username: 'bare', password: 'of-bare', max_connection_age: '5s' };
  const start = (checks: object, more = {}) =>
    startSidewarden({ configuration: { service: 'shop', ...more, statistics: { timeout: '1s' }, checks } });
  const elected = { type: 'postgres', url: freezing.url, expect: 'primary', ...common };
  [ofFreezing, alone, aloneForAll, bare] = await Promise.all([
    start({ database: { ...elected, statistics: { queries: [often] } }, sessions }),
    start({ sessions }),
    start({ sessions: { ...sessions, statistics: { mode: 'all' } } }),
    start({
      database: {
        type: 'postgres',
        url: `postgres://${database.host}:${database.port}/shop`,
        expect: 'primary',
        ...asBare,
        statistics: { mode: 'all' },
      },
      sessions: {
        type: 'redis',
        url: `redis://${redis.host}:${redis.port}`,
        ...asBare,
        statistics: { mode: 'all' },
      },
    }),
  ]);
});
afterAll(async () => {
  freezing?.thaw();
  await Promise.all([ofFreezing, alone, aloneForAll, bare].map((daemon) => daemon?.stop()));
  await Promise.all([freezing, database, redis].map((server) => server?.remove()));
});

const pageOf = async (daemon: Sidewarden): Promise<string> => (await daemon.get<string>('/metrics')).text;
const ofDatabase = 'check="database",instance=';

/** How long the one takes to answer, by how long the other does: both share the machine with other tests. */
async function quickness(daemon: Sidewarden, reference: Sidewarden): Promise<number> {
  const took: [number[], number[]] = [[], []];
  for (let asked = 0; asked < 60; asked++) {
    for (const [index, one] of [daemon, reference].entries()) {
      const waited = waitedSince(one);
      const begin = performance.now();
      await pageOf(one);
      took[index]?.push(Math.max(0.01, performance.now() - begin - waited()));
    }
  }
  const [own = 0, others = 1] = took.map((times) => times.toSorted((a, b) => a - b)[30] ?? 0);
  return own / others;
}

const seldom = () => ({ of: [ofFreezing], everyMs: 500 });
const lastSuccess = (daemon: Sidewarden, collector: string) =>
  daemon.metric('sidewarden_collector_last_success_timestamp_seconds', { check: 'sessions', collector });

describe.concurrent('what cannot be read', () => {
  test('a frozen database: /metrics is as quick, its families go, pg_up stays 0, other checks go on, and all returns', async () => {
    const ofReader = ['pg_up', 'pg_exporter_last_scrape_error'];
    const whole = ['pg_stat_database_xact_commit', 'pg_stat_activity_count', 'pg_settings_max_connections'];
    const has = async (...names: readonly string[]): Promise<boolean> => {
      const there = namesOn(await pageOf(ofFreezing), ofDatabase);
      return names.every((name) => there.has(name));
    };
    await until('all is read', 15_000, () => has('pg_up', 'shop_orders', ...whole), seldom());
    const before = await quickness(ofFreezing, aloneForAll);
    freezing.freeze();
    const frozenAt = Date.now() / 1000;
    // What waits for the frozen server is slow each time; what other tests take of the machine passes.
    const isAsQuick = async () => (await quickness(ofFreezing, aloneForAll)) / before < 3;
    const asQuick = async () => (await isAsQuick()) || (await isAsQuick()) || isAsQuick();
    expect(await asQuick(), 'as quick when it is frozen').toBe(true);
    const areGone = async () => namesOn(await pageOf(ofFreezing), ofDatabase).size <= ofReader.length;
    await until('its families are gone', 20_000, areGone, seldom());
    expect(await asQuick(), 'as quick when its families are gone').toBe(true);
    expect(await ofFreezing.metric('pg_up')).toBe(0);
    const otherIsRead = async () => {
      expect([...namesOn(await pageOf(ofFreezing), ofDatabase)]).toEqual(ofReader);
      return ((await lastSuccess(ofFreezing, 'info')) ?? 0) > frozenAt + 1;
    };
    await until('the other check is read again', 20_000, otherIsRead, seldom());
    expect(await ofFreezing.metric('pg_up')).toBe(0);
    expect(await ofFreezing.metric('redis_up')).toBe(1);
    const readers = /^sidewarden_collector_up\{check="database",collector="\w+"\} (\d)$/gm;
    const allFailed = async () => {
      const values = [...(await pageOf(ofFreezing)).matchAll(readers)].map(([, value]) => value);
      return values.length > 10 && values.every((value) => value === '0');
    };
    await until('every reader has failed', 20_000, allFailed, seldom());
    freezing.thaw();
    await until('all is back', 20_000, () => has('pg_up', 'shop_orders', ...whole), seldom());
    expect(await ofFreezing.metric('pg_up')).toBe(1);
    expect(await reads(ofFreezing)).toBe(true);
  }, 180_000);

  test('without a PostgreSQL check nobody is elected: it is off, and says what to set', async () => {
    await alone.until(({ checks }) => checks.sessions?.status === 'healthy', 20_000);
    expect(await alone.metric('sidewarden_statistics_mode', { check: 'sessions', mode: 'off' })).toBe(1);
    expect(await alone.metric('sidewarden_statistics_mode', { check: 'sessions', mode: 'leader' })).toBeUndefined();
    expect(await reads(alone, 'sessions')).toBe(false);
    const told = alone.log().filter(({ message }) => String(message).includes('statistics are off'));
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^sessions: its statistics are off: .* Set `statistics: \{ mode: all \}`/),
    ]);
    expect((await alone.get('/metrics/statistics')).text).toBe('');
  });

  test('what it says to set makes them appear', async () => {
    const isRead = async () => namesOn(await pageOf(aloneForAll)).has('redis_connected_clients');
    await until('redis is read', 10_000, isRead, { of: [aloneForAll] });
    expect(await aloneForAll.metric('redis_up')).toBe(1);
    expect(await aloneForAll.metric('sidewarden_statistics_mode', { check: 'sessions', mode: 'all' })).toBe(1);
    expect(aloneForAll.log().filter((record) => record['log.level'] === 'warn')).toEqual([]);
  });

  test.each([
    {
      check: 'database',
      privilege: 'pg_monitor',
      there: 'pg_stat_database_xact_commit',
      absent: ['pg_stat_activity_count', 'pg_stat_activity_max_tx_duration', 'pg_long_running_transactions'],
      form: /^GRANT pg_monitor TO "bare";$/,
      run: (statement: string) => database.query(statement),
    },
    {
      check: 'sessions',
      privilege: 'info',
      there: 'redis_up',
      absent: ['redis_connected_clients', 'redis_memory_used_bytes', 'redis_commands_processed_total'],
      form: /^ACL SETUSER bare \+info /,
      run: (statement: string) => redis.command(...statement.split(' ')),
    },
  ])(
    '$check as a user that may only connect is healthy; the statement in the log makes what is absent appear',
    async (one) => {
      const names = async () => namesOn(await pageOf(bare), `{check="${one.check}",instance=`);
      const granted = () =>
        bare.metric('sidewarden_statistics_privilege', { check: one.check, privilege: one.privilege });
      const isHealthy = async () =>
        (await bare.get<HealthBody>('/health')).body.checks[one.check]?.status === 'healthy';
      const statements = () =>
        bare
          .log()
          .filter((said) => said['labels.check'] === one.check && said['event.action'] === 'statistics-privilege')
          .map(({ message }) => String(message).replace(/^.* To grant it: /, ''));
      const of = [bare];
      await until('the check is healthy', 15_000, isHealthy, { of });
      await until('the rest is there', 15_000, async () => (await names()).has(one.there), { of });
      const isSaid = async () => statements().some((said) => one.form.test(said));
      await until('the statement is in the log', 15_000, isSaid, { of });
      expect(await granted()).toBe(0);
      for (const name of one.absent) expect(await names()).not.toContain(name);

      for (const statement of new Set(statements())) await one.run(statement);
      const isThere = async () => {
        const now = await names();
        return one.absent.every((name) => now.has(name));
      };
      await until('what was absent is there', retryMs + 30_000, isThere, { of, everyMs: 1000 });
      await until('the check is healthy', 0, isHealthy, { of });
    },
    retryMs + 120_000,
  );
});
