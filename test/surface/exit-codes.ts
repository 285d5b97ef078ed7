// The exit codes: what each means, which command returns it, and where else the process gets one. By the types of the
// commands, so that no code is missed that a command may return.
import { basename } from 'node:path';
import { isMethodDeclaration, isObjectLiteralExpression, isPropertyAccessExpression } from 'typescript/unstable/ast/is';
import { commands } from '../../src/cli/commands.ts';
import { exitCodes as codes, meanings } from '../../src/cli/exit-codes.ts';
import { featureCommands } from '../../src/cli/feature-commands.ts';
import { features } from '../../src/features/index.ts';
import { accessesOf, callsMatching, callsOf, fileOf, literalsOf, type Source } from './source.ts';

export function exitCodes(source: Source): readonly string[] {
  const said = Object.entries(meanings).map(([code, meaning]) => `${code}: ${meaning}`);
  return [...said, ...returned(source), ...elsewhere(source), ...ends(source)];
}

/** By the command that returns it. */
function returned(source: Source): readonly string[] {
  const { checker } = source;
  const all = [...callsOf(source, 'defineCommand'), ...callsMatching(source, /^defineFeatureCommand<\w+>\(\)$/)];
  const found = all.map((call) => {
    const name = nameOf(fileOf(call));
    const [declared] = call.arguments;
    const members = declared !== undefined && isObjectLiteralExpression(declared) ? declared.properties : [];
    const execute = members.find((member) => isMethodDeclaration(member) && member.name.getText() === 'execute');
    const signature = execute && checker.getSignatureFromDeclaration(execute);
    const promised = signature && checker.getReturnTypeOfSignature(signature);
    const inner = promised?.isTypeReference() ? checker.getTypeArguments(promised)[0] : undefined;
    const values = literalsOf(inner);
    if (values === undefined) throw new Error(`test/surface cannot see which codes ${name} returns`);
    return { name, values };
  });
  const names = found.map(({ name }) => name).sort();
  if (names.join() !== [...Object.keys(commands), ...Object.keys(featureCommands())].sort().join())
    throw new Error(`the commands are not these: ${names}`);
  return found.flatMap(({ name, values }) => values.map((value) => `${value}: returned by ${name}`));
}

/** A file of a command has its name; a feature with one command has it in `command.ts`. */
function nameOf(file: string): string {
  const [, key] = /^features\/(\w+)\/command\.ts$/.exec(file) ?? [];
  const ofFeature = Object.keys(features.find((feature) => feature.key === key)?.commands ?? {});
  return ofFeature[0] ?? basename(file, '.ts');
}

/** Those that are given outside the commands too: for a command line that is none, and for whatever throws. */
function elsewhere(source: Source): readonly string[] {
  const others = [...Object.keys(commands), 'exit-codes'].map((name) => `cli/${name}.ts`);
  return accessesOf(source)
    .filter(isPropertyAccessExpression)
    .filter((node) => node.expression.getText() === 'exitCodes' && !others.includes(fileOf(node)))
    .map((node) => `${codes[node.name.text as keyof typeof codes]}: given beside what commands return`);
}

/** How often anything in src/ ends the process or sets its code. */
function ends(source: Source): readonly string[] {
  const found = accessesOf(source)
    .map((node) => node.getText())
    .filter((text) => /^process\.(exit|exitCode|abort|kill|reallyExit)$/.test(text));
  return [...Map.groupBy(found, (text) => text)].map(([text, all]) => `(${text}): ${all.length}`);
}
