// Turns what zod found wrong into Problems: what was read, what is wrong, how to fix it. No message shows a secret.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: one string is about that very form.
import type { z } from 'zod';
import { Secret } from '../core/secret.ts';
import { features } from '../features/index.ts';
import { choiceFix, durationAdvice, kindAdvice, kindFix, nounOf, oneOf, sizeText } from './advice.ts';
import { fitting } from './fitting.ts';
import { keyText, namesSecret, quote } from './mask.ts';
import type { Path, Places } from './places.ts';
import { type Findings, unreadable } from './problems.ts';
import { at, describe, entryOf, isInDays, isKind, keysOf, nounOfOne, rangeOf, valueAt } from './shape.ts';
import { explainUnknownKey } from './unknown-key.ts';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** The field that was parsed: where it stands, what it holds, what it should be. */
export type Field = {
  readonly path: Path;
  readonly value: unknown;
  readonly schema: Schema;
  /** The type of the check that it belongs to; undefined beside `checks`. */
  readonly type?: string | undefined;
};
export type Explaining = { readonly places: Places; readonly findings: Findings };

const unknownKeys = 'unrecognized_keys';

/** Adds a Problem for each issue of one field. */
export function explain({ places, findings }: Explaining, field: Field, issues: readonly Issue[]): void {
  /** Keys that are written under another name: only the name is a mistake. */
  const misnamed = new Set<string>();
  const where = features.some((feature) => feature.key === field.path[0]) ? 'feature' : 'check';
  const kindOnly = issues.filter(({ code }) => code === 'invalid_type').map((issue) => issue.path.join());
  const unknownFirst = issues.toSorted((a, b) => Number(b.code === unknownKeys) - Number(a.code === unknownKeys));
  for (const issue of unknownFirst) {
    const inner = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    const value = inner.reduce(valueAt, field.value);
    if (spoilt(value) || (issue.code !== 'invalid_type' && kindOnly.includes(issue.path.join()))) continue;
    const schemas = at([field.schema], inner);
    const path = [...field.path, ...inner];
    if (issue.code === unknownKeys) {
      for (const key of issue.keys) {
        const meant = explainUnknownKey(findings, path, key, keysOf(schemas), valueAt(value, key), where);
        for (const word of meant) misnamed.add([...inner, word].join());
      }
    } else if (value === undefined && misnamed.has(inner.join())) {
    } else if (value === undefined && (issue.code !== 'custom' || issue.message.startsWith('must'))) {
      findings.add(path, 'is missing', fixOf(places, 'add', path, schemas));
    } else if (issue.code === 'invalid_key') {
      explainKey({ places, findings }, { path, value, entry: entryOf(at([field.schema], inner.slice(0, -1))) }, issue);
    } else if (value === null) {
      findings.add(path, 'has no value', 'write one, or remove the key', 'key');
    } else if (isMany(value) && nounOfOne(schemas) !== undefined) {
      // In a field that takes any string stands whatever was meant for another, such as a password.
      const hidden = nounOfOne(schemas) === 'a string' || isHidden(path, value, schemas);
      const raw = hidden ? undefined : places.get([...path, 0])?.raw;
      const usual = isKind(schemas, 'duration')
        ? `write \`${path.at(-1)}: 5s\``
        : fixOf(places, 'write', path, schemas);
      const fix = kindFix(value, raw) ?? usual;
      findings.add(path, `must be ${nounOfOne(schemas)}, and is ${nounOf(value)}`, fix);
    } else if (issue.code === 'invalid_union') {
      explainUnion({ places, findings }, { path, value, schemas, type: field.type }, issue);
    } else {
      const { message, fix } = hideReferred(
        places.get(path)?.raw,
        value,
        sayWhat(issue, value, { path, schemas, type: field.type }),
      );
      findings.add(
        path,
        joined(readText(places, path, value, schemas), message),
        fix === undefined ? fixOf(places, 'write', path, schemas) : inVariable(places.get(path)?.raw, fix),
      );
    }
  }
}

