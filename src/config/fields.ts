// Parses a map field by field, so that one wrong field hides no mistake in another.
import { z } from 'zod';
import { type Explaining, explain } from './explain.ts';
import { placeApart } from './place-apart.ts';
import type { Path } from './places.ts';
import { settle } from './settle.ts';
import { explainUnknownKey, type Where } from './unknown-key.ts';

export type Parsed = {
  readonly values: Record<string, unknown>;
  /** Keys whose value was wrong or missing. */
  readonly failed: ReadonlySet<string>;
};

export function parseFields(
  explaining: Explaining,
  shape: Readonly<Record<string, z.core.$ZodType>>,
  written: Readonly<Record<string, unknown>>,
  path: Path,
  where: Where,
): Parsed {
  const values: Record<string, unknown> = {};
  const failed = new Set<string>();
  const known = Object.keys(shape);
  const type = shape.type instanceof z.ZodLiteral ? String(shape.type.value) : undefined;
  const strange = Object.keys(written).filter((name) => !Object.hasOwn(shape, name));
  const place = placeApart(explaining, path, known, type, written);
  const unknown = (where === 'top' ? withoutObject(explaining, strange) : strange).filter(
    (key) => !place.keys.has(key),
  );
  const misnamed = unknown.flatMap((key) =>
    explainUnknownKey(explaining.findings, path, key, known, written[key], where),
  );
  const meant = [...place.meant, ...misnamed];
  for (const [key, schema] of Object.entries(shape)) {
    const here = [...path, key];
    const value = Object.hasOwn(written, key) ? settle(written[key], [schema], here, explaining.findings) : undefined;
    const result = (schema as z.ZodType).safeParse(value);
    const isMisnamed = value === undefined && meant.includes(key); // only its name is a mistake
    if (result.success && result.data !== undefined) values[key] = result.data;
    if (!result.success || isMisnamed) failed.add(key);
    if (result.success || isMisnamed) continue;
    explain(explaining, { path: here, value, schema, type }, result.error.issues);
  }
  return { values, failed };
}

/** The keys of a Kubernetes object are one mistake; beside checks they are what is left of it. */
function withoutObject({ findings, places }: Explaining, unknown: readonly string[]): readonly string[] {
  const ofObject = unknown.filter((key) => objectKeys.has(key));
  if (places.get(['checks']) === undefined) return unknown.filter((key) => !ofObject.slice(1).includes(key));
  const fix = 'leave it out: it is of a Kubernetes object, and this file is what stands inside one';
  for (const key of ofObject) findings.add([key], `unknown key \`${key}\``, fix, 'key');
  return unknown.filter((key) => !ofObject.includes(key));
}

const objectKeys: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'data']);
