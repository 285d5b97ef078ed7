// Redis servers that belong together: a primary with a replica and three sentinels, and a cluster of three.
import { freePort } from './process.ts';
import { type RedisServer, startRedis } from './redis.ts';

export type SentinelSet = {
  /** The name under which the sentinels know the primary. */
  readonly name: string;
  /** `host:port` of the three sentinels. */
  readonly addresses: readonly string[];
  /** Of the data servers; the sentinels ask for none. */
  readonly password: string;
  readonly sentinels: readonly RedisServer[];
  /** The two data servers; the first was the primary at the beginning. */
  readonly servers: readonly [RedisServer, RedisServer];
  /** The data server that all three sentinels name. */
  primary(): Promise<RedisServer>;
  /** Lets the other data server become the primary; resolves when all sentinels name it and it says so itself. */
  failover(): Promise<void>;
  /** Resolves when all sentinels name another primary than this one. */
  movedFrom(server: RedisServer): Promise<void>;
  remove(): Promise<void>;
};

export async function startSentinelSet(): Promise<SentinelSet> {
  const name = 'shop';
  const first = await startRedis();
  const { host, port, password } = first;
  await first.command('CONFIG', 'SET', 'masterauth', password);
  const second = await startRedis({ password, replicaOf: { host, port, password } });
  await second.until((answer) => answer.includes('master_link_status:up'), 'INFO', 'replication');
  const config = [
    `sentinel monitor ${name} ${host} ${port} 2`,
    `sentinel auth-pass ${name} ${password}`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 3000`,
  ];
  const sentinels = await Promise.all([1, 2, 3].map(() => startRedis({ sentinel: true, config })));
  const servers = [first, second] as const;
  for (const sentinel of sentinels) {
    await sentinel.until((answer) => /num-slaves,1,.*num-other-sentinels,2/.test(answer), 'SENTINEL', 'MASTER', name);
  }

  const movedFrom = async (server: RedisServer): Promise<void> => {
    const moved = (answer: string): boolean => /^[^,]+,\d+$/.test(answer) && !answer.endsWith(`,${server.port}`);
    for (const sentinel of sentinels) await sentinel.until(moved, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
    const other = first.port === server.port ? second : first;
    await other.until((answer) => answer.startsWith('master'), 'ROLE');
  };
  const primary = async (): Promise<RedisServer> => {
    const [sentinel] = sentinels;
    const answer = String(await sentinel?.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name));
    return answer.endsWith(`,${first.port}`) ? first : second;
  };
  return {
    name,
    addresses: sentinels.map((sentinel) => `${sentinel.host}:${sentinel.port}`),
    password,
    sentinels,
    servers,
    primary,
    movedFrom,
    async failover() {
      const before = await primary();
      const [sentinel] = sentinels;
      // NOGOODSLAVE until the sentinel has seen the replica in good health
      await sentinel?.until((answer) => answer === 'OK', 'SENTINEL', 'FAILOVER', name);
      await movedFrom(before);
    },
    async remove() {
      await Promise.all([...sentinels, ...servers].map((server) => server.remove()));
    },
  };
}

export type Cluster = {
  readonly nodes: readonly RedisServer[];
  readonly addresses: readonly string[];
  readonly password: string;
  /** Resolves when this node sees the cluster so. */
  state(node: RedisServer | undefined, wanted: 'ok' | 'fail'): Promise<void>;
  remove(): Promise<void>;
};

/** Three primaries that share the 16384 slots; without one of them the state is `fail`. Takes about two seconds. */
export async function startCluster(): Promise<Cluster> {
  const password = `pw-${crypto.randomUUID()}`;
  const buses = [await freePort(), await freePort(), await freePort()];
  const nodes = await Promise.all(
    buses.map((bus) =>
      startRedis({ password, config: ['cluster-enabled yes', `cluster-port ${bus}`, 'cluster-node-timeout 1000'] }),
    ),
  );
  const ranges = [
    ['0', '5460'],
    ['5461', '10922'],
    ['10923', '16383'],
  ];
  for (const [index, node] of nodes.entries()) {
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    await node.command('CLUSTER', 'ADDSLOTSRANGE', ...(ranges[index] ?? []));
  }
  for (const [index, node] of nodes.entries()) {
    await nodes[0]?.command('CLUSTER', 'MEET', node.host, String(node.port), String(buses[index]));
  }
  const state: Cluster['state'] = async (node, wanted) => {
    await node?.until((answer) => answer.includes(`cluster_state:${wanted}`), 'CLUSTER', 'INFO');
  };
  for (const node of nodes) await state(node, 'ok');
  return {
    nodes,
    addresses: nodes.map((node) => `${node.host}:${node.port}`),
    password,
    state,
    async remove() {
      await Promise.all(nodes.map((node) => node.remove()));
    },
  };
}
