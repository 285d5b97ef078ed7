// What the author of right objectives should know: what is not counted, by whom, and what a restart forgets.
import { formatDuration } from '../../core/duration.ts';
import type { Others, Surroundings } from '../define.ts';
import type { ScopeSettings } from '../prometheus/scope.ts';
import type { PrometheusSettings } from '../prometheus/settings.ts';
import { type AppFacts, histogramPart, knownMetric } from './app-facts.ts';
import { allowedOf } from './few-events.ts';
import { parseMatchers, parseSelector } from './selector.ts';
import { type IndicatorSettings, isCountedHere, kindOf, type SloSettings, type SlosSettings } from './settings.ts';

/** What Prometheus keeps unless it is told otherwise. */
const usualRetentionMs = 15 * 86_400_000;

/** Facts, one sentence each. */
export function notesOn(settings: SlosSettings, others: Others, surroundings: Surroundings): readonly string[] {
  const app = others.app as AppFacts | undefined;
  const prometheus = others.prometheus as PrometheusSettings | undefined;
  const all = Object.entries(settings);
  return [
    ...aboutPrometheus(all, prometheus),
    ...aboutState(all, prometheus, app, surroundings),
    ...all.flatMap(([name, slo]) =>
      [
        ...aboutCounting(slo, app, prometheus),
        ...aboutReady(slo, surroundings),
        ...aboutCheck(slo, surroundings),
        ...aboutFew(slo),
        ...aboutUnit(slo, app),
        ...aboutLabels(slo, app),
        ...aboutScraped(slo, app, others.alerts as ScopeSettings | undefined),
      ].map((note) => `slos.${name}: ${note}`),
    ),
  ];
}

type Named = readonly [name: string, slo: SloSettings];

function aboutPrometheus(all: readonly Named[], prometheus: PrometheusSettings | undefined): readonly string[] {
  const long = all.filter(([, { window }]) => window > usualRetentionMs).map(([name]) => name);
  if (long.length === 0 || prometheus?.retention !== undefined) return [];
  return [
    `Prometheus keeps 15 days unless it is told otherwise, and the window of ${listed(long)} is longer. Start it with ` +
      '`--storage.tsdb.retention.time`, and write `retention` below `prometheus`.',
  ];
}

function aboutState(
  all: readonly Named[],
  prometheus: PrometheusSettings | undefined,
  app: AppFacts | undefined,
  { stateDir }: Surroundings,
): readonly string[] {
  const here = all.filter(([, slo]) => isCountedHere(slo, app !== undefined));
  if (here.length === 0 || stateDir !== undefined || prometheus?.url !== undefined) return [];
  return [
    'A restart forgets what objectives have counted. Write `state_dir`, a folder that outlives the container, or `prometheus: { url: … }`, which knows long windows.',
  ];
}

/** Who counts what the daemon does not see. */
function aboutCounting(slo: SloSettings, app: AppFacts | undefined, prometheus: PrometheusSettings | undefined) {
  if (isCountedHere(slo, app !== undefined)) return [];
  const why =
    kindOf(slo.indicator) === 'expression'
      ? 'an expression is counted by Prometheus alone'
      : 'without `app` the daemon does not see these metrics, and Prometheus alone counts them';
  const asked =
    prometheus?.url === undefined
      ? ', with the rules of `sidewarden generate rules`; GET /slo knows nothing of it without `prometheus.url`'
      : '';
  return [`${why}${asked}`];
}

function aboutReady({ indicator }: SloSettings, { checks }: Surroundings): readonly string[] {
  if (indicator.ready === undefined || checks.some(({ gates }) => gates.includes('ready'))) return [];
  return ['no check has the gate ready, so every second is good'];
}

