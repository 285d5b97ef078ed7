// A selector of Prometheus as an indicator has it: `requests_total{code!~"5..", route="/"}`. It is read to count the service's
// own metrics here, and written again for rules. https://prometheus.io/docs/prometheus/latest/querying/basics/

export type Matcher = {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
};

export type Selector = {
  readonly name: string;
  readonly matchers: readonly Matcher[];
};

const nameForm = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{([\s\S]*)\})?\s*$/;
const matcherForm = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\\n]|\\.)*)"\s*(,|$)/y;

/** @returns undefined where it is none, as with a range or a function. */
export function parseSelector(text: string): Selector | undefined {
  const [, name, inner = ''] = nameForm.exec(text) ?? [];
  const matchers = name === undefined ? undefined : parseMatchers(inner);
  return name === undefined || matchers === undefined ? undefined : { name, matchers };
}

/** What stands between the braces. @returns undefined where it is none, or a regular expression is wrong. */
export function parseMatchers(text: string): readonly Matcher[] | undefined {
  const matchers: Matcher[] = [];
  matcherForm.lastIndex = 0;
  let end = 0;
  while (text.slice(end).trim() !== '') {
    matcherForm.lastIndex = end;
    const found = matcherForm.exec(text);
    if (found === null) return undefined;
    const [, label = '', operator, quoted = ''] = found;
    const value = unescaped(quoted);
    if (value === undefined) return undefined;
    const matcher = { label, operator: operator as Matcher['operator'], value };
    if (isRegular(matcher) && !isRegularExpression(value)) return undefined;
    matchers.push(matcher);
    end = matcherForm.lastIndex;
  }
  return matchers;
}

function unescaped(quoted: string): string | undefined {
  try {
    return JSON.parse(`"${quoted}"`) as string;
  } catch {
    return undefined;
  }
}

const isRegular = ({ operator }: Matcher): boolean => operator === '=~' || operator === '!~';

/** What Prometheus' RE2 has not: to look around, and to refer back. */
const beyondRe2 = /\(\?<?[=!]|\\[1-9k]/;

/** Whether Prometheus and this process read it alike. */
function isRegularExpression(text: string): boolean {
  try {
    new RegExp(`^(?:${text})$`, 'su');
    return !beyondRe2.test(text);
  } catch {
    return false;
  }
}

/** As it stands in an expression, between the braces. */
export const matchersText = (matchers: readonly Matcher[]): string =>
  matchers.map(({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`).join(', ');

/** Whether labels are selected; a label that is not there is empty. */
export function createMatch(matchers: readonly Matcher[]): (label: (name: string) => string) => boolean {
  const tests = matchers.map((matcher) => {
    const { label, operator, value } = matcher;
    const expression = isRegular(matcher) ? new RegExp(`^(?:${value})$`, 'su') : undefined;
    const fits = (text: string): boolean => (expression === undefined ? text === value : expression.test(text));
    const wanted = operator === '=' || operator === '=~';
    return { label, fits: (text: string) => fits(text) === wanted };
  });
  return (label) => tests.every((test) => test.fits(label(test.label)));
}
