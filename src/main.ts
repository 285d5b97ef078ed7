// argv → command, imported when asked for; the only place that ends the process.
import { commands } from './cli/commands.ts';
import { dispatch } from './cli/dispatch.ts';
import { exitCodes } from './cli/exit-codes.ts';
import { said } from './cli/terminal.ts';

process.exitCode = await dispatch(process.argv.slice(2), commands).catch((error: unknown) => {
  process.stderr.write(`sidewarden: ${error instanceof Error ? error.message : String(error)}\n`);
  return exitCodes.failed;
});
await said();
process.exit();
