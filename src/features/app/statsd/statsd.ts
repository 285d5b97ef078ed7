// StatsD and DogStatsD lines made into metrics: by UDP, and by POST /ingest/statsd.
import type { AppMetric } from '../../../core/app-catalogue.ts';
import type { Instant } from '../../../core/clock.ts';
import type { Routes } from '../../../http/mount.ts';
import type { FeatureJob, House } from '../../define.ts';
import { families, type StatsdSettings, statsdReasons, transports } from '../settings.ts';
import { hideTaken } from './hide.ts';
import { createIntake, freshTally, type Tally } from './intake.ts';
import { hasNameIn, type Metric } from './metric.ts';
import { createReceiver } from './receiver.ts';
import { createResolve } from './resolve.ts';
import { createRoutes } from './route.ts';
import { createStore } from './series.ts';
import { createShelves } from './shelves.ts';
import { createTeller } from './tell.ts';
import { createTurns } from './turns.ts';

/** How often sockets are looked at, and the house is told what was counted. */
const everyMs = 1000;
/** How often what changed is rendered: a scrape then renders only what changed since. */
const renderEveryMs = 250;

export type StatsdHouse = Pick<House, 'clock' | 'log' | 'meter'> & {
  /** Of the catalogue's metrics; empty: none. */
  readonly prefix: string;
  /** Those of the catalogue that the service has. */
  readonly metrics: readonly AppMetric[];
  /** Whether a name is ours. */
  readonly taken: (name: string) => boolean;
  /** Names of samples that the page of the service has: metrics with one of them are the page's. */
  readonly onPage: () => ReadonlySet<string>;
};

export interface Statsd {
  readonly jobs: readonly FeatureJob[];
  readonly routes: Routes;
  /**
   * What was sent until now, in parts that stay the same bytes until they change; without what is the page's.
   */
  parts(now: Instant): readonly Uint8Array[];
  /** Resolves once no socket is open. */
  close(): Promise<void>;
}

/** Receives lines, and shows what they make. Nothing is received before its job runs. */
export function createStatsd(settings: StatsdSettings, { clock, log, ...house }: StatsdHouse): Statsd {
  const shelves = createShelves();
  const store = createStore(settings, house.taken, shelves);
  const resolve = createResolve(settings, store, { ...house, now: clock.now() });
  const teller = createTeller(log);
  const isOnPage = (metric: Metric): boolean => hasNameIn(metric, house.onPage());
  const intake = createIntake(settings, { resolve, store, isOnPage, tell: teller });
  const tally = freshTally();
  let [pushed, bodies, unread] = [0, 0, 0];
  const turns = createTurns((text, from, most) => intake.take(text, from, most, clock.now(), tally));
  const receiver = createReceiver(settings.listen, {
    log,
    packet(bytes) {
      if (turns.push(bytes.toString('latin1'))) pushed += 1;
      else {
        unread += 1;
        teller('unread');
      }
    },
  });
  const tell = createTelling(house.meter);
  const counted = (): Counted => ({
    ...{ tally, packets: { udp: pushed - turns.packets(), http: bodies }, series: store.lines() },
    ...{ overflowed: intake.overflowed(), drops: receiver.drops(), unread, up: receiver.isUp() },
  });
  tell(counted());
  let [due, renderDue] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    jobs: [
      {
        name: 'receiving StatsD packets',
        next: () => due,
        async run(signal) {
          due = clock.now() + everyMs;
          await receiver.keepOpen(signal);
          await hideTaken(store.all(), house.taken, signal);
          store.expire(clock.now());
          if ((receiver.drops() ?? 0) > 0) teller('kernel');
          tell(counted());
        },
      },
      {
        name: 'rendering StatsD metrics',
        next: () => renderDue,
        async run(signal) {
          await shelves.renderAhead(signal);
          renderDue = clock.now() + renderEveryMs;
        },
      },
    ],
    routes: createRoutes({
      take: (text, from, most, to) => intake.take(text, from, most, clock.now(), to),
      fresh: freshTally,
      done(body) {
        bodies += 1;
        tally.lines += body.lines;
        tally.taken += body.taken;
        for (const reason of statsdReasons) tally.rejected[reason] += body.rejected[reason];
      },
    }),
    parts(now) {
      store.expire(now);
      return shelves.parts(house.onPage());
    },
    async close() {
      await receiver.close();
      const left = await turns.finish();
      pushed -= left;
      unread += left;
      tell(counted());
    },
  };
}

/** What was counted since the begin. */
type Counted = {
  readonly tally: Tally;
  readonly packets: Readonly<Record<'udp' | 'http', number>>;
  /** Lines on the page. */
  readonly series: number;
  readonly overflowed: number;
  readonly drops: number | undefined;
  /** Packets dropped unread. */
  readonly unread: number;
  /** Whether packets are received wherever they should be. */
  readonly up: boolean;
};

/** Packets come too fast for the house to be told of each. */
function createTelling(meterOf: House['meter']): (counted: Counted) => void {
  const series = meterOf(families.statsdSeries);
  const up = meterOf(families.statsdUp);
  const counter = (family: (typeof families)[keyof typeof families], labels: Readonly<Record<string, string>> = {}) => {
    const meter = meterOf(family);
    let told: number | undefined;
    return (all: number): void => {
      if (told !== all) meter.add(labels, all - (told ?? 0));
      told = all;
    };
  };
  const packets = transports.map((transport) => [transport, counter(families.statsdPackets, { transport })] as const);
  const rejected = statsdReasons.map((reason) => [reason, counter(families.statsdRejected, { reason })] as const);
  const [lines, overflow, drops, unread] = [
    counter(families.statsdLines),
    counter(families.statsdOverflow),
    counter(families.statsdKernelDrops),
    counter(families.statsdDroppedPackets),
  ];
  return (counted) => {
    for (const [transport, add] of packets) add(counted.packets[transport]);
    for (const [reason, add] of rejected) add(counted.tally.rejected[reason]);
    lines(counted.tally.lines);
    overflow(counted.overflowed);
    if (counted.drops !== undefined) drops(counted.drops);
    unread(counted.unread);
    series.set({}, counted.series);
    up.set({}, counted.up ? 1 : 0);
  };
}
