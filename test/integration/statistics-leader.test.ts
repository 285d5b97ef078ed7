// Two replicas and a real Prometheus with the documented configuration: one reads, it is killed, and no series breaks.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type Prometheus, startPrometheus } from '../servers/prometheus.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import {
  type Alert,
  alertsOf,
  atEachStep,
  documentedJobs,
  namesOn,
  reads,
  statisticsRules,
  stored,
  until,
} from './statistics-scrape.ts';

const intervalMs = 3000;
/** How long before the kill the series are looked at. */
const judgedBeforeS = 5;
const statistics = '{job="shop-statistics"}';
/** True all the time, of a value that the server gives anew in each round. */
const always = {
  alert: 'Always',
  expr: 'pg_stat_database_numbackends{job="shop-statistics",datname="shop"} >= 0',
  for: '2m',
};

let database: PostgresServer;
let redis: RedisServer;
let prometheus: Prometheus;
/** It leads from the start, and is killed. */
let first: Sidewarden;
let second: Sidewarden;
/** Of another service. */
let stranger: Sidewarden;

/** Each has a role of its own, by which pg_stat_statements tells them apart. */
async function startReplica(role: string, service = 'shop'): Promise<Sidewarden> {
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'of-${role}'; GRANT pg_monitor TO ${role}`);
  const url = `postgres://${role}:of-${role}@${database.host}:${database.port}/shop`;
  const common = { interval: `${intervalMs}ms`, timeout: '1s' };
  const checks = {
    database: { type: 'postgres', url, expect: 'primary', ...common },
    sessions: { type: 'redis', url: redis.url, ...common },
  };
  return startSidewarden({ configuration: { service, checks } });
}

type Calls = Readonly<Record<string, number>>;
/** How often each of a role's statements was executed, but for those of a new connection. */
async function statementsOf(role: string): Promise<Calls> {
  const rows = await database.query(`SELECT query, sum(calls)::int AS calls FROM pg_stat_statements s
    JOIN pg_roles r ON r.oid = s.userid WHERE rolname = '${role}' GROUP BY query`);
  return Object.fromEntries(rows.map(({ query, calls }) => [String(query), Number(calls)]));
}
const serverWide = /pg_stat_|pg_database_size|pg_settings|pg_ls_/;
const ofStatistics = (statements: Calls): readonly number[] =>
  Object.entries(statements).flatMap(([query, calls]) => (serverWide.test(query) ? [calls] : []));
const connectionsOf = async (role: string): Promise<number> =>
  (await database.query(`SELECT FROM pg_stat_activity WHERE usename = '${role}'`)).length;

/** What was seen, in the order in which it happened. */
const seen = {
  before: { first: {} as Calls, second: {} as Calls, stranger: {} as Calls, connections: [] as number[] },
  leaders: [] as boolean[],
  alert: [] as Alert[],
  pages: [] as string[],
  up: [] as number[],
  killedAt: 0,
  /** Without what the machine kept us and the second waiting for. */
  tookMs: 0,
  takenOverAt: 0,
  end: 0,
};

beforeAll(async () => {
  [database, redis] = await Promise.all([
    startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } }),
    startRedis(),
  ]);
  await database.query('CREATE EXTENSION pg_stat_statements');
  first = await startReplica('first');
  await until('the first reads', 10_000, () => reads(first), { of: [first] });
  [second, stranger] = await Promise.all([startReplica('second'), startReplica('stranger', 'other')]);
  const ends = { ...documentedJobs([first])[1], job_name: 'without-timestamps', honor_timestamps: false };
  prometheus = await startPrometheus({
    scrape: [...documentedJobs([first, second]), ends],
    groups: [...statisticsRules(), { name: 'ours', rules: [always] }],
  });
  await until('the stranger reads', 10_000, () => reads(stranger), { of: [stranger] });
  // The second round of the reader: each of the statements of the first is asked again.
  const again = async () => ofStatistics(await statementsOf('first')).some((calls) => calls > 1);
  await until('a second round of the reader', 20_000, again, { of: [first], everyMs: 500 });
  // What is judged begins so long before the kill: Prometheus has to hold it, also where all starts at once.
  const hasBegun = async () => {
    const [up] = await stored(prometheus, `pg_up${statistics}`);
    return (up?.values[0]?.[0] ?? Number.POSITIVE_INFINITY) < Date.now() / 1000 - judgedBeforeS - 1;
  };
  await until('Prometheus has samples of the first', 20_000, hasBegun, { of: [first], everyMs: 500 });
  seen.before = {
    first: await statementsOf('first'),
    second: await statementsOf('second'),
    stranger: await statementsOf('stranger'),
    connections: await Promise.all(['first', 'second', 'stranger'].map(connectionsOf)),
  };
  seen.leaders = await Promise.all([first, second, stranger].map((daemon) => reads(daemon)));
  seen.alert.push(...(await alertsOf(prometheus)));
  seen.up = (await prometheus.query(`up${statistics}`)).map(({ value }) => value);
  seen.pages = await Promise.all([first, second].map(async (one) => (await one.get('/metrics/statistics')).text));

  seen.killedAt = Date.now() / 1000;
  first.kill();
  const all = [...namesOn(seen.pages[0] ?? '')];
  const showsAll = async () => {
    const names = namesOn((await second.get<string>('/metrics/statistics')).text);
    return all.every((name) => names.has(name));
  };
  seen.tookMs = await until('the second shows all that the first did', 4 * intervalMs, showsAll, { of: [second] });
  seen.takenOverAt = Date.now() / 1000;
  seen.leaders.push(await reads(second));
  const hasEnough = async () => {
    const [up] = await stored(prometheus, `pg_up${statistics}`);
    const values = up?.values ?? [];
    return values.length > 10 && (values.at(-1)?.[0] ?? 0) > seen.takenOverAt + 5;
  };
  await until('Prometheus has samples of the second', 15_000, hasEnough, { of: [second], everyMs: 500 });
  seen.alert.push(...(await alertsOf(prometheus)));
  seen.end = Date.now() / 1000;
});
afterAll(async () => {
  await prometheus?.stop();
  await Promise.all([first, second, stranger].map((daemon) => daemon?.stop()));
  await Promise.all([database?.remove(), redis?.remove()]);
});

