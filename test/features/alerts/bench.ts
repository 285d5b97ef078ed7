// Cases as files for `promtool test rules`: an alert and its recording rules each, and what must hold at which minute.

import { parseDuration } from '../../../src/core/duration.ts';
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import { type Alert, recordingsOf as allOf, type Pack, type Recording } from '../../../src/features/alerts/pack.ts';
import { alertRules, type Rule, recordingRule } from '../../../src/features/alerts/rule.ts';
import { expand, recordsIn, type Scope } from '../../../src/features/prometheus/expression.ts';
import type { Case, Line, Phase } from './case.ts';
import { factsWith, few } from './objectives.ts';

export const scope: Scope = {
  jobs: { checks: 'shop-sidewarden', statistics: 'shop-statistics', app: 'shop-app' },
  service: 'shop',
  alertPrefix: '',
  prefix: 'shop',
  own: ['app'],
  kept: ['namespace'],
};

/** The configuration of the rules: all that is not in the scope. */
export const facts = factsWith(few);

/** All but the watchdog, which always fires. */
export const alerts: readonly Alert[] = packs.flatMap((pack) => pack.alerts).filter(({ name }) => name !== 'Watchdog');

export const packOf = (name: string): Pack => {
  const found = packs.find(({ alerts }) => alerts.some((alert) => alert.name === name));
  if (found === undefined) throw new Error(`no pack has an alert ${name}`);
  return found;
};
export const alertOf = (name: string): Alert => packOf(name).alerts.find((alert) => alert.name === name) as Alert;

/** Of all packs: each is made once, so that it can be found again. */
export const recordings: readonly Recording[] = packs.flatMap((pack) => allOf(pack, facts));

/** The recording rules that an expression reads, those that these read before them. */
export function recordingsOf(expr: string, among = recordings): readonly Recording[] {
  const found: Recording[] = [];
  const visit = (text: string): void => {
    for (const name of recordsIn(text))
      for (const recording of among.filter(({ record }) => record === name)) {
        if (found.includes(recording)) continue;
        visit(recording.expr);
        found.push(recording);
      }
  };
  visit(expr);
  return found;
}

/** Everything that an alert says, with its pack's silence. */
export const wholeExpr = (alert: Alert): string =>
  `${alert.expr} ${alert.unless?.(facts) ?? ''} ${packOf(alert.name).silence ?? ''}`;

/** The rules of one alert, as they are generated. */
export const rulesOf = (alert: Alert): readonly Rule[] => [
  ...recordingsOf(wholeExpr(alert)).map((recording) => recordingRule(recording, scope)),
  ...alertRules(alert, packOf(alert.name), { scope }, facts),
];

/** All rules of a pack, as they are generated. @param changed what is different of each alert */
export const rulesOfPack = (pack: Pack, changed: (alert: Alert) => Alert = (alert) => alert): readonly Rule[] => [
  ...allOf(pack, facts).map((recording) => recordingRule(recording, scope)),
  ...pack.alerts.flatMap((alert) => alertRules(changed(alert), pack, { scope }, facts)),
];

export const minutes = (duration: string): number => {
  const ms = parseDuration(duration);
  if (ms === undefined) throw new Error(`${duration} is not a duration`);
  return ms / 60_000;
};

/** The longest window that the alert or a recording that it reads looks back, in minutes. */
const windowOf = (expr: string): number =>
  Math.max(
    2,
    ...[expr, ...recordingsOf(expr).map((recording) => recording.expr)].flatMap((text) =>
      [...text.matchAll(/\[(\d+[smhd])[\]:]/g)].map(([, window = '']) => minutes(window)),
    ),
  );

type Times = { readonly change: number; readonly fires: number; readonly back: number; readonly end: number };
function timesOf(one: Case): Times {
  const { alert, quiet, delay = 0, lasts, calm = 10 } = one;
  const change = quiet ?? windowOf(wholeExpr(alertOf(alert))) + 3;
  const fires = change + delay + minutes(alertOf(alert).for);
  const back = lasts === undefined ? fires + 2 : change + lasts;
  return { change, fires, back, end: calm === 'never' ? back : back + calm };
}

/** What promtool reads: a value for each minute, `_` for none. */
function valuesOf({ course, only }: Line, { change, back, end }: Times): string {
  const values: string[] = [];
  let sum = course.kind === 'slope' ? course.from : 0;
  for (let minute = 0, since = 0; minute <= end; minute++, since++) {
    const phase: Phase = minute < change || minute >= back ? 'quiet' : 'loud';
    const step = course[phase];
    if (course.kind === 'counter' || course.kind === 'slope') sum += step;
    else if (course.kind === 'gauge') sum = step;
    else if (minute === 0) sum = 1;
    else if (since >= step) {
      since = 0;
      sum = course.kind === 'starts' ? minute * 60 : 1 - sum;
    }
    values.push(only !== undefined && !only.includes(phase) ? '_' : String(sum));
  }
  return runs(values);
}

/** The same values in few words: `1x29`. */
function runs(values: readonly string[]): string {
  const parts: string[] = [];
  let start = 0;
  for (let index = 1; index <= values.length; index++) {
    if (index < values.length && values[index] === values[start]) continue;
    const [value, more] = [values[start] as string, index - start - 1];
    parts.push(more === 0 ? value : value === '_' ? `_x${more + 1}` : `${value}x${more}`);
    start = index;
  }
  return parts.join(' ');
}

const series = (line: string): string => expand(line, scope);

/** The labels of every firing series of the alert. */
const firing = (one: Case): readonly string[] =>
  (one.fires ?? []).map((labels) => {
    const all = {
      alertname: one.alert,
      alertstate: 'firing',
      severity: alertOf(one.alert).severity,
      service: 'shop',
      ...labels,
    };
    return `ALERTS{${Object.entries(all)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(', ')}}`;
  });

/** With the service, and the check or objective that it is about. */
const saidSummary = ({ summary }: Alert, { check, slo }: Readonly<Record<string, string>>): string =>
  `${['shop', check ?? slo].filter((name) => name !== undefined).join(' ')}: ${summary}`;

/** One entry of `tests`. @param says whether the description is compared too */
export function promtoolTest(one: Case, says = true): object {
  const times = timesOf(one);
  const alert = alertOf(one.alert);
  const at = (minute: number, samples: readonly string[]): object => ({
    expr: `ALERTS{alertname="${one.alert}",alertstate="firing"}`,
    eval_time: `${minute}m`,
    exp_samples: samples.map((labels) => ({ labels, value: 1 })),
  });
  const quiet = one.fires === undefined;
  const before = times.fires - 1;
  return {
    interval: '1m',
    input_series: one.lines.map((line) => ({ series: series(line.series), values: valuesOf(line, times) })),
    promql_expr_test: [
      at(times.change - 1, []),
      ...(before >= times.change ? [at(before, [])] : []),
      at(times.fires, firing(one)),
      ...(one.calm === 'never' ? [] : [at(times.end, [])]),
    ],
    ...(says &&
      !quiet && {
        alert_rule_test: [
          {
            eval_time: `${times.fires}m`,
            alertname: one.alert,
            exp_alerts: (one.fires ?? []).slice(0, 1).map((labels) => ({
              exp_labels: { severity: alert.severity, service: 'shop', ...labels },
              exp_annotations: { summary: saidSummary(alert, labels), description: one.says },
            })),
          },
        ],
      }),
  };
}
