// A real Prometheus scrapes the running daemon: without an error, every label set closed and there from the start.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { resultKinds, statuses } from '../../src/core/check.ts';
import { families } from '../../src/core/names.ts';
import { usualRoutes } from '../../src/core/served.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { statesOf, warningsOf } from '../../src/metrics/labels.ts';
import { freePort, runFolder } from '../servers/process.ts';
import { lintMetrics, type Prometheus, type Sample, startPrometheus } from '../servers/prometheus.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { runCommand } from './command.ts';

const paths = ['/metrics', '/metrics/checks'] as const;
/** As Prometheus asks for it: https://github.com/prometheus/prometheus/blob/v2.42.0/scrape/scrape.go#L696 */
const accept = 'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,*/*;q=0.1';

let redis: RedisServer;
let daemon: Sidewarden;
let prometheus: Prometheus;
let firstPage: string;

beforeAll(async () => {
  redis = await startRedis();
  await redis.stop();
  daemon = await startSidewarden({ configuration: { checks: await everyType() }, environment: { AWS_REGION: 'none' } });
  firstPage = (await daemon.get<string>('/metrics', { accept })).text;
  const targets = [new URL(daemon.url).host];
  const scrape = paths.map((path) => ({
    job_name: path,
    metrics_path: path,
    static_configs: [{ targets }],
  }));
  prometheus = await startPrometheus({ scrape });
});
afterAll(async () => {
  await prometheus?.stop();
  await daemon?.stop();
  await redis?.remove();
});

/** A check of every type, of which only the one named after Redis can ever pass. */
async function everyType(): Promise<Record<string, Record<string, unknown>>> {
  const at = `127.0.0.1:${await freePort()}`;
  const settings: Record<string, Record<string, unknown>> = {
    postgres: { url: `postgres://nobody@${at}/none` },
    elasticsearch: { url: `http://${at}` },
    redis: { url: redis.url },
    kms: { key_id: 'alias/none', endpoint: `http://${at}` },
    http: { url: `http://${at}` },
    tcp: { address: at },
    tls: { address: at },
    dns: { name: 'shop.test', resolver: at },
  };
  const common = { interval: '1s', timeout: '500ms' };
  return Object.fromEntries(definitions.map(({ type }) => [type, { type, ...common, ...settings[type] }]));
}

/** What the label was seen to be, sorted. */
const valuesOf = (samples: readonly Sample[], label: string): string[] =>
  samples.map(({ metric }) => metric[label] ?? '').sort();
const sorted = (values: readonly string[]): string[] => [...values].sort();
const one = '{job="/metrics"}';

/** The label sets of every type, and what Prometheus has of them. */
const closed = (definitions as unknown as readonly Definition[]).flatMap(({ type, classes, warnings }) => [
  { type, family: families.checkState.name, label: 'state', values: statesOf('default') },
  { type, family: families.checkRuns.name, label: 'result', values: resultKinds },
  { type, family: families.checkFailures.name, label: 'class', values: classes },
  { type, family: families.checkTransitions.name, label: 'to', values: statuses },
  { type, family: families.checkWarning.name, label: 'warning', values: warningsOf({ classes, warnings }) },
]);

test.each(paths)('%s is scraped without an error', async (path) => {
  const read = async () => (await prometheus.targets()).find(({ scrapeUrl }) => scrapeUrl.endsWith(path));
  await expect.poll(async () => (await read())?.health).toBe('up');
  expect((await read())?.lastError).toBe('');
  await expect.poll(() => prometheus.query(`up{job="${path}"}`)).toMatchObject([{ value: 1 }]);
  // A series more can come between the two, such as that of the first garbage collection of a kind.
  await expect
    .poll(async () => {
      const [kept] = await prometheus.query(`scrape_samples_post_metric_relabeling{job="${path}"}`);
      const served = (await daemon.get<string>(path)).text.split('\n').filter((line) => /^[a-z]/.test(line)).length;
      return served > 100 && served === kept?.value;
    })
    .toBe(true);
});

test.each(paths)('promtool has nothing to say of %s', async (path) => {
  expect(await lintMetrics((await daemon.get<string>(path, { accept })).text)).toEqual({ code: 0, output: '' });
  expect((await lintMetrics('# TYPE x_total gauge\nx_total 1\n')).code, 'it would').not.toBe(0);
});

test('the content type is that of the text format; what Prometheus asks for is gzipped', async () => {
  const { headers } = await daemon.get<string>('/metrics', { accept, 'accept-encoding': 'gzip' });
  expect(headers.get('content-encoding')).toBe('gzip');
  expect(headers.get('vary')).toBe('Accept-Encoding');
  expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4; charset=utf-8$/);
});

describe.each(closed)('$family of $type', ({ type, family, label, values }) => {
  test(`has every ${label} it can have, and no other`, async () => {
    await expect
      .poll(() => prometheus.query(`${family}{check="${type}",type="${type}",job="/metrics"}`))
      .not.toEqual([]);
    const samples = await prometheus.query(`${family}{check="${type}",type="${type}",job="/metrics"}`);
    expect(valuesOf(samples, label)).toEqual(sorted(values));
  });
  test('had them from the start', () => {
    const lines = firstPage.split('\n').filter((line) => line.startsWith(`${family}{check="${type}"`));
    const seen = lines.map((line) => new RegExp(`${label}="([^"]*)"`).exec(line)?.[1] ?? '');
    expect(sorted(seen)).toEqual(sorted(values));
  });
});

