// Whether the objectives are met: how fast their error budgets burn, and what is left of them.
import { type BurnPair, burnPairs } from '../../slos/budget.ts';
import type { Alert, Pack } from '../pack.ts';
import { budgetPageIsOut, serviceIsPaged } from './out.ts';
import { hasObjectives, objectivesOf } from './slo-objectives.ts';
import { recordings, recordingsOf } from './slo-recordings.ts';

const words: Readonly<Record<string, Pick<Alert, 'summary' | 'description'>>> = {
  SloBurnsFast: {
    summary: 'So many events are bad now that the error budget is soon spent.',
    description:
      'In the last hour the error budget of {{ $labels.slo }} burned {{ $value | humanize }} times as fast as it may. Ask first what was deployed last; `sidewarden slo {{ $labels.slo }}` on a pod says what is left of the budget.',
  },
  SloBurnsSteadily: {
    summary: 'So many events have been bad for hours that the error budget is spent within days.',
    description:
      'In the last 6 hours the error budget of {{ $labels.slo }} burned {{ $value | humanize }} times as fast as it may. Look what began then; `sidewarden slo {{ $labels.slo }}` on a pod says what is left of the budget.',
  },
  SloBurnsSlowly: {
    summary: 'More events are bad than the objective allows: the error budget runs out early.',
    description:
      'In the last day the error budget of {{ $labels.slo }} burned {{ $value | humanize }} times as fast as it may. Look which part of the service the bad events are of, and when they began.',
  },
  SloBudgetWillNotLast: {
    summary: 'More events are bad than the objective allows: the error budget does not last for its window.',
    description:
      'In the last 3 days the error budget of {{ $labels.slo }} burned {{ $value | humanize }} times as fast as it may. No single outage need be the cause: look at what fails every day.',
  },
};

/**
 * At the least so many events of the window are bad: one that fails of two is no outage. For five minutes after a change of the
 * labels, as of `page`, the series before and after it are both there. @param matchers of the objectives
 */
const enough = (window: string, matchers = ''): string =>
  `on (slo) (max by (slo) (slo:sli_errors:increase${window}{})
    >= on (slo) max by (slo) (slo:min_bad_events:count{${matchers}}))`;
const fastPageWasOut = `on (slo) max_over_time(${budgetPageIsOut('SloBurnsFast')}[30m])`;

/** What was not observed counts as good: a service of an hour has not burned for three days. */
const burns = ({ long, short }: BurnPair, matchers?: string): string =>
  `slo:burn_rate:ratio${long}{} * slo:window_covered:ratio${long}{} > $threshold
    and slo:burn_rate:ratio${short}{} > $threshold and ${enough(long, matchers)}`;

function alertOf(pair: BurnPair): Alert {
  const { alert: name, rate, for: time, severity } = pair;
  const of = (matchers?: string): string => burns(pair, matchers);
  const alert = {
    ...{ name, for: time, severity, when: hasObjectives, labels: ['slo'] },
    threshold: { value: rate, least: 0.1, most: 1000, unit: 'times the allowed rate' },
    ...(words[name] as Pick<Alert, 'summary' | 'description'>),
  };
  if (severity !== 'critical') return { ...alert, expr: of(), despite: true };
  const page = of('page="true"');
  return {
    ...alert,
    // The short window of the slower page looks back at what the faster one told of.
    expr: name === 'SloBurnsFast' ? page : `(${page}) unless ${fastPageWasOut}`,
    unpaged: {
      when: (facts) => objectivesOf(facts).some(({ page }) => !page),
      ...{ expr: of('page="false"'), all: of() },
    },
  };
}

export const slo: Pack = {
  name: 'slo',
  about: 'objectives: how fast their error budgets burn, what is left of them, and whether they are measured',
  auto: hasObjectives,
  silence: serviceIsPaged,
  recordingsOf,
  recordings,
  alerts: [
    ...burnPairs.map(alertOf),
    {
      name: 'SloBudgetExhausted',
      expr: `(1 - slo:error_budget_remaining:ratio{}) * slo:window_covered:ratio_period{} > $threshold
        and ${enough('_period')}`,
      threshold: { value: 1, least: 0.1, most: 100, unit: 'budgets' },
      for: '15m',
      severity: 'warning',
      despite: true,
      when: hasObjectives,
      labels: ['slo'],
      summary: 'The error budget is spent: the objective is not met in its window.',
      description:
        'Of the error budget of {{ $labels.slo }}, {{ $value | humanizePercentage }} are spent. It comes back as the bad events leave the window: until then reliability goes before changes.',
    },
    {
      name: 'SlaBroken',
      expr: `slo:sli_error:ratio_period{} * slo:window_covered:ratio_period{} > 1 - slo:sla:ratio{}
        and ${enough('_period')}`,
      for: '15m',
      severity: 'warning',
      despite: true,
      when: (facts) => objectivesOf(facts).some(({ sla }) => sla !== undefined),
      labels: ['slo'],
      summary: 'More events of the window are bad than the agreement with customers allows.',
      description:
        '{{ $value | humanizePercentage }} of the events of {{ $labels.slo }} are bad in its window, more than its `sla` allows. Whoever answers to customers should know; `sidewarden slo {{ $labels.slo }}` on a pod has the calendar month too.',
    },
    {
      name: 'SloNotMeasured',
      expr: `slo:sli_events:increase30m{} == 0 or slo:sli_events:absent30m{}
        or slo:sli_events:increase30m{} unless slo:sli_errors:increase30m{}`,
      for: '30m',
      severity: 'warning',
      despite: true,
      absent: true,
      when: hasObjectives,
      labels: ['slo'],
      summary: 'The events of an objective are not counted: nobody knows whether it is met.',
      description:
        'Prometheus has seen no event of {{ $labels.slo }} for an hour, or cannot tell which are bad. Either there is no traffic, or the series that it counts are not there, or the threshold is no bucket: look at the targets, and ask for the metric that the indicator names.',
    },
    {
      name: 'SloStateNotSaved',
      expr: 'min by (instance, pod) (sidewarden_slo_state_up{}) == 0',
      for: '15m',
      severity: 'warning',
      despite: true,
      when: hasObjectives,
      labels: ['instance', 'pod'],
      summary: 'A replica of Sidewarden cannot save what it has counted for the objectives.',
      description:
        '{{ $labels.instance }} cannot write to `state_dir`, and forgets its counts when it restarts. Its log says why: a full disk and a folder that it may not write to are the usual causes.',
    },
    {
      name: 'SloPrometheusUnreachable',
      expr: 'min by (instance, pod) (sidewarden_slo_prometheus_up{}) == 0',
      for: '15m',
      severity: 'warning',
      despite: true,
      when: hasObjectives,
      labels: ['instance', 'pod'],
      summary: 'A replica of Sidewarden gets no answer from Prometheus.',
      description:
        '{{ $labels.instance }} asks Prometheus how the objectives of the whole service stand, and gets no answer that it can use: it says what it has counted itself. Its log says why; the metrics of failures, by class, too.',
    },
  ],
};
