// The variables of the environment: those that the schema makes, and every other that the source reads by name.
import type { Node } from 'typescript/unstable/ast';
import {
  isBinaryExpression,
  isBindingElement,
  isDeleteExpression,
  isElementAccessExpression,
  isObjectBindingPattern,
  isPropertyAccessExpression,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import type { Type } from 'typescript/unstable/sync';
import { shortNames, variables } from '../../src/config/environment.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { accessesOf, literalsOf, type Source } from './source.ts';

export function environment(source: Source): readonly string[] {
  const ofKeys = variables.map(({ name, path }) => `${name}: ${path.join('.')}`);
  const short = Object.entries(shortNames).map(([name, other]) => `${other}: as ${name}, where that is not set`);
  const types: readonly Definition[] = definitions as never;
  const ofTypes = types.flatMap(({ type, environment: shorthand }) => {
    if (shorthand === undefined) return [];
    const { variable, check } = shorthand;
    return [
      `${variable}: the check ${check} of type ${type}, where there is no file`,
      `${variable}_FILE: the file with ${variable}`,
    ];
  });
  const ofClients = types.flatMap(({ type, secretVariables = [] }) => secretVariables.map((name) => ({ name, type })));
  const secrets = [...Map.groupBy(ofClients, ({ name }) => name)].map(
    ([name, all]) => `${name}: read by the client of ${all.map(({ type }) => type).join(', ')}; kept secret`,
  );
  return [...ofKeys, ...short, ...ofTypes, ...secrets, ...readIn(source)];
}

/** Of the file's `${NAME}`, of the variables of keys and types, and of their forms with _FILE. */
const otherName = '(a name that is not fixed)';

/** What the source takes out of an environment. */
function readIn(source: Source): readonly string[] {
  const isEnvironment = environmentTypes(source);
  const { checker, nodes } = source;
  const accesses = accessesOf(source).filter(
    (node) => !isWritten(node) && (isElementAccessExpression(node) || isName(node.name.text)),
  );
  const objects = checker.getTypeAtLocation(accesses.map(({ expression }) => expression));
  const names = accesses.flatMap((node, index) => {
    const type = objects[index];
    if (!isEnvironment(type)) return [];
    if (isPropertyAccessExpression(node)) return [node.name.text];
    const literals = literalsOf(checker.getTypeAtLocation(node.argumentExpression));
    if (literals !== undefined) return literals.map(String).filter(isName);
    return type?.getSymbol()?.name === 'ProcessEnv' ? [otherName] : [];
  });
  const taken = nodes.filter(isVariableDeclaration).flatMap(({ name, initializer }) => {
    if (!isObjectBindingPattern(name) || initializer === undefined) return [];
    if (!isEnvironment(checker.getTypeAtLocation(initializer))) return [];
    const bound = name.elements.filter(isBindingElement).map((one) => (one.propertyName ?? one.name)?.getText() ?? '');
    return bound.filter(isName);
  });
  const all = [...names, ...taken];
  if (!all.includes('SIDEWARDEN_CONFIG')) throw new Error('test/surface does not see how src/ reads the environment');
  return [
    ...all.filter((name) => name !== otherName).map((name) => `${name}: read by name`),
    `${otherName}: read in ${all.filter((name) => name === otherName).length} places`,
  ];
}

const isName = (text: string): boolean => /^[A-Z][A-Z0-9_]*$/.test(text);

/** Whether it is put into the environment, or taken away, instead of read. */
const isWritten = (node: Node): boolean =>
  isDeleteExpression(node.parent) ||
  (isBinaryExpression(node.parent) && node.parent.left === node && node.parent.operatorToken.getText() === '=');

/** An environment is a map from strings to strings or nothing, whatever its type is called. */
function environmentTypes({ checker }: Source): (type: Type | undefined) => boolean {
  const known = new Map<number, boolean>();
  return (type) => {
    if (type === undefined || !type.isObjectType()) return false;
    const found =
      known.get(type.id) ??
      checker
        .getIndexInfosOfType(type)
        .some(({ valueType }) => checker.typeToString(valueType) === 'string | undefined');
    known.set(type.id, found);
    return found;
  };
}
