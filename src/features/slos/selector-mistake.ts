// What is wrong with a string that should select series, and what was probably meant.
import { matchersText, parseMatchers, parseSelector } from './selector.ts';

/** A mistake, without its place. */
export type Mistake = { readonly message: string; readonly fix: string };

/** Labels that Prometheus adds when it scrapes: the service's own page has none of them. */
const added: ReadonlySet<string> = new Set(['job', 'instance']);
const quotedText = /"(?:[^"\\]|\\.)*"/g;
const example = 'requests_total{code!~"5.."}';

/** Of the series of a ratio. @returns undefined where it is right */
export function selectorMistake(text: string): Mistake | undefined {
  const selector = parseSelector(text);
  if (selector?.name.includes(':'))
    return {
      message: `selects ${selector.name}, whose colon says that a rule of Prometheus records it`,
      fix: 'write the counter of the service, or use the indicator `expression`',
    };
  if (selector !== undefined) return labelMistake(selector.matchers);
  if (/^\s*\{/.test(text))
    return { message: 'selects series without a name', fix: `write the name first, as ${example}` };
  const inner = innerOf(text);
  if (/^\s*[a-z_]+[^{]*\(/i.test(text)) {
    const fix = inner === undefined ? `write a name with labels, as ${example}` : `write ${inner}`;
    return {
      message: 'is an expression: a name with labels stands here, and its increase is counted by itself',
      fix: `${fix}, or use the indicator \`expression\``,
    };
  }
  if (inner !== undefined && /\[|\boffset\b|@/.test(text.replaceAll(quotedText, '')))
    return { message: 'has a range or an offset: each window has its own', fix: `write ${inner}` };
  const [, name = '', between] = /^\s*([^\s{]*)\s*(?:\{([\s\S]*)\}\s*)?$/.exec(text) ?? [];
  if (between === undefined)
    return { message: 'is no name with labels', fix: `write the name, and labels in braces, as ${example}` };
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name))
    return { message: `begins with ${name}, which is no name of a metric`, fix: `write one, as in ${example}` };
  return betweenBraces(between, (matchers) => `${name}{${matchers}}`);
}

/** Of what selects a histogram's series: what stands between the braces. @returns undefined where it is right */
export function matchersMistake(text: string): Mistake | undefined {
  const matchers = parseMatchers(text);
  if (matchers?.some(({ label }) => label === 'le'))
    return { message: 'selects the label le, which `threshold` does', fix: 'leave le out' };
  if (matchers !== undefined) return labelMistake(matchers);
  const [, inner] = /^[^{]*\{([\s\S]*)\}\s*$/.exec(text) ?? [];
  if (inner !== undefined && parseMatchers(inner) !== undefined)
    return { message: 'has a name or braces: `histogram` is the name', fix: `write '${inner.trim()}'` };
  return betweenBraces(inner ?? text, (all) => `'${all}'`);
}

function labelMistake(matchers: readonly { readonly label: string }[]): Mistake | undefined {
  if (matchers.some(({ label }) => label === '__name__'))
    return { message: 'selects the label __name__, which is the name itself', fix: 'leave it out' };
  const found = matchers.find(({ label }) => added.has(label));
  if (found === undefined) return undefined;
  const fix = found.label === 'job' ? 'leave it out: `alerts.jobs.app` says the job' : 'leave it out';
  return { message: `selects the label ${found.label}, which Prometheus adds when it scrapes`, fix };
}

/** @param whole the text with other matchers */
function betweenBraces(between: string, whole: (matchers: string) => string): Mistake {
  const quoted = between
    .replaceAll(/(=~|!~|!=|=)\s*'([^'"\\]*)'/g, '$1"$2"')
    .replaceAll(/(=~|!~|!=|=)\s*`([^`"\\]*)`/g, '$1"$2"')
    .replaceAll('==', '=')
    .replaceAll(/(=~|!~|!=|=)\s*([^\s"'`,{}=~]+)/g, '$1"$2"');
  const meant = parseMatchers(quoted);
  if (meant !== undefined) {
    const what = between.includes('==') ? 'has == where = stands' : 'has a value without double quotes';
    return { message: what, fix: `write ${whole(matchersText(meant))}` };
  }
  for (const [, label = '', operator = '', value = ''] of between.matchAll(
    /([a-zA-Z_]\w*)\s*(=~|!~)\s*"((?:[^"\\]|\\.)*)"/g,
  ))
    if (parseMatchers(`${label}${operator}"${value}"`) === undefined)
      return {
        message: `has an expression for ${label} that Prometheus and Sidewarden do not read alike: ${value}`,
        fix: 'write it without flags, looking around and referring back, and with each backslash twice',
      };
  return {
    message: 'has no matchers between commas',
    fix: `write them as in ${example}: label, =, !=, =~ or !~, "value"`,
  };
}

/** The first selector in an expression, with its name. */
function innerOf(text: string): string | undefined {
  const found = text.matchAll(
    /([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\})?\s*(?=\[|\)|offset\b|@)/g,
  );
  for (const [, name = '', matchers = ''] of found)
    if (parseSelector(`${name}${matchers}`) !== undefined) return `${name}${matchers}`;
  return undefined;
}
