// What lives as long as the process: acquired in this order, released in the reverse one.
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBoard } from './checks/board.ts';
import { createRoster } from './checks/roster.ts';
import { type Configuration, usualControl, usualService } from './config/configuration.ts';
import type { Taken } from './config/load.ts';
import type { Kept, Source } from './config/source.ts';
import { createWatch } from './config/watch.ts';
import { systemClock } from './core/clock.ts';
import { isReserved } from './core/detail.ts';
import type { Log, LogFormat } from './core/log.ts';
import { createRedactor, secretsOf } from './core/redact.ts';
import { createReleasers } from './core/releasers.ts';
import { paintFor } from './core/terminal.ts';
import { reveal } from './dependencies/credentials.ts';
import { placesOf } from './dependencies/seats.ts';
import { createFeatureHost } from './features/host.ts';
import { namespaceHere, usualControlHere } from './here.ts';
import { createDrain } from './http/drain.ts';
import type { Bearer } from './http/guard.ts';
import { createServer } from './http/server.ts';
import { createInForce } from './in-force.ts';
import { createLeadership } from './leadership/index.ts';
import { createPage } from './metrics/page.ts';
import { createRegistry } from './metrics/registry.ts';
import { createReload } from './reload.ts';
import { createScheduler } from './schedule/scheduler.ts';
import { createSinks } from './sinks/index.ts';
import { createLog, createLogSink, type LogOptions } from './sinks/log.ts';
import { createMetricsSink } from './sinks/metrics.ts';
import { isTerminal, openStandardOutput } from './sinks/standard-output.ts';
import { textLine } from './sinks/text-line.ts';
import { createStatistics } from './statistics/index.ts';
import { createSnapshots } from './statistics/snapshots.ts';
import { version } from './version.ts';

/** How long requests in flight, and sinks with something left to write, are waited for at the stop. */
const closeWithinMs = 5000;

export type Daemon = {
  readonly log: Log;
  /** @throws when an address cannot be had, or a client library cannot be loaded; nothing is left open then. */
  start(): Promise<void>;
  /** Where it listens, as URLs. */
  addresses(): readonly string[];
  /** Reads the configuration again, changed or not, once it has started; the log says what came of it. */
  reload(): void;
  /** Unready, then after the drain delay: no more runs, sinks flushed, server closed, connections closed. Once. */
  stop(): Promise<void>;
};

/** Where the configuration came from: its digest from before it was read, what was taken over, and if it is an old one. */
export type Origin = {
  readonly source: Source;
  readonly digest: string;
  readonly taken: Taken;
  readonly lastGood?: Pick<Kept, 'file' | 'time'> | undefined;
};