test('states: one of them at a time, and the check is up exactly when it is healthy', async () => {
  const sums = await prometheus.query(
    `sum by (check) (sidewarden_check_state${one}) + on (check) sidewarden_check_up${one}`,
  );
  expect(valuesOf(sums, 'check')).toEqual(sorted(definitions.map(({ type }) => type)));
  expect(sums.map(({ value }) => value)).toEqual(sums.map(() => 1));
  const down = await prometheus.query(`sidewarden_check_up${one} == 0`);
  expect(down).toHaveLength(definitions.length);
});

test('the last success is absent before the first, and then the time of it', async () => {
  const lastSuccess = () => prometheus.query(`sidewarden_check_last_success_timestamp_seconds${one}`);
  expect(firstPage).not.toMatch(/^sidewarden_check_last_success_timestamp_seconds\{/m);
  expect(await lastSuccess()).toEqual([]);
  const begin = Date.now() / 1000;
  await redis.start();
  await expect.poll(lastSuccess).toMatchObject([{ metric: { check: 'redis', type: 'redis' } }]);
  const [sample] = await lastSuccess();
  expect(sample?.value).toBeGreaterThan(begin - 1);
  expect(sample?.value).toBeLessThanOrEqual(Date.now() / 1000);
  await expect.poll(() => prometheus.query(`sidewarden_check_up{check="redis",job="/metrics"} == 1`)).toHaveLength(1);
  const [runs] = await prometheus.query(`sidewarden_check_runs_total{check="redis",result="passed",job="/metrics"}`);
  expect(runs?.value).toBeGreaterThan(0);
});

test('check-config counts as many series as there are, for each type and for the pod itself', async () => {
  const file = join(await runFolder('series'), 'sidewarden.yaml');
  await writeFile(file, stringify({ checks: await everyType() }));
  const environment = { AWS_REGION: 'none' };
  const { stdout } = await runCommand(['check-config', '--json', '--replicas', '3', '--config', file], { environment });
  const { series, checks } = JSON.parse(stdout) as Counted;
  const ofChecks = Object.values(checks).map(({ cost }) => cost.series);
  const perPod = ofChecks.reduce((sum, { per_pod }) => sum + per_pod, series.process);
  const reading = ofChecks.reduce((sum, one) => sum + one.reading, 0);
  expect(reading).toBeGreaterThan(0);
  expect(series).toEqual({ process: series.process, per_pod: perPod, all: 3 * perPod + reading });

  for (const path of usualRoutes) await daemon.get<string>(path);
  const told = Object.entries(checks).map(([type, { cost }]) => [type, cost.series.per_pod] as const);
  await expect
    .poll(seriesByCheck, { timeout: 5000 }) // requests are shown within a second
    .toEqual(new Map([['', series.process], ...told]));
});

type Counted = {
  readonly series: { readonly process: number; readonly per_pod: number; readonly all: number };
  readonly checks: Readonly<Record<string, { cost: { series: { per_pod: number; reading: number } } }>>;
};

/** On the page, those of the pod itself under no name; of each type those too that it has after a pass, or over TLS. */
async function seriesByCheck(): Promise<ReadonlyMap<string, number>> {
  const asked = new RegExp(`route="(${usualRoutes.join('|')})"`);
  const { text } = await daemon.get<string>('/metrics/checks');
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('sidewarden_http_') === asked.test(line) && line.startsWith('s'));
  const count = (label: string) => lines.filter((line) => line.includes(label)).length;
  const later = ({ type, classes }: (typeof definitions)[number]): number => {
    const { checkLastSuccess, expiry } = families;
    const possible = [checkLastSuccess, ...(classes.some((one) => one === 'tls') ? [expiry] : [])];
    return possible.filter(({ name }) => count(`${name}{check="${type}"`) === 0).length;
  };
  return new Map([
    ['', lines.filter((line) => !line.includes('check="')).length],
    ...definitions.map((one) => [one.type, count(`check="${one.type}"`) + later(one)] as const),
  ]);
}

test('what was failed before is counted by its class', async () => {
  const of = (check: string, errorClass: string) =>
    prometheus.query(`sidewarden_check_failures_total{check="${check}",class="${errorClass}",job="/metrics"}`);
  for (const type of ['postgres', 'elasticsearch', 'redis', 'http', 'tcp', 'tls']) {
    const [refused] = await of(type, 'refused');
    expect(refused?.value, type).toBeGreaterThan(0);
  }
});

test('every series of ours is documented by a family', async () => {
  const names = await prometheus.query(
    `group by (__name__) ({job="/metrics",__name__=~"sidewarden_check_.*|sidewarden_[a-z]+"})`,
  );
  const known = new Set<string>(Object.values(families).map(({ name }) => name));
  const unknown = valuesOf(names, '__name__').filter((name) => !known.has(name.replace(/_(bucket|sum|count)$/, '')));
  expect(unknown).toEqual([]);
  expect(names.length).toBeGreaterThan(10);
});
