// Every feature of the list at work with all that it has, for what is told of all of them.
import { systemClock } from '../../src/core/clock.ts';
import type { Lease } from '../../src/core/lease.ts';
import type { Live } from '../../src/features/define.ts';
import { features } from '../../src/features/index.ts';
import type { Routes } from '../../src/http/mount.ts';
import { makeLog } from '../http/serve.ts';

const nobodyHolds: Lease = {
  place: undefined,
  standing: 'follows',
  speaks: false,
  held: false,
  signal: AbortSignal.abort(),
  toldUntil: 0,
  onChange() {},
};

/** What turns on every part of a feature; nothing where its defaults do. */
const written: Readonly<Record<string, unknown>> = {
  app: { metrics: { url: 'http://127.0.0.1:8080/metrics' }, statsd: {} },
  slos: { availability: { indicator: { ready: true }, objective: 99.9 } },
};

/** One that this does not suffice for is left out. */
async function everyFeature(): Promise<readonly Live[]> {
  const all = features.map(async ({ key, settings, load }) => {
    const parsed = settings.safeParse(written[key] ?? {});
    if (!parsed.success || load === undefined) return [];
    const live = (await load(parsed.data)).begin(
      parsed.data,
      {
        ...{ service: 'shop', version: '1', clock: systemClock, random: Math.random, log: makeLog() },
        ...{
          redact: (text: string) => text,
          reveal: () => 'secret',
          board: { version: 0, entries: () => [] },
          draining: () => false,
        },
        ...{ lease: nobodyHolds, emit() {}, nudge() {}, show() {}, taken: () => false },
        ...{ namespace: undefined, stateDir: undefined, inherited: undefined, appPage: () => [] },
        meter: () => ({ set() {}, add() {}, observe() {}, remove() {} }),
      },
      {},
    );
    return [live];
  });
  return (await Promise.all(all)).flat();
}

export const routesOfFeatures = async (): Promise<readonly Routes[]> =>
  (await everyFeature()).flatMap(({ routes }) => routes ?? []);
