// Every value in force and where it comes from: a flag, a variable, a line of the file, or the default.
import { z } from 'zod';
import type { ConfiguredCheck } from '../checks/plan-of.ts';
import { formatDuration } from '../core/duration.ts';
import { createRedactor, isRandom, type Redact, redactTexts } from '../core/redact.ts';
import { Secret } from '../core/secret.ts';
import type { Listen } from './listen.ts';
import type { Path, Places } from './places.ts';
import { type Top, topShape } from './schema.ts';
import { bare, isKind, shownOf, writtenOf } from './shape.ts';

export type EffectiveValue = {
  readonly path: Path;
  /** As JSON has it, durations and addresses as people write them; of secrets what may be shown. */
  readonly value: unknown;
  /** The value is `${NAME}`: of a secret that is the whole of what was written. */
  readonly reference?: true;
  /** `--listen`, `SIDEWARDEN_LISTEN`, `sidewarden.yaml:3`, `sidewarden.yaml:7 ${DATABASE_URL}` or `default`. */
  readonly source: string;
};

type Found = EffectiveValue & { readonly secret?: true };

type Tree = Readonly<Record<string, unknown>>;
type Shape = Readonly<Record<string, z.core.$ZodType>>;

export type Sources = {
  readonly top: Top;
  readonly checks: readonly ConfiguredCheck[];
  /** What file, variables and flags say together, before any default. */
  readonly written: Tree;
  readonly places: Places;
  readonly secrets: readonly Secret[];
};

const byDefault = 'default';

/**
 * What is printed of it is a configuration again. A secret is hidden where it stands, and not by what it equals: a user, a
 * host and a password may well be the same word. One that is no word is hidden where it does not belong, too.
 */
export function effectiveValues({ top, checks, written, places, secrets }: Sources): readonly EffectiveValue[] {
  const redact = createRedactor(() => secrets, isRandom);
  const { checks: _, ...shape } = topShape;
  const writtenChecks = asTree(written.checks);
  const found = [
    ...walk(places, shape, top, written, []),
    ...checks.flatMap((check) => ofCheck(places, check, asTree(writtenChecks[check.name]), asTree(written.defaults))),
  ];
  return withoutSecretVariables(found, places, redact);
}

const reference = /\$\{([A-Za-z_]\w*)\}/g;

/** A variable that a secret comes from is one wherever else it is written. */
function withoutSecretVariables(found: readonly Found[], places: Places, redact: Redact): readonly EffectiveValue[] {
  const namesAt = (path: Path): string[] => {
    const { raw = '', variable } = places.get(path) ?? {};
    return [
      ...(variable === undefined ? [] : [variable]),
      ...[...raw.matchAll(reference)].map(([, name = '']) => name),
    ];
  };
  const secrets = new Set(found.filter(({ secret }) => secret).flatMap(({ path }) => namesAt(path)));
  return found.map(({ secret, ...effective }) => {
    if (secret === true) return effective;
    const spoilt = namesAt(effective.path).some((name) => secrets.has(name));
    return { ...effective, value: spoilt ? '[secret]' : redactTexts(effective.value, redact) };
  });
}

function ofCheck(places: Places, check: ConfiguredCheck, written: Tree, defaults: Tree): Found[] {
  const path = ['checks', check.name];
  const { definition, schedule, gates } = check;
  const own = (key: string): string => sourceOf(places, written, [...path, key]);
  /** What `defaults` says holds where the check, and for interval and timeout its type, says nothing. */
  const inherited = (key: string): string => {
    if (Object.hasOwn(written, key) || !Object.hasOwn(defaults, key)) return own(key);
    const typed = definition.defaults !== undefined && (key === 'interval' || key === 'timeout');
    return typed ? byDefault : `${sourceOf(places, defaults, ['defaults', key])} (defaults.${key})`;
  };
  const value = (key: string, found: unknown, source = own(key)): EffectiveValue => ({
    path: [...path, key],
    value: found,
    source,
  });
  const duration = (key: string, ms: number, source?: string) => value(key, formatDuration(ms), source);
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
    value('gates', gates),
    ...(gates.includes('startup') ? [value('wait_for', check.waitForHealthy ? 'healthy' : 'finished')] : []),
    ...walk(places, definition.settings, check.settings, written, path),
  ];
}

function walk(places: Places, shape: Shape, values: Tree, written: Tree, path: Path): Found[] {
  return Object.entries(shape).flatMap(([key, schema]): Found[] => {
    const value = values[key];
    const here = [...path, key];
    if (value === undefined) return [];
    const inner = bare(schema);
    if (inner instanceof z.ZodObject && !(value instanceof Secret))
      return walk(places, inner.shape, value as Tree, asTree(written[key]), here);
    const source = sourceOf(places, written, here);
    if (value instanceof Secret && isKind([schema], 'secret')) {
      const reference = variableOf(places, here);
      if (reference !== undefined) return [{ path: here, value: reference, source, secret: true, reference: true }];
      return [{ path: here, value: maskOf(value, schema), source, secret: true }];
    }
    return [{ path: here, value: plain(value, schema), source }];
  });
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

/** `${NAME}`, where that is the whole of what was written: it says where the secret is, and nothing of it. */
function variableOf(places: Places, path: Path): string | undefined {
  const { raw, variable, file } = places.find(path).place ?? {};
  if (variable !== undefined && file === undefined)
    return variable.startsWith('--') ? undefined : `\${${variable.replace(/_FILE$/, '')}}`;
  return /^(["']?)(\$\{[A-Za-z_]\w*\})\1$/.exec(raw ?? '')?.[2];
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
  if (isKind([schema], 'listen')) return (value as readonly Listen[]).map(addressText);
  return JSON.parse(JSON.stringify(value));
}

function addressText(address: Listen): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

const asTree = (value: unknown): Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Tree) : {};