/** A name that may not stand there; what stands below it is judged all the same. */
function explainKey(
  context: Explaining,
  { path, value, entry }: { readonly path: Path; readonly value: unknown; readonly entry: Schema | undefined },
  { issues: [first] }: Issue & { code: 'invalid_key' },
): void {
  const own = first?.code === 'custom' ? first.params?.fix : undefined;
  const fix = typeof own === 'string' ? own : 'rename the key';
  context.findings.add(path, `the key ${first?.message}`, fix, 'key');
  if (entry === undefined) return;
  const { error } = (entry as z.ZodType).safeParse(value);
  if (error !== undefined) explain(context, { path, value, schema: entry }, error.issues);
}

/** What the field is for, where nothing better can be said; of a value from a variable, to set that. */
function fixOf(places: Places, verb: 'add' | 'write', path: Path, schemas: readonly Schema[]): string | undefined {
  const key = path.at(-1);
  const description = schemas.map(describe).find((text) => text !== undefined);
  if (typeof key !== 'string') return undefined;
  const { place } = places.find(path);
  const variable = place?.variable ?? variableIn(places.get(path)?.raw);
  if (verb === 'write' && variable !== undefined && description !== undefined) return `set ${variable}: ${description}`;
  if (description !== undefined) return `${verb} \`${keyText(key).text}\`: ${description}`;
  return verb === 'add' ? `add \`${keyText(key).text}\`` : undefined;
}

