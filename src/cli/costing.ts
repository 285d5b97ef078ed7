// What N pods cost the dependencies, as check-config says it: from the configuration in force to words and numbers.
import { type ConfiguredCheck, planOf } from '../checks/plan-of.ts';
import type { Configuration } from '../config/configuration.ts';
import { type CallCost, type CheckCost, costOf, defaultSurge, nobody, type Pods } from '../core/cost.ts';
import { placesOf, seatsOf } from '../dependencies/seats.ts';
import type { Cron } from '../schedule/cron.ts';
import { UsageError } from './command.ts';
import { checkSeriesJson, type Series, seriesText } from './series.ts';
import { counted, table } from './terminal.ts';

const mostReplicas = 100_000;

/** @throws UsageError */
export function podsOf(text: string): Pods {
  const replicas = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (replicas < 1 || replicas > mostReplicas) {
    throw new UsageError(`--replicas must be a number of pods from 1 to ${mostReplicas}`);
  }
  return { replicas, surge: defaultSurge(replicas) };
}

/** How many coming runs of a cron expression decide its mean gap: those that its longest gap is read from. */
const runsAhead = 400;

function meanGapMs(cron: Cron): number {
  const runs = cron.nextRuns(runsAhead).map((run) => run.getTime());
  const [first = 0, last = 0] = [runs[0], runs.at(-1)];
  return runs.length < 2 ? cron.longestGapMs : (last - first) / (runs.length - 1);
}

/** How many pods read the statistics of each check, and how many lead at its server: each by a connection more. */
export type Besides = ReadonlyMap<string, { readonly readers: Pods; readonly leaders: Pods }>;

const onePod: Pods = { replicas: 1, surge: 0 };

export function besidesOf({ checks, statistics, features }: Configuration, pods: Pods): Besides {
  const seats = seatsOf(checks, statistics.mode);
  const elects = features.some(({ feature }) => feature.elects);
  const places = placesOf(checks, statistics.mode, elects).all;
  const readers = { off: nobody, leader: onePod, all: pods };
  return new Map(
    checks.map((check) => [
      check.name,
      { readers: readers[seats.get(check.name)?.mode ?? 'off'], leaders: places.includes(check) ? onePod : nobody },
    ]),
  );
}

/** What the pods make of one check. */
export function costOfCheck(check: ConfiguredCheck, pods: Pods, besides: Besides): CheckCost {
  const { definition, settings, policy, maxConnectionAgeMs } = planOf(check);
  const { schedule } = check;
  const intervalMs = schedule.kind === 'cron' ? meanGapMs(schedule) : schedule.intervalMs;
  const cost = definition.cost(settings as never);
  const asked = { cost, keeps: definition.keeps, policy, intervalMs, maxConnectionAgeMs };
  const { readers, leaders } = besides.get(check.name) ?? {};
  return costOf(asked, pods, readers, leaders);
}

export function costText(configuration: Configuration, pods: Pods, series: Series): string {
  const { checks } = configuration;
  const besides = besidesOf(configuration, pods);
  const header = ['check', 'connections', 'rotating', 'rollout', 'log-ins/s', 'requests/s', 'confirming', 'series'];
  const costs = checks.map((check) => ({ name: check.name, cost: costOfCheck(check, pods, besides) }));
  const rows = costs.map(({ name, cost: { connections, logInsPerSecond, requestsPerSecond } }) => [
    name,
    ...[connections.kept, connections.rotating, connections.rollout].map(String),
    String(logInsPerSecond.restart),
    rounded(requestsPerSecond.atRest),
    rounded(requestsPerSecond.confirming),
    String(series.checks.get(name)?.perPod ?? 0),
  ]);
  const priced = costs.flatMap(({ name, cost }) => cost.calls.flatMap((one) => pricedLine(name, one)));
  return [
    `${counted(pods.replicas, 'pod')}, and up to ${pods.surge} more during a rollout:\n`,
    table([header, ...rows], process.stdout),
    ...priced,
    seriesText(series, pods),
  ].join('');
}

function pricedLine(check: string, one: CallCost): readonly string[] {
  const { call, perMonth, usdPerMonth } = one;
  if (call.price === undefined || usdPerMonth === undefined) return [];
  const cost = `USD ${usdPerMonth.toFixed(2)} (${call.price.asOf})`;
  return [`${check}: ${Math.round(perMonth)} ${call.name} in 30 days, ${cost}${sharePart(one)}\n`];
}

function sharePart({ call: { quota }, quotaShare }: CallCost): string {
  if (quota === undefined || quotaShare === undefined) return '';
  const { atRest, confirming } = quotaShare;
  const then = confirming > atRest ? `, ${percent(confirming)} while confirming` : '';
  return `; ${percent(atRest)} of the account's quota of ${quota.perSecond} a second${then}`;
}

/** As `cost` of one check in `check-config --json`; docs/cli.md has its schema. */
export function costJson(check: ConfiguredCheck, pods: Pods, besides: Besides, series: Series): object {
  const { connections, logInsPerSecond, requestsPerSecond, calls } = costOfCheck(check, pods, besides);
  return {
    connections,
    log_ins_per_second: { at_rest: number(logInsPerSecond.atRest), restart: logInsPerSecond.restart },
    requests_per_second: {
      at_rest: number(requestsPerSecond.atRest),
      confirming: number(requestsPerSecond.confirming),
    },
    calls: calls.map(callJson),
    series: checkSeriesJson(series.checks.get(check.name) ?? { perPod: 0, reading: 0 }),
  };
}

function callJson({ call, perSecond, perMonth, usdPerMonth, quotaShare }: CallCost): object {
  const { name, price, quota } = call;
  return {
    name,
    per_second: number(perSecond),
    per_month: Math.round(perMonth),
    ...(price &&
      usdPerMonth !== undefined && {
        price: {
          usd_per_month: number(usdPerMonth),
          usd_per_10000: price.usdPer10000,
          as_of: price.asOf,
          source: price.source,
        },
      }),
    ...(quota &&
      quotaShare && {
        quota: {
          share: number(quotaShare.atRest),
          share_confirming: number(quotaShare.confirming),
          per_second: quota.perSecond,
          as_of: quota.asOf,
          source: quota.source,
        },
      }),
  };
}

/** What six digits say. */
const number = (value: number): number => Number(value.toPrecision(6));
const rounded = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${rounded(share * 100)} %`;
