// sidewarden run: the daemon until SIGTERM or SIGINT.
import { once } from 'node:events';
import { planOf } from '../checks/plan-of.ts';
import type { Configuration } from '../config/load.ts';
import { detectionBoundMs, expiryMs } from '../core/bounds.ts';
import { formatDuration } from '../core/duration.ts';
import { errorFields, type Log } from '../core/log.ts';
import { createDaemon, type Daemon } from '../daemon.ts';
import { loadFrom } from './options.ts';

export async function execute(args: readonly string[]): Promise<number> {
  const loading = loadFrom(args);
  if (loading.kind === 'end') return loading.code;
  const { configuration, notes } = loading;
  const daemon = createDaemon(configuration);
  // Listened to before the start: a signal that comes meanwhile is obeyed when it is done, and leaves nothing behind.
  const ending = Promise.race([asked('SIGTERM'), asked('SIGINT'), crash(daemon.log)]);
  await daemon.start();
  tellStart(daemon, configuration, notes);
  const signal = await ending;
  daemon.log.info({ 'event.action': 'stop' }, `stopping: ${signal}`);
  await daemon.stop();
  return signal === 'crash' ? 1 : 0;
}

const asked = async (signal: 'SIGTERM' | 'SIGINT'): Promise<string> => {
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

function tellStart({ log, addresses }: Daemon, configuration: Configuration, notes: readonly string[]): void {
  const { checks, source } = configuration;
  log.info({ 'event.action': 'start', 'labels.source': source }, `listening on ${addresses().join(', ')}`);
  for (const check of checks) {
    const { name, policy } = planOf(check);
    log.info(
      { 'labels.check': name, 'labels.type': check.definition.type },
      `${name}: a fault is seen within ${formatDuration(detectionBoundMs(policy))}, a pass is believed for ${formatDuration(expiryMs(policy))}`,
    );
  }
  for (const note of notes) log.info({}, note);
}
