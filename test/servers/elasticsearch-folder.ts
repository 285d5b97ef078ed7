// The folder that an Elasticsearch or OpenSearch node runs in: its configuration, users, data and logs.
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { chownSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Distribution } from './elasticsearch-distribution.ts';
import { serverUser } from './process.ts';

export type User = { readonly username: string; readonly password: string };
/** May do all; have the least privilege that the probe, the statistics, those of snapshots need; may do nothing. */
export type Users = {
  readonly admin: User;
  readonly probe: User;
  readonly monitor: User;
  readonly snapshots: User;
  readonly nobody: User;
};

/** A node of a cluster: the one with the transport port `first` is its only possible master, the others hold data. */
export type Member = { readonly transportPort: number; readonly first: number };

export type NodeSettings = {
  readonly port: number;
  readonly member?: Member | undefined;
  readonly transportPort: number;
  readonly users?: Users | undefined;
  /** PEM files below `<folder>/config`: the node may read no others. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
};

/** The roles of docs/elasticsearch.md. */
const roles = [
  ...['sidewarden:', '  cluster: ["cluster:monitor/health"]'],
  ...['monitor:', '  cluster: ["monitor"]'],
  ...['snapshots:', '  cluster: ["monitor", "monitor_snapshot"]'],
  ...['nothing:', '  cluster: []', ''],
].join('\n');

/** Writes `<folder>/config`; the distribution stays as it is. */
export function writeConfiguration({ product, home }: Distribution, folder: string, settings: NodeSettings): void {
  const config = join(folder, 'config');
  cpSync(join(home, 'config'), config, { recursive: true });
  for (const name of ['data', 'logs', 'snapshots', 'tmp']) mkdirSync(join(folder, name), { recursive: true });
  // Its logs and dumps would go into the distribution, or fill the disk.
  const options = readFileSync(join(config, 'jvm.options'), 'utf8').split('\n');
  const unwanted = /gc\.log|loggc|GCLog|ErrorFile|HeapDump|^-Xm[sx]/;
  writeFileSync(join(config, 'jvm.options'), options.filter((line) => !unwanted.test(line)).join('\n'));
  writeFileSync(join(config, `${product}.yml`), nodeFile(product, folder, settings).join('\n'));
  if (settings.users !== undefined) {
    writeUsers(folder, settings.users);
    writeFileSync(join(config, 'roles.yml'), roles);
  }
  own(folder);
}

function nodeFile(
  product: string,
  folder: string,
  { port, transportPort, users, tls, member }: NodeSettings,
): string[] {
  const lines = [
    ...(member === undefined ? ['discovery.type: single-node'] : membership(product, member)),
    'network.host: 127.0.0.1',
    `http.port: ${port}`,
    `transport.port: ${transportPort}`,
    `path.data: ${join(folder, 'data')}`,
    `path.logs: ${join(folder, 'logs')}`,
    `path.repo: ${join(folder, 'snapshots')}`,
    'cluster.routing.allocation.disk.threshold_enabled: false',
  ];
  if (product === 'elasticsearch') {
    lines.push(`xpack.security.enabled: ${users !== undefined}`, 'resource.reload.interval.high: 500ms');
  }
  if (tls !== undefined) {
    lines.push('xpack.security.http.ssl.enabled: true');
    lines.push(`xpack.security.http.ssl.certificate: ${tls.cert}`, `xpack.security.http.ssl.key: ${tls.key}`);
  }
  return lines;
}

function membership(product: string, { transportPort, first }: Member): string[] {
  const bootstrap = product === 'elasticsearch' ? 'initial_master_nodes' : 'initial_cluster_manager_nodes';
  return [
    `cluster.name: of-${first}`,
    `node.name: node-${transportPort}`,
    `discovery.seed_hosts: ['127.0.0.1:${first}']`,
    transportPort === first ? `cluster.${bootstrap}: ['node-${first}']` : 'node.roles: [data]',
  ];
}

/**
 * The files that `bin/elasticsearch-users` keeps; that would start a Java for each user. A node that runs reads them anew.
 * https://www.elastic.co/guide/en/elasticsearch/reference/current/file-realm.html
 * @param more further users who may do what the probe may.
 */
export function writeUsers(folder: string, users: Users, more: readonly User[] = []): void {
  const { admin, probe, monitor, snapshots, nobody } = users;
  const probes = [probe, ...more];
  const lines = [admin, monitor, snapshots, nobody, ...probes].map(
    ({ username, password }) => `${username}:${hash(password)}`,
  );
  const named = probes.map(({ username }) => username).join(',');
  writeFileSync(join(folder, 'config', 'users'), `${lines.join('\n')}\n`);
  const members = [
    ['superuser', admin.username],
    ['sidewarden', named],
    ['monitor', monitor.username],
    ['snapshots', snapshots.username],
    ['nothing', nobody.username],
  ];
  const roleLines = members.map(([role, names]) => `${role}:${names}\n`);
  writeFileSync(join(folder, 'config', 'users_roles'), roleLines.join(''));
}

function hash(password: string): string {
  const salt = randomBytes(32);
  const rounds = 10_000;
  const key = pbkdf2Sync(password, salt, rounds, 32, 'sha512');
  return `{PBKDF2}${rounds}$${salt.toString('base64')}$${key.toString('base64')}`;
}

function own(path: string): void {
  const user = serverUser();
  if (user === undefined) return;
  chownSync(path, user.uid, user.gid);
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    chownSync(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
}
