// Gives every substituted value the form that its field needs: a secret stays one, other strings become numbers or booleans.
import type { z } from 'zod';
import { Secret } from '../core/secret.ts';
import { readValue } from './file.ts';
import type { Path } from './places.ts';
import { type Findings, unreadable } from './problems.ts';
import { below, isKind, takesNumber, wordsOf } from './shape.ts';
import { Substituted, unreadableFile } from './substitute.ts';
import { exampleOf, Unset } from './unset.ts';

type Schemas = readonly z.core.$ZodType[];

/** @returns the tree without Substituted values, as the schemas can parse it. */
export function settle(value: unknown, schemas: Schemas, path: Path, findings: Findings): unknown {
  if (value instanceof Substituted) {
    if (isKind(schemas, 'secret'))
      return value.file === undefined ? asSecret(value.text ?? '') : Secret.fromFile(value.file);
    const text = value.text ?? fileText(value.file ?? '', path, findings);
    return typeof text === 'string' ? asField(text, schemas) : text;
  }
  if (value instanceof Unset) {
    const example = exampleOf(schemas);
    if (example !== 'none') return example.value;
    findings.add(path, value.message, value.fix);
    return unreadable;
  }
  if (value instanceof Secret) {
    const { source } = value;
    if (isKind(schemas, 'secret')) return value;
    return 'file' in source ? fileText(source.file, path, findings) : source.value;
  }
  if (Array.isArray(value))
    return value.map((item, index) => settle(item, below(schemas, index), [...path, index], findings));
  if (typeof value === 'string') return asWord(value, schemas);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, settle(inner, below(schemas, key), [...path, key], findings)]),
  );
}

/** An empty string stays a string: the field refuses it. */
const asSecret = (text: string): Secret | string => (text === '' ? text : Secret.of(text));

function fileText(file: string, path: Path, findings: Findings): string | symbol {
  const read = readValue(file);
  if ('text' in read) return read.text;
  const { message, fix } = unreadableFile('its _FILE variable', read.problem.message);
  findings.add(path, `${message}: ${file}`, fix);
  return unreadable;
}

/**
 * The first reading of a string that the field accepts: as it is, in lower case (INFO), as a number or boolean. A number
 * that is out of range stays one, and the field says so.
 */
function asField(text: string, schemas: Schemas): unknown {
  const readings: unknown[] = [text, text.toLowerCase()];
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  if (/^(true|false)$/i.test(text)) readings.push(text.toLowerCase() === 'true');
  if (isNumber) readings.push(Number(text));
  const usual = isNumber && takesNumber(schemas) ? Number(text) : text;
  return readings.find((reading) => schemas.some((schema) => '_zod' in schema && accepts(schema, reading))) ?? usual;
}

/** Of a list of words each may be in capitals, or in small letters, in the file too. */
const asWord = (text: string, schemas: Schemas): string => {
  const words = wordsOf(schemas);
  const same = (word: string): boolean => word.toLowerCase() === text.toLowerCase();
  return words.includes(text) ? text : (words.find(same) ?? text);
};

const accepts = (schema: z.core.$ZodType, value: unknown): boolean => (schema as z.ZodType).safeParse(value).success;
