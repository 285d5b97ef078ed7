// A real Elasticsearch or OpenSearch node for tests and demo: one process, on loopback, in a folder of its own.
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Certificates, makeCertificates } from './certificates.ts';
import { type Distribution, findDistribution } from './elasticsearch-distribution.ts';
import { type Member, type User, type Users, writeConfiguration, writeUsers } from './elasticsearch-folder.ts';
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

export type Answer = { readonly status: number; readonly body: unknown };

export type ElasticsearchServer = {
  readonly distribution: Distribution;
  readonly host: string;
  readonly port: number;
  /** Without a user. */
  readonly url: string;
  readonly pid: number;
  /** With `tls`: what signed its certificate, and what did not. */
  readonly certificates: Certificates | undefined;
  /** Who they are with `security`. */
  readonly users: Users;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** On the same port, with the same data. */
  restart(): Promise<void>;
  kill(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
  freeze(): void;
  thaw(): void;
  output(): string;
  /** As the user who may do all. */
  request(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Elasticsearch with `security`: from now on there is this user, who may do what the probe may, with this password. */
  putUser(user: User): Promise<void>;
  makeGreen(): Promise<void>;
  makeYellow(): Promise<void>;
  makeRed(): Promise<void>;
};

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

  const url = `${options.tls ? 'https' : 'http'}://${host}:${port}`;
  const caller = { user: guarded.users?.admin, ca: certificates?.ca };
  const request = (method: string, path: string, body?: unknown) => ask(new URL(path, url), method, body, caller);
  // Red without a shard that is missing: it has not read yet what it knew before a restart.
  const ready = async () => {
    const { status, body } = await request('GET', '/_cluster/health?master_timeout=1s');
    const health = body as { readonly status?: string; readonly unassigned_shards?: number };
    return status === 200 && (health.status !== 'red' || health.unassigned_shards !== 0);
  };
  let front: Front | undefined;
  let node: ServerProcess;
  const more = new Map<string, User>();
  const putUser = async (user: User): Promise<void> => {
    if (fronted || guarded.users === undefined) throw new Error('it keeps no users of its own');
    more.set(user.username, user);
    writeUsers(folder, users, [...more.values()]);
    const isKnown = async () =>
      (await ask(new URL('/_security/_authenticate', url), 'GET', undefined, { ...caller, user })).status === 200;
    for (let tries = 0; !(await isKnown()); tries++) {
      if (tries > 200) throw new Error(`the node does not let ${user.username} in`);
      await wait(50);
    }
  };
  const start = async (): Promise<void> => {
    if (fronted) front = await startFront({ port, nodePort, ...guarded });
    node = await startNode(distribution, folder, nodePort, member === undefined ? '512m' : '256m', ready);
  };
  const stop = async (): Promise<void> => {
    await Promise.all([node.stop(), front?.stop()]);
  };
  await start();
  return {
    distribution,
    host,
    port,
    url,
    certificates,
    users,
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
    output: () => node.output(),
    request,
    putUser,
    ...colours(request),
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

type Request = ElasticsearchServer['request'];

/** Real faults of allocation, made with two indices. */
function colours(request: Request): Pick<ElasticsearchServer, 'makeGreen' | 'makeYellow' | 'makeRed'> {
  const until = async (wanted: string): Promise<void> => {
    for (let tries = 0; tries < 600; tries++) {
      const { body } = await request('GET', '/_cluster/health?filter_path=status');
      if ((body as { status?: unknown }).status === wanted) return;
      await wait(50); // the server can wait for a better status only, not for a worse one
    }
    throw new Error(`the cluster did not become ${wanted}`);
  };
  const create = async (index: string, settings: object, status: string): Promise<void> => {
    await request('PUT', `/${index}?wait_for_active_shards=0`, { settings: { number_of_shards: 1, ...settings } });
    await until(status);
  };
  return {
    async makeGreen() {
      for (const index of ['made-yellow', 'made-red']) await request('DELETE', `/${index}`);
      await until('green');
    },
    // There is no second node for its replica.
    makeYellow: () => create('made-yellow', { number_of_replicas: 1 }, 'yellow'),
    // There is no node that its primary may be on.
    makeRed: () =>
      create('made-red', { number_of_replicas: 0, 'index.routing.allocation.require._name': 'nowhere' }, 'red'),
  };
}

function ask(
  url: URL,
  method: string,
  body: unknown,
  caller: { user: User | undefined; ca: string | undefined },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      method,
      agent: false,
      timeout: 30_000,
      headers: { 'content-type': 'application/json' },
      ...(caller.user ? { auth: `${caller.user.username}:${caller.user.password}` } : {}),
      ...(caller.ca ? { ca: readFileSync(caller.ca) } : {}),
    };
    const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: text.startsWith('{') ? JSON.parse(text) : text }),
      );
      answer.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${url.pathname}: no answer within 30 s`)));
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
