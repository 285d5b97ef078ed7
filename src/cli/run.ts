// sidewarden run: the daemon until a signal asks it to end; SIGHUP reloads it.
import { once } from 'node:events';
import { isAbsolute } from 'node:path';
import { usualFiles } from '../config/file.ts';
import { sourceOf } from '../config/source.ts';
import { errorFields, type Log } from '../core/log.ts';
import { createDaemon, type Daemon, type Origin } from '../daemon.ts';
import { shorthands } from '../dependencies/index.ts';
import { tellChecks, tellSaid } from '../reload.ts';
import { defineCommand } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { type Configuration, explain, given, notRead } from './loading.ts';
import { configuration } from './options.ts';

const strict = {
  type: 'boolean',
  summary: 'end with 78 where the file is broken, also when the last good configuration of this pod is kept',
} as const;

export const command = defineCommand({
  about: `It ends at SIGTERM or SIGINT. SIGHUP, or a change of the file, reloads the configuration.
Without a file, each of these variables turns a check on: ${shorthands.join(', ')}`,
  options: { ...configuration, 'config-strict': strict },
  examples: [
    ['DATABASE_URL=postgres://shop@localhost/shop sidewarden', 'one check, configured by the environment alone'],
    ['sidewarden run --config sidewarden.yaml --listen :9090', 'a file, and every address of this machine'],
  ],
  async execute({ values }) {
    const source = sourceOf(given(values));
    const digest = await source.digest();
    const loaded = source.load();
    if (loaded.ok && loaded.written !== undefined) return runUntilAsked({ source, digest, taken: loaded });
    if (!loaded.ok) explain(loaded);
    const kept = values['config-strict'] === true ? undefined : await source.lastGood();
    if (kept !== undefined) return runUntilAsked({ source, digest, taken: kept.taken, lastGood: kept });
    return loaded.ok ? runUntilAsked({ source, digest, taken: loaded }) : exitCodes.configuration;
  },
});

async function runUntilAsked(origin: Origin): Promise<0 | 1> {
  const { taken } = origin;
  const daemon = createDaemon(origin);
  process.on('SIGHUP', daemon.reload);
  // Listened to before the start: a signal that comes meanwhile is obeyed when it is done, and leaves nothing behind.
  const ending = Promise.race([...endingSignals.map(asked), crash(daemon.log)]);
  await daemon.start();
  tellStart(daemon, taken.configuration, taken.passedOver);
  tellSaid(daemon.log, taken);
  const signal = await ending;
  daemon.log.info({ 'event.action': 'stop' }, `stopping: ${signal}`);
  await daemon.stop();
  return signal === 'crash' ? 1 : 0;
}

/** Unheard, the last two would end it without draining, SIGQUIT with a core dump. */
const endingSignals = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGUSR2'] as const;

const asked = async (signal: NodeJS.Signals): Promise<string> => {
  await once(process, signal);
  return signal;
};

/** An error that nobody caught ends the process in order, through the log and its redaction, not past it. */
function crash(log: Log): Promise<'crash'> {
  return new Promise((resolve) => {
    const end = (error: unknown): void => {
      log.error({ 'event.action': 'crash', ...errorFields(error) }, 'an error that nobody caught: stopping');
      resolve('crash');
    };
    process.on('uncaughtException', end);
    process.on('unhandledRejection', end);
  });
}

function tellStart({ log, addresses }: Daemon, { checks, source }: Configuration, others: readonly string[]): void {
  log.info({ 'event.action': 'start', 'labels.source': source }, `listening on ${addresses().join(', ')}`);
  log.info({ 'labels.source': source }, `${originOf(source)}${others.length > 0 ? `; ${notRead(others)}` : ''}`);
  tellChecks(log, checks);
}

function originOf(source: string): string {
  if (source === 'environment') return `no configuration file: neither ${usualFiles.join(' nor ')} exists`;
  return `the configuration is ${source}${isAbsolute(source) ? '' : ` in ${process.cwd()}`}`;
}
