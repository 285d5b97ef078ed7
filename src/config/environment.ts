// What variables and flags say. The variables derive from the schema; they win over the file.
import { z } from 'zod';
import { Secret } from '../core/secret.ts';
import type { Definition } from '../dependencies/define.ts';
import { readForeignLevel } from './foreign-level.ts';
import { nearest } from './nearest.ts';
import type { Places } from './places.ts';
import type { Findings } from './problems.ts';
import { topShape } from './schema.ts';
import { bare, isKind } from './shape.ts';
import { lookUp, Substituted } from './substitute.ts';

type Tree = Record<string, unknown>;
export type Variable = { readonly name: string; readonly path: readonly string[] };

/** What stands outside `checks`, each with the name that a variable of it has. */
const all = fieldsOf(topShape, []);

function fieldsOf(
  shape: Readonly<Record<string, z.core.$ZodType>>,
  path: readonly string[],
): readonly (Variable & { readonly field: z.core.$ZodType })[] {
  return Object.entries(shape).flatMap(([key, value]) => {
    const field = bare(value);
    const here = [...path, key];
    if (isKind([value], 'alike')) return [];
    if (field instanceof z.ZodObject) return fieldsOf(field.shape, here);
    return field instanceof z.ZodUnknown
      ? []
      : [{ name: `SIDEWARDEN_${here.join('_').toUpperCase()}`, path: here, field }];
  });
}

const [lists = [], scalars = []] = [true, false].map((many) =>
  all.filter(({ field }) => (field instanceof z.ZodArray || field instanceof z.ZodRecord) === many),
);

/** The variable of every scalar. A list or a map has none. */
export const variables: readonly Variable[] = scalars.map(({ name, path }) => ({ name, path }));
const manyByName: ReadonlyMap<string, string> = new Map(lists.map(({ name, path }) => [name, path.join('.')]));

const siblings: ReadonlySet<string> = new Set(variables.map(({ path }) => path.join('.')));

/** Variables of other programs too, which say the same where neither the long one nor the file says it. */
export const shortNames = { SIDEWARDEN_LOG_LEVEL: 'LOG_LEVEL' } as const;

/**
 * Puts what the variables say over what the file says. An empty variable counts as unset.
 * @returns what to say of one that other programs read in another way.
 */
export function applyEnvironment(tree: Tree, environment: NodeJS.ProcessEnv, places: Places): readonly string[] {
  for (const { name, path } of variables) {
    const text = environment[name];
    if (text) put(tree, path, text, name, places);
  }
  const short = shortNames.SIDEWARDEN_LOG_LEVEL;
  const foreign = environment[short];
  if (environment.SIDEWARDEN_LOG_LEVEL || !foreign || 'log_level' in tree) return [];
  const { level, warning } = readForeignLevel(foreign);
  if (level !== undefined) put(tree, ['log_level'], level, short, places);
  return warning === undefined ? [] : [warning];
}

/** Puts what the flags of the command line say over everything else. */
export function applyFlags(tree: Tree, flags: Readonly<Record<string, string | undefined>>, places: Places): void {
  for (const [flag, key] of [
    ['listen', 'listen'],
    ['logLevel', 'log_level'],
    ['logFormat', 'log_format'],
  ] as const) {
    const text = flags[flag];
    if (text !== undefined) put(tree, [key], text, `--${key.replace('_', '-')}`, places);
  }
}

/** A key and its `_file` sibling are one setting: whoever says one of them overrides both. */
function put(tree: Tree, path: readonly string[], text: string, variable: string, places: Places): void {
  let parent = tree;
  for (const key of path.slice(0, -1)) {
    parent[key] ??= {};
    const inner = parent[key];
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return; // the file is wrong here, and will hear of it
    parent = inner as Tree;
  }
  const key = path.at(-1) ?? '';
  const sibling = key.endsWith('_file') ? key.slice(0, -'_file'.length) : `${key}_file`;
  if (
    siblings.has([...path.slice(0, -1), sibling].join('.')) &&
    places.get([...path.slice(0, -1), sibling])?.variable === undefined
  )
    delete parent[sibling];
  parent[key] = new Substituted({ text });
  places.set(path, { variable, raw: text });
}

/** The checks that DATABASE_URL and its kin turn on, where there is no file. */
export function checksOfEnvironment(
  definitions: readonly Definition[],
  environment: NodeJS.ProcessEnv,
  places: Places,
  findings: Findings,
): Tree {
  const checks: Tree = {};
  for (const { type, environment: shorthand } of definitions) {
    const variable = shorthand === undefined ? undefined : setVariable(shorthand.variable, environment);
    if (shorthand === undefined || variable === undefined) continue;
    const source = lookUp(shorthand.variable, {
      ...environment,
      [shorthand.variable]: environment[shorthand.variable] || undefined,
    });
    if ('message' in source) {
      findings.push({ path: variable, message: source.message, fix: source.fix });
      continue;
    }
    const value = 'file' in source ? Secret.fromFile(source.file) : source.text;
    checks[shorthand.check] = { type, ...shorthand.settings(value) };
    places.set(['checks', shorthand.check], { variable });
  }
  return checks;
}

const setVariable = (name: string, environment: NodeJS.ProcessEnv): string | undefined =>
  [name, `${name}_FILE`].find((variable) => Boolean(environment[variable]));

/**
 * The variables that would turn a check on without a file, and are set: as they are, or as their `_FILE` form.
 * @param used names that the file mentions: either form of a variable counts for both.
 */
export const idleShorthands = (
  definitions: readonly Definition[],
  environment: NodeJS.ProcessEnv,
  used: ReadonlySet<string>,
): readonly { readonly name: string; readonly found: string }[] =>
  definitions.flatMap(({ environment: shorthand }) => {
    const name = shorthand?.variable ?? '';
    const found = setVariable(name, environment);
    return found === undefined || used.has(name) || used.has(found) ? [] : [{ name, found }];
  });

/** What to say of variables that look like a mistyped one of ours. Others may stand there: Kubernetes sets SIDEWARDEN_PORT for a Service. */
export function mistypedVariables(environment: NodeJS.ProcessEnv): readonly string[] {
  const known = [...variables.map(({ name }) => name), 'SIDEWARDEN_CONFIG'];
  return Object.keys(environment)
    .filter((name) => name.startsWith('SIDEWARDEN_') && !known.includes(name) && !/_(HOST|PORT)($|_)/.test(name))
    .flatMap((name) => {
      const many = manyByName.get(name);
      if (many !== undefined)
        return [`${name} is not read: a list or a map has no variable; write \`${many}\` in the file`];
      const near = nearest(
        name.slice('SIDEWARDEN_'.length),
        known.map((word) => word.slice('SIDEWARDEN_'.length)),
      );
      return near === undefined ? [] : [`${name} is not read; did you mean SIDEWARDEN_${near}?`];
    });
}
