// check-config --online --replicas N: the connections of N pods beside what real servers say that they take.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { fileOf } from '../config/load.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { runHere } from './run-here.ts';

let postgres: PostgresServer;
let redis: RedisServer;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([
    startPostgres({ settings: { max_connections: '60', superuser_reserved_connections: '4' } }),
    startRedis({ config: ['maxclients 100'] }),
  ]);
  await postgres.query("CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 12");
  await redis.command('ACL', 'SETUSER', 'shy', 'on', '>shy', '+ping', '+role');
});
afterAll(() => Promise.all([postgres?.remove(), redis?.remove()]));

type Limit = { of: string; most: number; checks: string[]; at_rest: number; at_most: number };

async function checkConfig(checks: object, ...args: string[]) {
  const all = ['check-config', '--online', '--config', fileOf(stringify({ service: 'shop', checks })), ...args];
  const { code, stdout } = await runHere(all);
  const { stdout: json } = await runHere([...all, '--json']);
  const said = JSON.parse(json) as { notes: string[]; connection_limits: Limit[]; connection_limits_unknown: string[] };
  const { notes, connection_limits: limits, connection_limits_unknown: unknown } = said;
  for (const note of notes) expect(stdout.replace(/\s+/g, ' ')).toContain(note);
  return { code, notes: notes.filter((note) => note.includes(' takes')), limits, unknown };
}
const check = (over: object = {}) => ({ type: 'postgres', url: postgres.url, expect: 'primary', ...over });
const server = (): string => `127.0.0.1:${postgres.port}`;

test('one pod is few: the numbers are said in JSON, and there is no note', async () => {
  const { code, notes, limits } = await checkConfig({ database: check(), sessions: { type: 'redis', url: redis.url } });
  expect([code, notes]).toEqual([0, []]);
  expect(limits).toEqual([
    { of: server(), most: 56, checks: ['database'], at_rest: 3, at_most: 6 },
    { of: `127.0.0.1:${redis.port}`, most: 100, checks: ['sessions'], at_rest: 2, at_most: 5 },
  ]);
});

test('more than the server takes is a note, and a failure with --strict', async () => {
  const { code, notes, limits } = await checkConfig({ database: check() }, '--replicas', '50');
  expect([code, limits[0]?.at_most]).toEqual([0, 128]);
  expect(notes).toEqual([
    `database: 50 pods keep 52 and open up to 128 connections during a rollout, and ${server()} takes 56 ` +
      '(max_connections is 60, 4 reserved): raise that, or put a pooler between',
  ]);
  expect((await checkConfig({ database: check() }, '--replicas', '50', '--strict')).code).toBe(1);
});

test('checks of one server add up, and less than half for everybody else is a note too', async () => {
  expect((await checkConfig({ database: check() }, '--replicas', '9')).notes).toEqual([]);
  const { notes } = await checkConfig({ database: check(), again: check() }, '--replicas', '9');
  expect(notes).toEqual([expect.stringMatching(/^database, again: 9 pods keep .* 52 .* which leaves 4 to everybody/)]);
});

test('the limit of the user itself may be used up', async () => {
  const few = check({ url: postgres.url.replace(/\/\/.*@/, '//few:few@') });
  expect((await checkConfig({ database: few }, '--replicas', '4')).notes).toEqual([]);
  const { notes } = await checkConfig({ database: few }, '--replicas', '6');
  expect(notes).toEqual([
    expect.stringContaining(`the user few at ${server()} takes 12 (its CONNECTION LIMIT): raise that`),
  ]);
});

test('a server that does not say it is named with its check, where pods were asked about', async () => {
  const address = `127.0.0.1:${redis.port}`;
  const checks = { sessions: { type: 'redis', url: `redis://shy:shy@${address}` }, port: { type: 'tcp', address } };
  const found = { code: 0, notes: [], limits: [], unknown: ['sessions'] };
  const note =
    'sessions: the server does not say how many connections it takes, so 500 pods are not compared: ' +
    'see yourself what it, or a pooler before it, takes';
  expect(await checkConfig(checks, '--replicas', '500')).toEqual({ ...found, notes: [note] });
  expect((await checkConfig(checks, '--replicas', '500', '--strict')).code).toBe(1);
  expect(await checkConfig(checks), 'nobody asked about pods').toEqual(found);
});

test('a check that failed is a failure already', async () => {
  const wrong = check({ url: postgres.url.replace(/:[^:@/]+@/, ':wrong@') });
  const found = { code: 1, notes: [], limits: [], unknown: [] };
  expect(await checkConfig({ database: wrong }, '--replicas', '500')).toEqual(found);
});
