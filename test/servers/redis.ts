// Real Redis (or Valkey) servers: alone, replica, TLS, ACL, slow to load.
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort, removeFolder, runFolder, type ServerProcess, serverUser, startProcess } from './process.ts';
import { locate, type Source } from './source.ts';

export const redisSource: Source = {
  what: 'Redis',
  variable: 'SIDEWARDEN_TEST_REDIS',
  candidates: ['redis-server', 'valkey-server'],
  packages: ['redis-server'],
};

const host = '127.0.0.1';

export type RedisOptions = {
  /**
   * Of the user `default`, who may do everything. A random text unless given; false: none is asked for, as by a sentinel
   * that is given none.
   */
  readonly password?: string | false;
  /** Further users, such as `probe on >secret +ping`. */
  readonly acl?: readonly string[];
  readonly replicaOf?: { readonly host: string; readonly port: number; readonly password: string };
  /** TLS only, on `port`. With `clientCa` a client certificate of it is asked for. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
  readonly maxclients?: number;
  /** Further lines of redis.conf. */
  readonly config?: readonly string[];
  /** Runs as a sentinel. */
  readonly sentinel?: boolean;
};

export type RedisServer = {
  readonly host: string;
  readonly port: number;
  /** The Unix socket, by which the tests themselves give orders. */
  readonly socket: string;
  /** Empty when none is asked for. */
  readonly password: string;
  /** With the password of `default`. */
  readonly url: string;
  readonly pid: number;
  /** As `default`, on a connection of its own. */
  command(...args: string[]): Promise<unknown>;
  /** Resolves once `test` is true of the answer; throws after 20 s. */
  until(test: (answer: string) => boolean, ...args: string[]): Promise<void>;
  stop(): Promise<void>;
  /** Again, on the same port and with the same files. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Restarts it with so much to load, and so slowly, that it answers LOADING until `finishLoading`. */
  restartLoading(): Promise<void>;
  finishLoading(): Promise<void>;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  output(): string;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
};

/** Takes about a tenth of a second. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const command = await locate(redisSource);
  const port = await freePort();
  const folder = await runFolder('redis');
  const socket = join(folder, 'redis.sock');
  const given = options.password ?? (options.sentinel !== true && `pw-${crypto.randomUUID()}`);
  const password = given === false ? '' : given;
  const file = join(folder, 'redis.conf');
  await writeFile(file, configuration(options, { port, folder, socket, password }));
  const user = serverUser();
  if (user !== undefined) await chown(file, user.uid, user.gid); // a sentinel writes down what it learns
  const order = (...args: string[]) => ask(socket, password, args);

  const launch = (extra: readonly string[], ready: RegExp) =>
    startProcess({
      name: 'redis',
      command,
      args: [file, ...(options.sentinel ? ['--sentinel'] : []), ...extra],
      folder,
      ready: async () => ready.test(await order('PING').then(String, (error: Error) => error.message)),
      readyWithinMs: 60_000,
      port,
    });
  let running: ServerProcess = await launch([], /^PONG/);

  const until: RedisServer['until'] = async (test, ...args) => {
    for (let tries = 0; tries < 2400; tries++) {
      if (test(await order(...args).then(String, (error: Error) => error.message))) return;
      await wait(25);
    }
    throw new Error(`redis on ${port}: ${args.join(' ')} never became what was awaited; last: ${await order(...args)}`);
  };
  const start = async (extra: readonly string[] = [], ready = /^PONG/): Promise<void> => {
    running = await launch(extra, ready);
  };
  const stop = async (): Promise<void> => {
    await running.stop();
  };
  return {
    host,
    port,
    socket,
    password,
    url: `${options.tls === undefined ? 'redis' : 'rediss'}://${password === '' ? '' : `:${password}@`}${host}:${port}`,
    get pid() {
      return running.pid;
    },
    command: order,
    until,
    stop,
    start: () => start(),
    async restart() {
      await stop();
      await start();
    },
    async restartLoading() {
      await order('DEBUG', 'POPULATE', '2000', 'ballast', '1024');
      await order('SAVE');
      await stop();
      // 20 ms for each key, of 1024 bytes, after which clients are answered
      await start(['--key-load-delay', '20000', '--loading-process-events-interval-bytes', '1024'], /^LOADING/);
    },
    async finishLoading() {
      await order('CONFIG', 'SET', 'key-load-delay', '0');
      await until((answer) => answer === 'PONG', 'PING');
      await order('FLUSHALL');
      await order('SAVE');
    },
    async kill() {
      running.kill();
      await running.exited;
    },
    freeze: () => running.freeze(),
    thaw: () => running.thaw(),
    output: () => running.output(),
    async remove() {
      running.kill();
      await running.exited;
      removeFolder(folder);
    },
  };
}

type Place = { readonly port: number; readonly folder: string; readonly socket: string; readonly password: string };

function configuration(options: RedisOptions, { port, folder, socket, password }: Place): string {
  const { tls, replicaOf } = options;
  const lines = [`bind ${host}`, `dir ${folder}`, 'daemonize no', ...(options.config ?? [])];
  lines.push(`unixsocket ${socket}`, 'unixsocketperm 777', 'protected-mode no');
  lines.push(`user default on ${password === '' ? 'nopass' : `>${password}`} ~* &* +@all`);
  for (const user of options.acl ?? []) lines.push(`user ${user}`);
  if (options.sentinel !== true) {
    lines.push('save ""', 'rdbcompression no', 'enable-debug-command yes');
    lines.push('repl-diskless-sync-delay 0', 'repl-ping-replica-period 1');
  }
  if (options.maxclients !== undefined) lines.push(`maxclients ${options.maxclients}`);
  if (replicaOf !== undefined)
    lines.push(`replicaof ${replicaOf.host} ${replicaOf.port}`, `masterauth ${replicaOf.password}`);
  if (tls === undefined) return [...lines, `port ${port}`, ''].join('\n');
  lines.push('port 0', `tls-port ${port}`, `tls-cert-file ${tls.cert}`, `tls-key-file ${tls.key}`);
  lines.push(
    `tls-auth-clients ${tls.clientCa === undefined ? 'no' : 'yes'}`,
    `tls-ca-cert-file ${tls.clientCa ?? tls.cert}`,
  );
  return [...lines, ''].join('\n');
}

/** One command on a connection of its own. */
async function ask(path: string, password: string, args: readonly string[]) {
  const client = new Redis({
    path,
    ...(password === '' ? {} : { password }),
    protocol: 2,
    lazyConnect: true,
    retryStrategy: null,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: 5000,
    replyMapping: 'legacy',
  });
  client.on('error', () => undefined); // the call below rejects
  try {
    await client.connect();
    return await client.call(args[0] ?? 'PING', ...args.slice(1));
  } finally {
    client.disconnect();
  }
}
