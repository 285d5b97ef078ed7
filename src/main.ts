// argv → command, imported when asked for; the only place that ends the process.
import { commands } from './cli/commands.ts';
import { dispatch } from './cli/dispatch.ts';
import { said } from './cli/terminal.ts';

const failed = 1;

process.exitCode = await dispatch(process.argv.slice(2), commands).catch((error: unknown) => {
  process.stderr.write(`sidewarden: ${error instanceof Error ? error.message : String(error)}\n`);
  return failed;
});
await said();
process.exit();
