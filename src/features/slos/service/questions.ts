// What Prometheus is asked of the objectives, and how its samples are read. Pure.
// Recorded series are those of the pack `slo`, which `sidewarden generate rules` writes; raw expressions stand in for them.
import { asPattern, expand, type Scope } from '../../prometheus/expression.ts';
import type { Sample } from '../../prometheus/query.ts';
import { type BurnWindow, burnWindowNames, type Counts } from '../budget.ts';
import type { Events } from '../promql.ts';

/** Events of a burn window, or of another time: of the whole window, of a month. */
export type Over = BurnWindow | '';

/** By the parts of an answer, the recorded series. */
const recordedNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    burnWindowNames.flatMap((window) => [
      [`bad${window}`, `slo:sli_errors:increase${window}`],
      [`all${window}`, `slo:sli_events:increase${window}`],
    ]),
  ),
  bad: 'slo:sli_errors:increase_period',
  all: 'slo:sli_events:increase_period',
  covered: 'slo:window_covered:ratio_period',
  objective: 'slo:objective:ratio',
  days: 'slo:time_period:days',
};
const partsByName = new Map(Object.entries(recordedNames).map(([part, name]) => [name, part]));

/** What tells the parts of a raw answer apart. */
const partLabel = 'sidewarden_part';

/** One answer with several parts, each under its name. */
const parts = (of: Readonly<Record<string, string>>): string =>
  Object.entries(of)
    .map(([name, expression]) => `label_replace(${expression}, "${partLabel}", "${name}", "", "")`)
    .join(' or ');

/** A duration as it stands in an expression. */
export const minutes = (ms: number): string => `${Math.floor(ms / 60_000)}m`;

/** All that is recorded of several objectives, of those series that `alerts.select` and the namespace leave. */
export function recordedQuestion(slos: readonly string[], { service, namespace, select = {} }: Scope): string {
  const labels: Readonly<Record<string, string>> = { service, ...select };
  const own =
    namespace === undefined || 'namespace' in select
      ? []
      : [`namespace=~${JSON.stringify(`${asPattern(namespace)}|`)}`]; // what Prometheus gives no namespace has none
  const matchers = [
    `__name__=~"${[...partsByName.keys()].join('|')}"`,
    `slo=~"${slos.join('|')}"`,
    ...Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`),
    ...own,
  ];
  return `{${matchers.join(', ')}}`;
}

/** How exactly the first event of a window is found. */
export const firstStepMs = 900_000;

/** Questions about the counters of one objective, within ranges that end when the question is about. */
export type RawQuestions = {
  /** Parts `bad` and `all`, each with the name of its range behind it. */
  sums(ranges: Readonly<Partial<Record<Over, string>>>): string;
  /** Parts `first`: the time of the first step in which events were counted, in seconds; `all`: the events of the last minutes. */
  first(range: string): string;
  /** Part `all`. */
  events(range: string): string;
};

export function rawQuestions({ bad, all }: Events, scope: Scope): RawQuestions {
  const expanded = (of: Readonly<Record<string, string>>): string => expand(parts(of), scope);
  return {
    sums: (ranges) =>
      expanded(
        Object.fromEntries(
          Object.entries(ranges).flatMap(([name, range]) => [
            [`bad${name}`, bad(range)],
            [`all${name}`, all(range)],
          ]),
        ),
      ),
    // The `+ 0` is for speed: of series alone `timestamp` takes seconds where it takes milliseconds else (Prometheus 2.42).
    first: (range) =>
      expanded({
        first: `min_over_time(timestamp(${all('5m')} + 0)[${range}:${minutes(firstStepMs)}])`,
        all: all('5m'),
      }),
    events: (range) => expanded({ all: all(range) }),
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
    const { __name__: series = '', [partLabel]: part = partsByName.get(series) ?? '', ...rest } = labels;
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
export function countsOf(groups: readonly Group[] = [], over: Over = ''): Counts | undefined {
  const counted = groups.flatMap(({ [`bad${over}`]: bad, [`all${over}`]: all }) =>
    bad !== undefined && all !== undefined && all >= 0 ? [{ bad: Math.min(Math.max(bad, 0), all), all }] : [],
  );
  if (counted.length === 0) return undefined;
  const bad = counted.reduce((total, one) => total + one.bad, 0);
  return { bad, good: Math.max(0, counted.reduce((total, one) => total + one.all, 0) - bad) };
}
