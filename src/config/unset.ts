// Variables that are not set where a configuration is only read, as in CI: where their value does not matter, another
// stands in their place.
import type { z } from 'zod';
import { Secret } from '../core/secret.ts';
import type { Path } from './places.ts';
import { isKind, wordsOf } from './shape.ts';

/** Whether the value at a path may be another than the one in force. @param written the whole of the file */
export type Assumable = (path: Path, written: unknown) => boolean;

/** A value that is not known here, and the mistake that it is where nothing can stand in its place. */
export class Unset {
  readonly message: string;
  readonly fix: string;
  constructor({ message, fix }: { readonly message: string; readonly fix: string }) {
    this.message = message;
    this.fix = fix;
  }
}

/** Whether some of its values are not known here: what holds between them and others cannot be judged. */
export const holdsUnset = (tree: unknown): boolean =>
  tree instanceof Unset ||
  (tree !== null && typeof tree === 'object' && !(tree instanceof Secret) && Object.values(tree).some(holdsUnset));

/** Of every form that a field has. */
const examples: readonly unknown[] = [
  ...['example', 'example.com', 'localhost:1', 'http://localhost', '/example', 'alias/example'],
  ...['1s', '10s', '1m', '1h', '1d', '* * * * *', 1, 10, 100, 200, 1000, 10_000, true],
];

/** A value that the field takes; a secret is one that is still to be read. `none`: it takes no example of ours. */
export function exampleOf(schemas: readonly z.core.$ZodType[]): { readonly value: unknown } | 'none' {
  if (isKind(schemas, 'secret')) return { value: Secret.fromFile('') };
  const value = [...wordsOf(schemas), ...examples].find((one) => schemas.some((schema) => accepts(schema, one)));
  if (value !== undefined) return { value };
  return schemas.some((schema) => accepts(schema, undefined)) ? { value: undefined } : 'none';
}

const accepts = (schema: z.core.$ZodType, value: unknown): boolean =>
  '_zod' in schema && (schema as z.ZodType).safeParse(value).success;
