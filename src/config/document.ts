// YAML text to plain values, each with its line. Aliases are followed within bounds; nothing here knows what a key means.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument } from 'yaml';
import { keyText } from './mask.ts';
import type { Path, Place, Places, Position } from './places.ts';
import { type Findings, unreadable } from './problems.ts';
import { firstMistakes, yamlMistake } from './yaml-mistakes.ts';

/** A configuration of two hundred checks has about four thousand; an alias bomb has billions. */
const mostValues = 50_000;
const deepest = 64;

class TooMuch extends Error {}

type Reading = {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
  readonly places: Places;
  readonly findings: Findings;
  readonly anchors: Map<string, unknown>;
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
  const lines = new LineCounter();
  const reading: Reading = { file, text, lines, places, findings, anchors: new Map(), open: new Set(), count: 0 };
  if (/(?:[[{]\s*){65}/.test(text)) {
    findings.push({
      file,
      path: 'YAML',
      message: 'is nested too deeply',
      fix: 'this is hardly the configuration of Sidewarden',
    });
    return undefined;
  }
  const document = parseDocument(hideReferences(text), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: false,
  });
  const mistakes = firstMistakes([...document.errors, ...document.warnings]);
  for (const mistake of mistakes) {
    const [message, fix] = yamlMistake(mistake.code);
    findings.push({ file, ...position(reading, mistake.pos[0]), path: 'YAML', message, fix });
  }
  if (mistakes.length > 0) return undefined;
  try {
    const tree = convert(reading, document.contents, []);
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

function convert(reading: Reading, node: unknown, path: Path, key?: Position): unknown {
  reading.count += 1;
  if (reading.count > mostValues)
    throw new TooMuch(`holds more than ${mostValues} values, counting each use of an alias`);
  if (path.length > deepest) throw new TooMuch('is nested too deeply');
  const start = rangeOf(node)?.[0];
  const value = start === undefined ? key : position(reading, start);
  const place: Place = {
    file: reading.file,
    ...(key === undefined ? {} : { key }),
    ...(value === undefined ? {} : { value }),
  };
  reading.places.set(path, place);
  if (isAlias(node)) return convertAlias(reading, node.source, path, key);
  const anchor = (node as { anchor?: string } | null)?.anchor;
  if (anchor !== undefined) reading.anchors.set(anchor, node);
  if (isScalar(node)) {
    const range = rangeOf(node);
    if (range !== undefined) reading.places.set(path, { ...place, raw: reading.text.slice(range[0], range[1]).trim() });
    return typeof node.value === 'string' ? showReferences(node.value) : node.value;
  }
  reading.open.add(node);
  try {
    if (isSeq(node)) return node.items.map((item, index) => convert(reading, item, [...path, index]));
    if (isMap(node)) return convertMap(reading, node.items, path);
    return null;
  } finally {
    reading.open.delete(node);
  }
}

function convertAlias(reading: Reading, name: string, path: Path, key: Position | undefined): unknown {
  const target = reading.anchors.get(name);
  if (target !== undefined && !reading.open.has(target)) return convert(reading, target, path, key);
  const message =
    target === undefined
      ? 'a value that begins with * is a YAML alias, and its anchor is not defined above'
      : 'an alias inside the value that it stands for';
  reading.findings.add(path, message, 'put a value that begins with * in quotes');
  return unreadable;
}

function convertMap(reading: Reading, pairs: readonly Pair[], path: Path): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (const pair of pairs) {
    const start = rangeOf(pair.key)?.[0];
    const at = start === undefined ? undefined : position(reading, start);
    const name = isScalar(pair.key) && pair.key.value !== null ? showReferences(String(pair.key.value)) : undefined;
    if (name === undefined || name === '__proto__') {
      reading.findings.push({
        file: reading.file,
        ...at,
        path: 'YAML',
        message: 'a key must be a plain word',
        fix: 'put a value that begins with { or [ in quotes',
      });
      continue;
    }
    const inner = [...path, name];
    const first = Object.hasOwn(map, name) ? reading.places.get(inner)?.key : undefined;
    map[name] = convert(reading, pair.value, inner, at);
    if (first !== undefined) {
      const isCheck = path.length === 1 && path[0] === 'checks';
      const fix = isCheck ? 'give each check a name of its own' : 'keep one of the two';
      reading.findings.add(
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

function position(reading: Reading, offset: number): Position {
  const { line, col } = reading.lines.linePos(Math.min(offset, reading.text.length));
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
