// Redis servers that belong together: a primary with a replica and three sentinels, and a cluster of three or four.
import type { Pair } from './certificates.ts';
import { freePort } from './process.ts';
import { type RedisServer, startRedis } from './redis.ts';

type GroupOptions = {
  /** TLS alone, among themselves too; clients must show a certificate of `ca`. */
  readonly tls?: Pair & { readonly ca: string };
  /** Further users of the servers. */
  readonly acl?: readonly string[];
};

const security = ({ tls, acl = [] }: GroupOptions) => ({
  acl,
  ...(tls === undefined ? {} : { tls: { cert: tls.cert, key: tls.key, clientCa: tls.ca } }),
});

export type SentinelSet = {
  /** The name under which the sentinels know the primary. */
  readonly name: string;
  /** `host:port` of the three sentinels. */
  readonly addresses: readonly string[];
  /** Of the data servers; the sentinels ask for none, unless they have users. */
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

/** @param options.sentinelAcl users of the sentinels; with them the user `default` of each has a password too. */
export async function startSentinelSet(
  options: GroupOptions & { readonly sentinelAcl?: readonly string[] } = {},
): Promise<SentinelSet> {
  const name = 'shop';
  const { sentinelAcl } = options;
  const own = security(options);
  const replication = options.tls === undefined ? [] : ['tls-replication yes'];
  const first = await startRedis({ ...own, config: replication });
  const { host, port, password } = first;
  await first.command('CONFIG', 'SET', 'masterauth', password);
  const second = await startRedis({ ...own, config: replication, password, replicaOf: { host, port, password } });
  await second.until((answer) => answer.includes('master_link_status:up'), 'INFO', 'replication');
  const config = [
    `sentinel monitor ${name} ${host} ${port} 2`,
    `sentinel auth-pass ${name} ${password}`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 3000`,
    ...replication,
    ...(sentinelAcl === undefined ? [] : [`sentinel sentinel-pass ${password}`]),
  ];
  const users = sentinelAcl === undefined ? { acl: [] } : { acl: sentinelAcl, password };
  const sentinels = await Promise.all([1, 2, 3].map(() => startRedis({ ...own, ...users, sentinel: true, config })));
  const servers = [first, second] as const;
  for (const sentinel of sentinels) {
    // How often they ask the servers; four publish periods is what they wait before they demote an old primary.
    await sentinel.command('SENTINEL', 'DEBUG', 'info-period', '500', 'publish-period', '250');
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

/**
 * Three primaries that share the 16384 slots; without one of them the state is `fail`. Takes about two seconds.
 * @param options.replica a fourth node, the replica of the first.
 */
export async function startCluster(options: GroupOptions & { readonly replica?: boolean } = {}): Promise<Cluster> {
  const password = `pw-${crypto.randomUUID()}`;
  const own = security(options);
  const common = ['cluster-enabled yes', 'cluster-node-timeout 1000', `masterauth ${password}`];
  if (options.tls !== undefined) common.push('tls-cluster yes', 'tls-replication yes');
  const buses: number[] = [];
  for (let count = options.replica ? 4 : 3; count > 0; count--) buses.push(await freePort());
  const nodes = await Promise.all(
    buses.map((bus) => startRedis({ ...own, password, config: [...common, `cluster-port ${bus}`] })),
  );
  const ranges = [
    ['0', '5460'],
    ['5461', '10922'],
    ['10923', '16383'],
  ];
  for (const [index, node] of nodes.entries()) {
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    const range = ranges[index];
    if (range !== undefined) await node.command('CLUSTER', 'ADDSLOTSRANGE', ...range);
  }
  for (const [index, node] of nodes.entries()) {
    await nodes[0]?.command('CLUSTER', 'MEET', node.host, String(node.port), String(buses[index]));
  }
  const state: Cluster['state'] = async (node, wanted) => {
    await node?.until((answer) => answer.includes(`cluster_state:${wanted}`), 'CLUSTER', 'INFO');
  };
  for (const node of nodes) await state(node, 'ok');
  const [first, , , replica] = nodes;
  if (replica !== undefined) {
    const id = String(await first?.command('CLUSTER', 'MYID'));
    await replica.until((answer) => answer === 'OK', 'CLUSTER', 'REPLICATE', id);
    await replica.until((answer) => answer.includes('master_link_status:up'), 'INFO', 'replication');
  }
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
