// The log: what every line has, the fields that a line can have, and each record with its own. The compiler finds the
// records by the interface that they are written through, wherever that is done.
import type { CallExpression, Node } from 'typescript/unstable/ast';
import {
  isCallExpression,
  isElementAccessExpression,
  isIdentifier,
  isInterfaceDeclaration,
  isObjectBindingPattern,
  isPropertyAccessExpression,
  isTypeAliasDeclaration,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import { type Checker, type Symbol as Named, SymbolFlags, type Type } from 'typescript/unstable/sync';
import { createLog } from '../../src/sinks/log.ts';
import { accessesOf, fileOf, literalsOf, partsOf, type Source, textOf } from './source.ts';

export function log(source: Source): readonly string[] {
  const { checker, nodes } = source;
  const alias = nodes.find((node) => isTypeAliasDeclaration(node) && node.name.text === 'LogFields');
  const all = alias && checker.getTypeAtLocation(alias);
  if (all === undefined)
    throw new Error('src/ has no type LogFields any more: say in test/surface what took its place');
  const known = checker.getPropertiesOfType(all);
  return [
    ...common(),
    ...known.map((field) => `(field) ${field.name}: ${valuesOf(checker, checker.getTypeOfSymbol(field))}`),
    ...calls(source).map((call) => recordLine(checker, call, known.length)),
  ];
}

/** Of every line, whatever it says. */
function common(): readonly string[] {
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line), flush: async () => {} };
  createLog({ level: 'info', service: 's', version: '1', redact: (text) => text, output }).info({}, 'm');
  return Object.entries(JSON.parse(lines.join()) as object).map(
    ([name, value]) => `(every line) ${name}: ${typeof value}`,
  );
}

/** Every call of a method of the interface Log. @throws when one is used in another way, since nothing is known then. */
function calls(source: Source): readonly CallExpression[] {
  const { checker, nodes } = source;
  const declared = nodes.filter(isInterfaceDeclaration).find(({ name }) => name.text === 'Log');
  const type = declared && checker.getTypeAtLocation(declared);
  if (type === undefined)
    throw new Error('src/ has no interface Log any more: say in test/surface what took its place');
  const methods = checker.getPropertiesOfType(type);
  const places = new Set(methods.flatMap(({ declarations }) => declarations.map(placeOf)));
  const names = methods.map(({ name }) => name);
  const isOurs = (symbol: Named | undefined): boolean =>
    symbol?.declarations.some((declaration) => places.has(placeOf(declaration))) === true;
  const isLog = (node: Node): boolean => {
    const found = checker.getTypeAtLocation(node);
    return found !== undefined && names.every((name) => isOurs(checker.getPropertyOfType(found, name)));
  };
  for (const node of nodes) {
    const taken = isVariableDeclaration(node) && isObjectBindingPattern(node.name) ? node.initializer : undefined;
    const object = isElementAccessExpression(node) ? node.expression : taken;
    if (object !== undefined && isIdentifier(object) && isLog(object)) throw unseen(node);
  }
  return accessesOf(source)
    .filter(isPropertyAccessExpression)
    .filter((node) => names.includes(node.name.text) && isOurs(checker.getSymbolAtLocation(node.name)))
    .map((node) => {
      if (!isCallExpression(node.parent) || node.parent.expression !== node) throw unseen(node);
      return node.parent;
    });
}

const placeOf = ({ path, index }: { readonly path: string; readonly index: number }): string => `${path} ${index}`;
const unseen = (node: Node): Error =>
  new Error(`test/surface cannot see what is logged in src/${fileOf(node)}: ${node.getText().slice(0, 100)}`);

/** `(check-run) debug "…: run …": error.type?, labels.check` */
function recordLine(checker: Checker, call: CallExpression, allFields: number): string {
  const [given, message] = call.arguments;
  const type = given && checker.getTypeAtLocation(given);
  if (given === undefined || type === undefined || !isPropertyAccessExpression(call.expression)) throw unseen(call);
  const fields = fieldsOf(checker, type);
  // The whole LogFields: whoever annotates with it, instead of `satisfies`, hides which fields the record has.
  if (fields.length === allFields || checker.getIndexInfosOfType(type).length > 0) throw unseen(call);
  const action = fields.find(({ name }) => name === 'event.action');
  const rest = fields
    .filter((field) => field !== action)
    .map(fieldText(checker))
    .sort();
  const said = textOf(message) ?? '…';
  const level = call.expression.name.text;
  return `(${action === undefined ? 'no action' : valuesOf(checker, action.type)}) ${level} "${said}": ${rest.join(', ')}`.trim();
}

type Field = { readonly name: string; readonly type: Type | undefined; readonly always: boolean };

/** Of all parts of a union; what one of them lacks is not always there. */
function fieldsOf(checker: Checker, type: Type): readonly Field[] {
  const parts = partsOf(type).map((part) => checker.getPropertiesOfType(part));
  const names = [...new Set(parts.flatMap((part) => part.map(({ name }) => name)))];
  return names.map((name) => {
    const found = parts.flatMap((part) => part.find((symbol) => symbol.name === name) ?? []);
    const always = found.length === parts.length && found.every(({ flags }) => (flags & SymbolFlags.Optional) === 0);
    return { name, always, type: found[0] && checker.getTypeOfSymbol(found[0]) };
  });
}

/** Words that say what kind of record it is are shown; of other fields the name. */
const fieldText =
  (checker: Checker) =>
  ({ name, type, always }: Field): string => {
    const isWord = name === 'event.kind' || name === 'event.outcome';
    return `${name}${always ? '' : '?'}${isWord ? `=${valuesOf(checker, type)}` : ''}`;
  };

function valuesOf(checker: Checker, type: Type | undefined): string {
  if (type === undefined) return 'unknown';
  const parts = partsOf(type).filter((part) => checker.typeToString(part) !== 'undefined');
  return [...new Set(parts.map((part) => literalsOf(part)?.join() ?? checker.typeToString(part)))].sort().join('|');
}
