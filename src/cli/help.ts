// How the command line is used, told from the table of the commands.
import { version } from '../version.ts';
import type { Command, CommandTable } from './command.ts';
import { meanings } from './exit-codes.ts';

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([first]) => first.length)) + 2;
  return rows.map(([first, second]) => `  ${first.padEnd(width)}${second}\n`).join('');
};

/** One line. */
export const usageOf = (name: string, { operands }: Command): string =>
  `Usage: sidewarden ${[name, ...(operands ? [operands.form] : []), '[options]'].join(' ')}`;

export function commandHelp(name: string, summary: string, command: Command): string {
  const options = Object.entries(command.options).map(
    ([option, { value, summary: says }]) => [`--${option}${value === undefined ? '' : ` ${value}`}`, says] as const,
  );
  const examples = command.examples.map(([line, what]) => `  ${line}\n      ${what}\n`).join('');
  return `${usageOf(name, command)}

${summary[0]?.toUpperCase()}${summary.slice(1)}. ${command.about}

Options:
${columns([...options, ['--help, -h', 'print this']])}
Examples:
${examples}`;
}

/** @param variables each turns a check on without a file. */
export function generalHelp(commands: CommandTable, variables: readonly string[]): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
  const codes = Object.entries(meanings).map(([code, meaning]) => `${code} ${meaning}`);
  return `Usage: sidewarden [command] [options]

Commands:
${columns(rows)}
Options:
${columns([
  ['--config FILE', 'configuration file, or - for standard input, for every command that reads it'],
  ['--version, -v', 'print the version'],
  ['--help, -h', 'print this; behind a command, its options and examples'],
])}
Without a file, each of these variables turns a check on: ${variables.join(', ')}
  DATABASE_URL=postgres://shop@localhost/shop sidewarden
  curl -s localhost:9090/health

Exit codes: ${codes.join(', ')}.

sidewarden ${version}
`;
}
