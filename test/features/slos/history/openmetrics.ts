// What Prometheus has of the history, as OpenMetrics for `promtool tsdb create-blocks-from`: the counters of each page at each scrape.
import { closeSync, openSync, writeSync } from 'node:fs';
import { createRandom } from '../../../servers/shop/random.ts';
import type { Events, History, PodHistory } from './events.ts';
import { beginsAt, lastsS, lostScrapes, serverCrash, takeovers, unscraped, within } from './script.ts';

/** A counter that begins at 0 with each process. */
type Counter = {
  readonly name: string;
  /** In each second of the page. */
  readonly counts: Uint8Array;
  /** It is there only once it has counted. */
  readonly fromFirst?: boolean;
};

/** What one target of a job shows. Its arrays have one entry for each second. */
type Page = {
  readonly from: number;
  /** When it can be scraped. */
  readonly there: (age: number) => boolean;
  /** Which process counts. */
  readonly process: Uint8Array;
  readonly counters: readonly Counter[];
};

/** @param everyS how often Prometheus scrapes */
export function writeOpenMetrics(file: string, history: History, everyS: number): void {
  const random = createRandom(everyS);
  const pages = [...history.pods.flatMap((pod) => [checksPage(pod), appPage(pod)]), statisticsPage(history)];
  const out = openSync(file, 'w');
  for (const page of pages) {
    const offset = Math.floor(random() * everyS) - (page.from % everyS);
    const ms = String(Math.floor(random() * 1000)).padStart(3, '0');
    const ages: number[] = [];
    for (let age = offset; age < page.process.length; age += everyS)
      if (age >= 0 && page.there(age) && !within(unscraped, page.from + age) && random() >= lostScrapes) ages.push(age);
    for (const { name, counts, fromFirst = false } of page.counters) {
      const lines: string[] = [];
      const values = valuesOf(counts, page.process, ages);
      for (const [index, age] of ages.entries())
        if (!fromFirst || values[index] !== 0)
          lines.push(`${name} ${values[index]} ${beginsAt / 1000 + page.from + age}.${ms}\n`);
      writeSync(out, lines.join(''));
    }
  }
  writeSync(out, '# EOF\n');
  closeSync(out);
}

/** What a counter says at these seconds. */
function valuesOf(counts: Uint8Array, process: Uint8Array, ages: readonly number[]): Float64Array {
  const values = new Float64Array(ages.length);
  let of = 0;
  let value = 0;
  let next = 0;
  for (let index = 0; index < ages.length; index++) {
    for (const last = ages[index] ?? 0; next <= last; next++) {
      const now = process[next] ?? 0;
      if (now !== of && now !== 0) {
        of = now;
        value = 0;
      }
      value += counts[next] ?? 0;
    }
    values[index] = value;
  }
  return values;
}

function checksPage({ pod, process, events }: PodHistory): Page {
  const labels = `job="shop-sidewarden",instance="${pod.name}:9090"`;
  const counters = (['ready', 'check'] as const).flatMap((slo) =>
    (['good', 'bad'] as const).map((result) => ({
      name: `sidewarden_slo_events_total{${labels},slo="${slo}",result="${result}"}`,
      counts: events[slo][result],
    })),
  );
  return { from: pod.from, process, there: (age) => process[age] !== 0, counters };
}

/** The service's own metrics, as ours shows them. An answer of a kind that there was not yet has no series. */
function appPage({ pod, process, app, events: { ratio, histogram } }: PodHistory): Page {
  const labels = `job="shop-app",instance="${pod.name}:9090"`;
  return {
    ...{ from: pod.from, process: app, there: (age) => process[age] !== 0 && app[age] !== 0 },
    counters: [
      { name: `http_requests_total{${labels},code="200"}`, counts: ratio.good, fromFirst: true },
      { name: `http_requests_total{${labels},code="500"}`, counts: ratio.bad, fromFirst: true },
      { name: `http_request_duration_seconds_bucket{${labels},le="0.2"}`, counts: histogram.good },
      {
        name: `http_request_duration_seconds_count{${labels}}`,
        counts: histogram.good.map((good, age) => good + (histogram.bad[age] ?? 0)),
      },
    ],
  };
}

/** The same series whichever replica reads; the server's own counters, which begin anew when it crashes. */
function statisticsPage({ server }: History): Page {
  const labels = 'job="shop-statistics",instance="db:5432",datname="shop"';
  const one = (result: string, counts: keyof Events): Counter => ({
    name: `pg_stat_database_xact_${result}{${labels}}`,
    counts: server[counts],
  });
  return {
    ...{ from: 0, process: new Uint8Array(lastsS).fill(1).fill(2, serverCrash.to) },
    there: (age) => !within(takeovers, age),
    counters: [one('commit', 'good'), one('rollback', 'bad')],
  };
}
