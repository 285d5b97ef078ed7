// Every value in force and where it comes from: a flag, a variable, a line of the file, or the default.
import { z } from 'zod';
import type { ConfiguredCheck } from '../checks/plan-of.ts';
import { formatDuration } from '../core/duration.ts';
import { hostPort } from '../core/endpoint.ts';
import { createRedactor, isRandom, redactTexts, secretsOf } from '../core/redact.ts';
import { Secret } from '../core/secret.ts';
import type { Listen } from './listen.ts';
import type { Path, Places } from './places.ts';
import { asWritten, createReferences, type References, referenceTo } from './references.ts';
import { type Top, topShape } from './schema.ts';
import { bare, isKind, shownOf, writtenOf } from './shape.ts';

export type EffectiveValue = {
  readonly path: Path;
  /** As JSON has it, durations and addresses as people write them; of secrets what may be shown. */
  readonly value: unknown;
  /** The value is as a file writes it: `${NAME}` in it stands for a variable, and `$$` for a `$`. */
  readonly reference?: true;
  /** `--listen`, `SIDEWARDEN_LISTEN`, `sidewarden.yaml:3`, `sidewarden.yaml:7 ${DATABASE_URL}` or `default`. */
  readonly source: string;
};

type Found = EffectiveValue & {
  /** It is a secret, or holds some: what is shown of it is fit to be shown. */
  readonly secret?: true;
  /** Where it is written, when somewhere else. */
  readonly writtenAt?: Path;
};

type Tree = Readonly<Record<string, unknown>>;
type Shape = Readonly<Record<string, z.core.$ZodType>>;

export type Sources = {
  readonly top: Top;
  readonly checks: readonly ConfiguredCheck[];
  /** What file, variables and flags say together, before any default. */
  readonly written: Tree;
  /** What the file alone says, before any substitution. */
  readonly file: Tree;
  readonly places: Places;
  readonly secrets: readonly Secret[];
};

const byDefault = 'default';

/**
 * What is printed of it is a configuration again. A secret is hidden where it stands, and not by what it equals: a user, a
 * host and a password may well be the same word. One that is no word is hidden where it does not belong, too.
 */
export function effectiveValues(sources: Sources): readonly EffectiveValue[] {
  const { top, checks, written, file, places } = sources;
  const { checks: _, ...shape } = topShape;
  const writtenChecks = asTree(written.checks);
  const where = { places, references: createReferences(file, places) };
  const found = [
    ...walk(where, shape, top, written, []),
    ...checks.flatMap((check) => ofCheck(where, check, asTree(writtenChecks[check.name]), asTree(written.defaults))),
  ];
  return withoutSecretVariables(found, sources, where.references);
}

/** A variable that a secret comes from is one wherever else it is written: there the mention of it stays, and not its value. */
function withoutSecretVariables(
  found: readonly Found[],
  { checks, secrets }: Sources,
  references: References,
): readonly EffectiveValue[] {
  const redact = createRedactor(() => secrets, isRandom);
  const secretNames = new Set([
    ...found.filter(({ secret }) => secret).flatMap(({ path }) => references.names(path)),
    ...checks.flatMap(({ definition }) => definition.secretVariables ?? []),
  ]);
  return found.map(({ secret, writtenAt, ...effective }) => {
    if (secret === true) return effective;
    const at = writtenAt ?? effective.path;
    const name = references.names(at).find((one) => secretNames.has(one));
    if (name === undefined) return { ...effective, value: redactTexts(effective.value, redact) };
    const value = references.written(at) ?? referenceTo(name);
    return { ...effective, value: redactTexts(value, redact), reference: true };
  });
}

type Where = { readonly places: Places; readonly references: References };

type Origin = Pick<Found, 'source' | 'writtenAt'>;

function ofCheck(where: Where, check: ConfiguredCheck, written: Tree, defaults: Tree): Found[] {
  const { places } = where;
  const path = ['checks', check.name];
  const { definition, schedule, gates } = check;
  const own = (key: string): Origin => ({ source: sourceOf(places, written, [...path, key]) });
  /** What `defaults` says holds where the check, and for interval and timeout its type, says nothing. */
  const inherited = (key: string): Origin => {
    if (Object.hasOwn(written, key) || !Object.hasOwn(defaults, key)) return own(key);
    const typed = definition.defaults !== undefined && (key === 'interval' || key === 'timeout');
    if (typed) return { source: byDefault };
    const writtenAt = ['defaults', key];
    return { source: `${sourceOf(places, defaults, writtenAt)} (defaults.${key})`, writtenAt };
  };
  const value = (key: string, found: unknown, origin = own(key)): Found => ({
    path: [...path, key],
    value: found,
    ...origin,
  });
  const duration = (key: string, ms: number, origin?: Origin) => value(key, formatDuration(ms), origin);
  return [
    value('type', definition.type),
    schedule.kind === 'cron'
      ? value('cron', schedule.expression)
      : duration('interval', schedule.intervalMs, inherited('interval')),
    duration('timeout', check.timeoutMs, inherited('timeout')),
    value('failure_threshold', check.failureThreshold, inherited('failure_threshold')),
    value('success_threshold', check.successThreshold, inherited('success_threshold')),
    duration('slow_after', check.slowAfterMs),
    ...(definition.keeps === 'connection' ? [duration('max_connection_age', check.maxConnectionAgeMs)] : []),
    value('required', check.required),
    value('gates', gates, check.required ? inherited('gates') : own('gates')),
    ...(gates.includes('startup') ? [value('wait_for', check.waitForHealthy ? 'healthy' : 'finished')] : []),
    ...walk(where, definition.settings, check.settings, written, path),
  ];
}

