// The latency monitor's spikes, and the histogram of each command's latency.
import { type Sample, samples } from '../../../core/family.ts';
import { type Collector, notAsked } from '../../statistics.ts';
import type { RedisSettings } from '../settings.ts';
import { fieldsOf, heaviest, listOf, numberOf } from './answer.ts';
import { gauge, histogram, ownGauge } from './family.ts';
import { askGranted } from './grants.ts';
import type { RedisSource } from './source.ts';

/** Events of the latency monitor of which samples are made. The server knows about twenty; modules can add theirs. */
const mostEvents = 50;

const event = { labels: ['event_name'], when: 'latency-monitor-threshold is above 0' };
const last = gauge('latency_spike_last', 'When an event was last slow, as Unix time.', { ...event, unit: 'seconds' });
const duration = gauge('latency_spike_duration_seconds', 'How long the event last took.', {
  ...event,
  unit: 'seconds',
});
const longest = ownGauge('latency_spike_max_seconds', 'How long the event ever took.', { ...event, unit: 'seconds' });

export const latency: Collector<RedisSettings, RedisSource> = {
  name: 'latency',
  intervalMs: 15_000,
  asks: 'LATENCY LATEST',
  families: [last, duration, longest],
  privilege: 'latency|latest',
  async collect(source, settings, { cut }) {
    const answer = await askGranted(source, settings, 'latency|latest', 'LATENCY', 'LATEST');
    if (answer === undefined) return notAsked;
    const events = listIn(answer).map(listIn);
    if (events.length > mostEvents) cut(events.length - mostEvents);
    return events
      .slice(0, mostEvents)
      .flatMap(([name, at, lastMs, mostMs]) => [
        ...samples(last, Number(at), String(name)),
        ...samples(duration, Number(lastMs) / 1e3, String(name)),
        ...samples(longest, Number(mostMs) / 1e3, String(name)),
      ]);
  },
};

const latencies = histogram('commands_latencies_usec', 'Latency of a command.', {
  labels: ['cmd'],
  unit: 'microseconds',
  when: 'Redis 7, with latency-tracking',
});

/** Of 24 series at most each, which together are below what a collector may give. */
const mostCommands = 80;

type Latencies = { readonly name: string; readonly calls: number; readonly buckets: readonly unknown[] };

export const latencyHistogram: Collector<RedisSettings, RedisSource> = {
  name: 'latency_histogram',
  intervalMs: 15_000,
  asks: 'LATENCY HISTOGRAM, and INFO commandstats for its sum',
  families: [latencies],
  privilege: 'latency|histogram',
  wanted: ({ statistics }) => statistics.latency_histogram,
  async collect(source, settings, { cut }) {
    if ((source.facts.major ?? 7) < 7) return notAsked;
    const histograms = await askGranted(source, settings, 'latency|histogram', 'LATENCY', 'HISTOGRAM');
    if (histograms === undefined) return notAsked;
    const answer = listIn(histograms);
    if (answer.length === 0) return [];
    const spent = await spentIn(source, settings);
    const found: Latencies[] = [];
    for (let at = 0; at + 1 < answer.length; at += 2) {
      const [, calls, , buckets] = listIn(answer[at + 1]);
      found.push({ name: String(answer[at]), calls: Number(calls), buckets: listIn(buckets) });
    }
    return heaviest(found, mostCommands, ({ calls }) => calls, cut).flatMap((one) =>
      histogramSamples(one, spent(one.name)),
    );
  },
};

/** Buckets are cumulative, and may end before the last call. */
function histogramSamples({ name, calls, buckets }: Latencies, sum: number | undefined): Sample[] {
  if (sum === undefined) return [];
  const family = latencies;
  const labels = [name];
  const found: Sample[] = [];
  for (let at = 0; at + 1 < buckets.length; at += 2) {
    const part = { suffix: '_bucket', bound: boundOf(Number(buckets[at])) } as const;
    found.push({ family, labels, value: Number(buckets[at + 1]), part });
  }
  return [
    ...found,
    { family, labels, value: calls, part: { suffix: '_bucket', bound: '+Inf' } },
    { family, labels, value: sum, part: { suffix: '_sum' } },
    { family, labels, value: calls, part: { suffix: '_count' } },
  ];
}

/** Microseconds in a command and its subcommands. */
async function spentIn(source: RedisSource, settings: RedisSettings): Promise<(name: string) => number | undefined> {
  const answer = await askGranted(source, settings, 'info', 'INFO', 'commandstats');
  const all = listOf(fieldsOf(answer, 'INFO'), 'cmdstat_');
  return (name) => {
    const of = all.filter((one) => one.name === name || one.name.startsWith(`${name}|`));
    if (of.length === 0) return undefined;
    return of.reduce((sum, { pairs }) => sum + (numberOf(pairs.get('usec')) ?? 0), 0);
  };
}

/** As Go writes it, so that the label is the same text: 1.048576e+06. */
function boundOf(micros: number): string {
  return micros < 1e6 ? String(micros) : micros.toExponential().replace(/e\+(\d)$/, 'e+0$1');
}

const listIn = (answer: unknown): readonly unknown[] => (Array.isArray(answer) ? answer : []);
