// YAML text to plain values, each with its line. Aliases are followed within bounds; nothing here knows what a key means.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument } from 'yaml';
import { aliasTargets } from './aliases.ts';
import { curlyQuotes, insideCurly } from './curly-quotes.ts';
import { spaces } from './indentation.ts';
import { keyText } from './mask.ts';
import { withMerged } from './merge-keys.ts';
import type { Path, Place, Places, Position } from './places.ts';
import { type Findings, unreadable } from './problems.ts';
import { bareTemplate, yamlMistakes } from './yaml-mistakes.ts';

/** A configuration of two hundred checks has about four thousand; an alias bomb has billions. */
const mostValues = 50_000;
const deepest = 64;
const tooMany = `holds more than ${mostValues} values, counting each use of an alias`;

/** Lines that are indented too far are read as if they were not, so that all other mistakes are told too: so much text. */
const mostReadAgain = 200_000;

class TooMuch extends Error {}

/** From the text of a file to its values, as far as it has come. */
type Conversion = {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
  /** By how many columns a line stands further right in the file than in the text. */
  readonly shifts: ReadonlyMap<number, number>;
  readonly places: Places;
  readonly findings: Findings;
  readonly target: (alias: unknown) => unknown;
  readonly open: Set<unknown>;
  count: number;
};

