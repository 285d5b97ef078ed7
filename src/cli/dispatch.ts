// argv to a command: parses what it declares, answers --help and --version, and says what cannot be understood.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { version } from '../version.ts';
import { type Command, type CommandTable, UsageError } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { commandHelp, generalHelp, usageOf } from './help.ts';
import { say } from './terminal.ts';

/** What may stand in place of a command. */
export const insteadOfCommand: ReadonlyMap<
  string,
  (commands: CommandTable, operand: string | undefined) => Promise<ExitCode>
> = new Map([
  ['--help', (commands) => printHelp(commands)],
  ['-h', (commands) => printHelp(commands)],
  ['--version', async () => print(`sidewarden ${version}\n`)],
  ['-v', async () => print(`sidewarden ${version}\n`)],
  ['help', printHelp],
]);

/** Options that every command takes beside its own. */
export const ofEveryCommand = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsOptionsConfig;

/** The command that is meant when none is named. */
export const usualCommand = 'run';

export async function dispatch(argv: readonly string[], commands: CommandTable): Promise<ExitCode> {
  const [first, ...rest] = argv;
  const instead = insteadOfCommand.get(first ?? '');
  if (instead !== undefined) return instead(commands, rest[0]);
  if (first === undefined || first.startsWith('-')) return execute(usualCommand, argv, commands);
  if (Object.hasOwn(commands, first)) return execute(first, rest, commands);
  const all = await withFeatures(commands);
  return Object.hasOwn(all, first) ? execute(first, rest, all) : refuseName(first, all);
}

/** With the commands of features, which are imported only where they can be meant. */
async function withFeatures(commands: CommandTable): Promise<CommandTable> {
  const { featureCommands } = await import('./feature-commands.ts');
  return { ...commands, ...featureCommands() };
}

async function execute(name: string, args: readonly string[], commands: CommandTable): Promise<ExitCode> {
  const entry = commands[name];
  if (entry === undefined) return refuseName(name, commands);
  const { command } = await entry.load();
  try {
    const { values, positionals: operands } = await parse(command, args);
    const { help, version: wantsVersion, ...declared } = values;
    if (help === true) return print(commandHelp(name, entry.summary, command));
    if (wantsVersion === true) return print(`sidewarden ${version}\n`);
    refuseMore(command, operands);
    const all = name === 'completion' ? await withFeatures(commands) : commands;
    return await command.execute({ values: declared, operands, commands: all });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const fix = `sidewarden ${name} --help says more`;
    process.stderr.write(`sidewarden: ${error.message}\n${usageOf(name, command)}\n${fix}\n`);
    return exitCodes.usage;
  }
}

/** @throws UsageError for the first operand that is one too many. */
function refuseMore({ operands: { form, most } = { form: '', most: 0 } }: Command, operands: readonly string[]): void {
  const extra = operands[most];
  if (extra === undefined) return;
  const limit = most === 0 ? 'options alone' : `${most === 1 ? 'one' : most} ${form.replace(/[[\]…]/g, '')} at most`;
  throw new UsageError(`${limit}; ${extra} is one too many`);
}

async function parse({ options }: Command, args: readonly string[]) {
  const declared = Object.entries(options).map(([name, { type }]) => [name, { type }] as const);
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...Object.fromEntries(declared), ...ofEveryCommand },
    });
  } catch (error) {
    throw new UsageError(await refusedOption(options, error as NodeJS.ErrnoException));
  }
}

/** What `parseArgs` found, in words of ours: its own are of positional arguments, which nobody thinks of. */
async function refusedOption(options: Command['options'], { code, message }: NodeJS.ErrnoException): Promise<string> {
  const [, said = ''] = /'(?:-\w, )?(--?[^\s']+)/.exec(message) ?? [];
  const name = said.replace(/^-+/, '');
  const { value, type } = options[name] ?? {};
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    if (type === 'string') return `${said} needs a value: ${said} ${value ?? 'VALUE'}`;
    return said === '' ? message : `${said} takes no value`;
  }
  const { nearest } = await import('../config/nearest.ts');
  const near = nearest(name, [...Object.keys(options), ...Object.keys(ofEveryCommand)]);
  return `unknown option ${said}${near === undefined ? '' : `; did you mean --${near}?`}`;
}

async function printHelp(own: CommandTable, name?: string): Promise<ExitCode> {
  const commands = await withFeatures(own);
  if (name !== undefined) {
    const entry = commands[name];
    if (entry === undefined || !Object.hasOwn(commands, name)) return refuseName(name, commands);
    return print(commandHelp(name, entry.summary, (await entry.load()).command));
  }
  const { shorthands } = await import('../dependencies/index.ts');
  return print(generalHelp(commands, shorthands));
}

async function refuseName(name: string, commands: CommandTable): Promise<ExitCode> {
  const { nearest } = await import('../config/nearest.ts');
  const near = nearest(name, Object.keys(commands));
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  process.stderr.write(`sidewarden: there is no command ${name}${hint}\n`);
  process.stderr.write(`Usage: sidewarden [${Object.keys(commands).join('|')}] [options]\n`);
  return exitCodes.usage;
}

function print(text: string): ExitCode {
  say(text);
  return exitCodes.ok;
}
