// A stage for AWS log-ins: real servers behind what AWS puts before them, and every place that credentials come from.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AwsCredentials, startAwsCredentials } from '../servers/aws-credentials.ts';
import { borrowKms } from '../servers/borrow.ts';
import { issue, makeCertificates } from '../servers/certificates.ts';
import { type IamFront, startElastiCacheFront, startRdsFront } from '../servers/iam-front.ts';
import { type KmsFaults, startKmsFaults } from '../servers/kms-faults.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { startRedis } from '../servers/redis.ts';

const region = 'us-east-1';
const rdsName = `shop.c0ffee.${region}.rds.amazonaws.com`;
const cacheName = 'shop-cache';
const cacheAddress = `${cacheName}-c0ffee.serverless.use1.cache.amazonaws.com`;

export const sources = ['static keys', 'profile', 'web identity', 'Pod Identity'] as const;
export type Source = (typeof sources)[number];

export type AwsStage = {
  readonly folder: string;
  readonly kms: KmsFaults;
  readonly database: IamFront;
  readonly cache: IamFront;
  readonly credentials: AwsCredentials;
  /** The real servers behind the fronts, with passwords as everywhere else. */
  readonly direct: { readonly postgres: string; readonly redis: string };
  /** Three checks: `keys`, `database` and `cache`, with these common settings. */
  checks(common?: Readonly<Record<string, unknown>>): Record<string, Record<string, unknown>>;
  /** The environment in which the SDK finds credentials there. */
  environment(source: Source): Promise<Record<string, string>>;
  stop(): Promise<void>;
};

export async function startAwsStage({ lifetimeMs }: { lifetimeMs?: number } = {}): Promise<AwsStage> {
  const folder = await runFolder('aws');
  const [moto, postgres, redis, authority] = await Promise.all([
    borrowKms(),
    startPostgres(),
    startRedis(),
    makeCertificates(join(folder, 'certificates')),
  ]);
  const names = [rdsName, cacheAddress];
  const certificate = await issue({ ca: authority.ca, names, notAfterDays: 1, file: 'aws' });
  const credentials = await startAwsCredentials(moto, lifetimeMs);
  const kms = await startKmsFaults(moto);
  const key_id = await moto.createKey();
  const { keys } = credentials;
  const database = await startRds({ postgres, certificate, keys });
  const user = 'sidewarden';
  const front = { server: redis, certificate, name: cacheName, region, user, keys, serverless: true };
  const cache = await startElastiCacheFront(front);
  const tls = (server_name: string) => ({ ca_file: authority.ca, server_name });
  return {
    folder,
    kms,
    database,
    cache,
    credentials,
    direct: { postgres: postgres.url, redis: redis.url },
    checks: (common = {}) => ({
      keys: { type: 'kms', key_id, endpoint: kms.url, ...common },
      database: {
        type: 'postgres',
        url: `postgres://${postgres.user}@${database.host}:${database.port}/${postgres.database}?sslmode=verify-full`,
        auth: 'aws-iam',
        tls: tls(rdsName),
        expect: 'primary',
        ...common,
      },
      cache: {
        type: 'redis',
        url: `rediss://${user}@${cache.host}:${cache.port}`,
        auth: 'aws-iam',
        cache_name: cacheName,
        serverless: true,
        tls: tls(cacheAddress),
        expect: 'primary',
        ...common,
      },
    }),
    environment: async (source) => ({ AWS_REGION: region, ...(await environmentOf(source, credentials, folder)) }),
    async stop() {
      await Promise.all([database.stop(), cache.stop(), kms.stop(), credentials.stop()]);
      await Promise.all([postgres.remove(), redis.remove()]);
      removeFolder(folder);
    },
  };
}

/** Behind the front the real server asks for no password, as RDS asks the database for none. */
async function startRds({
  postgres,
  certificate,
  keys,
}: {
  postgres: PostgresServer;
  certificate: { cert: string; key: string };
  keys: AwsCredentials['keys'];
}): Promise<IamFront> {
  await postgres.rules([`host ${postgres.database} ${postgres.user} 127.0.0.1/32 trust`]);
  return startRdsFront({ server: postgres, certificate, name: rdsName, region, user: postgres.user, keys });
}

async function environmentOf(
  source: Source,
  { keys, container, sts, authorization, webIdentity, role }: AwsCredentials,
  folder: string,
): Promise<Record<string, string>> {
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const secret = 'x'.repeat(20) + source.replace(' ', '/');
  switch (source) {
    case 'static keys':
      keys.set('AKIASTATICSTATICSTAT', { secret });
      return { AWS_ACCESS_KEY_ID: 'AKIASTATICSTATICSTAT', AWS_SECRET_ACCESS_KEY: secret };
    case 'profile': {
      keys.set('AKIAPROFILEPROFILEPR', { secret });
      const text = `[shop]\naws_access_key_id = AKIAPROFILEPROFILEPR\naws_secret_access_key = ${secret}\n`;
      return { AWS_PROFILE: 'shop', AWS_SHARED_CREDENTIALS_FILE: await file('credentials', text) };
    }
    case 'web identity': // as EKS sets them for a service account: IRSA
      return {
        AWS_WEB_IDENTITY_TOKEN_FILE: await file('web-identity', webIdentity),
        AWS_ROLE_ARN: role,
        AWS_ENDPOINT_URL_STS: sts.url,
      };
    case 'Pod Identity':
      return {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: container.url,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: await file('pod-identity', authorization),
      };
  }
}
