// Templates in labels and annotations, as far as they can be judged without Prometheus. It refuses the whole file for one
// that it cannot parse: https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
import { nearest } from '../../config/nearest.ts';

/** What is wrong with a string, and what to write. */
export type Wrong = { readonly message: string; readonly fix: string };

/** Of Prometheus since 2.42. */
const ofPrometheus = [
  ...['query', 'first', 'label', 'value', 'strvalue', 'sortByLabel', 'args', 'match', 'reReplaceAll', 'title'],
  ...['toUpper', 'toLower', 'stripPort', 'stripDomain', 'graphLink', 'tableLink', 'safeHtml', 'humanize'],
  ...['humanize1024', 'humanizeDuration', 'humanizePercentage', 'humanizeTimestamp', 'toTime', 'parseDuration'],
  ...['pathPrefix', 'externalURL'],
];
/** Only later versions have them: what is written may need one. */
const ofLater = ['toDuration', 'now', 'urlQueryEscape'];
const ofGo = [
  ...['and', 'or', 'not', 'len', 'index', 'slice', 'print', 'printf', 'println', 'html', 'js', 'urlquery', 'call'],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge'],
];
const functions: readonly string[] = [...ofPrometheus, ...ofLater, ...ofGo];
const constants: ReadonlySet<string> = new Set(['true', 'false', 'nil']);
const opening: ReadonlySet<string> = new Set(['if', 'range', 'with', 'define', 'block']);
const others: ReadonlySet<string> = new Set(['else', 'end', 'template', 'break', 'continue']);
const variables = ['$labels', '$value', '$externalLabels', '$externalURL'];
const fields = ['.Labels', '.Value', '.ExternalLabels', '.ExternalURL'];

