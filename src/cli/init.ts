// sidewarden init: finds out what the service uses, tries it, and writes a commented configuration.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Configuration, type Loaded, loadConfiguration } from '../config/load.ts';
import { formatProblems, type Problem } from '../config/problems.ts';
import type { Definition } from '../dependencies/define.ts';
import { definitions } from '../dependencies/index.ts';
import { defineCommand, UsageError } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { askFor, openTerminal, type Terminal } from './init-questions.ts';
import { configurationText, type Draft, type Found } from './init-text.ts';
import { mayBeSecret } from './may-be-secret.ts';
import { allPassed, probe, probedText } from './probing.ts';
import { counted, paintFor, say } from './terminal.ts';

const usualFile = 'sidewarden.yaml';

export const command = defineCommand({
  about: `It asks for each type what the service uses, tries the
answer, and writes ${usualFile}, or FILE. What may be secret stays in the environment: the file only mentions its variable.`,
  operands: { form: '[FILE]', most: 1 },
  options: {
    yes: { type: 'boolean', summary: 'ask nothing: take what the environment has (DATABASE_URL and its kin)' },
    force: { type: 'boolean', summary: 'overwrite the file' },
  },
  examples: [
    ['sidewarden init', 'at a terminal'],
    ['DATABASE_URL=postgres://shop@localhost/shop sidewarden init --yes shop.yaml', 'in a script'],
  ],
  async execute({ values: { yes = false, force = false }, operands: [file = usualFile] }) {
    if (!yes && !(process.stdin.isTTY && process.stdout.isTTY))
      throw new UsageError('this is no terminal to ask at: --yes takes what the environment has');
    if (!force && existsSync(file)) throw new Error(`${file} exists; --force overwrites it`);
    // A wrong SIDEWARDEN_… would make every answer wrong.
    const surroundings = compose(file, { service: 'sidewarden', answers: [] }).loaded;
    if (!surroundings.ok) return refuse(surroundings.problems);
    const gathered = yes ? await takeEnvironment() : await converse();
    const { text, loaded } = compose(file, gathered);
    if (!loaded.ok) return refuse(loaded.problems);
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' });
    const unset = gathered.answers.filter(({ typed, found }) => typed !== undefined && found.literal === undefined);
    say(`\nwrote ${file}, ${counted(gathered.answers.length, 'check')}\n`);
    for (const { found } of unset)
      say(`set ${found.variable} where it runs: the file mentions it and does not hold it\n`);
    say(`next: sidewarden check-config --online --config ${file}\n`);
    return 0;
  },
});

function refuse(problems: readonly Problem[]): (typeof exitCodes)['configuration'] {
  process.stderr.write(`${formatProblems(problems)}\nsidewarden: nothing was written\n`);
  return exitCodes.configuration;
}

/** What the environment or a person gave; `typed` by the person. */
type Input = { readonly found: Omit<Found, 'local'>; readonly typed?: string };
type Gathered = { readonly service: string; readonly answers: readonly Input[] };

const shorthanded = (definitions as readonly Definition[]).filter(({ environment }) => environment !== undefined);
const isSet = (variable: string): boolean => Boolean(process.env[variable] || process.env[`${variable}_FILE`]);
const usualService = (): string => basename(process.cwd()).replaceAll(/[^\w.-]/g, '') || 'sidewarden';

/** What the environment has, each tried once; what fails is told and kept. */
async function takeEnvironment(): Promise<Gathered> {
  const answers = shorthanded.flatMap((definition) => {
    const { environment } = definition;
    return environment !== undefined && isSet(environment.variable) ? [answerOf(definition)] : [];
  });
  const gathered = { service: usualService(), answers };
  const { loaded } = compose(usualFile, gathered);
  if (loaded.ok && answers.length > 0) await tell(loaded.configuration);
  return gathered;
}

async function converse(): Promise<Gathered> {
  const terminal = openTerminal();
  try {
    const service = await askService(terminal);
    const answers: Input[] = [];
    for (const definition of shorthanded) answers.push(...(await askAbout(terminal, definition, service)));
    return { service, answers };
  } finally {
    terminal.close();
  }
}

async function askService(terminal: Terminal): Promise<string> {
  for (;;) {
    const service = (await terminal.ask(`Name of the service (${usualService()}): `)) || usualService();
    const { loaded } = compose(usualFile, { service, answers: [] });
    if (loaded.ok) return service;
    say(`${formatProblems(loaded.problems)}\n`);
  }
}

async function askAbout(terminal: Terminal, definition: Definition, service: string): Promise<readonly Input[]> {
  const variable = definition.environment?.variable ?? '';
  const tryOut = async (typed: string | undefined) => {
    const { loaded } = compose(usualFile, { service, answers: [answerOf(definition, typed)] });
    if (loaded.ok) return (await tell(loaded.configuration)) ? 'good' : 'failed';
    say(`${formatProblems(loaded.problems)}\n`);
    return 'wrong';
  };
  const { type, summary } = definition;
  const asked = { variable, summary: `${type}: ${summary}`, set: isSet(variable), tryOut };
  const answer = await askFor(terminal, asked);
  if (answer === undefined) return [];
  return [answer === 'environment' ? answerOf(definition) : answerOf(definition, answer.typed)];
}

/** Probes what is configured and prints what was found. */
async function tell(configuration: Configuration): Promise<boolean> {
  const probed = await probe(configuration, configuration.checks);
  say(probedText(probed, paintFor(process.stdout)));
  return allPassed(probed);
}

function answerOf(definition: Definition, typed?: string): Input {
  const { variable = '', check: name = '' } = definition.environment ?? {};
  const found = { definition, variable, name };
  if (typed === undefined) return { found };
  return mayBeSecret(typed) ? { found, typed } : { found: { ...found, literal: typed }, typed };
}

/** The text, and what it means with the values that were typed in the environment. */
function compose(file: string, { service, answers }: Gathered): { text: string; loaded: Loaded } {
  const typed = answers.map((answer) => [answer.found.variable, answer.typed] as const);
  const environment = { ...process.env };
  for (const [variable, value] of typed) {
    if (value === undefined) continue;
    environment[variable] = value;
    delete environment[`${variable}_FILE`];
  }
  const used = answers.map(({ found }) => found.definition);
  const draft: Omit<Draft, 'found'> = {
    file,
    service,
    hasToken: isSet('SIDEWARDEN_TOKEN'),
    missing: shorthanded.filter((definition) => !used.includes(definition)),
  };
  const textWith = (locals: readonly string[]): string =>
    configurationText({
      ...draft,
      found: answers.map(({ found }) => ({ ...found, local: locals.includes(found.name) })),
    });
  const first = loadText(textWith([]), environment);
  if (!first.ok) return { text: textWith([]), loaded: first };
  const locals = first.configuration.checks.filter(
    ({ definition, settings }) => definition.local?.(settings) === true && definition.environment?.check === 'app',
  );
  const text = textWith(locals.map(({ name }) => name));
  return { text, loaded: loadText(text, environment) };
}

/** Reads a string as the daemon would read the file. */
function loadText(text: string, environment: NodeJS.ProcessEnv): Loaded {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-init-'));
  try {
    const config = join(folder, usualFile);
    writeFileSync(config, text, { mode: 0o600 });
    const loaded = loadConfiguration({ arguments: { config }, environment });
    if (loaded.ok) return loaded;
    return { ...loaded, problems: loaded.problems.map(({ file: _, line: __, column: ___, ...rest }) => rest) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
