// What the fields of objectives alone cannot show. Some of an objective's fields may be wrong: the others are judged.
import { formatDuration } from '../../core/duration.ts';
import type { KnownName, Others, SettingsProblem } from '../define.ts';
import type { PrometheusSettings } from '../prometheus/settings.ts';
import type { AppFacts } from './app-facts.ts';
import { largestObjective, leastEvents, survives } from './few-events.ts';
import { indicatorProblems } from './indicator-problems.ts';
import type { Known, Part } from './known.ts';
import { type SloSettings, windowDays } from './settings.ts';

type PartOfSlo = Part<SloSettings>;

/** Each holds windows in memory, and has some ten series. */
export const mostObjectives = 50;

/** Mistakes of right fields: what is missing, has no effect, contradicts another, or cannot be met. */
export function problemsOf(
  settings: Readonly<Record<string, PartOfSlo>>,
  checks: readonly KnownName[],
  others: Others,
): readonly SettingsProblem[] {
  const known: Known = {
    checks,
    app: others.app as AppFacts | undefined,
    prometheus: others.prometheus as PrometheusSettings | undefined,
  };
  const count = Object.keys(settings).length;
  const many = {
    path: [],
    message: `holds ${count} objectives, and at most ${mostObjectives} belong into one process: each keeps its events in memory`,
    fix: 'keep those that users would notice',
  };
  return [
    ...(count > mostObjectives ? [many] : []),
    ...Object.entries(settings).flatMap(([name, slo]) =>
      problemsOfOne(slo, known).map(({ path, ...problem }) => ({ ...problem, path: [name, ...path] })),
    ),
  ];
}

const problemsOfOne = (slo: PartOfSlo, known: Known): readonly SettingsProblem[] => [
  ...(slo.indicator === undefined
    ? []
    : indicatorProblems(slo.indicator, known).map(({ path, ...problem }) => ({
        ...problem,
        path: ['indicator', ...path],
      }))),
  ...slaProblems(slo),
  ...windowProblems(slo, known),
  ...fewEvents(slo),
];

const percent = (value: number): number => Number(value.toFixed(6));

function slaProblems({ objective, sla }: PartOfSlo): readonly SettingsProblem[] {
  if (objective === undefined || sla === undefined || sla < objective) return [];
  const message = `${sla} must be below the objective, ${objective}: the objective is to be missed before the agreement is broken`;
  return [{ path: ['sla'], message, fix: `write ${percent(Math.max(1, 100 - 2 * (100 - objective)))} or less` }];
}

function windowProblems({ window }: PartOfSlo, { prometheus }: Known): readonly SettingsProblem[] {
  const retention = prometheus?.retention;
  if (window === undefined || retention === undefined || window <= retention) return [];
  const message = `the window of ${formatDuration(window)} is longer than the ${formatDuration(retention)} that Prometheus keeps, by prometheus.retention`;
  const shorter = retention >= leastWindowMs ? `write \`window: ${formatDuration(retention)}\`, or ` : '';
  const more = `let Prometheus keep ${formatDuration(window)} and write that in prometheus.retention`;
  return [{ path: ['window'], message, fix: `${shorter}${more}` }];
}

const leastWindowMs = windowDays.least * 86_400_000;

/** One bad event may not spend all that is allowed: nothing could be done before it is too late. */
function fewEvents({
  indicator = {},
  objective,
  window,
  expected_events: expected,
}: PartOfSlo): readonly SettingsProblem[] {
  if (objective === undefined || window === undefined) return [];
  const isTimed = indicator.ready !== undefined || indicator.check !== undefined;
  if (isTimed && expected !== undefined) {
    const what = indicator.ready === undefined ? 'a check' : 'ready';
    return [
      {
        path: ['expected_events'],
        message: `has no effect on ${what}: each second is one event`,
        fix: 'leave it out',
      },
    ];
  }
  const events = isTimed ? Math.floor(window / 1000) : expected;
  if (events === undefined || survives(objective, events)) return [];
  const one = isTimed
    ? `one bad second of the ${events} in ${formatDuration(window)}`
    : `one bad event of the ${events} that you expect`;
  const most = largestObjective(events);
  const least = leastEvents(objective);
  const more = isTimed ? '' : `expect more events (${least} or more)`;
  const fixes = [...(most === undefined ? [] : [`write at most ${most}`]), ...(more === '' ? [] : [more])];
  return [
    {
      path: isTimed ? ['objective'] : ['expected_events'],
      message: `${one} spends the whole error budget of ${objective}`,
      fix: fixes.join(', or '),
    },
  ];
}
