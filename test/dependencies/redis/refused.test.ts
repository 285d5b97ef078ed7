// What managed services do not offer, refused by real servers: the phase that needs it is skipped, nothing fails.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isNotOffered, RedisReply } from '../../../src/dependencies/redis/errors.ts';
import { freePort } from '../../servers/process.ts';
import { type RedisServer, startRedis } from '../../servers/redis.ts';
import { type Cluster, startCluster } from '../../servers/redis-groups.ts';
import { openSession, run } from './run.ts';

const without = (...commands: string[]): string[] => commands.map((command) => `rename-command ${command} ""`);
const everything = ['connect', 'auth', 'ping', 'role', 'write'];

describe('a service whose list of blocked commands is refused', () => {
  it.each([
    [
      'ElastiCache', // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ClientConfig.RestrictedCommands.html
      'BGREWRITEAOF BGSAVE CONFIG DEBUG MIGRATE REPLICAOF SAVE SLAVEOF SHUTDOWN SYNC PSYNC ACL',
    ],
    [
      'MemoryDB', // https://docs.aws.amazon.com/memorydb/latest/devguide/restrictedcommands.html
      'ACL BGREWRITEAOF BGSAVE CONFIG DEBUG MIGRATE MODULE PSYNC REPLICAOF SAVE SHUTDOWN SLAVEOF SYNC',
    ],
    [
      'Memorystore', // https://cloud.google.com/memorystore/docs/redis/product-constraints
      'ACL BGREWRITEAOF BGSAVE CLIENT CLUSTER COMMAND CONFIG DEBUG LASTSAVE MIGRATE MONITOR OBJECT SHUTDOWN REPLICAOF SAVE',
    ],
    [
      'OCI Cache', // https://docs.oracle.com/iaas/Content/ocicache/restrictedcommands.htm
      'ACL BGREWRITEAOF BGSAVE CLUSTER CONFIG DEBUG MIGRATE MODULE PSYNC REPLICAOF SAVE SHUTDOWN SYNC',
    ],
  ])('%s: nothing of it is asked for, and everything is proven', async (_, blocked) => {
    const server = await startRedis({ config: without(...blocked.split(' ')) });
    const outcome = await run({ url: server.url, expect: 'primary', write: {} });
    await server.remove();
    expect(outcome).toMatchObject({ passed: true, phases: everything, skipped: [] });
  });

  it('without ROLE, INFO and CLIENT: the role is not proven and said so, the rest is', async () => {
    const server = await startRedis({ config: without('ROLE', 'INFO', 'CLIENT') });
    const outcome = await run({ url: server.url, expect: 'primary', write: {} });
    await server.remove();
    expect(outcome).toMatchObject({ passed: true, phases: everything });
    expect(outcome.skipped).toEqual([{ phase: 'role', why: expect.stringContaining("unknown command 'ROLE'") }]);
  });

  it('without CLUSTER, given as a cluster: its state is not proven and said so', async () => {
    const server = await startRedis({
      config: ['cluster-enabled yes', `cluster-port ${await freePort()}`, ...without('CLUSTER')],
    });
    const outcome = await run({
      cluster: { addresses: [`${server.host}:${server.port}`] },
      password: server.password,
    });
    await server.remove();
    expect(outcome.passed).toBe(true);
    expect(outcome.skipped).toEqual([{ phase: 'role', why: expect.stringContaining("unknown command 'CLUSTER'") }]);
  });

  // Of services whose servers cannot be had.
  it.each([
    ['ERR Command disallowed', true],
    ['ERR command is not allowed', true],
    ['ERR command role not support for normal user', true],
    ["ERR Unknown subcommand or wrong number of arguments for 'INFO'. Try CLUSTER HELP.", true],
    ["NOPERM this user has no permissions to run the 'role' command", true],
    ['ERR SELECT is not allowed in cluster mode', false],
    ['ERR This instance has cluster support disabled', false],
    ['CLUSTERDOWN The cluster is down', false],
  ])('%s', (text, refused) => {
    expect(isNotOffered(new RedisReply(text))).toBe(refused);
  });
});

describe('a cluster', () => {
  let cluster: Cluster;
  let alone: RedisServer;
  beforeAll(async () => {
    cluster = await startCluster({
      acl: ['state on >x +ping +cluster|info', 'role on >x +ping +role', 'shallow on >x +ping'],
    });
    const { password } = cluster;
    alone = await startRedis({
      password,
      config: ['cluster-enabled yes', `cluster-port ${await freePort()}`, 'cluster-node-timeout 1000'],
    });
  });
  afterAll(() => Promise.all([cluster.remove(), alone.remove()]));
  const as = (username: string) => ({ cluster: { addresses: cluster.addresses }, username, password: 'x' });

  it('is healthy for users who may ask one question or none, and each refusal is said', async () => {
    const whys = async (user: string) => {
      const { passed, skipped } = await run(as(user));
      return { passed, why: skipped.map(({ why }) => why.match(/'[a-z|]+'/g)) };
    };
    expect(await whys('state')).toEqual({ passed: true, why: [["'role'"]] });
    expect(await whys('role')).toEqual({ passed: true, why: [["'cluster|info'"]] });
    expect(await whys('shallow')).toEqual({ passed: true, why: [["'cluster|info'", "'role'"]] });
  });

  it('is left at a node that was taken out of it, for the next that is in', async () => {
    const address = `${alone.host}:${alone.port}`;
    const given = { cluster: { addresses: [address, ...cluster.addresses] }, password: cluster.password };
    const session = openSession(given);
    expect(await run(given, session)).toMatchObject({ passed: true, skipped: [] });
    const [first] = cluster.nodes;
    await first?.until((list) => list.includes('name=sidewarden'), 'CLIENT', 'LIST');
    expect(await alone.command('CLIENT', 'LIST')).not.toContain('name=sidewarden');
    expect(await run(given, session)).toMatchObject({ passed: true, phases: ['ping', 'role'] });
    session.destroy();
    const only = await run({ ...given, cluster: { addresses: [address] } });
    expect(only).toMatchObject({ passed: false, errorClass: 'server', phase: 'role' });
    expect(only.message).toContain('0 of 16384 slots');
  });

  it('that is down is ill too for a user who may ask for its state but not for the role', async () => {
    const [first, , last] = cluster.nodes;
    await last?.kill();
    await cluster.state(first, 'fail');
    expect(await run(as('state'))).toMatchObject({ passed: false, errorClass: 'server', phase: 'role' });
    expect(await run(as('shallow'))).toMatchObject({ passed: true });
  });
});
