// A real PgBouncer in front of servers that run: https://www.pgbouncer.org/config.html
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort, removeFolder, runFolder, startProcess } from './process.ts';
import { locate, type Source } from './source.ts';

export const pgbouncerSource: Source = {
  what: 'PgBouncer',
  variable: 'SIDEWARDEN_TEST_PGBOUNCER',
  candidates: ['pgbouncer', '/usr/sbin/pgbouncer'],
  packages: ['pgbouncer'],
};

export const poolModes = ['session', 'transaction', 'statement'] as const;
export type PoolMode = (typeof poolModes)[number];

export type PgbouncerOptions = {
  readonly mode: PoolMode;
  /** What stands behind each database name. */
  readonly databases: Readonly<Record<string, { readonly port: number; readonly dbname: string }>>;
  /** Passwords by user: for its own clients, and for its log-ins to the servers. */
  readonly users: Readonly<Record<string, string>>;
  /** Offer TLS to clients. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Lines of pgbouncer.ini: `default_pool_size: '1'`. */
  readonly settings?: Readonly<Record<string, string>>;
};

export type Pgbouncer = {
  readonly host: string;
  readonly port: number;
  /** A command of its console, such as `SHOW POOLS` or `PAUSE`; its rows. */
  command(text: string): Promise<Record<string, unknown>[]>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
};

const host = '127.0.0.1';
const admin = 'console';

/** Takes about a tenth of a second. */
export async function startPgbouncer(options: PgbouncerOptions): Promise<Pgbouncer> {
  const program = await locate(pgbouncerSource);
  const folder = await runFolder('pgbouncer');
  const port = await freePort();
  const password = crypto.randomUUID();
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(join(folder, 'users.txt'), users({ ...options.users, [admin]: password }), { mode: 0o644 });
  await writeFile(file, configuration(options, folder, port), { mode: 0o644 });

  const command = async (text: string): Promise<Record<string, unknown>[]> => {
    const client = new Client({ host, port, user: admin, password, database: 'pgbouncer' });
    client.on('error', () => {}); // what is under way rejects
    try {
      await client.connect();
      return (await client.query(text)).rows ?? [];
    } finally {
      await client.end();
    }
  };
  const begin = () =>
    startProcess({
      name: 'pgbouncer',
      command: program,
      args: [file],
      folder,
      port,
      ready: async () => (await command('SHOW VERSION')).length > 0,
      readyWithinMs: 10_000,
    });
  let running = await begin();
  const kill = async (): Promise<void> => {
    running.kill();
    await running.exited;
  };
  return {
    host,
    port,
    command,
    kill,
    async start() {
      running = await begin();
    },
    async remove() {
      await kill();
      removeFolder(folder);
    },
  };
}

const users = (passwords: Readonly<Record<string, string>>): string =>
  Object.entries(passwords)
    .map(([name, password]) => `"${name}" "${password}"\n`)
    .join('');

function configuration({ mode, databases, tls, settings }: PgbouncerOptions, folder: string, port: number): string {
  const lines: Record<string, string> = {
    listen_addr: host,
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: join(folder, 'users.txt'),
    admin_users: admin,
    pool_mode: mode,
    ...(tls && { client_tls_sslmode: 'allow', client_tls_cert_file: tls.cert, client_tls_key_file: tls.key }),
    ...settings,
  };
  const behind = Object.entries(databases).map(
    ([name, { port: server, dbname }]) => `${name} = host=${host} port=${server} dbname=${dbname}`,
  );
  const given = Object.entries(lines).map(([name, value]) => `${name} = ${value}`);
  return ['[databases]', ...behind, '[pgbouncer]', ...given, ''].join('\n');
}
