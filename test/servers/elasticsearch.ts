// A real Elasticsearch or OpenSearch node for tests and demo: one process, on loopback, in a folder of its own.
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Certificates, makeCertificates } from './certificates.ts';
import { type Distribution, findDistribution } from './elasticsearch-distribution.ts';
import { type User, type Users, writeConfiguration } from './elasticsearch-folder.ts';
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
  makeGreen(): Promise<void>;
  makeYellow(): Promise<void>;
  makeRed(): Promise<void>;
};

const host = '127.0.0.1';
const users: Users = {
  admin: { username: 'admin', password: 'admin-Zs9!xQ' },
  probe: { username: 'sidewarden', password: 'pröbe:Kq7&y/%' },
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
  const ports = { port: nodePort, transportPort: await freePort() };
  writeConfiguration(distribution, folder, fronted ? ports : { ...ports, ...guarded });

  const url = `${options.tls ? 'https' : 'http'}://${host}:${port}`;
  const caller = { user: guarded.users?.admin, ca: certificates?.ca };
  const request = (method: string, path: string, body?: unknown) => ask(new URL(path, url), method, body, caller);
  const ready = async () => (await request('GET', '/_cluster/health?master_timeout=1s')).status === 200;
  let front: Front | undefined;
  let node: ServerProcess;
  const start = async (): Promise<void> => {
    if (fronted) front = await startFront({ port, nodePort, ...guarded });
    node = await startNode(distribution, folder, nodePort, ready);
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
    ...colours(request),
  };
}

function startNode(
  { product, version, home, javaHome }: Distribution,
  folder: string,
  port: number,
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
      [`${prefix}_JAVA_OPTS`]: '-Xms512m -Xmx512m',
    },
    folder,
    port,
    readyWithinMs: 120_000,
    stopWithinMs: 20_000,
    ready,
  });
}

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
