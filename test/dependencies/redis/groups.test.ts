import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../servers/process.ts';
import { type Cluster, type SentinelSet, startCluster, startSentinelSet } from '../../servers/redis-groups.ts';
import { openSession, run } from './run.ts';

describe('sentinels', () => {
  let set: SentinelSet;
  beforeAll(async () => {
    set = await startSentinelSet();
  });
  afterAll(() => set.remove());
  const given = (sentinel: Record<string, unknown> = {}) => ({
    sentinel: { addresses: set.addresses, name: set.name, ...sentinel },
    password: set.password,
  });

  it('name the primary, which is asked whether it is one', async () => {
    expect(await run({ ...given(), write: {} })).toMatchObject({
      passed: true,
      phases: ['connect', 'auth', 'ping', 'role', 'write'],
    });
  });

  it('that are dead are passed over; when all are, why the first is', async () => {
    const dead = `127.0.0.1:${await freePort()}`;
    expect(await run(given({ addresses: [dead, ...set.addresses] }))).toMatchObject({ passed: true });
    expect(await run(given({ addresses: [dead, dead] }))).toMatchObject({ errorClass: 'refused', phase: 'connect' });
  });

  it('that refuse the log-in are named: it is apart from that of the server', async () => {
    const outcome = await run(given({ username: 'nobody', password: 'x' }));
    expect(outcome).toMatchObject({ errorClass: 'auth', phase: 'connect' });
    expect(outcome.message).toContain(`sentinel ${set.addresses[0]}: WRONGPASS`);
  });

  it('that are frozen are passed over within the time of the run', async () => {
    const addresses = set.addresses.toReversed();
    set.sentinels[2]?.freeze(); // not for two seconds: it would trust its own clock no more for half a minute
    const outcome = await run(given({ addresses }), undefined, 4000);
    set.sentinels[2]?.thaw();
    expect(outcome).toMatchObject({ passed: true });
  });

  it('that know no such name, or that are given as url, are a mistake of the configuration', async () => {
    expect(await run(given({ name: 'nobody' }))).toMatchObject({ errorClass: 'misconfig', phase: 'connect' });
    expect(await run({ url: `redis://${set.addresses[0]}` })).toMatchObject({ errorClass: 'misconfig', phase: 'role' });
  });

  it('leave no connection of theirs open', async () => {
    const session = openSession(given());
    expect(await run(given(), session)).toMatchObject({ passed: true });
    const [first] = set.sentinels;
    // What is left are the other sentinels (by their names) and this question.
    const strangers = (list: string) =>
      list.split('\n').filter((line) => line !== '' && !/name=sentinel-|cmd=client/.test(line));
    await first?.until((list) => strangers(list).length === 0, 'CLIENT', 'LIST');
    session.destroy();
  });

  it('move the primary: the old session is readonly, the next one follows', async () => {
    const session = openSession(given());
    expect(await run(given(), session)).toMatchObject({ passed: true });
    // What the sentinels tell the old primary themselves, some seconds later, and end its sessions with it.
    const [first, second] = set.servers;
    await first.command('ACL', 'SETUSER', 'default', '-client|kill');
    await set.failover();
    await first.command('REPLICAOF', second.host, String(second.port));
    expect(await run(given(), session)).toMatchObject({ errorClass: 'readonly', phase: 'role' });
    await first.command('ACL', 'SETUSER', 'default', '+client|kill');
    session.destroy();
    expect(await run(given())).toMatchObject({ passed: true });
  });

  it('replace a primary that died', async () => {
    const dying = await set.primary();
    await dying.kill();
    expect(await run(given())).toMatchObject({ errorClass: 'refused', phase: 'connect' });
    await set.movedFrom(dying);
    expect(await run(given())).toMatchObject({ passed: true });
    await dying.start();
  });
});

describe('a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.remove());
  const given = (addresses = cluster.addresses) => ({ cluster: { addresses }, password: cluster.password });

  it('passes when its state is ok, by any node that answers', async () => {
    expect(await run(given())).toMatchObject({ passed: true, phases: ['connect', 'auth', 'ping', 'role'] });
    expect(await run(given([`127.0.0.1:${await freePort()}`, ...cluster.addresses]))).toMatchObject({ passed: true });
    expect(await run(given(['nowhere.invalid:6379', ...cluster.addresses]))).toMatchObject({ passed: true });
    const patience = (ms: number) =>
      Promise.all(cluster.nodes.map((node) => node.command('CONFIG', 'SET', 'cluster-node-timeout', String(ms))));
    await patience(60_000); // else the other nodes find that it is gone, and the cluster ill
    cluster.nodes[0]?.freeze();
    const outcome = await run(given());
    cluster.nodes[0]?.thaw();
    await patience(1000);
    expect(outcome).toMatchObject({ passed: true });
  });

  it('is healthy for a user who may only PING, and says what it could not see', async () => {
    const [first] = cluster.nodes;
    await first?.command('ACL', 'SETUSER', 'shallow', 'on', '>x', '+ping', '+role');
    const outcome = await run({ ...given(), username: 'shallow', password: 'x' });
    expect(outcome).toMatchObject({
      passed: true,
      skipped: [{ phase: 'role', why: expect.stringContaining('NOPERM') }],
    });
  });

  it('a server that is none is a mistake of the configuration, and so is a write to a cluster by url', async () => {
    const [first] = cluster.nodes;
    expect(await run({ url: first?.url, database: 3 })).toMatchObject({ errorClass: 'misconfig' });
    const writes = await Promise.all(['a', 'b', 'c'].map((key) => run({ url: first?.url, write: { key } })));
    expect(writes.map(({ errorClass }) => errorClass)).toContain('misconfig');
  });

  it('without one of its nodes is ill: server, at role; and well again when it is back', async () => {
    const [first, , last] = cluster.nodes;
    await last?.kill();
    await cluster.state(first, 'fail');
    const outcome = await run(given());
    expect(outcome).toMatchObject({ passed: false, errorClass: 'server', phase: 'role' });
    expect(outcome.message).toContain('cluster_state:fail');
    await last?.start();
    await cluster.state(first, 'ok');
    expect(await run(given())).toMatchObject({ passed: true });
  });
});
