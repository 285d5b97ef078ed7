// The four real servers, for tests that take them away one by one.

import type { Address } from '../contract/rig.ts';
import { type ElasticsearchServer, startElasticsearch } from '../servers/elasticsearch.ts';
import { type KmsServer, startKms } from '../servers/kms.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';

/** What a test can do to any of them. */
export type Stoppable = Address & {
  stop(): Promise<void>;
  start(): Promise<void>;
  freeze(): void;
  thaw(): void;
};

/** Those that cost little to start. */
export type Three = {
  readonly database: PostgresServer;
  readonly redis: RedisServer;
  readonly kms: KmsServer;
  readonly keyId: string;
  stop(): Promise<void>;
};
export type Four = Three & { readonly elasticsearch: ElasticsearchServer };

export const names = ['database', 'elasticsearch', 'redis', 'kms'] as const;
export type Name = (typeof names)[number];

/** Where the four are, whoever started them. */
export type Places = Record<Exclude<Name, 'kms'>, Address & { readonly url: string }> & {
  readonly kms: Address;
  readonly keyId: string;
};

export async function startThree(): Promise<Three> {
  const [database, redis, kms] = await Promise.all([startPostgres(), startRedis(), startKms()]);
  const keyId = await kms.createKey('alias/shop');
  const stop = async (): Promise<void> => {
    await Promise.all([database.remove(), redis.remove(), kms.stop()]);
  };
  return { database, redis, kms, keyId, stop };
}

export async function startFour(): Promise<Four> {
  const [three, elasticsearch] = await Promise.all([startThree(), startElasticsearch()]);
  await elasticsearch.makeGreen();
  const stop = async (): Promise<void> => {
    await Promise.all([three.stop(), elasticsearch.remove()]);
  };
  return { ...three, elasticsearch, stop };
}

/** Checks of all four under these names, each by way of another address where one is given. */
export function checksOf(
  four: Places,
  common: Record<string, unknown> = {},
  via: Partial<Record<Name, Address>> = {},
): Record<Name, Record<string, unknown>> {
  const url = (name: Exclude<Name, 'kms'>): string => {
    const moved = new URL(four[name].url);
    const { host, port } = via[name] ?? four[name];
    moved.host = `${host}:${port}`;
    return moved.href;
  };
  const kms = via.kms ?? four.kms;
  return {
    database: { type: 'postgres', url: url('database'), ...common },
    elasticsearch: { type: 'elasticsearch', url: url('elasticsearch'), ...common },
    redis: { type: 'redis', url: url('redis'), ...common },
    kms: { type: 'kms', key_id: four.keyId, endpoint: `http://${kms.host}:${kms.port}`, ...common },
  };
}
