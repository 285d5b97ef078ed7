// The statistics of all four, with everything on, as a real Prometheus and promtool read them from the running daemon.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { familiesOf as familiesThatCanBe } from '../../src/dependencies/statistics.ts';
import { faults } from '../dependencies/lint-exceptions.ts';
import { type ElasticsearchServer, startElasticsearch } from '../servers/elasticsearch.ts';
import { type KmsServer, startKms } from '../servers/kms.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { lintMetrics, type Prometheus, startPrometheus } from '../servers/prometheus.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { namesOn } from './statistics-scrape.ts';

const paths = ['/metrics', '/metrics/checks', '/metrics/statistics'] as const;
/** What a label can have at worst. */
const hostile = 'a "b" \\ c\n# d {e="f"} é';
const queries = [
  { name: 'shop_orders', sql: `SELECT 3 AS value, E'a "b" \\\\ c\\n# d {e="f"} é' AS state`, interval: '5s' },
  { name: 'shop_events_total', type: 'counter', sql: 'SELECT 4 AS value', interval: '5s' },
];

let database: PostgresServer;
let redis: RedisServer;
let elasticsearch: ElasticsearchServer;
let kms: KmsServer;
let daemon: Sidewarden;
let prometheus: Prometheus;

beforeAll(async () => {
  [database, redis, elasticsearch, kms] = await Promise.all([
    startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } }),
    startRedis(),
    startElasticsearch(),
    startKms(),
  ]);
  await database.query('CREATE EXTENSION pg_stat_statements; CREATE TABLE orders (id int); GRANT pg_monitor TO app');
  const presets = ['bloat', 'indexes', 'transactions', 'tls'];
  const statistics = { statements: { top: 10 }, pool: {}, presets, queries };
  const checks = {
    postgres: { type: 'postgres', url: database.url, expect: 'primary', statistics },
    redis: { type: 'redis', url: redis.url },
    elasticsearch: { type: 'elasticsearch', url: elasticsearch.url, statistics: { snapshots: true } },
    kms: {
      type: 'kms',
      key_id: await kms.createKey('alias/shop'),
      endpoint: kms.url,
      round_trip: {},
      statistics: { rotations: true },
    },
  };
  daemon = await startSidewarden({
    configuration: { service: 'shop', defaults: { interval: '1s', timeout: '900ms' }, checks },
    environment: kms.environment,
  });
  const targets = [new URL(daemon.url).host];
  prometheus = await startPrometheus({
    scrape: paths.map((path) => ({ job_name: path, metrics_path: path, static_configs: [{ targets }] })),
  });
});
afterAll(async () => {
  await prometheus?.stop();
  await daemon?.stop();
  await Promise.all([database?.remove(), redis?.remove(), elasticsearch?.remove(), kms?.stop()]);
});

const page = async (path: (typeof paths)[number] = '/metrics/statistics'): Promise<string> =>
  (await daemon.get<string>(path)).text;

const statisticsOf = async () =>
  (
    await Promise.all(
      definitions
        .map((one) => one as unknown as Definition)
        .map(async ({ type, statistics }) => ({ type, statistics: await statistics?.() })),
    )
  ).flatMap(({ type, statistics }) => (statistics === undefined ? [] : [{ type, statistics }]));

/** All but the one for sentinels, of which there is none here. The checks are named after their types. */
async function readersOf(): Promise<readonly string[]> {
  const own = (await statisticsOf()).flatMap(({ type, statistics }) =>
    statistics.collectors.map(({ name }) => `${type} ${name}`),
  );
  return [...own, ...queries.map(({ name }) => `postgres query_${name}`)].filter((one) => one !== 'redis sentinel');
}

