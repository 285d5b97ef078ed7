// The product's source as the TypeScript compiler sees it: what the product says in no single place is found by its type,
// wherever it stands. TypeScript calls this interface unstable: it is used in this folder only.
import { fileURLToPath } from 'node:url';
import type { CallExpression, Node } from 'typescript/unstable/ast';
import {
  isCallExpression,
  isElementAccessExpression,
  isNoSubstitutionTemplateLiteral,
  isPropertyAccessExpression,
  isStringLiteral,
  isTemplateExpression,
} from 'typescript/unstable/ast/is';
import { API, type Checker, type Type } from 'typescript/unstable/sync';

const root = fileURLToPath(new URL('../../', import.meta.url));

export type Source = {
  readonly checker: Checker;
  /** Every node of every file in src/, in order. */
  readonly nodes: readonly Node[];
  close(): void;
};

/** Opens the project of the tree. It holds a process until it is closed. */
export function openSource(): Source {
  const api = new API({ cwd: root });
  const [project] = api.updateSnapshot({ openProjects: [`${root}tsconfig.json`] }).getProjects();
  if (project === undefined) throw new Error('the compiler opens no project');
  const { program, checker } = project;
  const files = program.getSourceFileNames().filter((file) => file.startsWith(`${root}src/`));
  const nodes: Node[] = [];
  const visit = (node: Node): void => {
    nodes.push(node);
    node.forEachChild(visit);
  };
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source !== undefined) visit(source);
  }
  return { checker, nodes, close: () => api.close() };
}

/** `http/server.ts` */
export const fileOf = (node: Node): string => node.getSourceFile().fileName.slice(`${root}src/`.length);

/** The calls of a function by its name. @throws when there is none: it was renamed, and a list would be empty. */
export function callsOf(source: Source, name: string): readonly CallExpression[] {
  const calls = callsMatching(source, new RegExp(`^${name}$`));
  if (calls.length === 0) throw new Error(`nothing in src/ calls ${name}: say in test/surface what took its place`);
  return calls;
}

/** By the words of what is called. */
export const callsMatching = ({ nodes }: Source, called: RegExp): readonly CallExpression[] =>
  nodes.filter(isCallExpression).filter(({ expression }) => called.test(expression.getText()));

/** `object.key` and `object[key]`. */
export const accessesOf = ({ nodes }: Source) =>
  nodes.filter((node) => isPropertyAccessExpression(node) || isElementAccessExpression(node));

/** The parts of a union; the type itself when it is none. */
export const partsOf = (type: Type): readonly Type[] => (type.isUnionType() ? type.getTypes() : [type]);

/** The literal values that a type is made of; undefined when it has others too. */
export function literalsOf(type: Type | undefined): readonly (string | number)[] | undefined {
  const parts = type === undefined ? [] : partsOf(type);
  const values = parts.flatMap((part) =>
    part.isStringLiteralType() || part.isNumberLiteralType() ? [part.value as string | number] : [],
  );
  return values.length === parts.length && values.length > 0 ? values : undefined;
}

/** The text of a string or template, in which `…` stands for what is put in; undefined for other expressions. */
export function textOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…');
}
