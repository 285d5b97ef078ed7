// One reload: the configuration is read again and judged; if it is good it is applied, and the log says what came of it.
import type { Changes } from './checks/changes.ts';
import { type ConfiguredCheck, planOf } from './checks/plan-of.ts';
import type { Configuration } from './config/configuration.ts';
import type { Loaded, Taken } from './config/load.ts';
import { formatProblems, type Problem } from './config/problems.ts';
import { detectionBoundMs, expiryMs } from './core/bounds.ts';
import { formatDuration } from './core/duration.ts';
import { errorFields, type Log, type LogFields } from './core/log.ts';
import { same } from './core/same.ts';

/** What the configuration's author should know. */
export type Said = Pick<Taken, 'warnings' | 'notes'>;

export type ReloadOptions = {
  /** What the daemon was started with. */
  readonly started: Configuration;
  /** What was said of it then. */
  readonly said: Said;
  readonly log: Log;
  load(): Loaded;
  /** @throws when it cannot be applied; nothing has changed then. */
  apply(configuration: Configuration): Promise<Applied>;
  /** Told of what was taken over. */
  accepted(taken: Taken): Promise<void>;
  /** Told whether the configuration was good when it was last read. */
  read(successful: boolean): void;
};

/** What came of it: checks, and the keys of the features that began, changed or ended. */
export type Applied = { readonly checks: Changes; readonly features: readonly string[] };

/** More lines than this about one file help nobody. */
const mostProblems = 100;

/** What a running daemon takes over; all the rest is as it was at the start. */
const reloadable: ReadonlySet<string> = new Set([
  'checks',
  'features',
  'token',
  'tokens',
  'logLevel',
  'drainDelayMs',
  'source',
  'secrets',
] satisfies readonly (keyof Configuration)[]);

/** @returns a reload, to be called one at a time; it never rejects. What was said before it says again only when asked. */
export function createReload(options: ReloadOptions): (asked: boolean) => Promise<void> {
  const { started, log, load, apply, read } = options;
  let wrong: string | undefined;
  let { said } = options;

  const refuse = (problems: readonly Problem[], source: string, asked: boolean): void => {
    const all = formatProblems(problems);
    if (asked || all !== wrong) tellProblems(log, problems, source);
    wrong = all;
    read(false);
  };
  const accept = (applied: Applied, configuration: Configuration, { warnings, notes }: Said, asked: boolean): void => {
    const { added, changed } = applied.checks;
    const parts = Object.entries({ ...applied.checks, 'changed the feature': applied.features }).flatMap(
      ([what, names]) => (names.length === 0 ? [] : [`${what} ${names.join(', ')}`]),
    );
    const fields = { ...action('success'), 'labels.source': configuration.source } satisfies LogFields;
    const message = `the configuration was read again: ${parts.join('; ') || 'the checks are as they were'}`;
    if (asked || parts.length > 0 || wrong !== undefined) log.info(fields, message);
    else log.debug(fields, message);
    tellChecks(
      log,
      configuration.checks.filter(({ name }) => added.includes(name) || changed.includes(name)),
    );
    const before = said;
    said = { warnings, notes: [...needingRestart(started, configuration), ...notes] };
    tellSaid(log, said, before);
    wrong = undefined;
    read(true);
  };
  return async (asked) => {
    try {
      const loaded = load();
      if (!loaded.ok) {
        refuse(loaded.problems, started.source, asked);
        return;
      }
      accept(await apply(loaded.configuration), loaded.configuration, loaded, asked);
      await options.accepted(loaded);
    } catch (error) {
      log.error(
        { ...action('failure'), ...errorFields(error) },
        'the configuration could not be applied; the one in force stays',
      );
      read(false);
    }
  };
}

function tellProblems(log: Log, problems: readonly Problem[], source: string): void {
  const fields = { ...action('failure'), 'labels.source': source } satisfies LogFields;
  const many = `${problems.length} ${problems.length === 1 ? 'mistake' : 'mistakes'}`;
  log.error(fields, `the configuration has ${many} and is not taken over; the one in force stays`);
  for (const problem of problems.slice(0, mostProblems)) log.error(fields, formatProblems([problem]));
}

/** What was not said before. */
export function tellSaid(log: Log, { warnings, notes }: Said, before: Said = { warnings: [], notes: [] }): void {
  for (const warning of warnings) if (!before.warnings.includes(warning)) log.warn({}, warning);
  for (const note of notes) if (!before.notes.includes(note)) log.info({}, note);
}

/** Two periods of the readinessProbe of k8s/: it fails at the second answer. */
const probedMs = 10_000;

/** How soon each check sees a fault, and how long it believes. */
export function tellChecks(log: Log, checks: readonly ConfiguredCheck[]): void {
  for (const check of checks) {
    const { name, definition, policy, gates } = planOf(check);
    const boundMs = detectionBoundMs(policy);
    const unready = gates.includes('ready')
      ? ` (by the readinessProbe of k8s/ within ${formatDuration(boundMs + probedMs)})`
      : '';
    log.info(
      { 'labels.check': name, 'labels.type': definition.type },
      `${name}: a fault is seen within ${formatDuration(boundMs)}${unready}, a pass is believed for ${formatDuration(expiryMs(policy))}`,
    );
  }
}

const action = (outcome: 'success' | 'failure') =>
  ({ 'event.action': 'reload', 'event.outcome': outcome }) satisfies LogFields;

function needingRestart(started: Configuration, read: Configuration): readonly string[] {
  const before: Record<string, unknown> = { ...started };
  const after: Record<string, unknown> = { ...read };
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !reloadable.has(key) && !same(before[key], after[key]))
    .map((key) => `${keyOf(key)} was changed: it keeps its value until a restart.`);
}

/** As it stands in the file. */
const keyOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
