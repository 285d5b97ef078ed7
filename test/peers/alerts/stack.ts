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
  /** Those that run. */
  replicas(): readonly Sidewarden[];
  /** Ends so many at once by SIGKILL, first the one that reads the statistics. */
  kill(count: number): Promise<void>;
  /** Starts those that were killed, on their ports. */
  revive(): Promise<void>;
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
      ...addresses.map((statsd) => kept(startShop({ loadPerS: 10, mistakes: false, statsd }))),
    ]);
    await postgres.query('GRANT pg_monitor TO app');
    const key_id = await kms.createKey();
    await kms.rotateKey(key_id);
    const configuration = (shop: Shop, statsd: string) => ({
      service: 'shop',
      ...(Object.keys(alerts).length > 0 && { alerts }),
      checks: {
        database: { type: 'postgres', url: postgres.url, expect: 'primary' },
        sessions: { type: 'redis', url: redis.url },
        search: { type: 'elasticsearch', url: elasticsearch.url },
        keys: { type: 'kms', key_id, interval: '10s' },
        app: { type: 'http', url: `${shop.url}/healthz`, gates: ['ready', 'live'] },
      },
      app: {
        prefix: 'shop',
        presets: ['graphql', 'http', 'auth', 'cache', 'database', 'sync', 'business', 'audit'],
        metrics: { url: `${shop.url}/metrics` },
        statsd: { listen: [`udp://${statsd}`] },
      },
    });
    const launches = await Promise.all(
      shops.map(async (shop, index): Promise<() => Promise<Sidewarden>> => {
        const port = await freePort();
        const own = configuration(shop, addresses[index] as string);
        return () => kept(startSidewarden({ configuration: own, environment: kms.environment, port }));
      }),
    );
    let replicas = await Promise.all(
      launches.map(async (launch) => ({ launch, server: (await launch()) as Sidewarden | undefined })),
    );
    const alive = (): readonly Sidewarden[] => replicas.flatMap(({ server }) => (server === undefined ? [] : [server]));
    const targets = alive().map(({ url }) => new URL(url).host);
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
      ...{ postgres, redis, elasticsearch, kms, shops, prometheus, stop, replicas: alive },
      async kill(count) {
        const reads = async ({ server }: (typeof replicas)[number]): Promise<boolean> =>
          (await server?.metric('sidewarden_statistics_leader', { check: 'database' })) === 1;
        const first = await Promise.all(replicas.map(reads));
        const order = [...replicas.keys()].sort((left, right) => Number(first[right]) - Number(first[left]));
        for (const index of order.slice(0, count)) {
          const { launch, server } = replicas[index] as (typeof replicas)[number];
          server?.kill();
          await server?.exited;
          replicas = replicas.with(index, { launch, server: undefined });
        }
      },
      async revive() {
        replicas = await Promise.all(
          replicas.map(async ({ launch, server }) => ({ launch, server: server ?? (await launch()) })),
        );
      },
      configuration: stringify(configuration(shops[0] as Shop, addresses[0] as string)),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
