// What a zod schema says about a path: which fields there are, whether one is a secret or a duration.
import { z } from 'zod';
import { kinds } from '../core/fields.ts';

type Schema = z.core.$ZodType;

/** The schema one wrapping further in: under optional(), default(), prefault(), a transform; undefined for a bare one. */
function unwrapped(schema: Schema): Schema | undefined {
  if (schema instanceof z.ZodPipe) return (schema.in instanceof z.ZodTransform ? schema.out : schema.in) as Schema;
  const wraps =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly;
  return wraps ? (schema.unwrap() as Schema) : undefined;
}

/** What is written, not what comes out. */
export function bare(schema: Schema): Schema {
  const inner = unwrapped(schema);
  return inner === undefined ? schema : bare(inner);
}

type Kind = NonNullable<ReturnType<typeof kinds.get>>;

/** What a field was registered as, looked for through its wrappings. */
function kindOf(schema: Schema): Kind | undefined {
  const inner = unwrapped(schema);
  return kinds.get(schema) ?? (inner === undefined ? undefined : kindOf(inner));
}

const variants = (schema: Schema): readonly Schema[] => {
  const inner = bare(schema);
  return inner instanceof z.ZodUnion ? (inner.options as readonly Schema[]).flatMap(variants) : [inner];
};

/** What the values of a map of names have to be; undefined where it is none. */
export const entryOf = (schemas: readonly Schema[]): Schema | undefined =>
  schemas.flatMap(variants).flatMap((schema) => (schema instanceof z.ZodRecord ? [schema.valueType as Schema] : []))[0];

/** The schemas that a value may have at a key below; several where the schema is a union, none where it knows no such key. */
export function below(schemas: readonly Schema[], key: string | number): readonly Schema[] {
  return schemas.flatMap(variants).flatMap((schema): readonly Schema[] => {
    if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, key) ? [schema.shape[key] as Schema] : [];
    if (schema instanceof z.ZodRecord) return [schema.valueType as Schema];
    if (schema instanceof z.ZodArray) return [schema.element as Schema];
    return [];
  });
}

export const at = (schemas: readonly Schema[], path: readonly (string | number)[]): readonly Schema[] =>
  path.reduce(below, schemas);

export const isKind = (schemas: readonly Schema[], kind: Exclude<Kind['kind'], 'transformed'>): boolean =>
  kindsAt(schemas).some((known) => known.kind === kind);

/** Whether the duration that stands here is counted in days. */
export const isInDays = (schemas: readonly Schema[]): boolean =>
  kindsAt(schemas).some((known) => known.kind === 'duration' && known.days === true);

const kindsAt = (schemas: readonly Schema[]): readonly Kind[] =>
  schemas.flatMap((schema) => [schema, ...variants(schema)]).flatMap((schema) => kindOf(schema) ?? []);

/** What may be shown of a secret that stands here. */
export const shownOf = (schema: Schema, value: string): string =>
  kindsAt([schema]).flatMap((known) => (known.kind === 'secret' ? [known.shown(value)] : []))[0] ?? '[secret]';

/** How a value would be written that its field transformed; undefined: the field does not. */
export function writtenOf(schema: Schema, value: unknown): unknown {
  const [known] = kindsAt([schema]);
  return known?.kind === 'transformed' ? known.written(value as never) : undefined;
}

/** What one value is called that is wanted here; undefined where a list or a map may stand. */
export function nounOfOne(schemas: readonly Schema[]): string | undefined {
  const all = schemas.flatMap(variants);
  const many = [z.ZodArray, z.ZodObject, z.ZodRecord, z.ZodUnknown];
  if (all.length === 0 || all.some((schema) => many.some((kind) => schema instanceof kind))) return undefined;
  if (isKind(schemas, 'duration')) return 'a duration such as 5s';
  const [first] = all;
  if (first instanceof z.ZodEnum) return `one of ${first.options.join(', ')}`;
  if (first instanceof z.ZodNumber) return 'a number';
  return first instanceof z.ZodBoolean ? 'true or false' : 'a string';
}

/** Whether a number, and no string, is wanted here. */
export const takesNumber = (schemas: readonly Schema[]): boolean => {
  const all = schemas.flatMap(variants);
  return all.length > 0 && all.every((schema) => schema instanceof z.ZodNumber);
};

/** The words of which one may stand here. */
export const wordsOf = (schemas: readonly Schema[]): readonly string[] =>
  schemas.flatMap(variants).flatMap((schema) => (schema instanceof z.ZodEnum ? schema.options.map(String) : []));

/** The least and the most that a number may be here, where it has both. */
export function rangeOf(schemas: readonly Schema[]): readonly [least: number, most: number] | undefined {
  const [only, ...others] = schemas.flatMap(variants);
  if (!(only instanceof z.ZodNumber) || others.length > 0) return undefined;
  const { minValue, maxValue } = only;
  const isBound = (bound: number | null): bound is number =>
    bound !== null && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  return isBound(minValue) && isBound(maxValue) ? [minValue, maxValue] : undefined;
}

/** The keys that a map may have here. */
export const keysOf = (schemas: readonly Schema[]): readonly string[] =>
  schemas.flatMap(variants).flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []));

/** The description of a field, for people. */
export const describe = (schema: Schema): string | undefined => z.globalRegistry.get(schema)?.description;

/** What stands under the key of a map or list; undefined in anything else. */
export const valueAt = (value: unknown, key: string | number): unknown =>
  value !== null && typeof value === 'object' && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
