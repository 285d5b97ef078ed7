// The files of a PostgreSQL server: its data, its configuration, who may log in.
import { appendFileSync, chmodSync, chownSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Certificates } from './certificates.ts';
import { madeOnce } from './download.ts';
import { runProgram, serverUser } from './process.ts';

export type Cluster = {
  /** The path of `postgres`; initdb lies beside it. */
  readonly program: string;
  /** From `runFolder`; the Unix socket is here. */
  readonly folder: string;
  readonly data: string;
  readonly port: number;
  /** Of the superuser `postgres`. */
  readonly superPassword: string;
};

/**
 * Makes an empty cluster, stopped cleanly: a copy of the one that this version's initdb made once, into the cache.
 * @returns the password of the superuser `postgres`.
 */
export async function initialise({ program, data, folder }: Omit<Cluster, 'superPassword'>): Promise<string> {
  const { mtimeMs, size } = statSync(program);
  const template = await madeOnce(`postgres-data ${program} ${size} ${Math.round(mtimeMs)}`, async (made) => {
    give(made);
    const passwordFile = join(made, 'superuser');
    writeOwned(passwordFile, crypto.randomUUID());
    await runProgram({
      name: 'initdb',
      command: join(dirname(program), 'initdb'),
      args: [
        ...['-D', join(made, 'data'), '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
        ...['--encoding=UTF8', '--locale=C', '--no-sync'],
      ],
      folder,
    });
  });
  await copyData(join(template, 'data'), data, folder);
  return readFileSync(join(template, 'superuser'), 'utf8');
}

export type Configuration = {
  readonly settings: Readonly<Record<string, string>>;
  readonly certificates?: Certificates;
  /** Where to stream from; makes it a standby. */
  readonly primary?: { readonly host: string; readonly port: number };
};

/** Adds to postgresql.conf what makes it quick, quiet and ours. */
export function configure(cluster: Cluster, { settings, certificates, primary }: Configuration): void {
  const { data, folder, port, superPassword } = cluster;
  const lines: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    password_encryption: 'scram-sha-256',
    // Nothing here must survive a crash of the machine.
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '16MB',
    wal_keep_size: '64MB',
    lc_messages: 'C',
  };
  if (certificates !== undefined) {
    // The server refuses a key that others can read.
    copyFileSync(certificates.key, join(data, 'server.key'));
    own(join(data, 'server.key'));
    Object.assign(lines, { ssl: 'on', ssl_cert_file: certificates.cert, ssl_ca_file: certificates.ca });
  }
  if (primary !== undefined) {
    lines.primary_conninfo = `host=${primary.host} port=${primary.port} user=postgres password=${superPassword}`;
    writeOwned(join(data, 'standby.signal'), '');
  }
  const all = Object.entries({ ...lines, ...settings }).map(([name, value]) => `${name} = '${value}'\n`);
  appendFileSync(join(data, 'postgresql.conf'), `\n${all.join('')}`);
  writeRules(cluster, []);
}

/** Writes pg_hba.conf: these lines, then a password for everybody. The superuser of the tests has the Unix socket. */
export function writeRules({ data }: Cluster, rules: readonly string[]): void {
  const always = [
    'local all postgres scram-sha-256',
    'host replication postgres 127.0.0.1/32 scram-sha-256',
    ...rules,
    'local all all scram-sha-256',
    'host all all 127.0.0.1/32 scram-sha-256',
  ];
  writeOwned(join(data, 'pg_hba.conf'), `${always.join('\n')}\n`);
}

/** The same cluster once more; it must be stopped. */
export async function copyData(from: string, to: string, folder: string): Promise<void> {
  await runProgram({ name: 'cp', command: 'cp', args: ['-a', from, to], folder });
}

function writeOwned(file: string, text: string): void {
  writeFileSync(file, text);
  own(file);
}

function own(file: string): void {
  give(file);
  chmodSync(file, 0o600);
}

function give(path: string): void {
  const user = serverUser();
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}