const token = new RegExp(
  [
    String.raw`(?<text>"(?:[^"\\\n]|\\.)*"|${'`[^`]*`'}|'(?:[^'\\\n]|\\.)+')`,
    String.raw`(?<end>-?\}\})`,
    String.raw`(?<variable>\$[\p{L}\p{N}_]*)`,
    String.raw`(?<field>\.[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<number>[+-]?\.?\d[\w.+-]*)`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<sign>:=|=|\||,|\(|\)|\.(?=[\s)|}]))`,
    String.raw`(?<space>\s+)`,
  ].join('|'),
  'uy',
);
type Token = { readonly kind: string; readonly text: string };

/** One `{{ … }}`: what stands in it, and where it ends. */
type Action = { readonly tokens: readonly Token[]; readonly end: number };

const wrong = (message: string, fix: string): Wrong => ({ message, fix });
const example = 'write a template as `{{ $labels.check }}`';
const notClosed = wrong('has a `{{` that no `}}` ends', example);

const comment = /\{\{(?:- )?\/\*.*?\*\/(?: -)?\}\}/suy;

/** The first mistake of a string; undefined: none can be seen. */
export function templateMistake(text: string): Wrong | undefined {
  const declared = new Set<string>();
  const open: string[] = [];
  let at = 0;
  for (let start = text.indexOf('{{'); start !== -1; start = text.indexOf('{{', at)) {
    if (text.slice(at, start).includes('}}')) break;
    comment.lastIndex = start;
    const skipped = comment.exec(text);
    if (skipped !== null) {
      at = comment.lastIndex;
      continue;
    }
    const action = actionAt(text, start);
    if (!('tokens' in action)) return action;
    const found = judged(action.tokens, declared, open);
    if (found !== undefined) return found;
    at = action.end;
  }
  if (text.includes('}}', at)) return wrong('has a `}}` that no `{{` begins', example);
  const [last] = open.slice(-1);
  return last === undefined ? undefined : wrong(`has a {{ ${last} }} that nothing ends`, 'add `{{ end }}`');
}

function actionAt(text: string, start: number): Action | Wrong {
  const tokens: Token[] = [];
  token.lastIndex = /^\{\{- /.test(text.slice(start, start + 4)) ? start + 4 : start + 2;
  while (token.lastIndex < text.length) {
    const { lastIndex: at } = token;
    const { groups } = token.exec(text) ?? {};
    const [kind, read] = Object.entries(groups ?? {}).find(([, one]) => one !== undefined) ?? [];
    if (kind === undefined || read === undefined) return stray(text, at, tokens);
    if (kind === 'end') return { tokens, end: token.lastIndex };
    tokens.push({ kind, text: read });
  }
  return notClosed;
}

/** What cannot be read, at its place. */
function stray(text: string, at: number, before: readonly Token[]): Wrong {
  const one = text.slice(at, at + 1);
  if (/["'`]/.test(one)) return wrong('has a quote in a template that is not closed', `add the closing ${one}`);
  if (!text.includes('}}', at)) return notClosed;
  const last = before.at(-1)?.text ?? '';
  const path = last === '' ? 'a name' : `${last}.NAME`;
  if (one === '.')
    return wrong('has a dot in a template that no name follows', `write \`${path}\` or leave the dot out`);
  if (one === '-')
    return wrong(
      'has a `-` in a template',
      'write `{{ index $labels "a-b" }}` where a name has one, and spaces around others',
    );
  return wrong(`has \`${one}\` in a template, where it means nothing`, example);
}

/** @param open the blocks that are not ended, which change */
function judged(all: readonly Token[], declared: Set<string>, open: string[]): Wrong | undefined {
  const tokens = all.filter(({ kind }) => kind !== 'space');
  const [first] = tokens;
  if (first === undefined) return wrong('has a template with nothing in it', example);
  if (first.text === 'end' && open.pop() === undefined)
    return wrong('has an {{ end }} that ends nothing', 'leave it out, or add what it ends, as `{{ if … }}`');
  if (first.text === 'else' && open.length === 0)
    return wrong('has an {{ else }} outside of {{ if }}', 'leave it out, or add `{{ if … }}`');
  let depth = 0;
  for (const [index, { kind, text }] of all.entries()) {
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth < 0) break;
    const isFirst = kind !== 'space' && tokens[0] === all[index];
    const found =
      kind === 'variable' || kind === 'field' || kind === 'word'
        ? named(all, index, isFirst, declared, open)
        : undefined;
    if (found !== undefined) return found;
  }
  if (depth !== 0) return wrong('has parentheses in a template that are not a pair', 'close each that is open');
  const piped = tokens.find(
    ({ text }, index) => text === '|' && !/^(?:word|variable|field|sign)$/.test(tokens[index + 1]?.kind ?? ''),
  );
  if (piped !== undefined || first.text === '|')
    return wrong('has a `|` in a template without what it gives on to', 'write it as `{{ $value | humanize }}`');
  if (opening.has(first.text)) open.push(first.text);
  return;
}

function named(
  all: readonly Token[],
  index: number,
  isFirst: boolean,
  declared: Set<string>,
  open: readonly string[],
): Wrong | undefined {
  const { kind, text } = all[index] as Token;
  if (kind === 'variable') return variableMistake(text, all.slice(index + 1), declared);
  if (kind === 'word') {
    if (functions.includes(text) || constants.has(text) || (isFirst && (opening.has(text) || others.has(text)))) return;
    if (text === 'if' || text === 'with') return; // behind `else`
    const near = nearest(text, functions);
    const fix = near === undefined ? 'write one of Prometheus or Go, such as humanize' : `did you mean \`${near}\`?`;
    return wrong(`has ${text} in a template, which is no function of Prometheus`, fix);
  }
  // Behind a variable, a field or a parenthesis it is a field of that; inside of blocks the dot is something else.
  const before = all[index - 1];
  if (
    open.length > 0 ||
    (before !== undefined && /^(?:variable|field)$|^\)$/.test(before.kind === 'sign' ? before.text : before.kind))
  )
    return;
  if (fields.includes(text)) return;
  return wrong(
    `has ${text} in a template, which an alert does not have`,
    'write `$labels.check`, `$value`, `$externalLabels.cluster` or `$externalURL`',
  );
}

function variableMistake(text: string, behind: readonly Token[], declared: Set<string>): Wrong | undefined {
  const next = behind.find(({ kind }) => kind !== 'space')?.text;
  if (next === ':=' || next === ',') {
    declared.add(text);
    return;
  }
  if (text === '$' || variables.includes(text) || declared.has(text)) {
    const [dot] = behind;
    if (text === '$value' && dot?.kind === 'field')
      return wrong('has a field of $value in a template, which is a number', 'write `$value`');
    return dot?.text === '.'
      ? wrong('has a dot in a template that no name follows', `write \`${text}.NAME\` or leave the dot out`)
      : undefined;
  }
  const near = nearest(text, variables);
  const fix = near === undefined ? `write one of ${variables.join(', ')}` : `did you mean \`${near}\`?`;
  return wrong(`has ${text} in a template, which is no variable`, fix);
}
