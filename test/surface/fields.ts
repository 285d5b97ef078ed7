// The fields of JSON bodies: their paths, what they hold, and whether each body has them. Seen in answers, and in a schema.

/** Where a path has no key of its own, `*` stands for a name that somebody chose and `[]` for an entry of a list. */
export type Field = {
  readonly types: ReadonlySet<string>;
  /** In every map that it could be in. */
  readonly always: boolean;
  /** The texts that it held. */
  readonly values: ReadonlySet<string>;
};

type Seen = { readonly types: Set<string>; readonly values: Set<string>; times: number };

/** Whose keys are names of checks or objectives, not ours. */
const isNames = (path: string): boolean => path === 'checks' || path.endsWith('.checks') || path === 'objectives';

export function fieldsIn(bodies: readonly unknown[]): ReadonlyMap<string, Field> {
  const seen = new Map<string, Seen>();
  /** How often there was a map at a path. */
  const maps = new Map<string, number>();
  const see = (path: string, value: unknown): void => {
    const at = seen.get(path) ?? { types: new Set(), values: new Set(), times: 0 };
    seen.set(path, at);
    at.times += 1;
    at.types.add(typeOf(value));
    if (typeof value === 'string') at.values.add(value);
    walk(path, value);
  };
  const walk = (path: string, value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) see(`${path}[]`, item);
    else if (typeof value === 'object' && value !== null) {
      maps.set(path, (maps.get(path) ?? 0) + 1);
      const key = (name: string): string => (isNames(path) ? '*' : name);
      for (const [name, inner] of Object.entries(value)) see(path === '' ? key(name) : `${path}.${key(name)}`, inner);
    }
  };
  for (const body of bodies) walk('', body);
  const isAlways = (path: string, times: number): boolean =>
    !path.endsWith('[]') && !path.endsWith('*') && times === maps.get(parentOf(path));
  return new Map(
    [...seen].map(([path, { types, values, times }]) => [path, { types, values, always: isAlways(path, times) }]),
  );
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value);
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

export type Schema = {
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly [more: string]: unknown;
};

export type Declared = {
  readonly always: boolean;
  /** Of a closed set; empty when it is open. */
  readonly words: readonly string[];
};

/** The paths of a schema. @param all the schemas that it may refer to, by their ids */
export function fieldsOf(id: string, all: ReadonlyMap<string, Schema>): ReadonlyMap<string, Declared> {
  const fields = new Map<string, Declared>();
  const parts = (schema: Schema, home: string): readonly { readonly schema: Schema; readonly home: string }[] => {
    const own = [{ schema, home }, ...(schema.anyOf ?? []).flatMap((one) => parts(one, home))];
    if (schema.$ref === undefined) return own;
    const [other = '', name = ''] = schema.$ref.split('#/$defs/');
    const target = all.get(other === '' ? home : other)?.$defs?.[name];
    if (target === undefined) throw new Error(`no schema is ${schema.$ref}`);
    return [...own, ...parts(target, other === '' ? home : other)];
  };
  const walk = (schema: Schema, home: string, path: string, always: boolean): void => {
    const found = parts(schema, home);
    const words = found.flatMap(
      ({ schema: part }) => part.enum ?? (part.const === undefined ? [] : [String(part.const)]),
    );
    if (path !== '') fields.set(path, { always, words });
    const required = new Set(found.flatMap((part) => part.schema.required ?? []));
    for (const { schema: part, home: at } of found) {
      for (const [name, inner] of Object.entries(part.properties ?? {})) {
        const here = path === '' ? name : `${path}.${name}`;
        walk(inner, at, here, required.has(name));
      }
      if (part.items !== undefined) walk(part.items, at, `${path}[]`, false);
      if (typeof part.additionalProperties === 'object') walk(part.additionalProperties, at, `${path}.*`, false);
    }
  };
  walk(all.get(id) ?? {}, id, '', true);
  return fields;
}
