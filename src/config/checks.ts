// One check: its own values, then its type's interval and timeout, then `defaults`.
import type { z } from 'zod';
import type { ConfiguredCheck } from '../checks/plan-of.ts';
import { parseDuration } from '../core/duration.ts';
import type { Definition } from '../dependencies/define.ts';
import { type Cron, parseCron } from '../schedule/cron.ts';
import { CronMistake } from '../schedule/cron-mistake.ts';
import { compareNames } from './check-names.ts';
import { findDefinition, type Typed } from './check-type.ts';
import type { Explaining } from './explain.ts';
import { type Parsed, parseFields } from './fields.ts';
import { keyText, quote } from './mask.ts';
import type { Path } from './places.ts';
import { unreadable } from './problems.ts';
import { type Gaps, obey } from './rules.ts';
import { type Common, checkShape, general, isExtension, mostChecks, type Top } from './schema.ts';
import { holdsUnset } from './unset.ts';

export type Defaults = NonNullable<Top['defaults']>;

type Given = {
  readonly explaining: Explaining;
  readonly definitions: readonly Definition[];
  readonly defaults: Defaults;
  /** Keys of `defaults` that are written. */
  readonly written: ReadonlySet<string>;
  /** Some of them are not known here. */
  readonly assumed: boolean;
};
type Parsing = Given & {
  /** What each cron expression came to: it takes long to find out. */
  readonly crons: Map<string, Cron>;
};

/** The checks that are right; the findings hold what is wrong with the others. */
export function parseChecks(given: Given, written: unknown): readonly ConfiguredCheck[] {
  const { findings } = given.explaining;
  const parsing: Parsing = { ...given, crons: new Map() };
  if (written === undefined || written === unreadable) return [];
  if (written === null) {
    findings.add(
      ['checks'],
      'has no check below it',
      'indent each check two spaces below `checks:`, or remove the key',
      'key',
    );
    return [];
  }
  if (!isMap(written)) {
    const fix = 'write each as `name:`, and its settings indented below it, without `-`';
    findings.add(
      ['checks'],
      `must be a map from names to checks, and is ${Array.isArray(written) ? 'a list' : 'one value'}`,
      fix,
    );
    if (Array.isArray(written)) judgeItems(parsing, written);
    return [];
  }
  const names = Object.keys(written);
  if (names.length > mostChecks)
    findings.add(['checks'], `holds ${names.length} checks`, `at most ${mostChecks} belong into one process`);
  compareNames(findings, names);
  const strays = strayNames(given, written);
  return names
    .slice(0, mostChecks)
    .filter((name) => !strays.has(name) && !isExtension(name))
    .flatMap((name) => parseCheck(parsing, ['checks', name], written[name]) ?? []);
}

/** Settings in the column of their check; the check then has nothing below it, which is no mistake of its own. */
function strayNames(
  { explaining: { findings }, definitions }: Given,
  written: Readonly<Record<string, unknown>>,
): ReadonlySet<string> {
  const known = new Set(definitions.flatMap((definition) => Object.keys(checkShape(definition))));
  const strays = new Set<string>();
  let above: string | undefined;
  for (const [name, value] of Object.entries(written)) {
    if (value === null) above = name;
    if (above === undefined || value === null || isMap(value) || !known.has(name)) continue;
    const { text } = keyText(above);
    const fix = `indent it by two spaces more, below \`${text}\``;
    findings.add(['checks', name], 'is a setting, and stands where the name of a check should', fix, 'key');
    strays.add(name).add(above);
  }
  return strays;
}

/** What stands in a list where a map should is judged all the same: each item with a `name`, or below its name. */
function judgeItems(parsing: Parsing, items: readonly unknown[]): void {
  for (const [index, item] of items.slice(0, mostChecks).entries()) {
    if (!isMap(item)) continue;
    const { name: _, ...settings } = item;
    const [only, ...others] = Object.entries(item);
    if (only !== undefined && others.length === 0 && isMap(only[1]))
      parseCheck(parsing, ['checks', index, only[0]], only[1]);
    else parseCheck(parsing, ['checks', index], settings);
  }
}

