import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis } from '../../servers/redis.ts';
import { type Cluster, type SentinelSet, startCluster, startSentinelSet } from '../../servers/redis-groups.ts';
import { collect, fieldsIn, openReader } from './collect.ts';

const limits = { signal: new AbortController().signal, remainingMs: () => 2000 };

describe('with sentinels', () => {
  let set: SentinelSet;
  let given: Record<string, unknown>;
  beforeAll(async () => {
    set = await startSentinelSet({ sentinelAcl: ['asks on >pw -@all +sentinel|get-master-addr-by-name'] });
    const sentinel = { addresses: set.addresses, name: set.name, password: set.password };
    given = { sentinel, password: set.password };
  });
  afterAll(() => set.remove());

  it('the primary, with its replica', async () => {
    const [primary, replica] = set.servers;
    const before = fieldsIn(await primary.command('INFO', 'replication'));
    const { instance, values } = await collect(given);
    const after = fieldsIn(await primary.command('INFO', 'replication'));
    expect(instance).toBe(`${primary.host}:${primary.port}`);
    expect(values.get('redis_connected_slaves')).toBe(1);
    const labels = `slave_ip="127.0.0.1",slave_port="${replica.port}",slave_state="online"`;
    const offset = values.get(`redis_connected_slave_offset_bytes{${labels}}`);
    expect(offset).toBeGreaterThanOrEqual(Number(/offset=(\d+)/.exec(before.slave0 ?? '')?.[1]));
    expect(offset).toBeLessThanOrEqual(Number(/offset=(\d+)/.exec(after.slave0 ?? '')?.[1]));
    expect([0, 1]).toContain(values.get(`redis_connected_slave_lag_seconds{${labels}}`));
    expect(values.get('redis_master_repl_offset')).toBeGreaterThanOrEqual(Number(before.master_repl_offset));
    expect([...values.keys()].join()).not.toMatch(/redis_slave_info|master_link/);
  });

  it('the replica, by its own address', async () => {
    const [primary, replica] = set.servers;
    const { values } = await collect({ url: replica.url });
    const labels = `master_host="127.0.0.1",master_port="${primary.port}"`;
    expect(values.get(`redis_slave_info{${labels},read_only="1"}`)).toBe(1);
    expect(values.get(`redis_master_link_up{${labels}}`)).toBe(1);
    expect(values.get(`redis_master_sync_in_progress{${labels}}`)).toBe(0);
    expect([0, 1]).toContain(values.get(`redis_master_last_io_seconds_ago{${labels}}`));
    expect(values.get(`redis_slave_repl_offset{${labels}}`)).toBeGreaterThan(0);
    expect(values.get('redis_slave_priority')).toBe(100);
    expect(values.has('sidewarden_redis_master_link_down_seconds')).toBe(false);
  });

  it('what the sentinel says of the primary, of itself and of the others', async () => {
    const { values } = await collect(given);
    const [primary] = set.servers;
    const of = `master_name="shop",master_address="127.0.0.1:${primary.port}"`;
    const said = fieldsIn(await set.sentinels[0]?.command('INFO', 'sentinel'));
    expect(said.master0).toBe(`name=shop,status=ok,address=127.0.0.1:${primary.port},slaves=1,sentinels=3`);
    expect(values.get('redis_sentinel_masters')).toBe(1);
    expect(values.get('redis_sentinel_tilt')).toBe(0);
    expect(values.get(`redis_sentinel_master_status{${of},master_status="ok"}`)).toBe(1);
    for (const [family, value] of [
      ['slaves', 1],
      ['sentinels', 3],
      ['ok_slaves', 1],
      ['ok_sentinels', 3],
      ['setting_ckquorum', 2],
      ['setting_down_after_milliseconds', 500],
      ['setting_failover_timeout', 3000],
      ['setting_parallel_syncs', 1],
    ] as const) {
      expect([family, values.get(`redis_sentinel_master_${family}{${of}}`)]).toEqual([family, value]);
    }
    expect(values.get(`redis_sentinel_master_last_ok_ping_reply_seconds{${of}}`)).toBeLessThan(2);
    const message = String(await set.sentinels[0]?.command('SENTINEL', 'CKQUORUM', 'shop'));
    expect(values.get(`redis_sentinel_master_ckquorum_status{master_name="shop",message="${message}"}`)).toBe(1);
  });

  it('a user of the sentinels who may only ask for the primary: that grant is named, and works', async () => {
    const { addresses, name, password, sentinels } = set;
    const asks = { sentinel: { addresses, name, username: 'asks', password: 'pw' }, password };
    const { lacks, values } = await collect(asks);
    expect([...lacks.keys()]).toEqual(['sentinel']);
    expect(values.has('redis_memory_used_bytes')).toBe(true);
    const statement = lacks.get('sentinel') ?? '';
    for (const sentinel of sentinels) expect(await sentinel.command(...statement.split(' '))).toBe('OK');
    const granted = await collect(asks);
    expect(granted.lacks.size).toBe(0);
    expect(granted.values.get('redis_sentinel_masters')).toBe(1);
  });

  it('a primary that became a replica behind our back: the next round asks the sentinels again', async () => {
    const [primary, replica] = set.servers;
    const reader = openReader(given);
    const first = await reader.open(limits);
    const id = await first.ask('CLIENT', 'ID');
    await primary.command('REPLICAOF', replica.host, String(replica.port));
    const { values, instance } = await collect(given, reader);
    await primary.command('REPLICAOF', 'NO', 'ONE');
    expect([...values.keys()].join()).toContain('redis_instance_info{role="slave"');
    expect([instance, reader.closed]).toEqual([first.instance, false]);
    const next = await reader.open(limits);
    expect(await next.ask('CLIENT', 'ID')).not.toBe(id);
    expect(await reader.open(limits)).toBe(next);
    reader.destroy();
    expect(reader.closed).toBe(true);
    await replica.until((answer) => answer.includes('master_link_status:up'), 'INFO', 'replication');
  });

  it('after a failover the next reader is at the new primary', async () => {
    const [first, second] = set.servers;
    const reader = openReader(given);
    expect((await collect(given, reader)).instance).toBe(`${first.host}:${first.port}`);
    await set.failover();
    await expect.poll(() => reader.closed).toBe(true);
    reader.destroy();
    expect((await collect(given)).instance).toBe(`${second.host}:${second.port}`);
  });

  it('too few sentinels for a failover are seen, by the one that is left', async () => {
    await Promise.all(set.sentinels.slice(0, 2).map((sentinel) => sentinel.stop()));
    const quorum = async (): Promise<[string, number] | undefined> => {
      const { values } = await collect(given);
      return [...values].find(([name]) => name.startsWith('redis_sentinel_master_ckquorum_status'));
    };
    await expect
      .poll(quorum, { timeout: 10_000 })
      .toEqual([expect.stringContaining('message="NOQUORUM 1 usable Sentinels.'), 0]);
  });
});

