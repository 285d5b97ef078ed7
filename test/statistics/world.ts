// Replicas of one service beside a server that a test owns: it can hold a lead, freeze, refuse, and be out of reach of some.

import { systemClock } from '../../src/core/clock.ts';
import type { StatisticsMetrics, StatisticsMode } from '../../src/core/collecting.ts';
import { Failure } from '../../src/core/failure.ts';
import { type Family, samples } from '../../src/core/family.ts';
import { leaseTimes } from '../../src/core/lease-times.ts';
import type { Definition, Driver, Session } from '../../src/dependencies/define.ts';
import { placesOf } from '../../src/dependencies/seats.ts';
import { type Collector, MissingPrivilege, type Reader, type Statistics } from '../../src/dependencies/statistics.ts';
import { createLeadership } from '../../src/leadership/index.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import { createStatistics } from '../../src/statistics/index.ts';
import type { StatisticsCheck } from '../../src/statistics/reading.ts';
import { createSnapshots } from '../../src/statistics/snapshots.ts';
import { makeLog } from '../http/serve.ts';

export const intervalMs = 15_000;

export const family = (name: string, over: Partial<Family> = {}): Family => ({
  name,
  type: 'gauge',
  help: `What ${name} is.`,
  labels: [],
  ...over,
});

/** A server as its readers see it. */
export class Server {
  /** Which connection holds which key. */
  readonly holders = new Map<bigint, object>();
  readonly connections = new Set<Connection>();
  /** Replicas that cannot reach it; their connections hang. */
  readonly unreachable = new Set<number>();
  refuses = false;
  frozen = false;
  /** Answers wait for it. */
  gate: Promise<void> | undefined;
  /** What it answers to everything, when it refuses. */
  refusal: Error = new Failure('refused', 'connection refused');
  /** Its probes cannot say whether the lead is held. */
  blind = false;
  opened = 0;
  /** So many collectors of the settings, which take 1.8 s each. */
  customs = 0;
  pooled = false;
  value = 1;
  /** Questions that were asked, by replica. */
  asked: number[] = [];
  lacking = false;
  lackingAll = false;
  /** Samples that one run gives. */
  count = 1;
  /** What collectors throw instead of answering. */
  failure: Error | undefined;

  async answer(replica: number): Promise<void> {
    if (this.frozen || this.unreachable.has(replica)) await new Promise(() => {});
    await this.gate;
    if (this.refuses) throw this.refusal;
    this.asked[replica] = (this.asked[replica] ?? 0) + 1;
  }
  /** Ends a connection from its side, and with it what it holds. */
  end(connection: object): void {
    for (const [key, holder] of this.holders) if (holder === connection) this.holders.delete(key);
  }
}

export type Connection = Reader & { readonly replica: number; breakOff(): void };

function readerOf(server: Server, replica: number, elects: boolean): Reader {
  let closed = false;
  let tell = (): void => {};
  const reader: Connection = {
    replica,
    /** The server ends it. */
    breakOff() {
      reader.destroy();
      tell();
    },
    onEnd(listener) {
      tell = listener;
    },
    get closed() {
      return closed;
    },
    destroy() {
      closed = true;
      server.connections.delete(reader);
      if (!server.unreachable.has(replica)) server.end(reader); // its goodbye arrives
    },
    async open() {
      if (!server.connections.has(reader)) server.opened += 1;
      server.connections.add(reader);
      await server.answer(replica);
      return { instance: 'server:1' };
    },
    ...(elects && {
      async elect(key: bigint) {
        await server.answer(replica);
        if (server.pooled) return { kind: 'cannot', why: 'a pooler stands between' } as const;
        const holder = server.holders.get(key);
        if (holder === undefined) server.holders.set(key, reader);
        return { kind: (holder ?? reader) === reader ? 'leads' : 'follows' } as const;
      },
    }),
  };
  return reader;
}

export type Part = {
  readonly server: Server;
  readonly elects?: 'primary' | 'replica' | 'any';
  readonly mode?: StatisticsMode;
};

