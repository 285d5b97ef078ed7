// The scrape configuration of docs/statistics.md, its targets put in, and what can be asked of the Prometheus that has it.
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { probes } from '../../src/features/alerts/catalogue/probes.ts';
import { statistics as pack } from '../../src/features/alerts/catalogue/statistics.ts';
import { recordingRule } from '../../src/features/alerts/rule.ts';
import { blockWith } from '../docs/pages.ts';
import { rulesOfPack, scope } from '../features/alerts/bench.ts';
import type { Prometheus, ScrapeConfig } from '../servers/prometheus.ts';
import type { Sidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';

const page = 'docs/statistics.md';

/** The documented jobs, word for word but for where the replicas are. */
export function documentedJobs(replicas: readonly Sidewarden[]): readonly ScrapeConfig[] {
  const { scrape_configs: jobs } = parse(blockWith(page, 'yaml', 'scrape_configs:')) as {
    scrape_configs: (ScrapeConfig & { static_configs: { targets: string[] }[] })[];
  };
  expect(jobs.map(({ job_name }) => job_name)).toEqual(['shop-sidewarden', 'shop-statistics']);
  const targets = replicas.map(({ url }) => new URL(url).host);
  return jobs.map((job) => {
    expect(job.static_configs.flatMap((some) => some.targets)).toHaveLength(2);
    return { ...job, static_configs: [{ targets }] };
  });
}

/** The rules of the pack `statistics`, as they are generated. */
export const statisticsRules = (): readonly object[] => [
  {
    name: pack.name,
    rules: [...probes.recordings.map((recording) => recordingRule(recording, scope)), ...rulesOfPack(pack)],
  },
];

/** A series, and its values by the time in seconds. */
export type Series = {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
};

/** What queries find at each step. */
export async function atEachStep(prometheus: Prometheus, expr: string, from: number, to: number, step: number) {
  const query = new URLSearchParams({ query: expr, start: `${from}`, end: `${to}`, step: `${step}` });
  return (await prometheus.api<{ result: Series[] }>(`/api/v1/query_range?${query}`)).result;
}

/** The samples as they were stored. */
export async function stored(prometheus: Prometheus, selector: string): Promise<readonly Series[]> {
  const query = new URLSearchParams({ query: `${selector}[10m]` });
  return (await prometheus.api<{ result: Series[] }>(`/api/v1/query?${query}`)).result;
}

export type Alert = {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
  readonly activeAt: string;
};
export const alertsOf = async (prometheus: Prometheus): Promise<readonly Alert[]> =>
  (await prometheus.api<{ alerts: Alert[] }>('/api/v1/alerts')).alerts;

/** Whether it says of itself that it reads this check. */
export const reads = async (daemon: Sidewarden, check = 'database'): Promise<boolean> =>
  (await daemon.metric('sidewarden_statistics_leader', { check })) === 1;

/** Names of the series of a page that have these characters in their line. */
export function namesOn(text: string, part = ''): ReadonlySet<string> {
  const lines = text.split('\n').filter((line) => /^[a-zA-Z_]/.test(line) && line.includes(part));
  return new Set(lines.map((line) => /^\w+/.exec(line)?.[0] ?? ''));
}

type UntilOptions = {
  /** How long these, and we, are kept waiting for a core does not count. */
  readonly of?: readonly { readonly pid: number }[];
  /** Milliseconds between two questions: a page of statistics is costly. */
  readonly everyMs?: number;
};

/** Asks until it holds. @returns milliseconds that it took. @throws with what was awaited. */
export async function until(
  what: string,
  withinMs: number,
  holds: () => Promise<boolean>,
  { of = [], everyMs = 100 }: UntilOptions = {},
): Promise<number> {
  const begin = performance.now();
  const waited = waitedSince(...of);
  for (;;) {
    const held = await holds();
    const took = Math.max(0, performance.now() - begin - waited());
    if (held) return took;
    if (took > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await wait(everyMs);
  }
}
