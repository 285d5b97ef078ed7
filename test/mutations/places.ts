// Where a source file can be mutated. A mutation is known by what it is made of, not by its line number: the same one is
// found again after a change elsewhere in the file.
import { createHash } from 'node:crypto';
import { type Change, changesOf, type Kind } from './kinds.ts';
import { childrenOf, isFunction, isNode, type Node, nameOf, parse } from './syntax.ts';

export type Mutation = {
  readonly id: string;
  /** From the top of the tree. */
  readonly file: string;
  readonly kind: Kind;
  /** The functions and variables that it stands in, such as `createLane.cut`. */
  readonly within: string;
  /** From 1. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Instead of what stands between `start` and `end`. */
  readonly text: string;
  /** For people: what there was, and what there is, on one line. */
  readonly before: string;
  readonly after: string;
};

/** What is shown instead of a statement that is left out. */
export const nothing = ';';

export const apply = (source: string, { start, end, text }: Pick<Mutation, 'start' | 'end' | 'text'>): string =>
  source.slice(0, start) + text + source.slice(end);

/** Every mutation of a file, as the text has them. */
export function placesIn(file: string, source: string): Mutation[] {
  const found: Mutation[] = [];
  const seen = new Map<string, number>();
  const lines = lineStarts(source);
  const add = (node: Node, change: Change, within: string): void => {
    const line = lines.findLastIndex((start) => start <= change.start) + 1;
    const shown = change.kind === 'branch' || change.kind === 'return' ? change : node;
    const before = oneLine(source.slice(shown.start, shown.end));
    const changed = source.slice(shown.start, change.start) + change.text + source.slice(change.end, shown.end);
    const after = change.kind === 'call' ? nothing : oneLine(changed);
    const key = [file, within, change.kind, source.slice(lines[line - 1], lines[line]).trim(), before, after].join(
      '\n',
    );
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    found.push({ ...change, id: digest(`${key}\n${times}`).slice(0, 8), file, within, line, before, after });
  };
  const walk = (node: Node, names: readonly string[]): void => {
    if (skips(node)) return;
    const own = nameIn(node);
    const within = own === undefined ? names : [...names, own];
    for (const change of changesOf(node, source)) add(node, change, within.join('.') || 'the file');
    for (const child of childrenOf(node)) if (!isForPeople(node, child)) walk(child, within);
  };
  walk(parse(source), []);
  return found;
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

function lineStarts(source: string): number[] {
  return [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** The name that a function, a variable, a property or a class gives to what is in it. */
function nameIn(node: Node): string | undefined {
  if (isFunction(node) || node.type === 'VariableDeclarator' || node.type === 'ClassDeclaration')
    return nameOf(node.id);
  const isMember = node.type === 'Property' || node.type === 'MethodDefinition' || node.type === 'PropertyDefinition';
  return isMember && isNode(node.value) ? nameOf(node.key) : undefined;
}

/** Fields whose value people read. */
const wordFields = /^(help|summary|message|fix|description|hint)$/;

const skips = (node: Node): boolean => node.type === 'Property' && wordFields.test(nameOf(node.key) ?? '');

/** What is said to people: the arguments of an error, of a line of the log, of a description. */
function isForPeople(node: Node, child: Node): boolean {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false;
  const at = (node.arguments as readonly Node[]).indexOf(child);
  if (at < 0) return false;
  const { callee } = node as unknown as { callee: Node };
  const name = nameOf(callee) ?? '';
  if (node.type === 'NewExpression') return name === 'Failure' ? at > 0 : /(Error|MissingPrivilege)$/.test(name);
  if (callee.type !== 'MemberExpression') return false;
  if (name === 'describe' || name === 'meta') return true;
  return /^(debug|info|warn|error)$/.test(name) && /log$/i.test(nameOf(callee.object) ?? '');
}
