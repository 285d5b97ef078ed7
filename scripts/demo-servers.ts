// The demo's servers, four that a service needs and a small shop: their settings for the daemon, and the commands that make
// each fail.
import { family } from '../test/servers/descendants.ts';
import { startElasticsearch } from '../test/servers/elasticsearch.ts';
import { startKms } from '../test/servers/kms.ts';
import { prepareDemo } from '../test/servers/needed.ts';
import { startPostgres } from '../test/servers/postgres.ts';
import { freePort } from '../test/servers/process.ts';
import { startRedis } from '../test/servers/redis.ts';
import { startShop } from '../test/servers/shop.ts';
import { unlessEnded } from './demo-end.ts';

type Say = (line: string) => void;

/** How long a killed server stays down, so that the outage can be watched, in milliseconds. */
export const downForMs = 30_000;

/** So that the outage shows while it lasts: by default these two are asked every 15 s, and every minute. */
const often = { interval: '5s', timeout: '3s' };
const mentioned = (name: string): string => `\${${name}}`;

/** The checks of the configuration. */
export const demoChecks = {
  database: { type: 'postgres', url: mentioned('DATABASE_URL') },
  elasticsearch: { type: 'elasticsearch', url: mentioned('ELASTICSEARCH_URL'), ...often },
  redis: { type: 'redis', url: mentioned('REDIS_URL') },
  kms: { type: 'kms', key_id: mentioned('KMS_KEY_ID'), ...often },
  shop: { type: 'http', url: `${mentioned('SHOP_URL')}/healthz`, ...often },
} as const;

/** What the configuration says of the shop's own metrics. */
export const demoApp = {
  prefix: 'shop',
  presets: ['graphql', 'http', 'auth', 'cache'],
  metrics: { url: `${mentioned('SHOP_URL')}/metrics`, interval: '5s', timeout: '2s' },
  statsd: { listen: [mentioned('SHOP_STATSD')] },
};

export type DemoServer = {
  readonly check: keyof typeof demoChecks;
  readonly what: string;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly pid: number;
    start(): Promise<void>;
    stop(): Promise<void>;
  };
  /** The variables that the configuration mentions of it. */
  readonly environment: Readonly<Record<string, string>>;
};

/**
 * Fetches what is missing, then starts all, which are put into `running` as they are up.
 * @throws when one does not start, or the signal aborts: what has only begun to start then is killed with this process.
 */
export async function startServers(running: DemoServer[], say: Say, signal: AbortSignal): Promise<void> {
  await unlessEnded(prepareDemo(say), signal); // all before any is started, so that one message says what is missing
  const started = performance.now();
  const up = (entry: DemoServer): void => {
    running.push(entry);
    if (signal.aborted) return;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`  ${entry.what.padEnd(30)} ${entry.server.host}:${entry.server.port}  (${seconds} s)`);
  };
  say('starting PostgreSQL, Redis, Elasticsearch, KMS and a shop ...');
  const starts = [startDatabase(), startCache(), startSearch(), startKeys(), startService()].map((entry) =>
    entry.then(up),
  );
  const outcomes = await unlessEnded(Promise.allSettled(starts), signal);
  const [failed] = outcomes.filter((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const order = Object.keys(demoChecks);
  running.sort((left, right) => order.indexOf(left.check) - order.indexOf(right.check));
}

async function startDatabase(): Promise<DemoServer> {
  const server = await startPostgres();
  await server.query('GRANT pg_monitor TO app'); // what its statistics need
  return { check: 'database', what: 'PostgreSQL', server, environment: { DATABASE_URL: server.url } };
}

async function startCache(): Promise<DemoServer> {
  const server = await startRedis();
  return { check: 'redis', what: 'Redis', server, environment: { REDIS_URL: server.url } };
}

async function startSearch(): Promise<DemoServer> {
  const server = await startElasticsearch();
  const what = `Elasticsearch ${server.distribution.version}`;
  return { check: 'elasticsearch', what, server, environment: { ELASTICSEARCH_URL: server.url } };
}

async function startKeys(): Promise<DemoServer> {
  const server = await startKms();
  const environment = { ...server.environment, KMS_KEY_ID: await server.createKey() };
  return { check: 'kms', what: 'KMS (a stand-in: moto)', server, environment };
}

/** The service itself, with a little load of its own. */
async function startService(): Promise<DemoServer> {
  const statsd = `127.0.0.1:${await freePort()}`;
  const server = await startShop({ statsd, loadPerS: 10 });
  const environment = { SHOP_URL: server.url, SHOP_STATSD: `udp://${statsd}` };
  return { check: 'shop', what: 'a small shop', server, environment };
}

/** Commands for another terminal; a server's own children are named too, since they would go on answering. */
export function commands({ check, server: { pid } }: DemoServer): { freeze: string; thaw: string; kill: string } {
  // PostgreSQL forks one for each connection, so its children are looked up when the command runs.
  const all =
    check === 'database'
      ? `${pid} $(pgrep -P ${pid})`
      : family(pid)
          .map((each) => each.pid)
          .join(' ');
  return { freeze: `kill -STOP ${all}`, thaw: `kill -CONT ${all}`, kill: `kill -9 ${pid}` };
}