function walk(where: Where, shape: Shape, values: Tree, written: Tree, path: Path): Found[] {
  return Object.entries(shape).flatMap(([key, schema]): Found[] => {
    const value = values[key];
    const here = [...path, key];
    if (value === undefined) return [];
    const inner = bare(schema);
    if (inner instanceof z.ZodObject && !(value instanceof Secret))
      return walk(where, inner.shape, value as Tree, asTree(written[key]), here);
    const entry = inner instanceof z.ZodRecord ? (inner.valueType as z.core.$ZodType) : undefined;
    const names = Object.keys(asTree(value));
    if (entry !== undefined && bare(entry) instanceof z.ZodObject && names.length > 0) {
      const shapes = Object.fromEntries(names.map((name) => [name, entry]));
      return walk(where, shapes, value as Tree, asTree(written[key]), here);
    }
    const source = sourceOf(where.places, written, here);
    if (inner instanceof z.ZodRecord && isKind([inner.valueType], 'secret')) {
      const items = Object.entries(value as Readonly<Record<string, Secret>>).map(
        ([name, item]) =>
          [name, where.references.whole([...here, name]) ?? asWritten(maskOf(item, inner.valueType))] as const,
      );
      return [{ path: here, value: Object.fromEntries(items), source, secret: true, reference: true }];
    }
    if (value instanceof Secret && isKind([schema], 'secret')) {
      const whole = where.references.whole(here);
      if (whole !== undefined) return [{ path: here, value: whole, source, secret: true, reference: true }];
      return [{ path: here, value: maskOf(value, schema), source, secret: true }];
    }
    if (inner instanceof z.ZodArray && secretsOf(value).length > 0)
      return [{ path: here, value: listed(where, inner, value, here), source, secret: true, reference: true }];
    return [{ path: here, value: plain(value, schema), source }];
  });
}

/** A list that holds secrets, as a file writes it. */
function listed(where: Where, schema: z.core.$ZodType, value: unknown, path: Path): unknown {
  const inner = bare(schema);
  if (value instanceof Secret && isKind([schema], 'secret'))
    return where.references.whole(path) ?? asWritten(maskOf(value, schema));
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((item, index) => listed(where, inner.element as z.core.$ZodType, item, [...path, index]));
  if (inner instanceof z.ZodObject && !(value instanceof Secret)) {
    const shape: Shape = inner.shape;
    const known = Object.entries(value as Tree).filter(([, field]) => field !== undefined);
    return Object.fromEntries(
      known.map(([key, field]) => [key, listed(where, shape[key] ?? inner, field, [...path, key])]),
    );
  }
  const shown = plain(value, schema);
  return typeof shown === 'string' ? asWritten(shown) : shown;
}

function sourceOf(places: Places, written: Tree, path: Path): string {
  const key = path.at(-1);
  if (typeof key !== 'string' || !Object.hasOwn(written, key)) return byDefault;
  const { file, variable, key: at, value, raw } = places.find(path).place ?? {};
  if (variable !== undefined) return variable;
  const line = (value ?? at)?.line;
  const references = raw?.match(/\$\{[A-Za-z_]\w*\}/g) ?? [];
  return [[file, line].filter((part) => part !== undefined).join(':'), ...references].join(' ');
}

const maskOf = ({ source, seen }: Secret, schema: z.core.$ZodType): string => {
  const value = 'value' in source ? source.value : [...seen].at(-1);
  return value === undefined ? '[secret]' : shownOf(schema, value);
};

function plain(value: unknown, schema: z.core.$ZodType): unknown {
  if (value instanceof Secret)
    return isKind([schema], 'secret') || 'value' in value.source ? maskOf(value, schema) : value.source.file;
  if (isKind([schema], 'duration') && typeof value === 'number') return formatDuration(value);
  const written = writtenOf(schema, value);
  if (written !== undefined) return written;
  const inner = bare(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item) => plain(item, inner.element as z.core.$ZodType));
  }
  if (inner instanceof z.ZodObject && value !== null && typeof value === 'object') {
    const shape: Shape = inner.shape;
    const known = Object.entries(value).filter(([, field]) => field !== undefined);
    return Object.fromEntries(
      known.map(([key, field]) => [key, shape[key] === undefined ? field : plain(field, shape[key])]),
    );
  }
  if (isKind([schema], 'listen')) return addressTexts(value as readonly Listen[]);
  return JSON.parse(JSON.stringify(value));
}

/** `localhost` is the one form that gives an optional address, behind the one that is needed. */
const addressTexts = (addresses: readonly Listen[]): readonly string[] =>
  addresses.flatMap((address, index) => {
    if ('optional' in address) return [];
    const next = addresses[index + 1];
    return [next !== undefined && 'optional' in next ? `localhost:${next.port}` : addressText(address)];
  });

const addressText = (address: Listen): string => (address.kind === 'unix' ? `unix:${address.path}` : hostPort(address));

const asTree = (value: unknown): Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Tree) : {};