/** Everything in its place, and nothing started. */
export function createDaemon({ source, digest, taken, lastGood }: Origin): Daemon {
  const { configuration: started } = taken;
  const { service } = started;
  /** The checks are in force. */
  let begun = false;
  let inForce = inForceOf(started);
  const clock = systemClock;
  const redact = createRedactor(() => [
    ...inForce.secrets,
    ...[roster, leadership, statistics, host].flatMap((room) => room.secrets()),
  ]);
  const board = createBoard();
  const drain = createDrain((draining) => sinks.emit({ kind: 'draining', draining }));
  const scheduler = createScheduler(clock);
  const registry = createRegistry({
    version,
    service: service === usualService ? '' : service,
    detail: started.metrics.detail,
    clock,
    board,
    draining: () => drain.draining,
    latenessMs: scheduler.latenessMs,
  });
  const output = openStandardOutput(() => registry.sinkFailed('log', 1));
  const log = createLog({ level: started.logLevel, service, version, redact, output, ...shownAs(started.logFormat) });
  const sinks = createSinks([createMetricsSink(registry), createLogSink(log, output)], {
    log,
    failed: registry.sinkFailed,
    gone: registry.sinkGone,
  });
  const { emit } = sinks;
  const snapshots = createSnapshots();
  const shown = createSnapshots();
  const server = createServer({
    board,
    clock,
    version,
    drain,
    log,
    redact,
    latenessMs: scheduler.latenessMs,
    page: createPage(registry, snapshots, clock, shown, (now) => host.page(now)),
    maxConnections: started.maxConnections,
    notes: () => configured.notes,
    certificateRead: (good) => emit({ kind: 'certificate', good }),
    answered: registry.answered,
    ...(started.tls && { tls: started.tls }),
    bearers: () => inForce.bearers,
    starting: () => !begun,
  });
  const leadership = createLeadership({
    ...{ namespace: started.namespace ?? namespaceHere(), service, log, clock, scheduler, emit },
    random: Math.random,
  });
  /** Where replicas elect under these checks. */
  const placesIn = ({ checks, features }: Configuration) =>
    placesOf(
      checks,
      started.statistics.mode,
      features.some(({ feature }) => feature.elects),
    );
  const statistics = createStatistics({
    settings: started.statistics,
    leadership,
    snapshots,
    metrics: registry.statistics,
    log,
    clock,
    random: Math.random,
    redact,
    scheduler,
    count: (check, type, request) => emit({ kind: 'request', check, type, request }),
  });
  const { election } = leadership;
  const surroundings = {
    clock,
    random: Math.random,
    board,
    redact,
    emit,
    election,
  };
  const roster = createRoster(started.checks, { ...surroundings, scheduler, counters: registry });
  const host = createFeatureHost({
    ...{ service, version, clock, log, redact, board, emit, scheduler, shown },
    random: Math.random,
    draining: () => drain.draining,
    ...{ reveal, lease: leadership.lease, namespace: started.namespace, stateDir: started.stateDir },
    taken: (family) => isReserved(family) || statistics.knows(family),
    events: sinks,
    meters: registry.meters,
    mount: server.mount,
  });
  const configured = createInForce({ log, keep: source.keep, told: registry.configInForce, lastGood });
  if (lastGood !== undefined) emit({ kind: 'configuration', good: false });
  const reload = createReload({
    started,
    said: taken,
    log,
    load: source.load,
    read: (good) => emit({ kind: 'configuration', good }),
    accepted: configured.accepted,
    async apply(configuration) {
      const places = placesIn(configuration);
      await leadership.load(places.all);
      await statistics.load(configuration.checks);
      const prepared = await host.prepare(configuration.features);
      const changes = await roster.replace(configuration.checks).catch((error: unknown) => {
        prepared.drop();
        throw error;
      });
      if (Object.values(changes).some((names) => names.length > 0)) emit({ kind: 'checks', ...changes });
      leadership.replace(places.all, places.own);
      statistics.replace(configuration.checks);
      inForce = inForceOf(configuration);
      log.setLevel(configuration.logLevel);
      return { checks: changes, features: prepared.begin() };
    },
  });
  const watch = createWatch(source, digest, reload);

  const releasers = createReleasers();
  const start = async (): Promise<void> => {
    releasers.add(() => leadership.close());
    releasers.add(() => statistics.close());
    releasers.add(() => roster.close());
    releasers.add(() => server.close(AbortSignal.timeout(closeWithinMs)));
    const control = started.control ?? usualControlHere(log);
    await server.listen(started.listen, control);
    if (control === undefined)
      log.info(
        {},
        `no control socket, so \`sidewarden drain\` needs the token: ${dirname(usualControl)} cannot be written`,
      );
    releasers.add(() => sinks.close(AbortSignal.timeout(closeWithinMs)));
    releasers.add(() => host.close());
    releasers.add(() => scheduler.stop());
    const places = placesIn(started);
    await leadership.load(places.all);
    await statistics.load(started.checks);
    const prepared = await host.prepare(started.features);
    await roster.start();
    begun = true;
    leadership.replace(places.all, places.own);
    statistics.replace(started.checks);
    prepared.begin();
    await configured.begin(taken);
    releasers.add(() => configured.stop());
    releasers.add(() => watch.stop());
    watch.begin();
  };
  return {
    log,
    addresses: server.addresses,
    reload: watch.ask,
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
      await sleep(inForce.drainDelayMs);
      await releasers.release();
    },
  };
}

/** Text for people where it is asked for, or where nobody asks and people look; its colours where it is a terminal. */
function shownAs(format: LogFormat | undefined): Pick<LogOptions, 'shown'> {
  const isTTY = isTerminal();
  if ((format ?? (isTTY ? 'text' : 'json')) === 'json') return {};
  const paint = paintFor({ isTTY });
  return { shown: (line) => textLine(line, { paint, dated: !isTTY }) };
}

/** What a reload changes beside the checks. */
type InForce = Pick<Configuration, 'drainDelayMs' | 'secrets'> & { readonly bearers: readonly Bearer[] };

/** Without the secrets of the checks: the roster knows them, and those of checks that just end. */
function inForceOf({ token, tokens, drainDelayMs, secrets, checks }: Configuration): InForce {
  const ofChecks = new Set(secretsOf(checks.map(({ settings }) => settings)));
  const all = [...(token === undefined ? [] : [{ name: 'token', secret: token, scopes: 'all' as const }]), ...tokens];
  const bearers = all.map(({ name, secret, scopes }): Bearer => ({ name, scopes, value: () => reveal(secret) }));
  return { drainDelayMs, secrets: secrets.filter((secret) => !ofChecks.has(secret)), bearers };
}
