// A real Prometheus that scrapes what a test tells it, and promtool.
import { spawn } from 'node:child_process';
import { chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort, removeFolder, runFolder, runProgram, serverUser, startProcess } from './process.ts';
import { locate, type Source } from './source.ts';

export const prometheusSource: Source = {
  what: 'Prometheus',
  variable: 'SIDEWARDEN_TEST_PROMETHEUS',
  candidates: ['prometheus'],
  packages: ['prometheus'],
};
export const promtoolSource: Source = {
  what: 'promtool',
  variable: 'SIDEWARDEN_TEST_PROMTOOL',
  candidates: ['promtool'],
  packages: ['prometheus'],
};

const host = '127.0.0.1';

/** One entry of `scrape_configs`: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config */
export type ScrapeConfig = { readonly job_name: string; readonly [more: string]: unknown };
export type Sample = { readonly metric: Readonly<Record<string, string>>; readonly value: number };
/** Of `/api/v1/targets`. */
export type Target = {
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  readonly scrapeUrl: string;
  readonly labels: Readonly<Record<string, string>>;
};

export type Prometheus = {
  readonly url: string;
  /** An instant query's samples, now unless said. @throws with Prometheus' own words when the expression is wrong. */
  query(expr: string, at?: Date): Promise<readonly Sample[]>;
  targets(): Promise<readonly Target[]>;
  /** The `data` of what its API answers: https://prometheus.io/docs/prometheus/latest/querying/api/ */
  api<Data>(path: string): Promise<Data>;
  output(): string;
  /** Other `groups` in place of those that it has; alerts that stay as they are keep their state. @throws what it says of wrong ones */
  rules(groups: readonly object[]): Promise<void>;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
};

/** Writes what is too much for one string. */
export type OpenMetricsWriter = (file: string) => void;

export type PrometheusOptions = {
  readonly scrape: readonly ScrapeConfig[];
  /** The `groups` of a rule file: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
  readonly groups?: readonly object[];
  /** In place of the second at which it scrapes and evaluates: `scrape_interval: 15s`. */
  readonly global?: Readonly<Record<string, string>>;
  /** What it knows from the start: https://prometheus.io/docs/prometheus/latest/storage/#backfilling-from-openmetrics-format */
  readonly openMetrics?: string | OpenMetricsWriter;
  /** Beside those that say where it listens and keeps its data. */
  readonly flags?: readonly string[];
};

/** Takes about a second. Scrapes, and evaluates rules, every second unless an entry says otherwise. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { scrape, groups = [], global = {}, openMetrics, flags = [] } = options;
  const command = await locate(prometheusSource);
  const folder = await runFolder('prometheus');
  const port = await freePort();
  const url = `http://${host}:${port}`;
  const file = join(folder, 'prometheus.yml');
  const rules = join(folder, 'rules.yml');
  const each = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s', ...global };
  await writeFile(file, stringify({ global: each, scrape_configs: scrape, rule_files: [rules] }));
  await writeFile(rules, stringify({ groups }));
  const user = serverUser();
  if (user !== undefined) for (const each of [file, rules]) await chown(each, user.uid, user.gid);
  const data = join(folder, 'data');
  if (openMetrics !== undefined) await createBlocks(folder, data, openMetrics);
  const server = await startProcess({
    name: 'prometheus',
    command,
    args: [`--config.file=${file}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${host}:${port}`, ...flags],
    folder,
    port,
    ready: async () => (await fetch(`${url}/-/ready`)).ok,
  });
  const api = async <Data>(path: string): Promise<Data> => {
    const answer = (await (await fetch(url + path)).json()) as { status: string; error?: string; data?: unknown };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data as Data;
  };
  return {
    url,
    async query(expr, at) {
      type Data = { result: { metric: Record<string, string>; value: [number, string] }[] };
      const time = at === undefined ? '' : `&time=${at.getTime() / 1000}`;
      const { result } = await api<Data>(`/api/v1/query?query=${encodeURIComponent(expr)}${time}`);
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async targets() {
      return (await api<{ activeTargets: Target[] }>('/api/v1/targets?state=active')).activeTargets;
    },
    api,
    output: () => server.output(),
    async rules(changed) {
      await writeFile(rules, stringify({ groups: changed }));
      const before = Date.now() / 1000;
      process.kill(server.pid, 'SIGHUP');
      const loaded = async (): Promise<boolean> => {
        const text = await (await fetch(`${url}/metrics`)).text();
        const at = /^prometheus_config_last_reload_success_timestamp_seconds (\S+)$/m.exec(text)?.[1];
        if (/^prometheus_config_last_reload_successful 0$/m.test(text)) throw new Error(server.output().slice(-2000));
        return Number(at) >= Math.floor(before);
      };
      while (!(await loaded())) await new Promise((resolve) => setTimeout(resolve, 100));
    },
    async stop() {
      await server.stop();
      removeFolder(folder);
    },
  };
}

/** Few large blocks: as many as one for each two hours, which it makes else, are slow to make and to read. */
const blocksOf = ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=800h'];

async function createBlocks(folder: string, data: string, openMetrics: string | OpenMetricsWriter): Promise<void> {
  const text = join(folder, 'data.om');
  if (typeof openMetrics === 'string') await writeFile(text, openMetrics);
  else openMetrics(text);
  const command = await locate(promtoolSource);
  await runProgram({ name: 'promtool', command, args: [...blocksOf, text, data], folder });
  await rm(text);
}

export type Said = { readonly code: number | null; readonly output: string };

/** `promtool check metrics` over a page: its exit code, and all that it says. */
export const lintMetrics = (page: string): Promise<Said> => runPromtool(['check', 'metrics'], page);

/** Its major version; one that was built without a version is of today. */
export async function promtoolMajor(): Promise<number> {
  const { output } = await runPromtool(['--version']);
  return Number(/version (\d+)\./.exec(output)?.[1] ?? Number.POSITIVE_INFINITY);
}

/** @returns its exit code, and all that it says */
export async function runPromtool(args: readonly string[], input = ''): Promise<Said> {
  const child = spawn(await locate(promtoolSource), args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
