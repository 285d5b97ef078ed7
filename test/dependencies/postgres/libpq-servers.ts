// The servers, users and files that the table of connection strings speaks of.
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Listening, startListening } from '../../servers/listening.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { freePort, removeFolder, runFolder } from '../../servers/process.ts';

const run = promisify(execFile);

export type Servers = {
  /** `127.0.0.1:port` of a primary with TLS, its standby, a server without TLS, nobody, and one that never answers. */
  readonly tls: string;
  readonly standby: string;
  readonly plain: string;
  readonly nobody: string;
  readonly silent: string;
  /** The port alone of the primary with TLS. */
  readonly port: string;
  readonly ports: { readonly standby: string; readonly nobody: string };
  /** The folder of its Unix socket. */
  readonly socket: string;
  /** Of every user, percent-encoded; and as it is. */
  readonly pw: string;
  readonly password: string;
  /** Authorities: the servers' own, and another. */
  readonly ca: string;
  readonly other: string;
  /** The certificate of the user `client`, its key, and the same key encrypted with `open-sesame`. */
  readonly cert: string;
  readonly key: string;
  readonly locked: string;
  /** Password files: one that fits, one that others may read, one with other lines. */
  readonly passfile: string;
  readonly openPassfile: string;
  readonly otherPassfile: string;
  /** An empty folder for HOME. */
  readonly home: string;
  /** What the port belongs to: `tls`, `standby` or `plain`. */
  nameOf(port: string): string;
  remove(): Promise<void>;
};

const roles = ['tlsonly', 'plainonly', 'certified', 'client'];
const rules = [
  'hostnossl all tlsonly 127.0.0.1/32 reject',
  'hostssl all plainonly 127.0.0.1/32 reject',
  'hostnossl all certified 127.0.0.1/32 reject',
  'hostssl all certified 127.0.0.1/32 scram-sha-256 clientcert=verify-ca',
  'hostssl all client 127.0.0.1/32 cert',
  'host all all ::1/128 scram-sha-256',
];

export async function startServers(): Promise<Servers> {
  const settings = { listen_addresses: '127.0.0.1, ::1' };
  const [server, plain] = await Promise.all([startPostgres({ tls: true, standby: true, settings }), startPostgres()]);
  const { certificates, standby, password, port } = server;
  if (certificates === undefined || standby === undefined) throw new Error('started without TLS or standby');
  for (const role of roles) await server.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await plain.query(`ALTER ROLE app PASSWORD '${password}'`);
  await server.rules(rules);
  const silent = await startListening(() => createServer(() => {}));
  const nobody = await freePort();
  const files = await writeFiles(server);
  const at = (known: number): string => `127.0.0.1:${known}`;
  return {
    ...{ tls: at(port), standby: at(standby.port), plain: at(plain.port), nobody: at(nobody), silent: at(silent.port) },
    ...{ port: String(port), ports: { standby: String(standby.port), nobody: String(nobody) }, socket: server.socket },
    ...{ pw: encodeURIComponent(password), password, ca: certificates.ca, other: certificates.otherCa },
    ...files,
    nameOf: (known) =>
      ({ [port]: 'tls', [standby.port]: 'standby', [plain.port]: 'plain' })[Number(known)] ?? `port ${known}`,
    remove: () => removeAll(server, plain, silent, files.home),
  };
}

/** libpq wants keys and password files that nobody else may read. */
async function writeFiles({ certificates, password, port }: PostgresServer) {
  const folder = await runFolder('libpq');
  const home = join(folder, 'home');
  await mkdir(home);
  const [cert, key, locked] = ['client.crt', 'client.key', 'locked.key'].map((name) => join(folder, name));
  if (certificates === undefined || cert === undefined || key === undefined || locked === undefined) {
    throw new Error('no certificates');
  }
  await copyFile(certificates.clientCert, cert);
  await copyFile(certificates.clientKey, key);
  await run('openssl', ['pkey', '-in', key, '-aes256', '-passout', 'pass:open-sesame', '-out', locked]);
  await Promise.all([key, locked].map((file) => chmod(file, 0o600)));
  const line = `127.0.0.1:${port}:*:app:${password.replace(/[:\\]/g, '\\$&')}\n`;
  const write = async (name: string, text: string, mode: number): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, text, { mode });
    await chmod(file, mode);
    return file;
  };
  const wrong = `# 127.0.0.1:${port}:*:app:x\n127.0.0.1:1:*:*:x\n*:*:shop:other:x\n`;
  return {
    ...{ home, cert, key, locked },
    passfile: await write('passfile', wrong + line, 0o600),
    openPassfile: await write('open-passfile', line, 0o644),
    otherPassfile: await write('other-passfile', wrong, 0o600),
  };
}

async function removeAll(
  server: PostgresServer,
  plain: PostgresServer,
  silent: Listening,
  home: string,
): Promise<void> {
  await Promise.all([server.remove(), plain.remove(), silent.stop()]);
  removeFolder(join(home, '..'));
}
