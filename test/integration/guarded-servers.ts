// The servers of guarded.test.ts: each wants TLS, a client certificate, and a user where its protocol knows users.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BorrowedKms, borrowElasticsearch, borrowKms } from '../servers/borrow.ts';
import { type Certificates, issue, makeCertificates, type Pair } from '../servers/certificates.ts';
import type { ElasticsearchServer } from '../servers/elasticsearch.ts';
import { type HttpServer, startHttpServer } from '../servers/http.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { startTlsFront, type TlsFront } from '../servers/tls-front.ts';

/** The name that their certificates are for; what connects to 127.0.0.1 has to say that it means it. */
export const serverName = 'guarded.test';
export const users = ['guarded', 'rotated'] as const;
export type User = (typeof users)[number];

/** Those with users. */
export const guardedTypes = ['postgres', 'redis', 'elasticsearch', 'http'] as const;
export type GuardedType = (typeof guardedTypes)[number];

type Settings = Readonly<Record<string, unknown>>;
type SetPassword = (user: User, password: string) => Promise<void>;

export type GuardedServers = {
  /** `ca` signed what the servers show and what clients must show. */
  readonly certificates: Certificates;
  /** A server's certificate of `otherCa`. */
  readonly ofOtherCa: Pair;
  readonly folder: string;
  /** What a check needs besides `tls` and the user, by type. */
  readonly places: Readonly<Record<GuardedType | 'kms' | 'tls', Settings>>;
  readonly environment: BorrowedKms['environment'];
  /** From now on this is the user's password; who is logged in stays so. */
  readonly setPassword: Readonly<Record<GuardedType, SetPassword>>;
  /** From now on each shows this certificate; connections stay. */
  rotate(pair: Pair): Promise<void>;
  stop(): Promise<void>;
};

/** @param password of both users. */
export async function startGuardedServers(password: string): Promise<GuardedServers> {
  const folder = await runFolder('guarded');
  const certificates = await makeCertificates(folder, { names: [serverName] });
  const ofOtherCa = await issue({ ca: certificates.otherCa, names: [serverName], notAfterDays: 20, file: 'rotated' });
  const app = await startBasicApp();
  const [postgres, redis, elasticsearch, kms] = await Promise.all([
    startPostgres({ tls: true }),
    startRedis({ tls: { ...certificates, clientCa: certificates.ca } }),
    borrowElasticsearch(),
    borrowKms(),
  ]);
  const front = (target: { host: string; port: number }) => startTlsFront(target, certificates, certificates.ca);
  const fronts = { elasticsearch: await front(elasticsearch), kms: await front(kms), app: await front(app.server) };
  const setPassword = passwords(postgres, redis, elasticsearch, app);
  for (const user of users) {
    await postgres.query(`CREATE ROLE ${user} LOGIN`);
    await Promise.all(guardedTypes.map((type) => setPassword[type](user, password)));
  }
  await rotatePostgres(postgres, certificates, certificates.ca);
  return {
    ...{ certificates, ofOtherCa, folder, environment: kms.environment, setPassword },
    places: {
      postgres: { type: 'postgres', url: `postgres://127.0.0.1:${postgres.port}/shop` },
      redis: { type: 'redis', url: `rediss://127.0.0.1:${redis.port}` },
      elasticsearch: { type: 'elasticsearch', url: `https://127.0.0.1:${fronts.elasticsearch.port}` },
      http: { type: 'http', url: `https://127.0.0.1:${fronts.app.port}` },
      kms: { type: 'kms', key_id: await kms.createKey(), endpoint: `https://127.0.0.1:${fronts.kms.port}` },
      tls: { type: 'tls', address: `127.0.0.1:${fronts.app.port}`, warn_before: '1d' },
    },
    async rotate(pair) {
      for (const each of Object.values<TlsFront>(fronts)) each.rotate(pair);
      await redis.command('CONFIG', 'SET', 'tls-cert-file', pair.cert, 'tls-key-file', pair.key);
      await rotatePostgres(postgres, pair, certificates.ca);
    },
    async stop() {
      await Promise.all(Object.values(fronts).map((each) => each.stop()));
      await Promise.all([postgres.remove(), redis.remove(), elasticsearch.remove(), app.server.stop()]);
      removeFolder(folder);
    },
  };
}

type BasicApp = { readonly server: HttpServer; readonly passwords: Map<User, string> };

/** An app that asks for a user. */
async function startBasicApp(): Promise<BasicApp> {
  const passwords = new Map<User, string>();
  const server = await startHttpServer(({ headers }, response) => {
    const given = Buffer.from(headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
    response.writeHead([...passwords].some((pair) => pair.join(':') === given) ? 200 : 401).end();
  });
  return { server, passwords };
}

function passwords(
  postgres: PostgresServer,
  redis: RedisServer,
  elasticsearch: ElasticsearchServer,
  app: BasicApp,
): GuardedServers['setPassword'] {
  return {
    async postgres(user, password) {
      await postgres.query(`ALTER ROLE ${user} PASSWORD '${password}'`);
    },
    async redis(user, password) {
      await redis.command('ACL', 'SETUSER', user, 'on', 'resetpass', `>${password}`, '+ping', '+role', '+client');
    },
    async elasticsearch(user, password) {
      await elasticsearch.putUser({ username: user, password });
    },
    async http(user, password) {
      app.passwords.set(user, password);
    },
  };
}

/** Into the files that it reads; the mode of its key stays as it wants it. */
async function rotatePostgres(postgres: PostgresServer, { cert, key }: Pair, ca: string): Promise<void> {
  const [row] = await postgres.query('SHOW data_directory');
  const own = postgres.certificates;
  if (own === undefined) throw new Error('started without TLS');
  for (const [from, to] of [
    [cert, own.cert],
    [key, join(String(row?.data_directory), 'server.key')],
    [ca, own.ca],
  ] as const) {
    writeFileSync(to, readFileSync(from));
  }
  await postgres.rules([`hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca`]); // reads all of it anew
}
