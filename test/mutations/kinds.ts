// The kinds of mutations: what each makes of a node.
import { bare, childrenOf, isFunction, isNode, type Node, nameOf } from './syntax.ts';

export const kinds = ['comparison', 'constant', 'call', 'branch', 'logic', 'arithmetic', 'return'] as const;
export type Kind = (typeof kinds)[number];

/** `text` instead of what stands between the two places. */
export type Change = { readonly kind: Kind; readonly start: number; readonly end: number; readonly text: string };

/** What may be made of this node itself, not of what is in it. */
export function changesOf(node: Node, source: string): Change[] {
  const change = makers[node.type];
  const made = change?.(node, source);
  return [...(made === undefined ? [] : [made]), ...(isFunction(node) ? returnEarly(node) : [])];
}

const makers: Readonly<Record<string, (node: Node, source: string) => Change | undefined>> = {
  BinaryExpression: (node, source) => changeOperator(node, source),
  AssignmentExpression: (node, source) => changeOperator(node, source),
  UpdateExpression(node, source) {
    const text = node.operator === '++' ? '--' : '++';
    const start = node.prefix === true ? node.start : node.end - 2;
    return { kind: 'arithmetic', start, end: start + 2, text: source.slice(start, start + 2) === text ? '' : text };
  },
  LogicalExpression(node, source) {
    const [left, right] = sidesOf(node);
    if (node.operator === '??' && isNeverSeen(right)) return undefined;
    const to = node.operator === '||' ? '&&' : '||';
    const text = `(${textOf(left, source)} ${to} ${textOf(right, source)})`;
    return { kind: 'logic', start: node.start, end: node.end, text };
  },
  ConditionalExpression: (node, source) => negate(node.test as Node, source),
  IfStatement: (node, source) => negate(node.test as Node, source),
  ExpressionStatement(node) {
    const call = bare(node.expression as Node);
    if (call.type !== 'CallExpression' || (call.callee as Node).type === 'Super') return undefined;
    return { kind: 'call', start: node.start, end: node.end, text: '{}' };
  },
  Literal({ value, start, end }) {
    if (typeof value === 'boolean') return { kind: 'constant', start, end, text: String(!value) };
    if (typeof value === 'number') return { kind: 'constant', start, end, text: String(otherNumber(value)) };
    return undefined;
  },
  CallExpression: (node) => emptyText(node),
};

const operators: Readonly<Record<string, readonly [Kind, string]>> = {
  '<': ['comparison', '<='],
  '<=': ['comparison', '<'],
  '>': ['comparison', '>='],
  '>=': ['comparison', '>'],
  '===': ['comparison', '!=='],
  '!==': ['comparison', '==='],
  '+': ['arithmetic', '-'],
  '-': ['arithmetic', '+'],
  '*': ['arithmetic', '/'],
  '/': ['arithmetic', '*'],
  '+=': ['arithmetic', '-='],
  '-=': ['arithmetic', '+='],
};

function changeOperator(node: Node, source: string): Change | undefined {
  const [left, right] = sidesOf(node);
  const operator = String(node.operator);
  const [kind, text] = operators[operator] ?? [];
  if (kind === undefined || text === undefined) return undefined;
  if (kind === 'arithmetic' && (isText(left) || isText(right))) return undefined;
  const start = source.indexOf(operator, left.end);
  return { kind, start, end: start + operator.length, text };
}

const sidesOf = ({ left, right }: Node): [Node, Node] => [left as Node, right as Node];
const textOf = ({ start, end }: Node, source: string): string => source.slice(start, end);

/** A sum of strings is no arithmetic. */
function isText(node: Node): boolean {
  const inner = bare(node);
  if (inner.type === 'BinaryExpression') return sidesOf(inner).some(isText);
  return inner.type === 'TemplateLiteral' || (inner.type === 'Literal' && typeof inner.value === 'string');
}

/** To the right of `??`, where `||` would give the same: what is falsy itself, or stands in for what is never falsy. */
function isNeverSeen(right: Node): boolean {
  const { type, value, name } = bare(right);
  if (type === 'Literal') return value === null || value === 0 || value === '' || value === false;
  return /^(Array|Object|New|Function|ArrowFunction)Expression$/.test(type) || name === 'undefined';
}

/** A condition that is a comparison for (in)equality is left to that kind, which makes the same of it. */
function negate(test: Node, source: string): Change | undefined {
  const { type, operator, argument } = bare(test);
  const { start, end } = test;
  if (type === 'BinaryExpression' && (operator === '===' || operator === '!==')) return undefined;
  const isNegated = type === 'UnaryExpression' && operator === '!' && isNode(argument);
  return {
    kind: 'branch',
    start,
    end,
    text: isNegated ? textOf(argument as Node, source) : `!(${textOf(test, source)})`,
  };
}

/** Up to this a number counts something, and one more shows; of a bigger one (milliseconds, bytes) only its absence does. */
const mostCounted = 20;
const otherNumber = (value: number): number => (Math.abs(value) <= mostCounted ? value + 1 : 0);

/** Where a string is looked for in another, or a name among names: nobody reads it. */
const seekers = /^(includes|startsWith|endsWith|indexOf|lastIndexOf|split|has|get|delete|replaceAll)$/;

function emptyText(call: Node): Change | undefined {
  const { callee, arguments: args } = call as unknown as { callee: Node; arguments: readonly Node[] };
  const [first] = args;
  if (callee.type !== 'MemberExpression' || !seekers.test(nameOf(callee) ?? '')) return undefined;
  if (first?.type !== 'Literal' || typeof first.value !== 'string' || first.value === '') return undefined;
  return { kind: 'constant', start: first.start, end: first.end, text: "''" };
}

/** A function that gives nothing back; one that is a single call is left to that kind. */
function returnEarly(node: Node): Change[] {
  const body = node.body as Node;
  if (body.type !== 'BlockStatement' || node.generator === true) return [];
  const statements = body.body as readonly Node[];
  const [first] = statements;
  if (first === undefined || (statements.length === 1 && first.type === 'ExpressionStatement')) return [];
  if (statements.some(givesBack)) return [];
  return [{ kind: 'return', start: body.start, end: body.start + 1, text: '{ return;' }];
}

const givesBack = (node: Node): boolean =>
  (node.type === 'ReturnStatement' && isNode(node.argument)) || (!isFunction(node) && childrenOf(node).some(givesBack));
