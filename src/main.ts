// argv → command, imported when asked for; the only place that ends the process.
import { commands } from './cli/commands.ts';

/** Exit codes; 78 is EX_CONFIG of sysexits.h. */
const failed = 1;

const [first, ...rest] = process.argv.slice(2);
const named = first !== undefined && Object.hasOwn(commands, first);
const name = named
  ? (first as keyof typeof commands)
  : first === undefined || first.startsWith('-')
    ? 'run'
    : undefined;

async function main(): Promise<number> {
  if (first === '--help' || first === '-h' || first === 'help') return (await import('./cli/usage.ts')).usage(0);
  if (name === undefined) return (await import('./cli/usage.ts')).usage(2, `there is no command ${first}`);
  const { execute } = await commands[name]();
  return execute(named ? rest : process.argv.slice(2));
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`sidewarden: ${error instanceof Error ? error.message : String(error)}\n`);
  return failed;
});
process.exit();
