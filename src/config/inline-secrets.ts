// Which keys of the file hold a secret itself, where a variable or a file could: by their paths, never by their values.
import type { z } from 'zod';
import type { ConfiguredCheck } from '../checks/plan-of.ts';
import { isPlaceholder } from './mask.ts';
import type { Path } from './places.ts';
import { pathText } from './problems.ts';
import { checkShape, topShape } from './schema.ts';
import { below, isKind, shownOf } from './shape.ts';

type Schemas = readonly z.core.$ZodType[];

/** @param file what the file says, before any substitution */
export function inlineSecrets(file: Readonly<Record<string, unknown>>, checks: readonly ConfiguredCheck[]): string[] {
  const { checks: written, ...top } = file;
  const ofChecks = checks.flatMap(({ name, definition }) =>
    Object.entries(checkShape(definition)).flatMap(([key, schema]) =>
      walk(valueAt(valueAt(written, name), key), [schema], ['checks', name, key]),
    ),
  );
  const beside = Object.entries(topShape).flatMap(([key, schema]) => walk(top[key], [schema], [key]));
  return [...beside, ...ofChecks];
}

function walk(value: unknown, schemas: Schemas, path: Path): string[] {
  if (typeof value === 'string')
    return isKind(schemas, 'secret') && holdsOne(value, schemas, path) ? [pathText(path)] : [];
  if (value === null || typeof value !== 'object') return [];
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([key, inner]) => walk(inner, below(schemas, key), [...path, key]));
}

/** What may be a secret by its field need not be one: a URL without a password, a header, the body of a request. */
function holdsOne(text: string, [schema]: Schemas, path: Path): boolean {
  if (schema === undefined || text.includes('${') || isPlaceholder(text)) return false;
  if (secretName.test(String(path.at(-1))) || credentials.test(text)) return true;
  return shownOf(schema, text).includes(':***@') || parametersOf(text).some(([name]) => secretName.test(name));
}

/** Of a key, a header or a parameter of a URL; `auth` and `sig` as whole words: not `author`, `design`. */
const secretName =
  /pass|secret|token|key(?![a-z])|credential|authorization|cookie|(?:^|[^a-z])(?:auth|sig|signature)(?:[^a-z]|$)/i;
/** The value of a header, whatever its name. https://www.rfc-editor.org/rfc/rfc9110#section-11.4 */
const credentials = /^(?:basic|bearer) +[\w.~+/=-]+$/i;

/** Of a URL, those that have a value. */
const parametersOf = (text: string): readonly [name: string, value: string][] => {
  const [, query = ''] = /:\/\/[^?#]*\?([^#]*)/.exec(text) ?? [];
  return [...new URLSearchParams(query)].filter(([, value]) => value !== '');
};

const valueAt = (value: unknown, key: string): unknown =>
  value !== null && typeof value === 'object' && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
