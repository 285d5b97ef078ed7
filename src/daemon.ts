// What lives as long as the process: acquired in this order, released in the reverse one.
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBoard } from './checks/board.ts';
import { createMonitor, type Monitor } from './checks/monitor.ts';
import { planOf } from './checks/plan-of.ts';
import { type Configuration, usualControl } from './config/configuration.ts';
import { systemClock } from './core/clock.ts';
import { errorFields, type Log } from './core/log.ts';
import { createRedactor } from './core/redact.ts';
import { createReleasers } from './core/releasers.ts';
import { reveal } from './dependencies/credentials.ts';
import { createDrain } from './http/drain.ts';
import { createServer } from './http/server.ts';
import { createPage } from './metrics/page.ts';
import { createRegistry } from './metrics/registry.ts';
import { createScheduler } from './schedule/scheduler.ts';
import { createSinks } from './sinks/index.ts';
import { createLog, createLogSink } from './sinks/log.ts';
import { createMetricsSink } from './sinks/metrics.ts';
import { openStandardOutput } from './sinks/standard-output.ts';
import { version } from './version.ts';

/** How long requests in flight, and sinks with something left to write, are waited for at the stop. */
const closeWithinMs = 5000;

export type Daemon = {
  readonly log: Log;
  /** @throws when an address cannot be had, or a client library cannot be loaded; nothing is left open then. */
  start(): Promise<void>;
  /** Where it listens, as URLs. */
  addresses(): readonly string[];
  /** Unready, then after the drain delay: no more runs, sinks flushed, server closed, connections closed. Once. */
  stop(): Promise<void>;
};

/** Everything in its place, and nothing started. */
export function createDaemon(configuration: Configuration): Daemon {
  const { checks, service, token, logLevel: level, drainDelayMs } = configuration;
  const clock = systemClock;
  const redact = createRedactor(() => configuration.secrets);
  const board = createBoard();
  const drain = createDrain();
  const scheduler = createScheduler(clock);
  const registry = createRegistry({
    version,
    clock,
    board,
    checks: checks.map(({ name, definition }) => ({ name, type: definition.type, classes: definition.classes })),
    draining: () => drain.draining,
    latenessMs: scheduler.latenessMs,
  });
  const output = openStandardOutput(() => registry.sinkFailed('log', 1));
  const log = createLog({ level, service, version, redact, output });
  const sinks = createSinks([createMetricsSink(registry), createLogSink(log, output)], {
    log,
    failed: registry.sinkFailed,
  });
  const server = createServer({
    board,
    clock,
    version,
    drain,
    log,
    redact,
    latenessMs: scheduler.latenessMs,
    page: createPage(registry),
    ...(token && { token: () => reveal(token) }),
  });
  const surroundings = { clock, random: Math.random, board, redact, emit: sinks.accept };
  const monitors = checks.map((check) => createMonitor(planOf(check), surroundings));

  const releasers = createReleasers();
  const start = async (): Promise<void> => {
    releasers.add(() => closeAll(monitors));
    releasers.add(() => server.close(AbortSignal.timeout(closeWithinMs)));
    await server.listen(configuration.listen, configuration.control ?? usualControlHere(log));
    releasers.add(() => sinks.close(AbortSignal.timeout(closeWithinMs)));
    await Promise.all(monitors.map((monitor) => monitor.load()));
    releasers.add(() => scheduler.stop());
    for (const monitor of monitors) scheduler.add(monitor);
  };
  return {
    log,
    addresses: server.addresses,
    async start() {
      try {
        await start();
      } catch (error) {
        await releasers.release();
        throw error;
      }
    },
    async stop() {
      drain.stop();
      await sleep(drainDelayMs);
      await releasers.release();
    },
  };
}

/** The usual control socket, where its folder can be written; else draining takes the token. */
function usualControlHere(log: Log): string | undefined {
  try {
    accessSync(dirname(usualControl), constants.W_OK);
    return usualControl;
  } catch (error) {
    log.debug(errorFields(error), `no control socket: ${dirname(usualControl)} is not a folder that can be written`);
    return undefined;
  }
}

function closeAll(monitors: readonly Monitor[]): void {
  for (const monitor of monitors) monitor.close();
}
