// The connections of applications on a real server: counted by name and state as the server says, ours left out.
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { pool } from '../../../src/dependencies/postgres/statistics/pool.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { type Run, runOf, settingsOf } from './collecting.ts';
import { limits, makeReader } from './reading.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  await server.query(`GRANT pg_monitor TO app; CREATE TABLE held (id int); ALTER TABLE held OWNER TO app;
    CREATE ROLE plain LOGIN PASSWORD 'plain'; GRANT CREATE ON SCHEMA public TO plain`);
});
afterAll(() => server?.remove());

const asPlain = (): string => server.url.replace(/\/\/.*@/, '//plain:plain@');

/** Ends with the test. */
async function connect(application: string, url = server.url): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: application });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

const run = async (settings: object, url = server.url): Promise<Run> =>
  await runOf(pool, await makeReader({ url }).open(limits()), settingsOf({ pool: settings }));

const countOf = ({ values }: Run, name: string, state: string): number | undefined =>
  values.get(`sidewarden_postgres_pool_connections{name="${name}",state="${state}"}`);

const theServers = async (): Promise<Map<string, number>> =>
  new Map(
    (
      await server.query(`SELECT application_name AS name, state, count(*)::int AS n FROM pg_stat_activity
        WHERE datname = 'shop' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
          AND application_name NOT LIKE 'sidewarden%' GROUP BY 1, 2`)
    ).map(({ name, state, n }) => [`sidewarden_postgres_pool_connections{name="${name}",state="${state}"}`, Number(n)]),
  );

test('by application_name, in each state as the server says, and who waits for a lock', async () => {
  await Promise.all(['web', 'web', 'web'].map((name) => connect(name)));
  const [holder, waiter, broken] = [await connect('web'), await connect('worker'), await connect('worker')];
  await connect('elsewhere', server.url.replace(/shop$/, 'postgres'));
  await connect('sidewarden');
  await holder.query('BEGIN; LOCK TABLE held');
  await broken.query('BEGIN');
  await broken.query('SELECT 1/0').catch(() => {});
  const waiting = waiter.query('SELECT count(*) FROM held').catch(() => {});
  await server.until("SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
  const found = await run({});
  const expected = await theServers();
  expect(expected.size).toBe(4);
  const seen = [...found.values].filter(([key, value]) => key.includes('pool_connections') && value > 0);
  expect(new Map(seen)).toEqual(expected);
  expect(countOf(found, 'web', 'idle')).toBe(3);
  expect(countOf(found, 'web', 'idle in transaction (aborted)')).toBe(0);
  expect(found.values.get('sidewarden_postgres_pool_lock_waiters{name="worker"}')).toBe(1);
  expect(found.values.get('sidewarden_postgres_pool_lock_waiters{name="web"}')).toBe(0);
  expect([...found.values.keys()].filter((key) => /elsewhere|sidewarden"/.test(key))).toEqual([]);
  await holder.query('COMMIT');
  await waiting;
});

test('by user', async () => {
  await connect('one', asPlain());
  await connect('two', asPlain());
  await connect('');
  const found = await run({ by: 'user' });
  expect(countOf(found, 'plain', 'idle')).toBe(2);
  expect(countOf(found, 'app', 'idle')).toBe(1);
});

test('names that are wanted are always there, the rest is other, and an empty name is none', async () => {
  await connect('web');
  await connect("o'clock\\");
  await connect('stray');
  await connect('');
  const found = await run({ names: ['web', "o'clock\\", 'gone'] });
  const idle = ['web', "o'clock\\", 'gone', 'other'].map((name) => countOf(found, name, 'idle'));
  expect(idle).toEqual([1, 1, 0, 2]);
  expect(found.cut).toBe(0);
  expect(countOf(await run({}), 'none', 'idle')).toBe(1);
});

test('twenty names at the most, those with the most connections', async () => {
  await Promise.all(Array.from({ length: 24 }, (_, index) => connect(`job ${String(index).padStart(2, '0')}`)));
  await Promise.all([connect('many'), connect('many')]);
  const found = await run({});
  const names = new Set(found.samples.map(({ labels: [name] }) => name));
  expect(names.size).toBe(21);
  expect(countOf(found, 'many', 'idle')).toBe(2);
  expect(countOf(found, 'other', 'idle')).toBe(5);
  expect(found.cut).toBe(5);
});

test('without pg_monitor nothing is told, and the grant is named', async () => {
  const found = await run({}, asPlain());
  expect(found.samples).toEqual([]);
  expect(found.lacks).toEqual({ privilege: 'pg_monitor', statement: 'GRANT pg_monitor TO "plain";' });
  await server.query(found.lacks?.statement ?? '');
  expect((await run({}, asPlain())).lacks).toBeUndefined();
});

test('as soon as pg_monitor is taken away nothing is told, though the names are given', async () => {
  await server.query("CREATE ROLE watcher LOGIN PASSWORD 'plain' IN ROLE pg_monitor");
  await connect('web');
  const url = server.url.replace(/\/\/.*@/, '//watcher:plain@');
  const source = await makeReader({ url }).open(limits());
  const settings = settingsOf({ pool: { names: ['web', 'worker'] } });
  expect(countOf(await runOf(pool, source, settings), 'web', 'idle')).toBe(1);
  await server.query('REVOKE pg_monitor FROM watcher');
  const found = await runOf(pool, source, settings);
  expect([found.samples, found.lacks?.privilege]).toEqual([[], 'pg_monitor']);
});

test('it is off unless set', () => {
  expect(pool.wanted?.(settingsOf({}))).toBe(false);
  expect(pool.wanted?.(settingsOf({ pool: {} }))).toBe(true);
});
