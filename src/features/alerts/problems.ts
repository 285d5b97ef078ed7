// What the fields of `alerts` alone cannot see.
import type { SettingsProblem } from '../define.ts';
import { alerts as known } from './known.ts';
import { type AlertSettings, type AlertsSettings, overrideOf } from './settings.ts';
import { templateMistake } from './templates.ts';

type Path = SettingsProblem['path'];

/** What each alert fires with, and what tells one from another. */
const ours: Readonly<Record<string, string>> = {
  alertname: 'the name of the alert',
  severity: 'how bad an alert is',
  service: 'the name of the service',
  namespace: 'the namespace of the pods',
  ...{
    alertstate: 'a label of Prometheus',
    job: 'what `jobs` says',
    instance: 'a label of Prometheus',
    le: 'a bucket',
  },
};

/** Mistakes of right fields: what does not exist, is out of range, or is ours. */
export function problemsOf(settings: AlertsSettings): readonly SettingsProblem[] {
  const all = Object.values(known).flatMap(({ labels }) => labels);
  return [
    ...labelProblems(['labels'], settings.labels, all),
    ...annotationProblems(['annotations'], settings.annotations, ['summary', 'description']),
    ...settings.external.flatMap((name, index) => [
      ...(settings.external.indexOf(name) < index
        ? [problem(['external', index], 'is there already', 'leave it out')]
        : []),
      ...taken(['external', index], name, all),
    ]),
    ...Object.keys(settings.select).flatMap((name) => (name === 'namespace' ? [] : taken(['select', name], name, all))),
    ...Object.keys(settings.labels).flatMap((name) =>
      name in settings.select
        ? [problem(['labels', name], 'is in select too', 'leave it out: every alert has it already')]
        : [],
    ),
    ...Object.keys(settings.labels).flatMap((name) =>
      settings.external.includes(name)
        ? [problem(['labels', name], 'is in external too', 'leave it out: every series has it already')]
        : [],
    ),
    ...Object.entries(known).flatMap(([name, { labels, threshold }]) => {
      const override = overrideOf(settings, name);
      if (override === undefined) return [];
      return [
        ...labelProblems([name, 'labels'], override.labels ?? {}, labels),
        ...annotationProblems([name, 'annotations'], override.annotations ?? {}, []),
        ...thresholdProblems([name, 'threshold'], override, threshold),
      ];
    }),
  ];
}

const problem = (path: Path, message: string, fix: string): SettingsProblem => ({ path, message, fix });

function taken(path: Path, name: string, labels: readonly string[]): readonly SettingsProblem[] {
  const what = ours[name] ?? (labels.includes(name) ? 'what alerts tell one from another by' : undefined);
  return what === undefined ? [] : [problem(path, `is taken: it is ${what}`, `write another name than ${name}`)];
}

/** A label with the value of the moment would make another alert of each evaluation. */
const labelProblems = (path: Path, texts: Readonly<Record<string, string>>, labels: readonly string[]) =>
  Object.entries(texts).flatMap(([name, text]) => [
    ...taken([...path, name], name, labels),
    ...templateProblems([...path, name], text),
    ...(/\$value|\.Value\b/.test(text)
      ? [
          problem(
            [...path, name],
            'must not have the value in it',
            'say the value in an annotation: labels tell alerts apart',
          ),
        ]
      : []),
  ]);

const annotationProblems = (path: Path, texts: Readonly<Record<string, string>>, own: readonly string[]) =>
  Object.entries(texts).flatMap(([name, text]) => [
    ...templateProblems([...path, name], text),
    ...(own.includes(name)
      ? [problem([...path, name], 'would be the same for every alert', 'write it below the name of one alert')]
      : []),
    ...(name === 'runbook_url'
      ? [
          problem(
            [...path, name],
            'is the URL of the runbook',
            'write `runbooks`, or `runbook` below the name of an alert',
          ),
        ]
      : []),
  ]);

function templateProblems(path: Path, text: string): readonly SettingsProblem[] {
  const wrong = templateMistake(text);
  return wrong === undefined ? [] : [{ path, ...wrong }];
}

type Range = NonNullable<(typeof known)[string]['threshold']>;

function thresholdProblems(
  path: Path,
  { threshold }: AlertSettings,
  range: Range | undefined,
): readonly SettingsProblem[] {
  if (threshold === undefined) return [];
  if (range === undefined)
    return [
      problem(path, 'has no effect: the alert compares with no number', 'leave it out; `for` says how long it holds'),
    ];
  const { least, most, unit } = range;
  if (threshold >= least && threshold <= most) return [];
  const message = `${threshold} is out of range: it is ${unitText(unit)}, from ${least} to ${most}`;
  return [problem(path, message, `write ${meant(threshold, range) ?? (threshold < least ? least : most)}`)];
}

const unitText = (unit: string): string => (unit === 'ratio' ? 'a ratio' : `in ${unit}`);

/** A percentage as a ratio, milliseconds as seconds. */
function meant(threshold: number, { least, most, unit }: Range): number | undefined {
  const times = { ratio: 100, seconds: 1000 }[unit];
  const found = times === undefined ? undefined : threshold / times;
  return found !== undefined && found >= least && found <= most ? found : undefined;
}
