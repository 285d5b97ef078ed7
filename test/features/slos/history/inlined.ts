// What recording rules would have recorded of samples from before they were loaded: an expression in which each recorded series
// is the expression that it is recorded from.
import { createMatch, type Matcher, parseMatchers } from '../../../../src/features/slos/selector.ts';

/** Of those in a rule file, what is recorded. */
export type Recorded = {
  readonly record?: string | undefined;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
};

const recorded = /\b([a-z_]\w*(?::\w+)+)(?:\{((?:[^{}"]|"(?:[^"\\]|\\.)*")*)\})?(?:\[(\w+)(?::(\w*))?\])?/g;

/** Whose recorded series are asked, and how often the rules would have been evaluated. */
type Asked = { readonly labels: Readonly<Record<string, string>>; readonly everyS: number };

/** @throws for a recorded series that no rule records */
export function inlined(expr: string, rules: readonly Recorded[], asked: Asked): string {
  return expr.replaceAll(recorded, (whole, name: string, text = '', range?: string, step?: string) => {
    const matches = createMatch(parseMatchers(text) as readonly Matcher[]);
    // A rule for all of them keeps the labels of what it is recorded from.
    const found = rules.find(({ record, labels = {} }) => {
      const isOf = Object.entries(asked.labels).every(([label, value]) => (labels[label] ?? value) === value);
      return record === name && isOf && matches((label) => labels[label] ?? asked.labels[label] ?? '');
    });
    if (found === undefined) throw new Error(`no rule records ${whole}`);
    const all = labelled(`(${inlined(found.expr, rules, asked)})`, found.labels ?? {});
    if (range === undefined) return all;
    return `${all}[${range}:${step === undefined || step === '' ? `${asked.everyS}s` : step}]`;
  });
}

const labelled = (expr: string, labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels).reduce(
    (inner, [label, value]) => `label_replace(${inner}, "${label}", ${JSON.stringify(value)}, "", "")`,
    expr,
  );
