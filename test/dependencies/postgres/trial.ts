// One run of the driver without the daemon: which phases it ran and how it ended.
import { z } from 'zod';
import { classifyTransport } from '../../../src/core/failure.ts';
import { driver } from '../../../src/dependencies/postgres/driver.ts';
import { postgres } from '../../../src/dependencies/postgres/index.ts';
import type { PostgresSession } from '../../../src/dependencies/postgres/probe.ts';
import type { Phase, Settings } from '../../../src/dependencies/postgres/settings.ts';
import { makeAttempt } from '../attempt.ts';

const parse = (settings: object): Settings => z.strictObject(postgres.settings).parse(settings);

/** `passed`, or the error's class; and the phases, the last being the one reached. */
export type Outcome = { readonly outcome: string; readonly phases: string; readonly message: string };

/** Each run is in the same session until that is closed; `current` is the session of the last run. */
export function createTrial(given: object, timeoutMs = 5000) {
  const settings = parse(given);
  let current: PostgresSession = driver.session(settings);
  return {
    get current() {
      return current;
    },
    async run(): Promise<Outcome> {
      if (current.closed) current = driver.session(settings);
      const attempt = makeAttempt<Phase>({ timeoutMs });
      const outcome = await driver.probe(current, settings, attempt).then(
        () => ({ outcome: 'passed', message: '' }),
        (error: Error) => ({
          outcome: driver.classify(error)?.errorClass ?? classifyTransport(error) ?? `unknown: ${error.stack}`,
          message: error.message,
        }),
      );
      return { ...outcome, phases: attempt.phases.join(' ') };
    },
    end: () => current.destroy(),
  };
}

/** One run in a session of its own. */
export async function once(given: object): Promise<Outcome> {
  const trial = createTrial(given);
  try {
    return await trial.run();
  } finally {
    trial.end();
  }
}
