// The real servers of classes.test.ts, one check or more on each, and what makes each check fail in one way.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Address } from '../contract/rig.ts';
import { type BorrowedKms, borrowElasticsearch, borrowKms } from '../servers/borrow.ts';
import { type Certificates, issue, makeCertificates } from '../servers/certificates.ts';
import { type DnsServer, startDnsServer } from '../servers/dns.ts';
import type { ElasticsearchServer } from '../servers/elasticsearch.ts';
import type { Listening } from '../servers/listening.ts';
import { type PostgresServer, type PostgresStandby, startPostgres } from '../servers/postgres.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { crowd } from '../servers/redis-crowd.ts';
import { startTlsServer } from '../servers/tls.ts';

const password = 'p@ss:w/rd';
const coded = encodeURIComponent(password);
/** Users of PostgreSQL, one for each fault, so that its sessions can be ended alone. */
const roles = ['rotated', 'revoked', 'limited', 'distrusted'] as const;

export type Servers = {
  readonly postgres: PostgresServer;
  readonly standby: PostgresStandby;
  readonly elasticsearch: ElasticsearchServer;
  readonly redis: RedisServer;
  readonly crowded: RedisServer;
  readonly loading: RedisServer;
  readonly kms: BorrowedKms;
  readonly keys: { readonly disabled: string; readonly doomed: string };
  readonly dns: DnsServer;
  readonly secure: Listening;
  readonly certificates: Certificates;
  /** The authority that the check `distrusted` trusts: a copy that can be replaced. */
  readonly trusted: string;
  /** Replaces the certificate of `secure` by one that ends so soon. */
  renew(days: number): Promise<void>;
  stop(): Promise<void>;
};

export async function startServers(): Promise<Servers> {
  const folder = await runFolder('classes');
  const certificates = await makeCertificates(folder);
  const trusted = join(folder, 'trusted.crt');
  const acl = [`muted on >${password} +ping +client`, `renamed on >${password} +ping +client`];
  const [postgres, elasticsearch, redis, crowded, loading, kms, dns] = await Promise.all([
    startPostgres({ standby: true, tls: true }),
    borrowElasticsearch(),
    startRedis({ acl }),
    startRedis({ acl: [`guest on >${password} +ping +client`] }),
    startRedis(),
    borrowKms(),
    startDnsServer([{ type: 'A', name: 'shop.test', data: '192.0.2.1' }]),
  ]);
  if (postgres.standby === undefined || postgres.certificates === undefined) throw new Error('started without them');
  for (const role of roles) await postgres.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await copyFile(postgres.certificates.ca, trusted);
  await elasticsearch.makeGreen();
  const renew = async (notAfterDays: number): Promise<void> => {
    const { cert, key } = await issue({ ca: certificates.ca, notAfterDays });
    await Promise.all([copyFile(cert, certificates.cert), copyFile(key, certificates.key)]);
    await secure.restart();
  };
  const secure = await startTlsServer(certificates);
  return {
    ...{ postgres, standby: postgres.standby, elasticsearch, redis, crowded, loading, kms, dns },
    keys: { disabled: await kms.createKey(), doomed: await kms.createKey() },
    ...{ secure, certificates, trusted, renew },
    async stop() {
      await Promise.all([postgres.remove(), elasticsearch.remove(), dns.stop(), secure.stop()]);
      await Promise.all([redis, crowded, loading].map((server) => server.remove()));
      removeFolder(folder);
    },
  };
}

type Checks = Record<string, Record<string, unknown>>;

export function checksOf(servers: Servers): Checks {
  const { postgres, standby, elasticsearch, redis, crowded, loading, kms, keys, dns, secure, certificates } = servers;
  const as = (role: string, { host, port }: Address) => `postgres://${role}:${coded}@${host}:${port}/shop`;
  const user = (name: string, { host, port }: Address) => `redis://${name}:${coded}@${host}:${port}`;
  const key = (key_id: string) => ({ type: 'kms', key_id, endpoint: kms.url });
  const tls = { ca_file: servers.trusted };
  const checks: Checks = {
    promoted: { type: 'postgres', url: standby.url, expect: 'primary' },
    rotated: { type: 'postgres', url: as('rotated', postgres) },
    revoked: { type: 'postgres', url: as('revoked', postgres), write: { interval: '1s' } },
    limited: { type: 'postgres', url: as('limited', postgres) },
    distrusted: { type: 'postgres', url: as('distrusted', postgres), tls },
    renamed: { type: 'redis', url: user('renamed', redis) },
    muted: { type: 'redis', url: user('muted', redis) },
    crowded: { type: 'redis', url: user('guest', crowded) },
    loading: { type: 'redis', url: loading.url },
    red: { type: 'elasticsearch', url: elasticsearch.urlAs(elasticsearch.users.probe) },
    strict: { type: 'elasticsearch', url: elasticsearch.urlAs(elasticsearch.users.probe), minimum_status: 'green' },
    disabled: key(keys.disabled),
    doomed: key(keys.doomed),
    unknown: { type: 'dns', name: 'shop.test', resolver: `${dns.host}:${dns.port}` },
    nowhere: { type: 'http', url: 'http://no-such-host.invalid/health' },
    certificate: {
      ...{ type: 'tls', address: `${secure.host}:${secure.port}`, tls: { ca_file: certificates.ca } },
      ...{ warn_before: '10d', fail_before: '3d' },
    },
  };
  const common = { interval: '1s', timeout: '800ms' };
  return Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, { ...check, ...common }]));
}

