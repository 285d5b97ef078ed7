// The text format 0.0.4 as both parsers of Prometheus accept it, checked without the code under test: a regular expression
// for a line, and the rules between lines that `promtool check metrics` has.
import { isUtf8 } from 'node:buffer';

export type Parsed = { readonly name: string; readonly labels: string; readonly value: string; readonly time?: string };

const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n\\0]|\\\\[\\\\n"])*"';
const number =
  '[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN]';
const line = new RegExp(
  `^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(${label}(?:,${label})*)\\})? (${number})(?: ([0-9]{1,18}))?$`,
);
const comment =
  /^# (?:HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\n\0]|\\[\\n])+)|TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped))$/;

/** @throws for the first thing that is wrong. @returns the samples in order, labels sorted and without empty ones */
export function parseStrictly(bytes: Uint8Array): Parsed[] {
  if (bytes.length === 0) return [];
  if (!isUtf8(bytes)) throw new Error('no UTF-8');
  const text = Buffer.from(bytes).toString();
  if (!text.endsWith('\n')) throw new Error('no line feed at the end');
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const seen = new Set<string>();
  const done = new Set<string>();
  let current = '';
  const parsed: Parsed[] = [];
  /** As expfmt resolves a name: a part of a histogram or summary that it knows is of that family. */
  const familyOf = (name: string): string => {
    if (done.has(name) || name === current) return name;
    const base = name.replace(/_(?:bucket|sum|count)$/, '');
    const type = types.get(base);
    if (base === name) return name;
    return type === 'histogram' || (type === 'summary' && !name.endsWith('_bucket')) ? base : name;
  };
  const enter = (family: string): void => {
    if (family === current) return;
    if (done.has(family)) throw new Error(`${family} does not stand together`);
    done.add(current);
    current = family;
  };
  for (const one of text.slice(0, -1).split('\n')) {
    const described = comment.exec(one);
    if (described !== null) {
      const name = described[1] ?? described[3] ?? '';
      if (familyOf(name) !== name) throw new Error(`${one}: is part of another family`);
      if (name === current && (seen.has(`\0${name}`) || described[1] !== undefined || types.has(name)))
        throw new Error(`${one}: comes late or twice`);
      enter(name);
      if (described[1] !== undefined) {
        if (helps.has(name)) throw new Error(`second ${one}`);
        helps.add(name);
      } else types.set(name, described[4] ?? '');
      continue;
    }
    const found = line.exec(one);
    if (found === null) throw new Error(`not a line: ${JSON.stringify(one).slice(0, 200)}`);
    const [, name = '', written = '', value = '', time] = found;
    if (!Number.isFinite(Number(value)) && !/inf|nan/i.test(value)) throw new Error(`${one}: too large`);
    const family = familyOf(name);
    enter(family);
    seen.add(`\0${family}`);
    const pairs = [...written.matchAll(/([a-zA-Z0-9_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => ({
      key,
      text,
    }));
    if (new Set(pairs.map(({ key }) => key)).size !== pairs.length) throw new Error(`${one}: a label twice`);
    if (pairs.some(({ key }) => key === '__name__')) throw new Error(`${one}: __name__`);
    for (const { key, text } of pairs) {
      const bound = { histogram: 'le', summary: 'quantile' }[types.get(family) ?? ''];
      if (key === bound && !new RegExp(`^(?:${number})$`).test(text)) throw new Error(`${one}: ${key} is no number`);
    }
    const labels = pairs
      .filter(({ text }) => text !== '')
      .map(({ key, text }) => `${key}="${text}"`)
      .sort()
      .join(',');
    if (seen.has(`${name}{${labels}}`)) throw new Error(`${one}: twice`);
    seen.add(`${name}{${labels}}`);
    parsed.push({ name, labels, value, ...(time !== undefined && { time }) });
  }
  return parsed;
}
