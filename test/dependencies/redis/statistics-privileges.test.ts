import { afterAll, beforeAll, expect, it } from 'vitest';
import { quote } from '../../../src/dependencies/redis/statistics/grants.ts';
import { statistics } from '../../../src/dependencies/redis/statistics/index.ts';
import { type RedisServer, startRedis } from '../../servers/redis.ts';
import { collect, fieldsIn } from './collect.ts';
import { run } from './run.ts';

let server: RedisServer;
let major: number;

beforeAll(async () => {
  server = await startRedis();
  major = Number.parseInt(fieldsIn(await server.command('INFO', 'server')).redis_version ?? '', 10);
});
afterAll(() => server.remove());

const urlOf = (user: string): string => `redis://${encodeURIComponent(user)}:pw@${server.host}:${server.port}`;
const make = (user: string, ...rules: string[]): Promise<unknown> =>
  server.command('ACL', 'SETUSER', user, 'on', '>pw', 'resetkeys', 'resetchannels', '-@all', ...rules);
/** As an administrator pastes it into redis-cli. */
const execute = (statement: string): Promise<unknown> =>
  server.command(...(statement.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, '$1')));

const isSeven = (): boolean => major >= 7;
const grants = (): string[] => [
  'info',
  ...(isSeven() ? ['latency|histogram'] : []),
  'latency|latest',
  'slowlog|get',
  'slowlog|len',
];

it('a user with +ping alone: healthy, no statistics, and each grant is named', async () => {
  await make('ping-only', '+ping');
  const given = { url: urlOf('ping-only') };
  expect(await run(given)).toMatchObject({ passed: true });
  const { samples, lacks } = await collect(given);
  expect(samples).toEqual([]);
  expect([...lacks.keys()].sort()).toEqual(grants());
  for (const statement of lacks.values()) expect(statement).toMatch(/^ACL SETUSER ping-only \+/);
  if (isSeven()) expect(new Set(lacks.values()).size).toBe(1);
});

it('what it says to run, word for word, gives everything, and the check stays as it was', async () => {
  await make('asks', '+ping');
  const given = { url: urlOf('asks') };
  const before = await collect(given);
  for (const statement of new Set(before.lacks.values())) expect(await execute(statement)).toBe('OK');
  const { lacks, values } = await collect(given);
  expect([...lacks]).toEqual([]);
  expect(values.get('redis_slowlog_length')).toBeTypeOf('number');
  expect(values.get('redis_max_clients')).toBeTypeOf('number');
  expect(await run(given)).toMatchObject({ passed: true });
  await expect(server.command('ACL', 'GETUSER', 'asks').then(String)).resolves.not.toMatch(/\+(@all|config|get)\b/);
});

it('one grant alone gives what it is for', async () => {
  await make('some', '+ping', '+info');
  const { lacks, values } = await collect({ url: urlOf('some') });
  expect(values.has('redis_memory_used_bytes')).toBe(true);
  expect(values.has('redis_slowlog_length')).toBe(false);
  expect([...lacks.keys()].sort()).toEqual(grants().slice(1));
});

it('whole commands instead of subcommands do as well, and the statement for the rest works', async () => {
  await make('whole', '+ping', '+slowlog', '+latency');
  const { lacks } = await collect({ url: urlOf('whole') });
  expect([...lacks.keys()].every((grant) => grant === 'info')).toBe(true);
  for (const statement of lacks.values()) expect(await execute(statement)).toBe('OK');
  expect((await collect({ url: urlOf('whole') })).lacks.size).toBe(0);
});

it('what is switched off is neither asked nor told to be granted', async () => {
  await make('careful', '+ping');
  const given = { url: urlOf('careful'), statistics: { slowlog_get: false, latency_histogram: false } };
  const { lacks } = await collect(given);
  expect([...lacks.keys()].sort()).toEqual(['info', 'latency|latest', 'slowlog|len']);
  for (const statement of lacks.values()) expect(statement).not.toMatch(/slowlog\|get|histogram/);
});

it('a name that redis-cli would split is quoted', async () => {
  expect([quote('side-car.1@x'), quote('a"b')]).toEqual(['side-car.1@x', '"a\\"b"']);
  await make("o'brien", '+ping');
  const { lacks } = await collect({ url: urlOf("o'brien") });
  expect(lacks.get('info')).toMatch(/^ACL SETUSER "o'brien" \+/);
  for (const statement of new Set(lacks.values())) expect(await execute(statement)).toBe('OK');
});

it('ElastiCache is told in its own words', async () => {
  const { statementFor } = await import('../../../src/dependencies/redis/statistics/grants.ts');
  const { parse } = await import('./run.ts');
  const settings = parse({ url: 'rediss://u@h', auth: 'aws-iam', cache_name: 'shop', region: 'eu-central-1' });
  expect(statementFor('info', settings, { major: 7, cluster: true, user: 'u' })).toBe(
    'aws elasticache modify-user --user-id u --append-access-string ' +
      '"+info +slowlog|len +slowlog|get +latency|latest +latency|histogram +cluster|info"',
  );
});

it('a server that does not offer a command: its families are absent, and nobody is told to grant it', async () => {
  const closed = await startRedis({
    config: ['rename-command SLOWLOG ""', 'rename-command LATENCY ""', 'rename-command CONFIG ""'],
  });
  const { lacks, values } = await collect({ url: closed.url });
  expect(lacks.size).toBe(0);
  expect(values.get('redis_config_maxmemory')).toBe(0);
  expect([...values.keys()].join()).not.toMatch(/slowlog|spike|commands_latencies/);
  await closed.remove();
});

it('every collector names the privilege that it may lack', () => {
  const named = statistics.collectors.map(({ privilege }) => privilege);
  expect(named).toEqual([
    'info',
    'slowlog|len',
    'slowlog|get',
    'latency|latest',
    'latency|histogram',
    'cluster|info',
    'sentinel',
  ]);
});
