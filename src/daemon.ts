// What lives as long as the process: acquired in this order, released in the reverse one.
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Board, createBoard } from './checks/board.ts';
import { createMonitor, type Monitor } from './checks/monitor.ts';
import { planOf } from './checks/plan-of.ts';
import { type Configuration, usualControl } from './config/configuration.ts';
import { type Clock, systemClock } from './core/clock.ts';
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
import { createLog, createLogSink, type DaemonLog, type LogOptions } from './sinks/log.ts';
import { createMetricsSink } from './sinks/metrics.ts';
import { version } from './version.ts';

/** How long requests in flight, and sinks with something left to write, are waited for at the stop. */
const closeWithinMs = 5000;

export type Daemon = {
  readonly log: DaemonLog;
  readonly board: Board;
  /** Where it listens, as URLs. */
  addresses(): readonly string[];
  /** Unready, then after the drain delay: no more runs, sinks flushed, server closed, connections closed. Once. */
  stop(): Promise<void>;
};

export type DaemonOptions = {
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Where log lines go; standard output unless given. */
  readonly logDestination?: LogOptions['destination'];
};

/** @throws when an address cannot be had, or a client library cannot be loaded; nothing is left open then. */
export async function startDaemon(configuration: Configuration, options: DaemonOptions = {}): Promise<Daemon> {
  const { clock = systemClock, random = Math.random, logDestination } = options;
  const { checks, service, logLevel: level } = configuration;
  const redact = createRedactor(() => configuration.secrets);
  const log = createLog({ level, service, version, redact, ...(logDestination && { destination: logDestination }) });
  const releasers = createReleasers();
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
  const sinks = createSinks([createMetricsSink(registry), createLogSink(log)], { log, failed: registry.sinkFailed });
  const { token } = configuration;
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
  const monitors = checks.map((check) =>
    createMonitor(planOf(check), { clock, random, board, redact, emit: sinks.accept }),
  );
  try {
    releasers.add(() => closeAll(monitors));
    releasers.add(() => server.close(AbortSignal.timeout(closeWithinMs)));
    await server.listen(configuration.listen, configuration.control ?? usualControlHere(log));
    releasers.add(() => sinks.close(AbortSignal.timeout(closeWithinMs)));
    await Promise.all(monitors.map((monitor) => monitor.load()));
    releasers.add(() => scheduler.stop());
    for (const monitor of monitors) scheduler.add(monitor);
  } catch (error) {
    await releasers.release();
    throw error;
  }

  const stop = async (): Promise<void> => {
    drain.stop();
    await sleep(configuration.drainDelayMs);
    await releasers.release();
  };
  let stopped: Promise<void> | undefined;
  return {
    log,
    board,
    addresses: server.addresses,
    stop() {
      stopped ??= stop();
      return stopped;
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
