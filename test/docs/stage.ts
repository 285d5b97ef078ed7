// What the commands of the runbooks and guides are run beside: a service `shop` with its four servers, its Sidewarden, and a
// Prometheus that scrapes it as the pages say.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { borrowElasticsearch, borrowKms } from '../servers/borrow.ts';
import type { ElasticsearchServer } from '../servers/elasticsearch.ts';
import { startPostgres } from '../servers/postgres.ts';
import { type Prometheus, startPrometheus } from '../servers/prometheus.ts';
import { startRedis } from '../servers/redis.ts';
import type { RedisUser } from '../servers/redis-cli.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { jobs } from './known-families.ts';

export type Stage = {
  /** Who may read and nothing else. */
  readonly cache: RedisUser;
  readonly search: ElasticsearchServer;
  readonly daemon: Sidewarden;
  readonly token: string;
  /** Its control socket. */
  readonly control: string;
  readonly prometheus: Prometheus;
  /** Has its configuration, as `sidewarden.yaml`. */
  readonly folder: string;
  /** Has the program `sidewarden`: the build in dist/. */
  readonly programs: string;
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
};

/** Of Redis: what changes something is refused, and so is what makes the server stand still. */
const mayRead = [
  '+@all -@write -@scripting -keys -monitor -debug -shutdown -failover -replicaof -save -bgsave -bgrewriteaof',
  '-config +config|get -client +client|list +client|info -slowlog +slowlog|get +slowlog|len -memory +memory|usage',
  '+memory|stats +memory|doctor -latency +latency|latest +latency|history +latency|doctor +latency|histogram',
  '-acl +acl|list +acl|log +acl|whoami -cluster +cluster|info +cluster|nodes -module +module|list',
].join(' ');

export async function setStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-commands-'));
  const control = join(folder, 'control.sock');
  const password = crypto.randomUUID();
  const [database, redis, search, kms] = await Promise.all([
    startPostgres(),
    startRedis({ acl: [`reader on >${password} ~* &* ${mayRead}`], config: ['maxmemory 64mb'] }),
    borrowElasticsearch(),
    borrowKms(),
  ]);
  await database.query('GRANT pg_monitor TO app');
  await search.request('PUT', '/orders', { settings: { number_of_shards: 1, number_of_replicas: 1 } }); // yellow
  const token = 'the-token-of-these-commands';
  const key = await kms.createKey();
  const environment = { ...kms.environment, SIDEWARDEN_TOKEN: token };
  const configuration = {
    service: 'shop',
    control,
    checks: {
      database: { type: 'postgres', url: database.url },
      cache: { type: 'redis', url: redis.url },
      search: { type: 'elasticsearch', url: search.urlAs(search.users.admin), minimum_status: 'yellow' },
      keys: { type: 'kms', key_id: key, endpoint: kms.url },
    },
    app: { prefix: 'shop', presets: ['http', 'auth', 'database'], statsd: { listen: [] } },
  };
  writeFileSync(join(folder, 'sidewarden.yaml'), stringify(configuration));
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  const built = fileURLToPath(new URL('../../dist/sidewarden.js', import.meta.url));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${built}' "$@"\n`;
  writeFileSync(join(programs, 'sidewarden'), program, { mode: 0o755 });
  const daemon = await startSidewarden({ configuration, environment });
  await daemon.until(({ status }) => status === 'healthy', 30_000); // else curl is answered 503
  const targets = [new URL(daemon.url).host];
  const job = (name: keyof typeof jobs, more = {}) => ({
    job_name: jobs[name],
    metrics_path: `/metrics/${name}`,
    static_configs: [{ targets }],
    ...more,
  });
  const prometheus = await startPrometheus({
    scrape: [job('checks'), job('statistics', { honor_labels: true }), job('app')],
  });
  return {
    ...{ search, daemon, token, control, prometheus, folder, programs, environment },
    cache: { socket: redis.socket, name: 'reader', password },
    async remove() {
      await Promise.all([prometheus.stop(), daemon.stop()]);
      await Promise.all([database.remove(), redis.remove(), search.remove()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