/** @returns the map that the text holds; undefined when it holds none, and the findings say why. */
export function readDocument(
  file: string,
  text: string,
  places: Places,
  findings: Findings,
): Record<string, unknown> | undefined {
  if (/(?:[[{]\s*){65}/.test(text)) {
    findings.push({
      file,
      path: 'YAML',
      message: 'is nested too deeply',
      fix: 'this is hardly the configuration of Sidewarden',
    });
    return undefined;
  }
  const shifts = new Map<number, number>();
  let source = text;
  for (let readAgain = text.length; ; readAgain += text.length) {
    const lines = new LineCounter();
    const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, stringKeys: false };
    const document = parseDocument(hideReferences(source), options);
    const mistakes = yamlMistakes(source, document);
    const target = mistakes.length === 0 ? aliasTargets(document) : () => undefined;
    const conversion = { file, text: source, lines, shifts, places, findings, target, open: new Set(), count: 0 };
    for (const { offset, message, fix } of mistakes) refuse(conversion, offset, message, fix);
    if (mistakes.length === 0) return readTree(conversion, document.contents);
    const moved = mistakes.at(-1)?.moved;
    if (moved === undefined || (shifts.size > 0 && readAgain > mostReadAgain)) return undefined;
    source = moved.text;
    shifts.set(moved.line, moved.by + (shifts.get(moved.line) ?? 0));
  }
}

function readTree(conversion: Conversion, contents: unknown): Record<string, unknown> | undefined {
  const { file, places, findings } = conversion;
  try {
    const tree = convert(conversion, contents, []);
    places.set([], { file, key: { line: 1, column: 1 }, value: { line: 1, column: 1 } });
    return asMap(tree, findings);
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    findings.push({
      file,
      path: 'YAML',
      message: error.message,
      fix: 'write the values out instead of repeating them with & and *',
    });
    return undefined;
  }
}

function asMap(value: unknown, findings: Findings): Record<string, unknown> | undefined {
  if (value === unreadable) return undefined;
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  if (value === null || value === undefined) {
    findings.add(
      [],
      'the file is empty',
      'write `checks:` and a check below it, or remove the file to configure by environment variables alone',
    );
  } else {
    findings.add(
      [],
      `the file holds ${Array.isArray(value) ? 'a list' : 'one string'}, not keys with values`,
      'begin with `checks:`, and below it `name:` with `type:` for each check',
    );
  }
  return undefined;
}

function convert(conversion: Conversion, node: unknown, path: Path, key?: Position): unknown {
  spend(conversion, 1);
  const start = rangeOf(node)?.[0];
  const value = start === undefined ? key : position(conversion, start);
  const place: Place = {
    file: conversion.file,
    ...(key === undefined ? {} : { key }),
    ...(value === undefined ? {} : { value }),
  };
  conversion.places.set(path, place);
  if (isAlias(node)) return convertAlias(conversion, node, path, key);
  if (isScalar(node)) {
    const range = rangeOf(node);
    if (range !== undefined)
      conversion.places.set(path, { ...place, raw: conversion.text.slice(range[0], range[1]).trim() });
    return typeof node.value === 'string' ? convertString(conversion, node, path) : node.value;
  }
  conversion.open.add(node);
  try {
    if (isSeq(node)) return node.items.map((item, index) => convertItem(conversion, item, [...path, index]));
    if (isMap(node)) return convertMap(conversion, merge(conversion, node.items as Pair[]), path);
    return null;
  } finally {
    conversion.open.delete(node);
  }
}

/** Without curly quotes around the whole of it: they are a mistake, and what stands between them may hold another. */
function convertString(
  conversion: Conversion,
  node: { value: unknown; type?: string | undefined },
  path: Path,
): string {
  const text = showReferences(String(node.value));
  const inside = node.type === 'PLAIN' ? insideCurly(text) : undefined;
  if (inside !== undefined) conversion.findings.add(path, curlyQuotes.message, curlyQuotes.fix);
  return inside ?? text;
}

/** An item that is indented further than the one above it is a part of it to YAML. */
function convertItem(conversion: Conversion, item: unknown, path: Path): unknown {
  const [start, end] = rangeOf(item) ?? [0, 0];
  const second = isScalar(item) && item.type === 'PLAIN' ? /\n\s*(?=- )/.exec(conversion.text.slice(start, end)) : null;
  if (second === null) return convert(conversion, item, path);
  const { column } = position(conversion, start);
  refuse(
    conversion,
    start + second.index + second[0].length,
    'this item is indented further than the one above it, and is a part of it so',
    `begin it with ${spaces(Math.max(0, column - 3))}, as the one above`,
  );
  return unreadable;
}

/** The pairs of a map with those that its merge keys (`<<`) take over from others. */
const merge = (conversion: Conversion, pairs: readonly Pair[]): readonly Pair[] =>
  withMerged(
    {
      target: conversion.target,
      open: conversion.open,
      spend: (values) => spend(conversion, values),
      refuse: ({ key }) =>
        refuse(
          conversion,
          rangeOf(key)?.[0] ?? 0,
          '`<<` takes over the keys of a map, and this is none',
          'write `<<: *name`, and `&name` at a map above',
        ),
    },
    pairs,
  );

/** Before so many values are built. */
function spend(conversion: Conversion, values: number): void {
  conversion.count += values;
  if (conversion.count > mostValues) throw new TooMuch(tooMany);
  if (conversion.open.size > deepest) throw new TooMuch('is nested too deeply');
}

function convertAlias(conversion: Conversion, alias: unknown, path: Path, key: Position | undefined): unknown {
  const target = conversion.target(alias);
  if (target !== undefined && !conversion.open.has(target)) return convert(conversion, target, path, key);
  const message =
    target === undefined
      ? 'a value that begins with * is a YAML alias, and its anchor is not defined above'
      : 'an alias inside the value that it stands for';
  const define = target === undefined ? 'write `&` and its name before the value that it stands for, above, or ' : '';
  conversion.findings.add(path, message, `${define}put a value that begins with * in quotes`);
  return unreadable;
}

function convertMap(conversion: Conversion, pairs: readonly Pair[], path: Path): Record<string, unknown> | symbol {
  const map: Record<string, unknown> = {};
  for (const pair of pairs) {
    const start = rangeOf(pair.key)?.[0];
    const at = start === undefined ? undefined : position(conversion, start);
    const name = isScalar(pair.key) && pair.key.value !== null ? showReferences(String(pair.key.value)) : undefined;
    if (start !== undefined && conversion.text.slice(start - 1, start + 1) === '{{') {
      refuse(conversion, start - 1, ...bareTemplate(conversion.text.slice(start - 1)));
      return unreadable;
    }
    if (name === undefined || name === '__proto__') {
      refuse(conversion, start, 'a key must be a plain word', 'put a value that begins with { or [ in quotes');
      continue;
    }
    if (insideCurly(name) !== undefined) {
      refuse(conversion, start, `a key ${curlyQuotes.message}`, 'write the key without quotes');
      continue;
    }
    const inner = [...path, name];
    const first = Object.hasOwn(map, name) ? conversion.places.get(inner)?.key : undefined;
    map[name] = convert(conversion, pair.value, inner, at);
    if (first !== undefined) {
      const isCheck = path.length === 1 && path[0] === 'checks';
      const fix = isCheck ? 'give each check a name of its own' : 'keep one of the two';
      conversion.findings.add(
        inner,
        `\`${keyText(name).text}\` is written twice, first on line ${first.line}`,
        fix,
        'key',
      );
    }
  }
  return map;
}

// In a flow map the braces of an unquoted ${NAME} would be YAML's own: `{ url: ${REDIS_URL} }`. While YAML is parsed two
// characters of no meaning stand for them, so that every position stays right.
const hideReferences = (text: string): string => text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, '$\ufdd0$1\ufdd1');
const showReferences = (text: string): string => text.replaceAll('\ufdd0', '{').replaceAll('\ufdd1', '}');

const rangeOf = (node: unknown): readonly [number, number, number] | undefined =>
  (node as { range?: [number, number, number] | null } | null)?.range ?? undefined;

function refuse(conversion: Conversion, offset: number | undefined, message: string, fix: string): void {
  const place = offset === undefined ? {} : position(conversion, offset);
  conversion.findings.push({ file: conversion.file, ...place, path: 'YAML', message, fix });
}

function position(conversion: Conversion, offset: number): Position {
  const { line, col } = conversion.lines.linePos(Math.min(offset, conversion.text.length));
  return { line: Math.max(1, line), column: Math.max(1, col) + (conversion.shifts.get(line) ?? 0) };
}