/** The variable whose value this is, by the file. */
const variableIn = (raw: string | undefined): string | undefined => /^["']?\$\{(\w+)\}["']?$/.exec(raw ?? '')?.[1];

const inVariable = (raw: string | undefined, fix: string | null): string | undefined => {
  const variable = variableIn(raw);
  if (fix === null) return variable === undefined ? undefined : `change ${variable}`;
  return variable === undefined ? fix : `in ${variable}, ${fix}`;
};

const isMany = (value: unknown): boolean => value !== null && typeof value === 'object' && !(value instanceof Secret);

/** `\`5\` must be …`, and a colon before what is no predicate. */
const joined = (read: string | undefined, message: string): string => {
  if (read === undefined) return message;
  return /^(must|is|has|does|cannot|begins|ends) /.test(message) ? `${read} ${message}` : `${read}: ${message}`;
};

/** Whether something in it was found wrong before. */
const spoilt = (value: unknown): boolean =>
  value === unreadable ||
  (Array.isArray(value)
    ? value.some(spoilt)
    : value !== null && typeof value === 'object' && !(value instanceof Secret) && Object.values(value).some(spoilt));

/** What was written, if it may be shown: no secret, no map or list. */
function readText(places: Places, path: Path, value: unknown, schemas: readonly Schema[]): string | undefined {
  const raw = places.get(path)?.raw;
  return isHidden(path, value, schemas) || raw === undefined || raw === '' || typeof value === 'object'
    ? undefined
    : quote(raw);
}

const isHidden = (path: Path, value: unknown, schemas: readonly Schema[]): boolean =>
  schemas.length === 0 || isKind(schemas, 'secret') || namesSecret(path) || value instanceof Secret;

/** Without `fix` the field says what it is for; with null the message says enough. */
type Said = { readonly message: string; readonly fix?: string | null };

/** The value of a variable that the file mentions is not repeated: it may be a secret in the wrong place. */
export function hideReferred(raw: string | undefined, value: unknown, { message, fix }: Said): Said {
  if (raw?.includes('${') !== true || typeof value === 'object') return { message, ...(fix !== undefined && { fix }) };
  const hide = (text: string): string => text.replaceAll(String(value) || raw, '…');
  return { message: hide(message), ...(fix !== undefined && { fix: fix && hide(fix) }) };
}

type Here = { readonly path: Path; readonly schemas: readonly Schema[]; readonly type: string | undefined };

function sayWhat(issue: Issue, value: unknown, here: Here): Said {
  const { path, schemas } = here;
  const isDuration =
    isKind(schemas, 'duration') &&
    (issue.code === 'invalid_type' || (issue.code === 'custom' && issue.message.includes('duration')));
  if (isDuration && typeof value !== 'object') {
    const inDays = isInDays(schemas) || /_before$/.test(String(path.at(-1)));
    const { wrong, fix } = durationAdvice(value, inDays ? 'd' : 's');
    return { message: wrong, fix };
  }
  if (isKind(schemas, 'listen') && typeof value === 'number')
    return { message: 'is a number alone', fix: `write ':${value}' for every address, or '127.0.0.1:${value}'` };
  switch (issue.code) {
    case 'invalid_type': {
      if (isKind(schemas, 'alike')) return { message: issue.message, fix: null };
      const { noun, fix: usual } = kindAdvice(issue.expected, value);
      const fix = fitting(issue.expected, value, here) ?? usual;
      const is = issue.expected === 'int' && typeof value === 'number' ? '' : `, and is ${nounOf(value)}`;
      return { message: `must be ${noun}${is}`, ...(fix === undefined ? {} : { fix: fix || null }) };
    }
    case 'invalid_value': {
      const choices = issue.values.map(String);
      if (!issue.message.startsWith('Invalid')) return { message: issue.message, fix: null };
      return {
        message: choices.length === 1 ? `must be ${choices[0]}` : oneOf(choices),
        fix: choiceFix(value, choices) ?? null,
      };
    }
    case 'too_small':
      return sized('at least', Number(issue.minimum), issue.origin, schemas);
    case 'too_big':
      return sized('at most', Number(issue.maximum), issue.origin, schemas);
    default: {
      const own = issue.code === 'custom' ? issue.params?.fix : undefined;
      if (typeof own === 'string' || own === null) return { message: issue.message, fix: own };
      if (isKind(schemas, 'secret') && (typeof value === 'number' || typeof value === 'boolean')) {
        const fix = fitting('string', value, here) ?? 'put it in quotes';
        return { message: `must be a string, and is ${nounOf(value)}`, fix };
      }
      return { message: issue.message.startsWith('Invalid') ? 'does not have the right form' : issue.message };
    }
  }
}

function sized(bound: string, size: number, origin: string, schemas: readonly Schema[]): Said {
  const range = rangeOf(schemas);
  if (range === undefined) return { message: sizeText(bound, size, origin) };
  return { message: `must be ${range[0]} to ${range[1]}`, fix: `write ${size}` };
}

/** The variant that the value was meant for is the one that fails deepest; one that wants another kind of value says least. */
function explainUnion(
  context: Explaining,
  field: Here & { readonly value: unknown },
  issue: Issue & { code: 'invalid_union' },
): void {
  const meantFor = issue.errors.find((errors) =>
    errors.every((error) => error.code !== 'invalid_type' || error.path.length > 0),
  );
  const [schema] = field.schemas;
  if (meantFor !== undefined && meantFor.length > 0 && schema !== undefined) {
    explain(context, { ...field, schema }, meantFor);
    return;
  }
  const kinds = issue.errors.flatMap((errors) =>
    errors.flatMap((error) => (error.code === 'invalid_type' ? [kindAdvice(error.expected, undefined).noun] : [])),
  );
  const own = issue.message.startsWith('Invalid') ? undefined : issue.message;
  const general =
    own ?? (kinds.length === 0 ? 'does not have the right form' : `must be ${[...new Set(kinds)].join(' or ')}`);
  const said = sayWhat({ ...issue, code: 'custom', message: general } as Issue, field.value, field);
  const { message, fix } = hideReferred(context.places.get(field.path)?.raw, field.value, said);
  const read = readText(context.places, field.path, field.value, field.schemas);
  const raw = context.places.get(field.path)?.raw;
  context.findings.add(field.path, joined(read, message), fix === undefined ? undefined : inVariable(raw, fix));
}
