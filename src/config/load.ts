// From file, environment and flags to one checked Configuration, or to every mistake at once.

import type { Definition } from '../dependencies/define.ts';
import { definitions as allDefinitions } from '../dependencies/index.ts';
import { assemble } from './assemble.ts';
import { type Defaults, parseChecks } from './checks.ts';
import type { Configuration } from './configuration.ts';
import { readDocument } from './document.ts';
import { type EffectiveValue, effectiveValues } from './effective.ts';
import { applyEnvironment, applyFlags, checksOfEnvironment, mistypedVariables } from './environment.ts';
import { askedFeatures, judgeFeatures, notesOfFeatures } from './features.ts';
import { parseFields } from './fields.ts';
import { chooseFile, nameOf, passedOver, readText, standardInput } from './file.ts';
import { inlineSecrets } from './inline-secrets.ts';
import { notesOn, warningsOn } from './notes.ts';
import { createPlaces, type Path, type Places } from './places.ts';
import { createFindings, type Findings, type Problem } from './problems.ts';
import { defaultsShape, isExtension, type Top, topShape } from './schema.ts';
import { settle } from './settle.ts';
import { substitute } from './substitute.ts';
import { type Assumable, holdsUnset } from './unset.ts';

export type { Configuration } from './configuration.ts';

export type Loaded = Taken | Wrong;

/** A right configuration, and what there is to say of it. */
export type Taken = {
  readonly ok: true;
  readonly configuration: Configuration;
  /** What is right, and probably not meant. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  /** The file as it was written; absent where the environment alone, or standard input, says everything. */
  readonly written?: Written;
  /** Files that exist and were not read, because of the one that was. */
  readonly passedOver: readonly string[];
  /** Every value in force, with its source. */
  effective(): readonly EffectiveValue[];
};

/** A wrong one: every mistake. */
export type Wrong = {
  readonly ok: false;
  readonly problems: readonly Problem[];
  /** What may be behind one of them: variables that are not read. */
  readonly warnings: readonly string[];
};

/** A function, so that nothing that is printed or logged holds the text: it can hold secrets. */
export type Written = { readonly file: string; text(): string };

export type LoadOptions = {
  readonly arguments?: {
    readonly config?: string | undefined;
    readonly listen?: string | undefined;
    readonly logLevel?: string | undefined;
    readonly logFormat?: string | undefined;
  };
  readonly environment: NodeJS.ProcessEnv;
  /** In place of what the file says now. */
  readonly text?: string;
  readonly definitions?: readonly Definition[];
  /** Where a variable that is not set, or a file of one that is not there, is no mistake: any value stands there then. */
  readonly assumable?: Assumable;
};

/** Flags win over the environment, it over the file, that over the defaults. Reads files; never throws. */
export function loadConfiguration(options: LoadOptions): Loaded {
  try {
    return judge(options);
  } catch (error) {
    return { ok: false, problems: [unforeseen(options, error)], warnings: [] };
  }
}

/** Without the error's message, which may quote a secret. */
function unforeseen({ arguments: flags, environment }: LoadOptions, error: unknown): Problem {
  const file = chooseFile(flags?.config, environment);
  return {
    ...(file === undefined ? {} : { file: nameOf(file) }),
    path: '',
    message: `cannot be judged: ${error instanceof Error ? error.name : 'an unknown error'}`,
    fix: 'this is a mistake in Sidewarden: report it with the configuration, without its secrets',
  };
}

function judge(options: LoadOptions): Loaded {
  const { arguments: flags = {}, environment, text: given, definitions = allDefinitions, assumable } = options;
  const places = createPlaces();
  const findings = createFindings(places);
  const file = chooseFile(flags.config, environment);
  const used = new Set<string>();
  const text = given ?? (file === undefined ? undefined : textOf(file, findings));
  const written = file === undefined ? {} : documentOf(file, text, places, findings);
  const notOurs = mistypedVariables(environment);
  if (written === undefined) return { ok: false, problems: findings.all(), warnings: notOurs };
  const isAssumable = assumable && ((path: Path): boolean => assumable(path, written));
  const tree = substitute(written, { environment, findings, used, assumable: isAssumable }) as Record<string, unknown>;
  if (file === undefined) tree.checks = checksOfEnvironment(definitions, environment, places, findings);
  const doubtful = applyEnvironment(tree, environment, places);
  applyFlags(tree, flags, places);

  const explaining = { places, findings };
  const { checks: writtenChecks, ...rest } = tree;
  const { values } = parseFields(explaining, topShape, rest, [], 'top');
  const top: Top = values;
  if ('token' in tree && 'token_file' in tree)
    findings.add(['token_file'], 'token and token_file are both set', 'keep one of them', 'key');
  const defaults = top.defaults ?? rightDefaults(tree.defaults);
  const checks = parseChecks(
    { explaining, definitions, defaults, written: keysAt(tree.defaults), assumed: holdsUnset(tree.defaults) },
    writtenChecks,
  );
  const asked = askedFeatures(values);
  judgeFeatures({ tree, values, checks, explaining, asked });
  const problems = findings.all();
  if (problems.length > 0) return { ok: false, problems, warnings: notOurs };

  const source = file === undefined ? 'environment' : nameOf(file);
  const configuration = assemble({ top, checks, features: asked, source, environment });
  const facts = {
    ...{ checks, features: asked, definitions, environment },
    file: file === undefined ? undefined : nameOf(file),
    used,
    hasToken: configuration.token !== undefined || configuration.tokens.length > 0,
    secrets: configuration.secrets,
    statisticsMode: configuration.statistics.mode,
    named: 'service' in tree,
    keysOf: (name: string) => keysAt(keyed(tree.checks)[name]),
    gatesByDefault: keysAt(tree.defaults).has('gates'),
    inline: inlineSecrets(written, checks),
  };
  return {
    ok: true,
    configuration,
    warnings: [...notOurs, ...warningsOn(facts), ...(flags.logLevel === undefined ? doubtful : [])],
    notes: [...notesOn(facts), ...notesOfFeatures(configuration)],
    ...(file === undefined || file === standardInput || text === undefined
      ? {}
      : { written: { file, text: () => text } }),
    passedOver: passedOver(file, environment),
    effective: () =>
      effectiveValues({ top, checks, written: tree, file: written, places, secrets: configuration.secrets }),
  };
}

/** For judging the checks of a file whose `defaults` are wrong: those that are right, and the usual ones. */
function rightDefaults(written: unknown): Defaults {
  const right = Object.entries(defaultsShape).flatMap(([key, schema]) => {
    const settled = settle(keyed(written)[key], [schema], [], createFindings(createPlaces()));
    return settled !== undefined && schema.safeParse(settled).success ? [[key, settled]] : [];
  });
  return topShape.defaults.parse(Object.fromEntries(right));
}

const keyed = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
const keysAt = (value: unknown): ReadonlySet<string> => new Set(Object.keys(keyed(value)));

function textOf(file: string, findings: Findings): string | undefined {
  const read = readText(file);
  if ('text' in read) return read.text;
  findings.push(read.problem);
  return undefined;
}

function documentOf(
  file: string,
  text: string | undefined,
  places: Places,
  findings: Findings,
): Record<string, unknown> | undefined {
  const document = text === undefined ? undefined : readDocument(nameOf(file), text, places, findings);
  return document && withoutExtensions(document);
}

/** What is used of them stands where it is used. */
const withoutExtensions = (document: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(document).filter(([key]) => !isExtension(key)));
