// How the command line is used.
import type { Definition } from '../dependencies/define.ts';
import { definitions } from '../dependencies/index.ts';
import { version } from '../version.ts';

export const summaries = {
  run: 'run the daemon (the default)',
  'check-config': 'read the configuration and say what is wrong with it',
  'print-config': 'print the configuration in force, secrets masked',
};

const variables = definitions.flatMap((definition: Definition) => definition.environment?.variable ?? []);

/** Prints how it is used: to standard output when asked for (code 0), with what is wrong to standard error otherwise. */
export function usage(code: 0 | 2, wrong?: string): number {
  const text = `Usage: sidewarden [command] [options]

Commands:
${Object.entries(summaries)
  .map(([name, summary]) => `  ${name.padEnd(14)}${summary}`)
  .join('\n')}

Options:
  --config FILE      configuration file (SIDEWARDEN_CONFIG; /etc/sidewarden/sidewarden.yaml when it exists)
  --listen ADDRESS   where to listen, such as :9090 (SIDEWARDEN_LISTEN; localhost:9090)
  --log-level LEVEL  trace, debug, info, warn, error or silent (LOG_LEVEL; info)
  --version          print the version
  --help             print this

Without a file, each of these variables turns a check on: ${variables.join(', ')}
  DATABASE_URL=postgres://shop@localhost/shop sidewarden
  curl -s localhost:9090/health

sidewarden ${version}
`;
  if (code === 0) process.stdout.write(text);
  else process.stderr.write(`sidewarden: ${wrong}\n\n${text}`);
  return code;
}