/** How long a check that failed once stays unhealthy. */
function aboutCheck({ indicator, objective, window }: SloSettings, { checks }: Surroundings): readonly string[] {
  const check = checks.find(({ name }) => name === indicator.check);
  if (check?.intervalMs === undefined) return [];
  const least = check.intervalMs * check.successThreshold;
  const budget = allowedOf(objective, window);
  if (least < budget) return [];
  return [
    `a failure of ${check.name} that is noticed lasts ${formatDuration(least)} or more, and the whole error budget of ${objective} is ${formatDuration(Math.round(budget))} in ${formatDuration(window)}`,
  ];
}

/** The budget is spent before an alert on burn may fire. */
function aboutFew({ objective, expected_events: expected, min_bad_events: least }: SloSettings): readonly string[] {
  if (expected === undefined) return [];
  const allowed = Math.floor(allowedOf(objective, expected));
  if (allowed >= least) return [];
  return [
    `the error budget is ${allowed} bad events of the ${expected} that you expect, and alerts on burn wait for ${least}: write \`min_bad_events: ${Math.max(1, Math.floor(allowed / 2))}\``,
  ];
}

/** A number that is hardly meant in seconds: no bucket of minutes. */
function aboutUnit({ indicator }: SloSettings, app: AppFacts | undefined): readonly string[] {
  const { histogram = '', threshold = 0 } = indicator;
  const isDoubtful = histogram.endsWith('_seconds') && threshold >= 100 && threshold % 60 !== 0;
  if (!isDoubtful || knownMetric(app, histogram) !== undefined) return [];
  return [
    `${histogram} is in seconds by its name, and the threshold is ${threshold} s. Where ${threshold} ms are meant, write ${threshold / 1000}`,
  ];
}

/** The metric that a series is of, which can be a part of a histogram. */
const familyOf = (app: AppFacts | undefined, series: string) => knownMetric(app, series.replace(histogramPart, ''));

/** Labels and values that the catalogue's metric does not have. */
function aboutLabels({ indicator }: SloSettings, app: AppFacts | undefined): readonly string[] {
  return selectorsIn(indicator).flatMap(({ name, matchers }) => {
    const known = familyOf(app, name);
    const labels = Object.keys(known?.labels ?? {});
    if (known === undefined || labels.length === 0) return [];
    return matchers.flatMap(({ label, operator, value }) => {
      if (!labels.includes(label) && label !== 'le')
        return [`${name} has no label ${label} by ${known.by}: it has ${listed(labels)}`];
      const values = labels.includes(label) ? known.labels[label] : undefined;
      const isStrange = (operator === '=' || operator === '!=') && values?.includes(value) === false;
      return isStrange
        ? [`${label} of ${name} is never ${JSON.stringify(value)}: it is one of ${values?.join(', ')}`]
        : [];
    });
  });
}

/** Labels that a series has in Prometheus alone: the daemon counts the service's own page, which has none of them. */
function aboutScraped(slo: SloSettings, app: AppFacts | undefined, alerts: ScopeSettings | undefined) {
  if (app === undefined) return [];
  const added = new Set(['namespace', 'pod', 'container', 'service', 'endpoint', ...Object.keys(alerts?.select ?? {})]);
  const found = selectorsIn(slo.indicator).flatMap(({ name, matchers }) =>
    familyOf(app, name) === undefined ? matchers.filter(({ label }) => added.has(label)).map(({ label }) => label) : [],
  );
  return [...new Set(found)].map(
    (label) =>
      `the label ${label} is one that Prometheus adds as a rule: where the service's own page does not have it, the daemon counts no event. Leave it out: the rules have the job and \`alerts.select\``,
  );
}

function selectorsIn({ ratio, histogram, selector = '' }: IndicatorSettings) {
  const texts = [ratio?.good, ratio?.bad, ratio?.total].filter((text) => text !== undefined);
  const ofHistogram = histogram === undefined ? [] : [{ name: histogram, matchers: parseMatchers(selector) ?? [] }];
  return [...texts.flatMap((text) => parseSelector(text) ?? []), ...ofHistogram];
}

const listed = (names: readonly string[]): string => names.join(', ');
