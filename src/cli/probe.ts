// sidewarden probe: each check once, as the daemon runs it, with all that was found.
import { nearest } from '../config/nearest.ts';
import { version } from '../version.ts';
import { defineCommand, UsageError } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { type Configuration, loadOrExplain } from './loading.ts';
import { config, json } from './options.ts';
import { allPassed, probe, probedText } from './probing.ts';
import { paintFor, say, sayJson } from './terminal.ts';

export const command = defineCommand({
  about: `Every check, or those named, is asked once, all at the same
time and each within its timeout. It ends with 0 when all passed. No daemon is needed, and one that runs is not disturbed.
--json prints each check as /health/detailed does.`,
  operands: { form: '[NAME…]', most: Number.POSITIVE_INFINITY },
  options: { config, json },
  examples: [
    [
      'DATABASE_URL=postgres://shop@localhost/shop sidewarden probe',
      'does this URL work, and if not, where does it end?',
    ],
    ['sidewarden probe database sessions', 'two checks of the configuration'],
    ['sidewarden probe --json | jq .checks.database.last_run', 'the phases of one of them, for a program'],
  ],
  async execute({ values, operands }) {
    const loaded = loadOrExplain(values);
    if (loaded === undefined) return exitCodes.configuration;
    const { configuration } = loaded;
    const checks = choose(configuration.checks, operands);
    if (checks.length === 0) throw new Error('no check is configured, so there is nothing to probe');
    const probed = await probe(configuration, checks);
    const good = allPassed(probed);
    const timestamp = new Date().toISOString();
    if (values.json === true) sayJson({ status: good ? 'healthy' : 'degraded', version, timestamp, checks: probed });
    else say(probedText(probed, paintFor(process.stdout)));
    return good ? 0 : 1;
  },
});

/** @throws UsageError for a name that no check has. */
function choose(checks: Configuration['checks'], wanted: readonly string[]): Configuration['checks'] {
  const names = checks.map(({ name }) => name);
  for (const name of wanted.filter((one) => !names.includes(one))) {
    const near = nearest(name, names);
    const hint = near === undefined ? `the checks are: ${names.join(', ') || 'none'}` : `did you mean ${near}?`;
    throw new UsageError(`there is no check ${name}; ${hint}`);
  }
  return wanted.length === 0 ? checks : checks.filter(({ name }) => wanted.includes(name));
}