/** A fault that comes while everything runs. */
export type Fault = {
  readonly check: string;
  readonly errorClass: string;
  readonly phase: string;
  /** When it resolves the fault is in force. @returns what ends it. */
  begin(servers: Servers): Promise<() => Promise<unknown>>;
};

/** Runs SQL and ends the role's sessions, so that what counts is a new log-in. */
const relog = async ({ postgres }: Servers, role: string, sql: string): Promise<void> => {
  await postgres.query(`${sql}; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`);
};

export const faults: readonly Fault[] = [
  {
    ...{ check: 'rotated', errorClass: 'auth', phase: 'auth' },
    async begin(servers) {
      await relog(servers, 'rotated', "ALTER ROLE rotated PASSWORD 'another'");
      return () => servers.postgres.query(`ALTER ROLE rotated PASSWORD '${password}'`);
    },
  },
  {
    ...{ check: 'revoked', errorClass: 'permission', phase: 'write' },
    async begin({ postgres }) {
      await postgres.query('REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC');
      return () => postgres.query('GRANT TEMPORARY ON DATABASE shop TO PUBLIC');
    },
  },
  {
    ...{ check: 'limited', errorClass: 'capacity', phase: 'auth' },
    async begin(servers) {
      await relog(servers, 'limited', 'ALTER ROLE limited CONNECTION LIMIT 0');
      return () => servers.postgres.query('ALTER ROLE limited CONNECTION LIMIT -1');
    },
  },
  {
    ...{ check: 'distrusted', errorClass: 'tls', phase: 'connect' },
    async begin(servers) {
      await copyFile(servers.certificates.otherCa, servers.trusted);
      await relog(servers, 'distrusted', 'SELECT 1');
      return () => copyFile(servers.postgres.certificates?.ca ?? '', servers.trusted);
    },
  },
  {
    ...{ check: 'renamed', errorClass: 'auth', phase: 'auth' },
    async begin({ redis }) {
      await redis.command('ACL', 'SETUSER', 'renamed', 'resetpass', '>another');
      await redis.command('CLIENT', 'KILL', 'USER', 'renamed');
      return () => redis.command('ACL', 'SETUSER', 'renamed', 'resetpass', `>${password}`);
    },
  },
  {
    ...{ check: 'muted', errorClass: 'permission', phase: 'ping' },
    async begin({ redis }) {
      await redis.command('ACL', 'SETUSER', 'muted', '-ping');
      return () => redis.command('ACL', 'SETUSER', 'muted', '+ping');
    },
  },
  {
    ...{ check: 'crowded', errorClass: 'capacity', phase: 'connect' },
    async begin({ crowded }) {
      const inside = new Redis({ path: crowded.socket, password: crowded.password, retryStrategy: null });
      await inside.call('CONFIG', 'SET', 'maxclients', '8');
      const first = await crowd(crowded);
      await inside.call('CLIENT', 'KILL', 'USER', 'guest');
      const second = await crowd(crowded); // takes the place that has become free
      return async () => {
        await inside.call('CONFIG', 'SET', 'maxclients', '1000');
        for (const leave of [first, second, () => inside.disconnect()]) leave();
      };
    },
  },
  {
    ...{ check: 'loading', errorClass: 'starting', phase: 'ping' },
    async begin({ loading }) {
      await loading.restartLoading();
      return () => loading.finishLoading();
    },
  },
  {
    ...{ check: 'disabled', errorClass: 'misconfig', phase: 'key' },
    async begin({ kms, keys }) {
      await kms.disableKey(keys.disabled);
      return () => kms.enableKey(keys.disabled);
    },
  },
  {
    ...{ check: 'doomed', errorClass: 'misconfig', phase: 'key' },
    async begin({ kms, keys }) {
      await kms.scheduleDeletion(keys.doomed);
      return async () => {
        await kms.cancelDeletion(keys.doomed);
        await kms.enableKey(keys.doomed);
      };
    },
  },
  {
    ...{ check: 'unknown', errorClass: 'dns', phase: 'resolve' },
    async begin({ dns }) {
      dns.troubles.set('shop.test', 'NXDOMAIN');
      return async () => dns.troubles.clear();
    },
  },
];
