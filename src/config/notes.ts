// Plain facts about a right configuration that its author should know; printed at start and by check-config.
import type { ConfiguredCheck } from '../checks/plan-of.ts';
import type { StatisticsMode } from '../core/collecting.ts';
import type { Secret } from '../core/secret.ts';
import type { Definition } from '../dependencies/define.ts';
import { shorthandsOf } from '../dependencies/index.ts';
import { placesOf, type Seat, seatsOf } from '../dependencies/seats.ts';
import type { ConfiguredFeature } from '../features/define.ts';
import { idleShorthands } from './environment.ts';
import { misnamedFiles, readValue } from './file.ts';
import { isPlaceholder } from './mask.ts';

/** What the notes go by. */
type NoteSources = {
  readonly checks: readonly ConfiguredCheck[];
  readonly features: readonly ConfiguredFeature[];
  readonly definitions: readonly Definition[];
  readonly environment: NodeJS.ProcessEnv;
  /** The file as messages name it, where there is one. */
  readonly file: string | undefined;
  /** Names of the variables that the file mentions. */
  readonly used: ReadonlySet<string>;
  readonly hasToken: boolean;
  readonly secrets: readonly Secret[];
  readonly statisticsMode: StatisticsMode;
  /** The keys that are written in a check. */
  readonly keysOf: (name: string) => ReadonlySet<string>;
  /** Whether `defaults` says the gates. */
  readonly gatesByDefault: boolean;
  /** Whether `service` is set. */
  readonly named: boolean;
  /** Keys of the file that hold a secret themselves. */
  readonly inline: readonly string[];
};

export function notesOn(sources: NoteSources): readonly string[] {
  const seats = seatsOf(sources.checks, sources.statisticsMode);
  return [
    ...aboutVariables(sources),
    ...aboutReadiness(sources),
    ...sources.checks.flatMap(({ name, definition, settings }) =>
      (definition.notes?.(settings, seats.get(name)?.mode ?? 'off', sources.keysOf(name)) ?? []).map(
        (note) => `${name}: ${note}`,
      ),
    ),
    ...aboutElection(sources),
    ...aboutSeats(seats),
    ...aboutFiles(sources.secrets),
    ...aboutInline(sources.inline),
    ...(sources.hasToken
      ? []
      : [
          'No token is set: what lies beyond health and metrics answers 403 on TCP. Set SIDEWARDEN_TOKEN or SIDEWARDEN_TOKEN_FILE.',
        ]),
  ];
}

/** What is right, and probably not meant: said more loudly than a note. */
export function warningsOn({ checks, definitions, file }: NoteSources): readonly string[] {
  if (checks.length > 0) return [];
  const ways =
    file === undefined
      ? `${aboutMisnamed(misnamedFiles())}Set ${shorthandsOf(definitions).join(', ')}, or give a file with --config.`
      : 'Add one below `checks:`.';
  return [`No check is configured: every dependency may be down, and the answers stay healthy. ${ways}`];
}

const aboutMisnamed = (files: readonly string[]): string =>
  files.length === 0
    ? ''
    : `${files.join(', ')} ${files.length === 1 ? 'is' : 'are'} not read: rename it to sidewarden.yaml, or name it with --config. `;

function aboutVariables({ definitions, environment, file, used }: NoteSources): readonly string[] {
  if (file === undefined) return [];
  return idleShorthands(definitions, environment, used).map(
    ({ name, found }) =>
      `${found} is set and has no effect, since ${file} does not mention it. Write \${${name}} where a check needs it.`,
  );
}

/** Of checks that nobody gave their gates: who wrote them knows. */
function aboutReadiness({ checks, keysOf, gatesByDefault }: NoteSources): readonly string[] {
  const ready = checks.filter(({ gates }) => gates.includes('ready'));
  const isLocal = ({ definition, settings }: ConfiguredCheck): boolean => definition.local?.(settings) === true;
  const isMeant = ({ name }: ConfiguredCheck): boolean => gatesByDefault || keysOf(name).has('gates');
  const shared = ready.filter((check) => !isLocal(check) && !isMeant(check)).map(({ name }) => name);
  const app = ready.find(isLocal);
  if (shared.length === 0) return [];
  return [
    `${shared.join(', ')}: the gate ready on a dependency that replicas share makes every replica unready at once when it fails. ` +
      'The gate admit only keeps a new replica back until the dependency was healthy once. ' +
      `Where the service answers without it, write \`gates: [admit]\` in the check, or \`defaults: { gates: [admit] }\` for all${app === undefined ? '' : ` and \`gates: [ready]\` in ${app.name}`}; where it cannot, \`gates: [ready]\`.`,
  ];
}

function aboutElection({ checks, features, statisticsMode, named }: NoteSources): readonly string[] {
  const electing = features.filter(({ feature }) => feature.elects).map(({ feature }) => `\`${feature.key}\``);
  const readsByOne = placesOf(checks, statisticsMode, false).all.length > 0;
  const worksByOne = placesOf(checks, statisticsMode, electing.length > 0).own !== undefined;
  const elected = [
    ...(readsByOne ? ['one reader of its statistics together, and the other checks of one of them are not read'] : []),
    ...(worksByOne
      ? [`one replica together for ${electing.join(', ')}, whose work is done in one of the services alone`]
      : []),
  ];
  if (named || elected.length === 0) return [];
  return [
    '`service` is not set: services that share a database, a namespace and the name of a check elect ' +
      `${elected.join('; they elect ')}. Set it, or SIDEWARDEN_SERVICE.`,
  ];
}

function aboutSeats(seats: ReadonlyMap<string, Seat>): readonly string[] {
  const off = [...seats].flatMap(([name, seat]) =>
    seat.mode === 'off' && seat.why !== undefined ? [{ name, why: seat.why }] : [],
  );
  const [first] = off;
  if (first === undefined) return [];
  const names = off.map(({ name }) => name).join(', ');
  return [`${names}: ${off.length === 1 ? 'its' : 'their'} statistics are off: ${first.why}`];
}

/** What a file of a secret holds may be another thing when it is read: so these are no mistakes. */
function aboutFiles(secrets: readonly Secret[]): readonly string[] {
  return secrets.flatMap(({ source, rule, problemOf }) => {
    if (!('file' in source)) return isPlaceholder(source.value) ? [placeholderNote] : [];
    const read = readValue(source.file);
    const problem = 'problem' in read ? read.problem.message : (rule?.(read.text) ?? problemOf?.(read.text));
    if (problem === undefined) return [];
    const said = 'problem' in read ? `${source.file} ${problem}` : `what ${source.file} holds ${problem}`;
    return [`${said}. It is read again whenever it is needed.`];
  });
}

/** More names than these help nobody. */
const mostNamed = 10;

function aboutInline(keys: readonly string[]): readonly string[] {
  if (keys.length === 0) return [];
  const rest = keys.length - mostNamed;
  const named = keys.slice(0, mostNamed).map((key) => `\`${key}\``);
  const all = `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return [
    `${all}: a secret stands in the file itself, for all who may read the file. Write \`\${NAME}\` and set NAME, or set NAME_FILE to ` +
      'a file that holds it; `password_file` and its like name such a file too.',
  ];
}

const placeholderNote =
  'A secret of this configuration is the string that `print-config` writes in place of one: write the secret itself, or the ' +
  'name of a variable that holds it.';
