// Parses a map field by field, so that one wrong field hides no mistake in another.
import type { z } from 'zod';
import { type Explaining, explain, explainUnknownKey, type Where } from './explain.ts';
import type { Path } from './places.ts';
import { settle } from './settle.ts';

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
  const unknown = Object.keys(written).filter((name) => !Object.hasOwn(shape, name));
  const meant = unknown.flatMap((key) => explainUnknownKey(explaining.findings, path, key, known, written[key], where));
  for (const [key, schema] of Object.entries(shape)) {
    const here = [...path, key];
    const value = Object.hasOwn(written, key) ? settle(written[key], [schema], here, explaining.findings) : undefined;
    const result = (schema as z.ZodType).safeParse(value);
    if (result.success) {
      if (result.data !== undefined) values[key] = result.data;
      continue;
    }
    failed.add(key);
    if (value === undefined && meant.includes(key)) continue; // only its name is a mistake
    explain(explaining, { path: here, value, schema }, result.error.issues);
  }
  return { values, failed };
}