describe('with a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.remove());

  it('the node at hand, and the cluster as it sees it', async () => {
    const { addresses, password } = cluster;
    const { instance, values, lacks } = await collect({ cluster: { addresses }, password });
    const said = fieldsIn(await cluster.nodes[0]?.command('CLUSTER', 'INFO'));
    expect([instance, lacks.size]).toEqual([addresses[0], 0]);
    expect(said).toMatchObject({ cluster_state: 'ok', cluster_slots_assigned: '16384', cluster_size: '3' });
    expect(values.get('redis_cluster_state')).toBe(1);
    for (const field of ['slots_assigned', 'slots_ok', 'slots_fail', 'known_nodes', 'size', 'my_epoch']) {
      expect([field, values.get(`redis_cluster_${field}`)]).toEqual([field, Number(said[`cluster_${field}`])]);
    }
    const sent = values.get('redis_cluster_messages_sent_total') ?? 0;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThanOrEqual(Number(said.cluster_stats_messages_sent));
    expect(values.get('redis_cluster_enabled')).toBe(1);
    expect(values.has('redis_cluster_stats_messages_ping_sent')).toBe(true);
  });

  it('a check of one node by its url sees the same', async () => {
    const [, second] = cluster.nodes;
    const { values } = await collect({ url: second?.url });
    expect(values.get('redis_cluster_known_nodes')).toBe(3);
  });

  it('the grant of CLUSTER INFO is asked for where there is a cluster', async () => {
    const [, second] = cluster.nodes;
    await second?.command('ACL', 'SETUSER', 'p', 'on', '>pw', '-@all', '+ping');
    const { lacks } = await collect({ url: `redis://p:pw@${second?.host}:${second?.port}` });
    expect(lacks.get('cluster|info')).toContain('+cluster|info');
  });

  it('a node that is in no cluster is left for the next', async () => {
    const { addresses, password } = cluster;
    const alone = await startRedis({ password, config: ['cluster-enabled yes', 'cluster-port 0'] });
    const given = { cluster: { addresses: [`${alone.host}:${alone.port}`, addresses[1]] }, password };
    expect((await collect(given)).instance).toBe(addresses[1]);
    await alone.remove();
  });

  it('a cluster that has lost slots', async () => {
    await cluster.nodes[2]?.stop();
    await cluster.state(cluster.nodes[0], 'fail');
    const { values } = await collect({ cluster: { addresses: cluster.addresses }, password: cluster.password });
    expect(values.get('redis_cluster_state')).toBe(0);
    expect(values.get('redis_cluster_slots_fail')).toBe(5461);
  });
});
