// The demo's four servers: their settings for the daemon, and the commands that make each fail.
import { family } from '../test/servers/descendants.ts';
import { startElasticsearch } from '../test/servers/elasticsearch.ts';
import { startKms } from '../test/servers/kms.ts';
import { prepareDemo } from '../test/servers/needed.ts';
import { startPostgres } from '../test/servers/postgres.ts';
import { startRedis } from '../test/servers/redis.ts';

type Say = (line: string) => void;

export type DemoServer = {
  /** As the check is called in /health. */
  readonly check: string;
  readonly what: string;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly pid: number;
    start(): Promise<void>;
    stop(): Promise<void>;
  };
  /** What the daemon is told. */
  readonly environment: Readonly<Record<string, string>>;
};

/** Fetches what is missing, then starts all four. Those that did start are stopped when one does not. */
export async function startServers(say: Say, signal: AbortSignal): Promise<DemoServer[]> {
  await prepareDemo(say); // all before any is started, so that one message says what is missing
  if (signal.aborted) return [];
  const started = performance.now();
  const up = (entry: DemoServer): DemoServer => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`  ${entry.what.padEnd(30)} ${entry.server.host}:${entry.server.port}  (${seconds} s)`);
    return entry;
  };
  say('starting PostgreSQL, Redis, Elasticsearch and KMS ...');
  const outcomes = await Promise.allSettled([
    startDatabase().then(up),
    startCache().then(up),
    startSearch().then(up),
    startKeys().then(up),
  ]);
  const entries = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const [failed] = outcomes.filter((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return entries;
  await Promise.allSettled(entries.map(({ server }) => server.stop()));
  throw failed.reason;
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
