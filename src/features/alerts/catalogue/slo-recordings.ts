// What is recorded of each objective, under the label `slo`: events, bad events, and what follows of them. A window up to six
// hours is asked of the counters; longer ones are sums of five minutes each, so that every event weighs the same.
import type { Facts } from '../../generate.ts';
import { type BurnWindow, burnPairs, burnWindowNames, burnWindows } from '../../slos/budget.ts';
import { eventsOf } from '../../slos/promql.ts';
import { promDuration } from '../duration.ts';
import type { Recording } from '../pack.ts';
import { hasObjectives, type Objective, objectivesOf } from './slo-objectives.ts';

const chunk = '5m';
const isLong = (window: BurnWindow): boolean => burnWindows[window] > burnWindows['6h'];
/** The windows that the minimum of bad events is asked of, and whose missing part counts as good. */
const longOfPairs = burnPairs.map(({ long }) => long);

/** Of the last windows of five minutes, without what overlaps. */
const chunks = (series: string, window: string): string => `${series}[${window}:${chunk}]`;
/** Of the window so much has been observed: 1 is all of it. */
const covered = (series: string, window: string, ms: number): string =>
  `clamp_max(count_over_time(${chunks(series, window)}) / ${ms / burnWindows[chunk]}, 1)`;
const share = (percent: number): number => Number((percent / 100).toFixed(12));

function recordingsOfOne({ name, ...settings }: Objective): readonly Recording[] {
  const events = eventsOf(name, settings);
  const period = promDuration(settings.window);
  const of = (record: string, expr: string): Recording => ({ record, expr, labels: { slo: name }, kept: true });
  const own = `{slo="${name}"}`;
  // It has the labels of the events, and is there as long as the window has any.
  const constant = (record: string, value: number, labels = {}): Recording => ({
    ...of(record, `slo:sli_events:increase_period${own} * 0 + ${value}`),
    labels: { slo: name, ...labels },
  });
  return [
    ...burnWindowNames
      .filter((window) => !isLong(window))
      .flatMap((window) => [
        of(`slo:sli_events:increase${window}`, events.all(window)),
        of(`slo:sli_errors:increase${window}`, events.bad(window)),
      ]),
    of('slo:sli_events:absent30m', `absent(slo:sli_events:increase30m${own})`),
    of('slo:sli_events:increase_period', `sum_over_time(${chunks(`slo:sli_events:increase5m${own}`, period)})`),
    of('slo:sli_errors:increase_period', `sum_over_time(${chunks(`slo:sli_errors:increase5m${own}`, period)})`),
    of('slo:window_covered:ratio_period', covered(`slo:sli_events:increase5m${own}`, period, settings.window)),
    constant('slo:objective:ratio', share(settings.objective)),
    constant('slo:min_bad_events:count', settings.min_bad_events, { page: String(settings.page) }),
    ...(settings.sla === undefined ? [] : [constant('slo:sla:ratio', share(settings.sla))]),
  ];
}

/** Of each objective, its own expressions and numbers. */
export const recordingsOf = (facts: Facts): readonly Recording[] => objectivesOf(facts).flatMap(recordingsOfOne);

const of = (record: string, expr: string): Recording => ({ record, expr, when: hasObjectives, kept: true });

/** Of all objectives at once. */
export const recordings: readonly Recording[] = [
  ...burnWindowNames
    .filter(isLong)
    .flatMap((window) =>
      ['slo:sli_events', 'slo:sli_errors'].map((series) =>
        of(`${series}:increase${window}`, `sum_over_time(${chunks(`${series}:increase5m{}`, window)})`),
      ),
    ),
  ...longOfPairs.map((window) =>
    of(`slo:window_covered:ratio${window}`, covered('slo:sli_events:increase5m{}', window, burnWindows[window])),
  ),
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
