// The commands with their operands and options, from the table that help, completion and parsing come from.
import type { CommandTable, Option } from '../../src/cli/command.ts';
import { commands as table } from '../../src/cli/commands.ts';
import { insteadOfCommand, ofEveryCommand, usualCommand } from '../../src/cli/dispatch.ts';
import { featureCommands } from '../../src/cli/feature-commands.ts';

export async function commands(): Promise<readonly string[]> {
  const own = await Promise.all(
    Object.entries<CommandTable[string]>({ ...table, ...featureCommands() }).map(async ([name, { load }]) => {
      const { operands, options } = (await load()).command;
      const form = operands === undefined ? '' : ` ${operands.form}`;
      const most = operands === undefined ? '' : `, at most ${operands.most}`;
      return [
        `${name}${form}${most}${choicesOf(operands)}`,
        ...Object.entries(options).map(([option, declared]) => `${name} --${option}${optionText(declared)}`),
      ];
    }),
  );
  return [
    ...own.flat(),
    ...Object.entries(ofEveryCommand).map(([option, declared]) =>
      'short' in declared ? `(every command) --${option}, -${declared.short}` : `(every command) --${option}`,
    ),
    ...[...insteadOfCommand.keys()].map((word) => `(instead of a command) ${word}`),
    `(no command) is ${usualCommand}`,
  ];
}

const optionText = (option: Option): string =>
  `${option.type === 'boolean' ? '' : ` ${option.value ?? 'VALUE'}`}${choicesOf(option)}`;

const choicesOf = (of: { readonly choices?: readonly string[] } | undefined): string =>
  of?.choices === undefined ? '' : `: ${of.choices.join(' ')}`;