/** Of each family of a page: the lines of HELP and TYPE that stand before its samples, and the samples. */
function familiesOf(text: string) {
  return text
    .split(/^(?=# HELP )/m)
    .filter((part) => part !== '')
    .map((part) => {
      const [help = '', type = '', ...samples] = part.trimEnd().split('\n');
      return {
        name: /^# HELP (\w+) \S/.exec(help)?.[1] ?? help,
        help: help
          .replace(/^# HELP \w+ /, '')
          .replaceAll('\\n', '\n')
          .replaceAll('\\\\', '\\'),
        typed: /^# TYPE (\w+) (\w+)$/.exec(type)?.slice(1) ?? [],
        samples,
      };
    });
}

test('every collector has run', async () => {
  const wanted = await readersOf();
  const series = /^sidewarden_collector_up\{check="(\w+)",collector="(\w+)"\}/gm;
  const missing = async () => {
    const ran = [...(await page('/metrics/checks')).matchAll(series)].map(([, check, name]) => `${check} ${name}`);
    return wanted.filter((one) => !ran.includes(one));
  };
  await expect.poll(missing, { timeout: 50_000, interval: 500 }).toEqual([]);
});

test.each(paths)('Prometheus takes every sample of %s', async (path) => {
  const read = async () => (await prometheus.targets()).find(({ scrapeUrl }) => new URL(scrapeUrl).pathname === path);
  await expect.poll(async () => (await read())?.health).toBe('up');
  expect((await read())?.lastError).toBe('');
  await expect
    .poll(async () => {
      const [kept] = await prometheus.query(`scrape_samples_post_metric_relabeling{job="${path}"}`);
      return (await page(path)).split('\n').filter((line) => /^[a-z]/.test(line)).length === kept?.value;
    })
    .toBe(true);
  const refused = await prometheus.query('{__name__=~"prometheus_target_scrapes_sample_.*_total"} > 0');
  expect(refused).toEqual([]);
});

test('each family has its HELP and TYPE once, and then all its samples, each once', async () => {
  for (const path of paths) {
    const families = familiesOf(await page(path));
    expect(families.length).toBeGreaterThan(10);
    const names = families.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, typed, samples } of families) {
      expect(typed[0]).toBe(name);
      const parts = ['histogram', 'summary'].includes(typed[1] ?? '') ? '(_bucket|_sum|_count)?' : '';
      const own = new RegExp(`^${name}${parts}[{ ]`);
      expect(samples.filter((line) => !own.test(line))).toEqual([]);
      const series = samples.map((line) => /^\w+(\{.*\})? /.exec(line)?.[0]);
      expect(new Set(series).size, name).toBe(series.length);
    }
  }
});

test('Prometheus has help and type of every family', async () => {
  type Metadata = Record<string, { type: string; help: string }[]>;
  const known = await prometheus.api<Metadata>('/api/v1/metadata');
  for (const { name, help, typed } of familiesOf(await page('/metrics'))) {
    const type = typed[1] === 'untyped' ? 'unknown' : typed[1];
    expect(
      known[name]?.map((one) => ({ type: one.type, help: one.help })),
      name,
    ).toEqual([{ type, help }]);
  }
});

test('all four are read, and each family is one that its type documents', async () => {
  const documented = new Set(
    (await statisticsOf()).flatMap(({ statistics }) => familiesThatCanBe(statistics)).map(({ name }) => name),
  );
  const families = familiesOf(await page()).map(({ name }) => name);
  const own = queries.map(({ name }) => name);
  expect(families.filter((name) => !documented.has(name) && !own.includes(name))).toEqual([]);
  expect(families).toEqual(expect.arrayContaining(own));
  for (const [check, least] of Object.entries({ postgres: 60, redis: 60, elasticsearch: 60, kms: 3 })) {
    expect(namesOn(await page(), `{check="${check}",instance=`).size, check).toBeGreaterThan(least);
  }
});

test('a label survives with every character', async () => {
  const samples = await prometheus.query('shop_orders{job="/metrics/statistics"}');
  expect(samples).toMatchObject([{ metric: { check: 'postgres', state: hostile }, value: 3 }]);
});

describe('promtool', () => {
  test('has nothing to say of what is ours, nor of an exporter’s name that is not known', async () => {
    const { output } = await lintMetrics(await page('/metrics'));
    const known = new Set(Object.entries(faults).flatMap(([words, names]) => names.map((name) => `${name} ${words}`)));
    const said = output.trimEnd().split('\n');
    expect(said.length).toBeGreaterThan(20);
    expect(said.filter((line) => !known.has(line))).toEqual([]);
  });

  test('has nothing at all to say of /metrics/checks', async () => {
    expect(await lintMetrics(await page('/metrics/checks'))).toEqual({ code: 0, output: '' });
  });
});
