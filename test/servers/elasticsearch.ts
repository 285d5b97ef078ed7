// A real Elasticsearch or OpenSearch node for tests and demo: one process, on loopback, in a folder of its own.
import { join } from 'node:path';
import { makeCertificates } from './certificates.ts';
import { clientOf, type ElasticsearchClient, type ElasticsearchFacts } from './elasticsearch-client.ts';
import { type Distribution, findDistribution } from './elasticsearch-distribution.ts';
import { type Member, type Users, writeConfiguration } from './elasticsearch-folder.ts';
import { type Front, startFront } from './elasticsearch-front.ts';
import { freePort, removeFolder, runFolder, type ServerProcess, startProcess } from './process.ts';
import type { Progress } from './source.ts';

export type ElasticsearchOptions = {
  /** `product:version`; elasticsearch-distribution.ts says what stands without it. */
  readonly version?: string;
  /** Whether it asks for a user; false unless given. */
  readonly security?: boolean;
  /** Whether it speaks https; false unless given. */
  readonly tls?: boolean;
  /** A node of a cluster instead of one by itself: small, and without users. */
  readonly member?: Member;
  readonly progress?: Progress;
};

/** Its life, which only the process that started it can change. */
export type ElasticsearchLife = {
  readonly pid: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** On the same port, with the same data. */
  restart(): Promise<void>;
  kill(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
  freeze(): void;
  thaw(): void;
};

export type ElasticsearchServer = ElasticsearchFacts & ElasticsearchClient & ElasticsearchLife;

const host = '127.0.0.1';
const users: Users = {
  admin: { username: 'admin', password: 'admin-Zs9!xQ' },
  probe: { username: 'sidewarden', password: 'pröbe:Kq7&y/%' },
  monitor: { username: 'monitor', password: 'monitor-Hv2*k' },
  snapshots: { username: 'snapshots', password: 'snapshots-Ny5=p' },
  nobody: { username: 'nobody', password: 'nobody-Wd3#v' },
};

/** Resolves when the node answers and has a master: about 8 s when the distribution is in the cache. */
export async function startElasticsearch(options: ElasticsearchOptions = {}): Promise<ElasticsearchServer> {
  const distribution = await findDistribution(options.version, options.progress);
  const folder = await runFolder(distribution.product);
  const certificates = options.tls ? await makeCertificates(join(folder, 'config', 'certificates')) : undefined;
  const guarded = { users: options.security ? users : undefined, tls: certificates };
  // OpenSearch has users and TLS in a plugin that this distribution lacks.
  const fronted = distribution.product === 'opensearch' && (guarded.users ?? guarded.tls) !== undefined;
  const port = await freePort();
  const nodePort = fronted ? await freePort() : port;
  const { member } = options;
  const ports = { port: nodePort, member, transportPort: member?.transportPort ?? (await freePort()) };
  writeConfiguration(distribution, folder, fronted ? ports : { ...ports, ...guarded });

  const facts: ElasticsearchFacts = {
    ...{ distribution, folder, host, port, users, certificates },
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}`,
    security: options.security ? (fronted ? 'front' : 'node') : undefined,
  };
  const client = clientOf(facts);
  let front: Front | undefined;
  let node: ServerProcess;
  const start = async (): Promise<void> => {
    if (fronted) front = await startFront({ port, nodePort, ...guarded });
    node = await startNode(distribution, folder, nodePort, member === undefined ? '512m' : '256m', client.isReady);
  };
  const stop = async (): Promise<void> => {
    await Promise.all([node.stop(), front?.stop()]);
  };
  await start();
  return {
    ...facts,
    ...client,
    get pid() {
      return node.pid;
    },
    start,
    stop,
    async restart() {
      await stop();
      await start();
    },
    async kill() {
      node.kill();
      await Promise.all([node.exited, front?.stop()]);
    },
    async remove() {
      await stop();
      removeFolder(folder);
    },
    freeze: () => node.freeze(),
    thaw: () => node.thaw(),
  };
}

/** Two nodes of one cluster, which does without the second. Resolves when it has both. */
export async function startElasticsearchPair(): Promise<readonly [ElasticsearchServer, ElasticsearchServer]> {
  const [first, second] = [await freePort(), await freePort()];
  const nodes = await Promise.all([
    startElasticsearch({ member: { transportPort: first, first } }),
    startElasticsearch({ member: { transportPort: second, first } }),
  ]);
  const { status, body } = await nodes[0].request('GET', '/_cluster/health?wait_for_nodes=2&timeout=60s');
  if (status !== 200) throw new Error(`the nodes did not meet: ${JSON.stringify(body)}`);
  return nodes;
}

function startNode(
  { product, version, home, javaHome }: Distribution,
  folder: string,
  port: number,
  heap: string,
  ready: () => Promise<boolean>,
) {
  const prefix = product === 'elasticsearch' ? 'ES' : 'OPENSEARCH';
  return startProcess({
    name: `${product} ${version}`,
    command: join(home, 'bin', product),
    args: [],
    env: {
      [`${prefix}_JAVA_HOME`]: javaHome,
      [`${prefix}_PATH_CONF`]: join(folder, 'config'),
      [`${prefix}_TMPDIR`]: join(folder, 'tmp'),
      // The second compiler would cost more than it gives back in the minutes that a node lives.
      CLI_JAVA_OPTS: quick,
      [`${prefix}_JAVA_OPTS`]: `-Xms${heap} -Xmx${heap} ${quick}`,
    },
    folder,
    port,
    readyWithinMs: 120_000,
    stopWithinMs: 20_000,
    ready,
  });
}

const quick = '-XX:TieredStopAtLevel=1';