describe('one reads', () => {
  test('it alone runs the statements of the statistics, and the other knows it', () => {
    const { first, second } = seen.before;
    expect(ofStatistics(first).length).toBeGreaterThan(3);
    expect(ofStatistics(second)).toEqual([]);
    expect(Math.max(...Object.values(second)), 'its probe').toBeGreaterThan(2);
    expect(seen.leaders.slice(0, 2)).toEqual([true, false]);
  });

  test('it has two connections more than the other: to read, and to lead', () => {
    expect(seen.before.connections.slice(0, 2)).toEqual([3, 1]);
  });

  test('the other shows nothing of what the servers say, and is up all the same', () => {
    const [ofFirst = '', ofSecond] = seen.pages;
    expect(ofSecond).toBe('');
    expect(seen.up).toEqual([1, 1]);
    for (const name of ['pg_up', 'pg_stat_database_xact_commit', 'redis_up', 'redis_connected_clients'])
      expect(namesOn(ofFirst)).toContain(name);
  });

  test('another service on the same database has a reader of its own', () => {
    expect(seen.leaders[2]).toBe(true);
    expect(seen.before.connections[2]).toBe(3);
    expect(ofStatistics(seen.before.stranger).length).toBe(ofStatistics(seen.before.first).length);
  });
});

describe('it is killed', () => {
  test('within two intervals the other reads, and shows all that the first did', () => {
    expect(seen.tookMs).toBeLessThan(2 * intervalMs);
    expect(seen.leaders[3]).toBe(true);
  });

  test('in Prometheus no series ends: from its first step on it has a value at every one', async () => {
    const begin = Math.ceil(seen.killedAt) - judgedBeforeS;
    const end = Math.floor(seen.end) - 1;
    const all = await atEachStep(prometheus, statistics, begin, end, 1);
    const ours = all.filter(({ metric }) => metric.check !== undefined);
    expect(ours.length).toBeGreaterThan(300);
    const broken = ours.filter(({ values }) => values.length !== end - (values[0]?.[0] ?? 0) + 1);
    expect(broken.map(({ metric }) => metric)).toEqual([]);
    const [up] = ours.filter(({ metric }) => metric.__name__ === 'pg_up');
    expect(up?.values.map(([, value]) => value)).toEqual(Array.from({ length: end - begin + 1 }, () => '1'));
    // Without the timestamps it ends with the replica, so this test can fail.
    const [ending] = await atEachStep(prometheus, 'pg_up{job="without-timestamps"}', begin, end, 1);
    expect(ending?.values.length).toBeGreaterThan(1);
    expect(ending?.values.at(-1)?.[0]).toBeLessThan(end - 2);
  });

  test('the series of both are the same, and no label of a replica is on them', async () => {
    for (const name of ['pg_up', 'redis_up', 'pg_stat_database_xact_commit{datname="shop"}']) {
      const samples = await prometheus.query(name.includes('{') ? name : `${name}${statistics}`);
      expect(samples.filter(({ metric }) => metric.job === 'shop-statistics')).toHaveLength(1);
    }
    const [up] = await prometheus.query(`pg_up${statistics}`);
    const instance = `${database.host}:${database.port}`;
    expect(up).toEqual({
      metric: { __name__: 'pg_up', check: 'database', instance, job: 'shop-statistics' },
      value: 1,
    });
    const replicas = await prometheus.query(`up${statistics}`);
    expect(replicas.map(({ value }) => value).toSorted()).toEqual([0, 1]);
  });

  test('no sample is missing for longer than the takeover took', async () => {
    const [up] = await stored(prometheus, `pg_up${statistics}`);
    const times = (up?.values ?? []).map(([time]) => time);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
    expect(times.length).toBeGreaterThan(10);
    expect(Math.max(...gaps)).toBeLessThan(seen.takenOverAt - seen.killedAt + 3);
  });

  test('no counter goes back', async () => {
    const types = new Map(
      [...(seen.pages[0] ?? '').matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]),
    );
    const counters = (await stored(prometheus, statistics)).filter(
      ({ metric }) => types.get(metric.__name__) === 'counter',
    );
    expect(counters.length).toBeGreaterThan(100);
    const back = counters.filter(({ values }) =>
      values.some(([, value], index) => Number(value) < Number(values[index - 1]?.[1] ?? value)),
    );
    expect(back.map(({ metric }) => metric)).toEqual([]);
    const resets = await prometheus.query(`resets(pg_stat_database_xact_commit${statistics}[5m])`);
    expect(resets.length).toBeGreaterThan(0);
    expect(resets.filter(({ value }) => value !== 0)).toEqual([]);
  });

  test('an alert that is pending stays so, since the same moment, and the documented ones are quiet', () => {
    const [before, after] = seen.alert;
    expect(seen.alert.map(({ labels }) => labels.alertname)).toEqual(['Always', 'Always']);
    expect(before).toMatchObject({ state: 'pending', labels: { check: 'database', datname: 'shop' } });
    expect(after?.activeAt).toBe(before?.activeAt);
  });
});