function parseCheck(given: Parsing, path: Path, written: unknown): ConfiguredCheck | undefined {
  const { findings } = given.explaining;
  if (written === unreadable) return undefined;
  if (!isMap(written)) {
    findings.add(
      path,
      written === null ? 'has no settings below it' : 'must be a map of settings',
      'indent `type:` and the other settings below it',
      'key',
    );
    return undefined;
  }
  const typed = findDefinition(given, path, written);
  const { definition } = typed;
  const { values, failed } = parseTyped(given.explaining, typed, written, path);
  const common: Common = values;
  const settings = Object.fromEntries(
    Object.keys(definition.settings).flatMap((key) => (key in values ? [[key, values[key]]] : [])),
  );
  const cron =
    common.cron === undefined || holdsUnset(written.cron) ? undefined : readCron(given, [...path, 'cron'], common.cron);
  const check = assemble(given.defaults, String(path.at(-1)), definition, common, settings, cron);
  if (given.assumed || holdsUnset(written)) return typed.sure ? check : undefined; // what is not known contradicts nothing
  const wrong = Object.keys(definition.settings).filter((key) => failed.has(key));
  const settled = wrong.length === 0;
  if (wrong.every((key) => key === apart)) {
    const usual = settled ? {} : { [apart]: (definition.settings[apart] as z.ZodType).parse(undefined) };
    for (const problem of definition.problems?.({ ...settings, ...usual }) ?? [])
      findings.add([...path, ...problem.path], problem.message, problem.fix);
  }
  const gaps = common.cron === undefined || cron !== undefined ? gapsOf(check.schedule) : undefined;
  // Whether a check is of the app itself only its type can tell.
  const isKnown = settled && definition.type !== '';
  const ofDefaults = new Set(
    (['interval', 'timeout'] as const).filter((key) => definition.defaults === undefined && given.written.has(key)),
  );
  obey({ findings, path, written, failed, check, common, gaps, ofDefaults, settled: isKnown });
  return typed.sure ? check : undefined;
}

/** Nothing that a type says of its other settings rests on how its statistics are read. */
const apart = 'statistics';

function parseTyped(explaining: Explaining, typed: Typed, written: Record<string, unknown>, path: Path): Parsed {
  const whole = checkShape(typed.definition);
  if (typed.sure) return parseFields(explaining, whole, written, path, 'check');
  const shape = Object.fromEntries(Object.entries(whole).filter(([key]) => key !== 'type'));
  const where = typed.definition.type === '' ? 'any' : 'check';
  const rest = Object.entries(written).filter(([key]) => !typed.keys.includes(key));
  const { values, failed } = parseFields(explaining, shape, Object.fromEntries(rest), path, where);
  // Interval and timeout are compared where both are written: the type has a say in what they are otherwise.
  const both = 'interval' in written && 'timeout' in written;
  return { values, failed: new Set([...failed, ...(both ? [] : ['timeout'])]) };
}

function assemble(
  defaults: Defaults,
  name: string,
  definition: Definition,
  common: Common,
  settings: Record<string, unknown>,
  cron: Cron | undefined,
): ConfiguredCheck {
  const byType = (key: 'interval' | 'timeout') =>
    definition.defaults === undefined ? defaults[key] : (parseDuration(definition.defaults[key]) ?? defaults[key]);
  const timeoutMs = common.timeout ?? byType('timeout');
  const required = common.required ?? true;
  return {
    name,
    definition,
    settings,
    schedule:
      cron === undefined
        ? { kind: 'interval', intervalMs: common.interval ?? byType('interval') }
        : { kind: 'cron', ...cron },
    timeoutMs,
    failureThreshold: common.failure_threshold ?? defaults.failure_threshold,
    successThreshold: common.success_threshold ?? defaults.success_threshold,
    slowAfterMs: common.slow_after ?? timeoutMs / 2,
    maxConnectionAgeMs: common.max_connection_age ?? parseDuration(general.maxConnectionAge) ?? 300_000,
    required,
    gates: common.gates ?? (required ? defaults.gates : []),
    waitForHealthy: common.wait_for === 'healthy',
  };
}

const gapsOf = (schedule: ConfiguredCheck['schedule']): Gaps =>
  schedule.kind === 'cron' ? schedule : { shortestGapMs: schedule.intervalMs, longestGapMs: schedule.intervalMs };

function readCron(
  { explaining: { findings, places }, crons }: Parsing,
  path: Path,
  expression: string,
): Cron | undefined {
  // As it was written: the value of a variable may be anything, a secret too.
  const raw = places.get(path)?.raw ?? '';
  const written = quote(raw);
  const form = 'six fields with seconds first, or five without, in UTC: `*/15 * * * * *` is every 15 seconds';
  try {
    const cron = crons.get(expression) ?? parseCron(expression);
    crons.set(expression, cron);
    if (Number.isFinite(cron.longestGapMs)) return cron;
    findings.add(path, `${written} never comes round`, form);
  } catch (error) {
    const known = error instanceof CronMistake && !raw.includes('${') ? error : undefined;
    const why = known === undefined ? '' : `: ${known.message}`;
    findings.add(path, `${written} is not a cron expression${why}`, known?.fix ?? form);
  }
  return undefined;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
