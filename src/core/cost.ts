// What a check costs its dependency when N pods run it. Pure arithmetic; docs/cli.md says what each number bounds.
import { jitter } from './bounds.ts';
import type { Policy } from './check.ts';

/** Where a price or a quota is written, and when it was read there. */
type Source = { readonly source: string; readonly asOf: string };

export type Quota = Source & { readonly perSecond: number };
export type Price = Source & { readonly usdPer10000: number };

/** One kind of request, as the dependency counts it. */
export type Call = {
  readonly name: string;
  /** How many while all is well. */
  readonly count: number;
  /** How many at most when it is not, as when one server after the other is asked; as many unless said. */
  readonly most?: number;
  /**
   * Made by each run, by each new session, by a costly phase that rests for so many milliseconds, or once in so many by each
   * pod that reads the statistics.
   */
  readonly per: 'run' | 'session' | { readonly restMs: number } | { readonly readerMs: number };
  readonly quota?: Quota;
  readonly price?: Price;
};

/** What a type says of one check of it. */
export type Cost = {
  /** Log-ins of a new session; 0 where requests carry the credentials, or there are none. */
  readonly logIns: number;
  readonly calls: readonly Call[];
};

export type Pods = {
  readonly replicas: number;
  /** Pods beyond the replicas during a rollout. */
  readonly surge: number;
};

/** Of a check whose statistics nobody reads. */
export const nobody: Pods = { replicas: 0, surge: 0 };

export type Asked = {
  readonly cost: Cost;
  /** Whether a session lives longer than a run. */
  readonly keeps: 'connection' | 'nothing';
  readonly policy: Pick<Policy, 'confirmMs'>;
  /** Milliseconds between runs: the interval, or the mean gap of a cron expression. */
  readonly intervalMs: number;
  readonly maxConnectionAgeMs: number;
};

export type CallCost = {
  readonly call: Call;
  readonly perSecond: number;
  /** In 30 days. */
  readonly perMonth: number;
  readonly usdPerMonth?: number;
  /** Of the quota, 0 to 1 and beyond: at rest, and while every pod confirms. */
  readonly quotaShare?: { readonly atRest: number; readonly confirming: number };
};

export type CheckCost = {
  /**
   * Held at rest, those of readers and leaders too; at most, when every pod replaces its own at once; the same with the surge of a
   * rollout.
   */
  readonly connections: { readonly kept: number; readonly rotating: number; readonly rollout: number };
  /** By the age of connections at most; and in the first second after all pods started together. */
  readonly logInsPerSecond: { readonly atRest: number; readonly restart: number };
  /** On average; and at most while every pod confirms a first failure, each run on a new connection. */
  readonly requestsPerSecond: { readonly atRest: number; readonly confirming: number };
  readonly calls: readonly CallCost[];
};

/** The youngest age at which a lane replaces its session, as a share of the greatest. */
const youngestAge = 0.8;

const monthSeconds = 30 * 86_400;

/** A Deployment's own maxSurge is 25 %, rounded up: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-surge */
export const defaultSurge = (replicas: number): number => Math.ceil(replicas / 4);

/**
 * Everything in it is proportional to the pods, readers and leaders.
 * @param readers pods that read the statistics.
 * @param leaders pods that lead at its server, by a connection that does nothing else.
 */
export function costOf(
  asked: Asked,
  { replicas, surge }: Pods,
  readers: Pods = nobody,
  leaders: Pods = nobody,
): CheckCost {
  const { cost, keeps } = asked;
  const made = cost.calls.filter(({ per }) => !isReaders(per) || readers.replicas > 0);
  const calls = made.map((call) => costOfCall(call, asked, isReaders(call.per) ? readers.replicas : replicas));
  const kept = keeps === 'connection' ? 1 : 0;
  const besides = { kept: readers.replicas + leaders.replicas, surge: readers.surge + leaders.surge };
  const sum = (rate: (one: CallCost) => number): number => calls.reduce((total, one) => total + rate(one), 0);
  return {
    // One that keeps nothing still has a connection while it runs.
    connections: {
      kept: kept * replicas + besides.kept,
      rotating: (kept + 1) * replicas + besides.kept,
      rollout: (kept + 1) * (replicas + surge) + besides.kept + besides.surge,
    },
    logInsPerSecond: {
      atRest: replicas * cost.logIns * sessionsPerSecond(asked),
      restart: replicas * cost.logIns,
    },
    requestsPerSecond: {
      atRest: sum(({ perSecond }) => perSecond),
      confirming: sum(({ call, perSecond }) => Math.max(perSecond, confirmingRate(call, asked, replicas))),
    },
    calls,
  };
}

function costOfCall(call: Call, asked: Asked, replicas: number): CallCost {
  const { per, count, quota, price } = call;
  const perSecond = replicas * count * timesPerSecond(per, asked);
  const perMonth = perSecond * monthSeconds;
  const confirming = Math.max(perSecond, confirmingRate(call, asked, replicas));
  return {
    call,
    perSecond,
    perMonth,
    ...(price && { usdPerMonth: (perMonth / 10_000) * price.usdPer10000 }),
    ...(quota && { quotaShare: { atRest: perSecond / quota.perSecond, confirming: confirming / quota.perSecond } }),
  };
}

const isReaders = (per: Call['per']): per is { readonly readerMs: number } =>
  typeof per === 'object' && 'readerMs' in per;

function timesPerSecond(per: Call['per'], asked: Asked): number {
  if (per === 'run') return 1000 / asked.intervalMs;
  if (per === 'session') return sessionsPerSecond(asked);
  if (isReaders(per)) return 1000 / per.readerMs;
  return 1000 / Math.max(per.restMs, asked.intervalMs);
}

/** A session is replaced by the first run that finds it old. */
function sessionsPerSecond({ keeps, intervalMs, maxConnectionAgeMs }: Asked): number {
  return 1000 / (keeps === 'nothing' ? intervalMs : Math.max(youngestAge * maxConnectionAgeMs, intervalMs));
}

/** A failed run may cut its connection, and a costly phase that failed does not rest. Statistics confirm nothing. */
const confirmingRate = ({ per, count, most = count }: Call, { policy }: Asked, replicas: number): number =>
  isReaders(per) ? 0 : (replicas * most * 1000) / (policy.confirmMs * (1 - jitter));
