// Records metrics of the catalogue: those of some presets on a page by prom-client, the others as DogStatsD lines over UDP.
import { createSocket } from 'node:dgram';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type AppMetric, type AppPreset, appMetrics } from '../../../src/core/app-catalogue.ts';
import { exposedName, shortName } from '../../../src/core/app-names.ts';
import type { Faults } from './faults.ts';

export type Labels = Readonly<Record<string, string>>;

export type Recorder = {
  /** Counts, sets or observes, as the metric's type is. @param name in the catalogue */
  record(name: string, labels?: Labels, value?: number): void;
  /** The page, in Prometheus' text format. */
  page(): Promise<string>;
  /** Lines that were sent, whatever they were. */
  readonly sent: number;
  close(): void;
};

type Put = (labels: Labels, value: number) => void;

export type RecorderOptions = {
  readonly prefix: string;
  readonly onPage: readonly AppPreset[];
  /** Where lines are sent; absent: nowhere. */
  readonly statsd: { readonly host: string; readonly port: number } | undefined;
  readonly faults: Readonly<Faults>;
};

/** What nobody can read as a line, and what is one of a type that the metric does not have. */
const garbage: readonly (string | Buffer)[] = [
  ...['', 'x', 'queries', 'queries:', 'queries:1', 'queries:one|c', 'queries:1|z', ':1|c', 'queries:1|c|@0', '\n\n'],
  ...['queries:1|c|#', 'queries:NaN|c', 'queries:-1|c', 'cache_requests:1|g', `${'x'.repeat(9000)}:1|c`],
  ...[Buffer.from([0xff, 0xfe, 0x00, 0x3a, 0x31, 0x7c, 0x63])],
];

const floodEveryMs = 20;
const floodPackets = 1000;

export function createRecorder({ prefix, onPage, statsd, faults }: RecorderOptions): Recorder {
  const registry = new Registry();
  const socket = statsd === undefined ? undefined : createSocket(statsd.host.includes(':') ? 'udp6' : 'udp4');
  socket?.unref().on('error', () => {}); // nobody listens: StatsD does not ask for more
  let sent = 0;
  const send = (line: string | Buffer): void => {
    if (statsd === undefined || faults.statsd === 'off') return;
    sent += 1;
    socket?.send(line, statsd.port, statsd.host, () => {});
  };
  const records = new Map<string, Put>(
    appMetrics.map((metric) => [
      metric.name,
      onPage.includes(metric.preset) ? onRegistry(metric, prefix, registry) : asLine(metric, send),
    ]),
  );
  const flooding = setInterval(() => {
    if (faults.statsd === 'garbage') for (const line of garbage) send(line);
    if (faults.statsd === 'flood') for (let n = 0; n < floodPackets; n += 1) send(`flood:${n % 7}|c|#n:${n % 100}`);
  }, floodEveryMs).unref();
  return {
    record(name, labels = {}, value = 1) {
      const record = records.get(name);
      if (record === undefined) throw new Error(`${name} is not in the catalogue`);
      record(labels, value);
    },
    page: () => registry.metrics(),
    get sent() {
      return sent;
    },
    close() {
      clearInterval(flooding);
      socket?.close();
    },
  };
}

function onRegistry(metric: AppMetric, prefix: string, registry: Registry): Put {
  const name = exposedName(metric, prefix);
  const labelNames = metric.labels.map((label) => label.name);
  const options = { name, help: metric.help, labelNames, registers: [registry] };
  if (metric.type === 'gauge') {
    const gauge = new Gauge(options);
    return (labels, value) => gauge.set(labels, value);
  }
  if (metric.type === 'counter') {
    const counter = new Counter(options);
    return (labels, value) => counter.inc(labels, value);
  }
  const histogram = new Histogram({ ...options, buckets: [...(metric.buckets ?? [])] });
  return (labels, value) => histogram.observe(labels, value);
}

function asLine(metric: AppMetric, send: (line: string) => void): Put {
  const [name, type] = [shortName(metric), { counter: 'c', gauge: 'g', histogram: 'd' }[metric.type]];
  return (labels, value) => {
    const tags = Object.entries(labels).map(([label, one]) => `${label}:${one}`);
    send(`${name}:${value}|${type}${tags.length === 0 ? '' : `|#${tags.join(',')}`}`);
  };
}
