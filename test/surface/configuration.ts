// The keys of the configuration, beside `checks` and of a check of each type, each with what it takes and its default.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { usualControl } from '../../src/config/configuration.ts';
import { usualFiles } from '../../src/config/file.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { checkShape, mostChecks, topShape } from '../../src/config/schema.ts';
import { at, bare } from '../../src/config/shape.ts';
import { duration } from '../../src/core/fields.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';

type Schema = {
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly unknown[];
  readonly [more: string]: unknown;
};

export function configuration(): readonly string[] {
  return [
    `(file) ${usualFiles.join(', else ')}, where no other is named`,
    `(checks) at most ${mostChecks}`,
    ...keysOf('(top)', topShape, { control: usualControl, ...defaultsOf([], {}) }),
    ...(definitions as readonly Definition[]).flatMap((definition) => {
      const defaults = defaultsOf(['checks', 'a'], { a: { type: definition.type, ...leastOf(definition) } });
      return keysOf(`(${definition.type})`, checkShape(definition), defaults);
    }),
  ];
}

const schemaOf = (shape: z.ZodRawShape): Schema =>
  z.toJSONSchema(z.object(shape), { io: 'input', unrepresentable: 'any' }) as Schema;

type Keys = {
  /** Before each line. */
  readonly prefix: string;
  /** What parses a value at a path. */
  readonly shape: z.ZodRawShape;
  /** By path, where the schema says none. */
  readonly defaults: Readonly<Record<string, unknown>>;
};

function keysOf(prefix: string, shape: z.ZodRawShape, defaults: Keys['defaults']): string[] {
  const { $defs = {}, ...schema } = schemaOf(shape);
  const shared = Object.entries($defs).flatMap(([name, of]) =>
    linesOf({ prefix: `(${name})`, shape: shapeOf(shape, name), defaults: {} }, of, ''),
  );
  return [...linesOf({ prefix, shape, defaults }, schema, ''), ...shared];
}

/** What many keys have below them, which is told once. */
function shapeOf(shape: z.ZodRawShape, id: string): z.ZodRawShape {
  const found = Object.values(shape)
    .map((field) => bare(field as z.ZodType))
    .flatMap((field) => (field instanceof z.ZodObject ? Object.values<z.ZodType>(field.shape).map(bare) : []))
    .find((field) => z.globalRegistry.get(field)?.id === id);
  if (!(found instanceof z.ZodObject)) throw new Error(`test/surface does not find ${id}`);
  return found.shape;
}

/** A line for each key, and for those below it. */
function linesOf(keys: Keys, schema: Schema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const shared = sharedBy(inner);
    if (shared !== undefined) return [`${keys.prefix} ${path}<${shared}>: map; none`];
    const here = `${path}${key}`;
    const value = inner.default ?? keys.defaults[here];
    const needed = schema.required?.includes(key) === true ? 'needed' : 'none';
    const said = value === undefined ? needed : `default ${JSON.stringify(value)}`;
    return [
      `${keys.prefix} ${here}: ${typeText(inner)}${isDuration(inner) ? ladderText(keys.shape, here) : ''}; ${said}`,
      ...linesOf(keys, inner, `${here}.`),
      ...linesOf(keys, inner.items ?? {}, `${here}[].`),
      ...(typeof inner.additionalProperties === 'object'
        ? linesOf(keys, inner.additionalProperties, `${here}.*.`)
        : []),
    ];
  });
}

/** The name of what many keys have below them: each is one line of another list. */
const sharedBy = ({ $ref, allOf }: Schema): string | undefined => ($ref ?? allOf?.[0]?.$ref)?.replace(/^.*\//, '');
/** More words than these are names of another list. */
const mostNamed = 20;

const patternOfDurations = (z.toJSONSchema(duration(), { io: 'input' }) as Schema).pattern;
const isDuration = ({ pattern }: Schema): boolean => pattern === patternOfDurations;
const bounds = { minimum: 'from', maximum: 'to', minLength: 'from', maxLength: 'to', minItems: 'from', maxItems: 'to' };

function typeText(schema: Schema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' or ');
  if (schema.enum !== undefined) return schema.enum.length > mostNamed ? 'names' : schema.enum.join('|');
  if (schema.const !== undefined) return String(schema.const);
  if (isDuration(schema)) return 'duration';
  if (schema.writeOnly === true) return 'secret';
  const found = Object.entries(bounds).flatMap(([key, word]) =>
    schema[key] === undefined || Math.abs(Number(schema[key])) === Number.MAX_SAFE_INTEGER
      ? []
      : [` ${word} ${schema[key]}`],
  );
  const pattern = typeof schema.pattern === 'string' ? ` /${schema.pattern}/` : '';
  return kindOf(schema, `${pattern}${found.join('')}`);
}

function kindOf({ type, items, additionalProperties }: Schema, limits: string): string {
  if (type === 'array') return `list${limits} of ${typeText(items ?? {})}`;
  if (type !== 'object') return `${[type ?? 'anything'].flat().join(' or ')}${limits}`;
  return typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
    ? `map to ${typeText(additionalProperties)}`
    : 'map';
}

const ladder = ['0s', '1ms', '10ms', '100ms', '1s', '5s', '1m', '10m', '1h', '1d', '7d', '30d', '365d'];

/** Which durations are taken, by trying some; a schema does not say it. */
function ladderText(shape: z.ZodRawShape, path: string): string {
  const [field] = at([z.object(shape)], path.replaceAll('[]', '.0').split('.'));
  const taken = ladder.filter((text) => field !== undefined && z.safeParse(field, text).success);
  return ` from ${taken[0]} to ${taken.at(-1)}`;
}

/** The values in force that nobody wrote, by their path below one. */
function defaultsOf(below: readonly string[], checks: object): Readonly<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-surface-'));
  try {
    const config = join(folder, 'sidewarden.yaml');
    writeFileSync(config, JSON.stringify({ checks }));
    const loaded = loadConfiguration({ arguments: { config }, environment: {} });
    if (!loaded.ok) throw new Error(`test/surface makes no right configuration: ${JSON.stringify(loaded.problems)}`);
    return Object.fromEntries(
      loaded
        .effective()
        .filter(({ path, source }) => source === 'default' && below.every((part, index) => path[index] === part))
        .map(({ path, value }) => [path.slice(below.length).join('.'), value]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The least that a check of the type has to say: what a variable would give it, or else every key that is needed. */
function leastOf({ environment, settings }: Definition): Record<string, unknown> {
  const samples = [
    'localhost',
    'localhost:1',
    'redis://localhost',
    'postgres://shop@localhost/shop',
    'http://localhost',
  ];
  const fitting = (key: string): string => {
    const found = samples.find((sample) => (settings[key] as z.ZodType).safeParse(sample).success);
    if (found === undefined) throw new Error(`test/surface has no sample for ${key}`);
    return found;
  };
  const keys = environment === undefined ? (schemaOf(settings).required ?? []) : Object.keys(environment.settings(''));
  return Object.fromEntries(keys.map((key) => [key, fitting(key)]));
}
