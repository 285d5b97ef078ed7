// What is recorded of each objective, under the label `slo`: events, bad events, and what follows of them. Every window is asked of
// the counters, so that every event weighs the same, and what happened while nothing was scraped is in it.
import type { Facts } from '../../generate.ts';
import { type BurnWindow, burnPairs, burnWindowNames, burnWindows } from '../../slos/budget.ts';
import { eventsOf } from '../../slos/promql.ts';
import { promDuration } from '../duration.ts';
import type { Recording } from '../pack.ts';
import { hasObjectives, type Objective, objectivesOf } from './slo-objectives.ts';

/** Windows that cost much to ask: they are asked less often. */
const isLong = (window: BurnWindow): boolean => burnWindows[window] > burnWindows['6h'];
/** The windows that the minimum of bad events is asked of, and whose missing part counts as good. */
const longOfPairs = burnPairs.map(({ long }) => long);

const minutes = { '1m': 1, '5m': 5, '15m': 15 } as const;
/** How exactly the begin of the events is found in a window. */
const stepOf = (ms: number): keyof typeof minutes =>
  ms <= burnWindows['1h'] ? '1m' : ms <= burnWindows['3d'] ? '5m' : '15m';

/** Of a window so much lies after its first event: 1 is all of it. Of a vector that is made, `timestamp` is the time of the step. */
function covered(all: string, window: string, ms: number): string {
  const step = stepOf(ms);
  const first = `min_over_time(timestamp(${all} + 0)[${window}:${step}])`;
  return `clamp_max((time() - ${first} + ${minutes[step] * 60}) / ${ms / 1000}, 1)`;
}
const dayMs = burnWindows['1d'];
const share = (percent: number): number => Number((percent / 100).toFixed(12));

function recordingsOfOne({ name, ...settings }: Objective, namespace?: string): readonly Recording[] {
  const events = eventsOf(name, settings, namespace);
  const period = promDuration(settings.window);
  const of = (record: string, expr: string): Recording => ({ record, expr, labels: { slo: name }, kept: true });
  const own = `{slo="${name}"}`;
  // It has the labels of the events, and is there as long as the window has any. The events of now come first: no page may wait
  // for the whole window, which takes long to ask, and which Prometheus can refuse.
  const constant = (record: string, value: number, labels = {}): Recording => ({
    ...of(record, `(slo:sli_events:increase5m${own} or slo:sli_events:increase_period${own}) * 0 + ${value}`),
    labels: { slo: name, ...labels },
  });
  const within = (window: string, name: string, long: boolean): readonly Recording[] => [
    { ...of(`slo:sli_events:increase${name}`, events.all(window)), long },
    { ...of(`slo:sli_errors:increase${name}`, events.bad(window, `slo:sli_events:increase${name}${own}`)), long },
  ];
  const all = events.all('5m');
  return [
    ...burnWindowNames.flatMap((window) => within(window, window, isLong(window))),
    ...within(period, '_period', true),
    ...longOfPairs.map((window) => ({
      ...of(`slo:window_covered:ratio${window}`, covered(all, window, burnWindows[window])),
      long: isLong(window),
    })),
    { ...of('slo:window_covered:ratio_period', covered(all, period, settings.window)), long: true },
    of('slo:sli_events:absent30m', `absent(slo:sli_events:increase30m${own})`),
    constant('slo:objective:ratio', share(settings.objective)),
    constant('slo:time_period:days', settings.window / dayMs),
    constant('slo:min_bad_events:count', settings.min_bad_events, { page: String(settings.page) }),
    ...(settings.sla === undefined ? [] : [constant('slo:sla:ratio', share(settings.sla))]),
  ];
}

/** Of each objective, its own expressions and numbers. */
export const recordingsOf = (facts: Facts): readonly Recording[] =>
  objectivesOf(facts).flatMap((one) => recordingsOfOne(one, facts.namespace));

const of = (record: string, expr: string): Recording => ({ record, expr, when: hasObjectives, kept: true });

/** Of all objectives at once. */
export const recordings: readonly Recording[] = [
  ...[...burnWindowNames.map((window) => [window, `rate${window}`] as const), ['_period', 'period'] as const].map(
    ([window, name]) =>
      of(
        `slo:sli_error:ratio_${name}`,
        `slo:sli_errors:increase${window}{} / (slo:sli_events:increase${window}{} > 0)`,
      ),
  ),
  of('slo:error_budget:ratio', '1 - slo:objective:ratio{}'),
  ...burnWindowNames.map((window) =>
    of(`slo:burn_rate:ratio${window}`, `slo:sli_error:ratio_rate${window}{} / slo:error_budget:ratio{}`),
  ),
  of('slo:error_budget_remaining:ratio', '1 - slo:sli_error:ratio_period{} / slo:error_budget:ratio{}'),
];
