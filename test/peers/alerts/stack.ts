// A whole service as it runs: PostgreSQL, Redis, Elasticsearch, a stand-in for KMS, the shop, two replicas, a real Prometheus.
import { stringify } from 'yaml';
import { type ElasticsearchServer, startElasticsearch } from '../../servers/elasticsearch.ts';
import { type KmsServer, startKms } from '../../servers/kms.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { freePort } from '../../servers/process.ts';
import { type Prometheus, startPrometheus } from '../../servers/prometheus.ts';
import { type RedisServer, startRedis } from '../../servers/redis.ts';
import { type Shop, startShop } from '../../servers/shop.ts';
import { type Sidewarden, startSidewarden } from '../../servers/sidewarden.ts';

export type Stack = {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly elasticsearch: ElasticsearchServer;
  readonly kms: KmsServer;
  /** One beside each replica. */
  readonly shops: readonly Shop[];
  readonly replicas: Sidewarden[];
  readonly prometheus: Prometheus;
  /** What `sidewarden generate` is given. */
  readonly configuration: string;
  stop(): Promise<void>;
};

const host = '127.0.0.1';

/**
 * Everything is up when it resolves: half a minute.
 * @param alerts the key `alerts` of the configuration
 * @param global how often Prometheus scrapes and evaluates
 */
export async function startStack(
  alerts: Readonly<Record<string, unknown>>,
  global: Readonly<Record<string, string>>,
): Promise<Stack> {
  const running: { stop(): Promise<unknown> }[] = [];
  const kept = async <Server extends { stop(): Promise<unknown> }>(started: Promise<Server>): Promise<Server> => {
    const server = await started;
    running.push(server);
    return server;
  };
  const stop = async (): Promise<void> => {
    for (const server of running.reverse()) await server.stop();
  };
  try {
    const addresses = [`${host}:${await freePort()}`, `${host}:${await freePort()}`];
    const [postgres, redis, elasticsearch, kms, ...shops] = await Promise.all([
      ...([kept(startPostgres()), kept(startRedis()), kept(startElasticsearch()), kept(startKms())] as const),
      ...addresses.map((statsd) => kept(startShop({ loadPerS: 10, statsd }))),
    ]);
    await postgres.query('GRANT pg_monitor TO app');
    const key_id = await kms.createKey();
    const configuration = (shop: Shop, statsd: string) => ({
      ...{ service: 'shop', alerts },
      checks: {
        database: { type: 'postgres', url: postgres.url, expect: 'primary' },
        sessions: { type: 'redis', url: redis.url },
        search: { type: 'elasticsearch', url: elasticsearch.url },
        keys: { type: 'kms', key_id, interval: '10s' },
        shop: { type: 'http', url: `${shop.url}/healthz`, gates: ['ready', 'live'] },
      },
      app: {
        prefix: 'shop',
        presets: ['graphql', 'http', 'auth', 'cache', 'database', 'sync', 'business', 'audit'],
        metrics: { url: `${shop.url}/metrics` },
        statsd: { listen: [`udp://${statsd}`] },
      },
    });
    const replicas = await Promise.all(
      shops.map((shop, index) =>
        kept(
          startSidewarden({
            configuration: configuration(shop, addresses[index] as string),
            environment: kms.environment,
          }),
        ),
      ),
    );
    const targets = replicas.map(({ url }) => new URL(url).host);
    const job = (name: string, path: string, more: object = {}) => ({
      ...{ job_name: `shop-${name}`, metrics_path: `/metrics/${path}`, static_configs: [{ targets }] },
      ...more,
    });
    const scrape = [
      job('sidewarden', 'checks'),
      job('statistics', 'statistics', { honor_labels: true }),
      job('app', 'app'),
    ];
    const prometheus = await kept(startPrometheus({ scrape, global }));
    return {
      ...{ postgres, redis, elasticsearch, kms, shops, replicas, prometheus, stop },
      configuration: stringify(configuration(shops[0] as Shop, addresses[0] as string)),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
