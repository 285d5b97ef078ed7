// Parses TypeScript, and walks what the parser gives. The parser is the one of Vite, which vitest brings along.
import { parseAst } from 'vitest/node';

/** https://github.com/estree/estree, with the nodes that TypeScript adds. */
export type Node = {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
};

/** @throws when it is no TypeScript */
export const parse = (text: string): Node => parseAst(text, { lang: 'ts' }) as unknown as Node;

export function parses(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

export const isNode = (value: unknown): value is Node =>
  value !== null && typeof value === 'object' && typeof (value as Node).type === 'string';

/** What holds a value among what only the compiler reads. */
const wrappers = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSTypeAssertion']);

/** The nodes inside it that run, as the text has them; no types, no imports. */
export function childrenOf(node: Node): Node[] {
  return Object.entries(node)
    .filter(([key]) => key !== 'key' || node.computed === true)
    .flatMap(([, value]): readonly unknown[] => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
    .filter(({ type }) => !type.startsWith('TS') || wrappers.has(type))
    .filter(({ type, source }) => !/^(Import|Export\w*)Declaration$/.test(type) || !isNode(source))
    .sort((a, b) => a.start - b.start);
}

/** Without the parentheses, casts, `await` and `void` around it. */
export function bare(node: Node): Node {
  const inner = node.expression ?? node.argument;
  const around =
    node.type === 'ParenthesizedExpression' ||
    node.type === 'ChainExpression' ||
    node.type === 'AwaitExpression' ||
    (node.type === 'UnaryExpression' && node.operator === 'void') ||
    wrappers.has(node.type);
  return around && isNode(inner) ? bare(inner) : node;
}

/** `name`, or the last part of `some.name`. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'MemberExpression') return node.computed === true ? undefined : nameOf(node.property);
  const { name } = node.type === 'ChainExpression' ? bare(node) : node;
  return typeof name === 'string' ? name : undefined;
}

export const isFunction = ({ type }: Node): boolean =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression';
