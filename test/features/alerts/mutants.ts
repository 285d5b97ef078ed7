// Alerts with one thing wrong each: the tests of the alert must notice it.
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import type { Alert, Pack, Recording } from '../../../src/features/alerts/pack.ts';
import { alertRules, type Rule, recordingRule } from '../../../src/features/alerts/rule.ts';
import { alertOf, alerts, facts, minutes, packOf, recordings, recordingsOf, scope, wholeExpr } from './bench.ts';
import { clausesOf } from './reading.ts';

export type Mutant = {
  /** `ALERT: what is wrong`, the same from run to run. */
  readonly id: string;
  readonly kind: Kind;
  /** The alerts whose cases can notice it: one that does is enough. */
  readonly readers: readonly string[];
  /** The rules of a reader, with what is wrong in them. */
  rules(reader: string): readonly Rule[];
};
export type Kind = 'threshold' | 'for' | 'label' | 'comparison' | 'metric' | 'clause' | 'on';

type Change = { readonly kind: Kind; readonly what: string; readonly expr: string };

const selector = /((?:\$app_)?[a-zA-Z_:][a-zA-Z0-9_:]*)\{/g;
const comparison = /(==|!=|>=|<=|>|<)(?= *(?:bool )?[^="~])(?! *[0-9.]*"\})/g;
const numberAfter = /((?:==|!=|>=|<=|>|<) *)(\d+(?:\.\d+)?(?:e\d+)?)(?![\d.])/g;
const grouping = /\b(by|on) \(([^()]*)\)/g;
const turned: Readonly<Record<string, string>> = { '==': '!=', '!=': '==', '>': '<', '<': '>', '>=': '<=', '<=': '>=' };

/** The expression with the match at this place replaced. */
const replaced = (expr: string, match: RegExpExecArray | RegExpMatchArray, by: string): string =>
  expr.slice(0, match.index) + by + expr.slice((match.index ?? 0) + match[0].length);

/** Matches outside of the matchers between braces. */
const outside = (expr: string, pattern: RegExp): readonly RegExpMatchArray[] => {
  const hidden = expr.replaceAll(/\{(?:[^{}"]|"[^"]*")*\}/g, (braces) => `{${' '.repeat(braces.length - 2)}}`);
  return [...hidden.matchAll(pattern)];
};

/** Everything that can be wrong in one expression. */
function changesOf(expr: string): readonly Change[] {
  const named = (kind: Kind, match: RegExpMatchArray, by: string): Change => ({
    kind,
    what: `${match[0].trim()} → ${by.trim()} at ${match.index}`,
    expr: replaced(expr, match, by),
  });
  return [
    ...outside(expr, selector).map((match) => named('metric', match, `${match[1]}_renamed{`)),
    ...outside(expr, comparison).map((match) => named('comparison', match, turned[match[0]] as string)),
    ...outside(expr, numberAfter)
      .filter((match) => Number(match[2]) !== 0)
      .flatMap((match) =>
        [1.2, 1 / 1.2].map((factor) => named('threshold', match, `${match[1]}${Number(match[2]) * factor}`)),
      ),
    ...outside(expr, grouping).flatMap((match) => {
      const [, word, inside = ''] = match;
      const labels = inside.split(',').map((label) => label.trim());
      return labels
        .filter((label) => label !== '')
        .map((label) =>
          named(word === 'on' ? 'on' : 'label', match, `${word} (${labels.filter((one) => one !== label).join(', ')})`),
        );
    }),
    // What the notation has beside PromQL is made a name, so that each place stays where it is.
    ...clausesOf(expr.replaceAll('$', '_')).map(({ from, to }): Change => {
      const clause = expr.slice(from, to).replaceAll(/\s+/g, ' ');
      return { kind: 'clause', what: `no ${clause} at ${from}`, expr: expr.slice(0, from) + expr.slice(to) };
    }),
  ];
}

const numbered = (factor: number): string => (factor > 1 ? '× 1.2' : '÷ 1.2');

/** Every mutant of an alert's own expression, threshold and time. */
function mutantsOf(alert: Alert): readonly Mutant[] {
  const double = alert.for === '0s' ? undefined : `${minutes(alert.for) * 2}m`;
  const { threshold } = alert;
  const of = (kind: Kind, what: string, changed: Partial<Alert>): Mutant => ({
    ...{ id: `${alert.name}: ${what}`, kind },
    readers: [alert.name],
    rules: () => rulesWith({ ...alert, ...changed }),
  });
  return [
    ...(threshold === undefined || threshold.value === 0
      ? []
      : [1.2, 1 / 1.2].map((factor) =>
          of('threshold', `threshold ${numbered(factor)}`, {
            threshold: { ...threshold, value: threshold.value * factor },
          }),
        )),
    ...(double === undefined ? [] : [of('for', 'for 0', { for: '0s' }), of('for', 'for × 2', { for: double })]),
    ...changesOf(alert.expr).map(({ kind, what, expr }) => of(kind, what, { expr })),
  ];
}

/** Every mutant of a recording rule. */
const mutantsOfRecording = (recording: Recording): readonly Mutant[] =>
  changesOf(recording.expr).map(({ kind, what, expr }) => ({
    ...{ id: `${recording.record}: ${what}`, kind },
    readers: alerts.filter((alert) => recordingsOf(wholeExpr(alert)).includes(recording)).map(({ name }) => name),
    rules: (reader) => rulesWith(alertOf(reader), packOf(reader), [recording, expr]),
  }));

/** Every mutant of a pack's silence, and that there is none. */
const mutantsOfSilence = ({ name, silence, alerts }: Pack): readonly Mutant[] =>
  silence === undefined
    ? []
    : [...changesOf(silence), { kind: 'clause' as const, what: 'none', expr: undefined }].map(
        ({ kind, what, expr }) => ({
          ...{ id: `the silence of ${name}: ${what}`, kind },
          readers: alerts.filter(({ despite }) => despite !== true).map((alert) => alert.name),
          rules: (reader) => rulesWith(alertOf(reader), expr === undefined ? {} : { silence: expr }),
        }),
      );

/** Of the rules of several objectives the first: the others are made as it is. */
const distinct = (all: readonly Recording[]): readonly Recording[] => [
  ...new Map(all.toReversed().map((one) => [one.record, one])).values(),
];

const rulesWith = (
  alert: Alert,
  pack: Pick<Pack, 'silence'> = packOf(alert.name),
  instead?: readonly [Recording, string],
): readonly Rule[] => [
  ...recordingsOf(`${alert.expr} ${alert.unless?.(facts) ?? ''} ${pack.silence ?? ''}`).map((one) =>
    recordingRule(one === instead?.[0] ? { ...one, expr: instead[1] } : one, scope),
  ),
  ...alertRules(alert, pack, { scope }, facts),
];

/** All of them: what can be wrong in any alert. */
export const allMutants = (): readonly Mutant[] => [
  ...alerts.flatMap(mutantsOf),
  ...distinct(recordings).flatMap(mutantsOfRecording),
  ...packs.flatMap(mutantsOfSilence),
];
