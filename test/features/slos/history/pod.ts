// One pod of the history as our process sees it: its clock, its checks, and the page of the service.
import { healthy, makeBoard, makeEntry, unhealthy } from '../../../core/entries.ts';
import type { PodHistory } from './events.ts';
import { beginsAt, drainsS, lastsS, startsS } from './script.ts';

/** The feature asks each second, and takes up to five at once where it is late. */
const atOnceS = 5;

export type PodWorld = {
  /** Seconds of the pod's life. */
  age: number;
  readonly clock: { now(): number; wall(): Date };
  readonly board: ReturnType<typeof makeBoard>;
  draining(): boolean;
  appPage(): readonly Uint8Array[];
  /** The next second to ask in: the last one until which nothing changes. */
  next(): number;
};

/** @param pageS how often the service's page is read anew */
export function createWorld(history: PodHistory, pageS: number): PodWorld {
  const { pod, app, process, events } = history;
  const length = app.length;
  const isDraining = (age: number): boolean => age >= length - drainsS && pod.to < lastsS;
  const isServing = (age: number): boolean => app[age] !== 0 && age >= startsS;
  const hasDatabase = (age: number): boolean => events.check.bad[age] === 0;
  const stateOf = (age: number): number =>
    (process[age] ?? 0) * 8 + (isDraining(age) ? 4 : 0) + (isServing(age) ? 2 : 0) + (hasDatabase(age) ? 1 : 0);
  const page = createPage(history);
  let parts: readonly Uint8Array[] = [];
  let partsOf = '';
  const at = (): number => pod.from + world.age;
  const world: PodWorld = {
    age: 0,
    clock: { now: () => at() * 1000, wall: () => new Date(beginsAt + at() * 1000) },
    board: makeBoard([
      makeEntry('database', { type: 'postgres', belief: () => (hasDatabase(world.age) ? healthy : unhealthy()) }),
      makeEntry('app', { type: 'http', belief: () => (isServing(world.age) ? healthy : unhealthy()) }),
    ]),
    draining: () => isDraining(world.age),
    appPage() {
      if (app[world.age] === 0) return [];
      // Each of our processes reads it when it begins, and then this often.
      const of = `${process[world.age]} ${world.age - (world.age % pageS)}`;
      if (of !== partsOf) {
        partsOf = of;
        parts = [Buffer.from(page(world.age))];
      }
      return parts;
    },
    next() {
      let next = world.age + 1;
      const state = stateOf(next);
      while (next < world.age + atOnceS && stateOf(next + 1) === state && next + 1 < length) next += 1;
      return next;
    },
  };
  return world;
}

/** The service's metrics at a second. Asked in the order of time. */
function createPage({ app, events: { ratio, histogram } }: PodHistory): (age: number) => string {
  const names = {
    ok: 'http_requests_total{method="GET",code="200"}',
    failed: 'http_requests_total{method="GET",code="500"}',
    fast: 'http_request_duration_seconds_bucket{method="GET",le="0.2"}',
    all: 'http_request_duration_seconds_count{method="GET"}',
  };
  const counts = { ok: 0, failed: 0, fast: 0, all: 0 };
  let of = 0;
  let next = 0;
  return (age) => {
    for (; next <= age; next++) {
      const process = app[next] ?? 0;
      if (process !== of && process !== 0) {
        of = process;
        Object.assign(counts, { ok: 0, failed: 0, fast: 0, all: 0 });
      }
      counts.ok += ratio.good[next] ?? 0;
      counts.failed += ratio.bad[next] ?? 0;
      counts.fast += histogram.good[next] ?? 0;
      counts.all += (histogram.good[next] ?? 0) + (histogram.bad[next] ?? 0);
    }
    const lines = (['ok', 'failed', 'fast', 'all'] as const).filter((one) => !isRequests(one) || counts[one] > 0);
    return lines.map((one) => `${names[one]} ${counts[one]}\n`).join('');
  };
}
/** A label that there was not yet has no series. */
const isRequests = (one: string): boolean => one === 'ok' || one === 'failed';
