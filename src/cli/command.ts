// What a command is: data from which help, completion and parsing come, and what it does.
import type { ExitCode } from './exit-codes.ts';

export type Option = {
  readonly type: 'string' | 'boolean';
  /** What stands for the value, such as FILE: where it is FILE or PATH, shells complete file names. */
  readonly value?: string;
  /** The values that it can have, where they are a list. */
  readonly choices?: readonly string[];
  readonly summary: string;
};

type Options = Readonly<Record<string, Option>>;

export type Values<Declared extends Options> = {
  readonly [Name in keyof Declared]?: Declared[Name]['type'] extends 'string' ? string : boolean;
};

/** What follows the options. */
export type Operands = {
  /** As help shows it: `[NAME…]`. */
  readonly form: string;
  readonly most: number;
  readonly choices?: readonly string[];
};

export type Given<Declared extends Options = Options> = {
  readonly values: Values<Declared>;
  readonly operands: readonly string[];
  /** All commands, for those that speak of them. */
  readonly commands: CommandTable;
};

export type Command<Declared extends Options = Options> = {
  /** Sentences below the summary. */
  readonly about: string;
  readonly operands?: Operands;
  readonly options: Declared;
  /** Command lines, and what each does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** @throws UsageError for operands that do not fit. */
  execute(given: Given<Declared>): Promise<ExitCode>;
};

/** Keeps the types of the declared options. */
export function defineCommand<const Declared extends Options>(command: Command<Declared>): Command {
  return command as unknown as Command;
}

/** What a command of a feature is given beside what every command is. */
export type FeatureGiven<Settings, Declared extends Options = Options> = Given<Declared> & {
  /** What the configuration says below the feature's key. */
  readonly settings: Settings;
  /**
   * Asks the running daemon by its control socket.
   * @param body sent as JSON
   * @param accept the type of the answer that is wanted; text unless given
   * @throws when nobody answers there, or with more than can be read
   */
  ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    accept?: string,
  ): Promise<{ readonly code: number; readonly text: string }>;
  /** Writes to standard output. */
  say(text: string): void;
};

/** A command of a feature. It takes the options that say which configuration is read, beside its own. */
export type FeatureCommand<Settings = unknown, Declared extends Options = Options> = Omit<
  Command<Declared>,
  'execute'
> & {
  /** @throws UsageError for operands that do not fit. */
  execute(given: FeatureGiven<Settings, Declared>): Promise<ExitCode>;
};

/** Keeps the types of the settings and of the declared options. */
export const defineFeatureCommand =
  <Settings>() =>
  <const Declared extends Options>(command: FeatureCommand<Settings, Declared>): FeatureCommand =>
    command as unknown as FeatureCommand;

export type FeatureCommands = Readonly<
  Record<string, { readonly summary: string; load(): Promise<{ readonly command: FeatureCommand }> }>
>;

/** The commands by name; the code of one is imported when it is asked for. */
export type CommandTable = Readonly<
  Record<string, { readonly summary: string; load(): Promise<{ readonly command: Command }> }>
>;

/** The command line cannot be understood: exit code 2, and how it is used. */
export class UsageError extends Error {}
