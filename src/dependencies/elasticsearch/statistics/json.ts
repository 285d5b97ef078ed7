// Reads values out of an answer of which nothing is known: what is not there, or is something else, is undefined.

export type Json = Readonly<Record<string, unknown>>;

/** An empty one for what is no object. */
export const jsonOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** @param path keys with dots between. */
export function at(json: Json, path: string): unknown {
  let value: unknown = json;
  for (const key of path.split('.')) value = Object.hasOwn(jsonOf(value), key) ? jsonOf(value)[key] : undefined;
  return value;
}

export function textAt(json: Json, path: string): string | undefined {
  const value = at(json, path);
  return typeof value === 'string' ? value : undefined;
}

/** A yes is 1, a no 0. The servers say a negative number, mostly -1, for what they do not know: then undefined. */
export function numberAt(json: Json, path: string): number | undefined {
  const value = at(json, path);
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' && value >= 0 ? value : undefined;
}