/** A type whose two collectors read the value of the server: every 15 s, and every 5 minutes. */
function definitionOf(name: string, { server, elects }: Part, replica: number): Definition {
  const collectors: Collector[] = [
    {
      name: 'often',
      intervalMs,
      asks: 'value',
      families: [family(`${name}_value`)],
      privilege: 'monitor',
      async collect() {
        await server.answer(replica);
        if (server.failure !== undefined) throw server.failure;
        if (server.lacking) throw new MissingPrivilege('monitor', 'GRANT monitor TO "us";');
        const many = family(`${name}_value`, { labels: ['n'] });
        if (server.count === 1) return samples(family(`${name}_value`), server.value);
        return Array.from({ length: server.count }, (_, n) => samples(many, server.value, String(n))).flat();
      },
    },
    {
      name: 'seldom',
      intervalMs: 300_000,
      asks: 'size',
      families: [family(`${name}_size`)],
      async collect() {
        await server.answer(replica);
        if (server.lackingAll) throw new MissingPrivilege('monitor', 'GRANT monitor TO "us";');
        return samples(family(`${name}_size`), server.value * 100);
      },
    },
  ];
  const customs = Array.from(
    { length: server.customs },
    (_, query): Collector => ({
      name: `custom_${query}`,
      intervalMs: 5000,
      asks: 'slowly',
      families: [],
      async collect() {
        await new Promise((resolve) => setTimeout(resolve, 1800));
        return [];
      },
    }),
  );
  const ofReader = { up: family(`${name}_up`), lastError: family(`${name}_last_error`) };
  const statistics: Statistics = { ...ofReader, collectors, custom: () => customs };
  const driver: Driver<unknown, string, Session> = {
    session: () => ({ closed: false, destroy: () => {} }),
    probe: async () => {},
    classify: () => undefined,
    reader: () => readerOf(server, replica, elects !== undefined),
  };
  return {
    type: name,
    summary: 'Does what a test says.',
    settings: {},
    phases: ['connect'],
    classes: ['refused', 'timeout', 'auth', 'permission', 'server'],
    keeps: 'connection',
    target: () => 'server:1',
    cost: () => ({ logIns: 1, calls: [] }),
    load: async () => driver,
    statistics: async () => statistics,
    ...(elects && { elects: () => elects }),
  };
}

export type Replica = ReturnType<typeof startReplica>;

/** One process of the service: its page of statistics, its log, its metrics. Its probes look at the servers every 5 s. */
export function startReplica(number: number, parts: Readonly<Record<string, Part>>, mode: StatisticsMode = 'leader') {
  const scheduler = createScheduler(systemClock);
  const snapshots = createSnapshots();
  const log = makeLog();
  const standings = new Map<string, { mode: StatisticsMode; reads: boolean }>();
  const runs: { check: string; collector: string; ok: boolean; errorClass?: string | undefined; cut: number }[] = [];
  const privileges = new Map<string, boolean>();
  const ups = new Map<string, boolean>();
  /** Those that have metrics. */
  const collectors = new Map<string, ReadonlySet<string>>();
  const metrics: StatisticsMetrics = {
    ran(check, collector, run) {
      runs.push({ check, collector, ...run });
      ups.set(`${check} ${collector}`, run.ok);
      collectors.set(check, new Set([...(collectors.get(check) ?? []), collector]));
    },
    up: (check, collector, isUp) => void ups.set(`${check} ${collector}`, isUp),
    forget(check) {
      collectors.delete(check);
      for (const name of ups.keys()) if (name.startsWith(`${check} `)) ups.delete(name);
    },
    privilege: (check, collector, privilege, granted) =>
      void privileges.set(`${check} ${collector} ${privilege}`, granted),
    standing(check, standing) {
      if (standing === undefined) standings.delete(check);
      else standings.set(check, standing);
    },
  };
  const surroundings = { log, clock: systemClock, scheduler, random: Math.random };
  const leadership = createLeadership({
    ...{ ...surroundings, namespace: 'shop', service: 'api' },
    times: { ...leaseTimes, proofMs: 2000 },
  });
  const statistics = createStatistics({
    settings: { mode, timeoutMs: 2000, maxSeries: 100 },
    ...{ ...surroundings, leadership, snapshots, metrics },
    redact: (text) => text.replaceAll('hunter2', '***'),
  });
  const checksOf = (all: Readonly<Record<string, Part>>): StatisticsCheck[] =>
    Object.entries(all).map(([name, part]) => ({
      name,
      definition: definitionOf(name, part, number),
      settings: { statistics: { ...(part.mode && { mode: part.mode }) } },
      maxConnectionAgeMs: 300_000,
    }));
  const probes = setInterval(() => {
    for (const [name, { server }] of Object.entries(parts)) {
      const election = leadership.election(name);
      if (election === undefined || server.blind || server.frozen || server.refuses || server.unreachable.has(number))
        continue;
      election.tell(server.holders.has(election.key));
    }
  }, 5000);
  const replace = async (all: Readonly<Record<string, Part>>): Promise<void> => {
    const checks = checksOf(all);
    const places = placesOf(checks, mode, false);
    await leadership.load(places.all);
    await statistics.load(checks);
    leadership.replace(places.all);
    statistics.replace(checks);
  };
  return {
    ...{ log, standings, runs, privileges, collectors, ups, statistics: leadership },
    start: () => replace(parts),
    replace,
    page: () => Buffer.from(snapshots.bytes(performance.now())).toString(),
    reads: (check: string) => standings.get(check)?.reads ?? false,
    /** As kill -9 does: nothing is told, and the kernel closes its connections. */
    async kill() {
      clearInterval(probes);
      statistics.close();
      leadership.close();
      await scheduler.stop();
    },
    latenessMs: scheduler.latenessMs,
  };
}
