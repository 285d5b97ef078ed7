// What Prometheus is asked of the objectives, and how its samples are read. Pure.
// Recorded series are those of the pack `slo`, which `sidewarden generate rules` writes; raw expressions stand in for them.
import { expand, type Scope } from '../../prometheus/expression.ts';
import type { Sample } from '../../prometheus/query.ts';
import type { BurnWindow, Counts } from '../budget.ts';
import type { Events } from '../promql.ts';

/** Windows whose burn is recorded. */
export const recordedBurns = ['1h', '6h', '1d', '3d'] as const satisfies readonly BurnWindow[];

/** Of a recorded increase: what it is of. */
export const chunkMs = 300_000;
const chunk = '5m';

const names = {
  events: 'slo:sli_events:increase_period',
  errors: 'slo:sli_errors:increase_period',
  chunksOfEvents: `slo:sli_events:increase${chunk}`,
  chunksOfErrors: `slo:sli_errors:increase${chunk}`,
  burn: (window: BurnWindow) => `slo:burn_rate:ratio${window}`,
} as const;

/** What tells the parts of an answer apart. */
const partLabel = 'sidewarden_part';

/** One answer with several parts, each under its name. */
const parts = (of: Readonly<Record<string, string>>): string =>
  Object.entries(of)
    .map(([name, expression]) => `label_replace(${expression}, "${partLabel}", "${name}", "", "")`)
    .join(' or ');

/** A duration as it stands in an expression. */
export const minutes = (ms: number): string => `${Math.floor(ms / 60_000)}m`;

/** Between the braces of a selector: of the objectives, those that `alerts.select` and the namespace leave. */
function matchers(slos: readonly string[], { service, namespace, select = {} }: Scope): string {
  const labels: Readonly<Record<string, string>> = { service, ...select };
  const own =
    namespace === undefined || 'namespace' in select ? [] : [`namespace=~${JSON.stringify(`${escaped(namespace)}|`)}`]; // what Prometheus gives no namespace has none
  return [
    `slo=~"${slos.join('|')}"`,
    ...Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`),
    ...own,
  ].join(', ');
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);

/** The `+ 0` is for speed: of series alone `timestamp` takes seconds where it takes milliseconds else (Prometheus 2.42). */
const firstStep = (steps: string, range: string): string => `min_over_time(timestamp(${steps} + 0)[${range}:${chunk}])`;

/** Within a range that ends when the question is about. */
export type Questions = {
  /** Events: parts `bad` and `all`. */
  sums(range: string): string;
  /** As `sums`, and `first`: when the first step ended in which they were counted, in seconds. */
  sumsSince(range: string): string;
  /** Parts `chunks`, in how many steps of five minutes events were counted, and `first`. */
  cover(range: string): string;
};

/** Questions about recorded series, which are of several objectives at once. */
export function recordedQuestions(
  slos: readonly string[],
  scope: Scope,
): Questions & {
  /** Of the whole window: parts `bad` and `all`, and the burn by its windows. */
  readonly window: string;
} {
  const of = matchers(slos, scope);
  const series = (name: string): string => `${name}{${of}}`;
  const over = (range: string) => ({
    bad: `sum_over_time(${series(names.chunksOfErrors)}[${range}:${chunk}])`,
    all: `sum_over_time(${series(names.chunksOfEvents)}[${range}:${chunk}])`,
  });
  const first = (range: string): string => firstStep(series(names.chunksOfEvents), range);
  return {
    window: parts({
      bad: series(names.errors),
      all: series(names.events),
      ...Object.fromEntries(recordedBurns.map((window) => [window, series(names.burn(window))])),
    }),
    sums: (range) => parts(over(range)),
    sumsSince: (range) => parts({ ...over(range), first: first(range) }),
    cover: (range) =>
      parts({
        chunks: `count_over_time(${series(names.chunksOfEvents)}[${range}:${chunk}])`,
        first: first(range),
      }),
  };
}

/** The same questions of one objective, without recorded series. */
export function rawQuestions({ bad, all }: Events, scope: Scope): Questions {
  const expanded = (of: Readonly<Record<string, string>>): string => expand(parts(of), scope);
  const first = (range: string): string => firstStep(all(chunk), range);
  return {
    sums: (range) => expanded({ bad: bad(range), all: all(range) }),
    sumsSince: (range) => expanded({ bad: bad(range), all: all(range), first: first(range) }),
    cover: (range) => expanded({ chunks: `count_over_time((${all(chunk)})[${range}:${chunk}])`, first: first(range) }),
  };
}

/** What an answer says of one group of series: a value by its part. */
export type Group = Readonly<Record<string, number>>;

/**
 * The groups of each objective. Where some are of the namespace, others are not the service's.
 * @param slo of samples without that label
 */
export function groupsOf(
  samples: readonly Sample[],
  { namespace, select = {} }: Pick<Scope, 'namespace' | 'select'>,
  slo = '',
): ReadonlyMap<string, readonly Group[]> {
  type Found = { readonly slo: string; readonly namespace: string; readonly values: Record<string, number> };
  const groups = new Map<string, Found>();
  for (const { labels, value } of samples) {
    const { __name__: _, [partLabel]: part = '', ...rest } = labels;
    const key = JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const group = groups.get(key) ?? { slo: rest.slo ?? slo, namespace: rest.namespace ?? '', values: {} };
    group.values[part] = value;
    groups.set(key, group);
  }
  const isAsked = namespace !== undefined && !('namespace' in select);
  return new Map(
    [...Map.groupBy(groups.values(), (group) => group.slo)].map(([name, found]) => {
      const own = found.filter((group) => group.namespace === namespace);
      const unnamed = found.filter((group) => group.namespace === '');
      const ours = isAsked ? (own.length > 0 ? own : unnamed) : found;
      return [name, ours.map(({ values }) => values)];
    }),
  );
}

/** The events of all groups that have both parts; undefined where none has. */
export function countsOf(groups: readonly Group[] = []): Counts | undefined {
  const counted = groups.filter(({ bad, all }) => bad !== undefined && all !== undefined && all >= 0);
  if (counted.length === 0) return undefined;
  const sum = (of: (group: Group) => number): number => counted.reduce((total, group) => total + of(group), 0);
  const bad = sum(({ bad = 0, all = 0 }) => Math.min(Math.max(bad, 0), all));
  return { bad, good: Math.max(0, sum(({ all = 0 }) => all) - bad) };
}
