// The clients that people use drive every metric of the catalogue: what stands on the page is what was sent.
import { execFile } from 'node:child_process';
import { StatsD } from 'hot-shots';
import { afterEach, expect, test } from 'vitest';
import { type AppMetric, appMetrics } from '../../../src/core/app-catalogue.ts';
import { shortName } from '../../../src/core/app-names.ts';
import { app } from '../../../src/features/app/index.ts';
import { presets } from '../../../src/features/app/settings.ts';
import { pythonClients } from '../../servers/exposers.ts';
import { freePort } from '../../servers/process.ts';
import { locate } from '../../servers/source.ts';
import { asked, startDaemon } from '../daemon.ts';

type Labels = Readonly<Record<string, string>>;
/** One value that is sent, in the metric's unit. */
type Sent = { readonly metric: AppMetric; readonly labels: Labels; readonly value: number };

/** Two label sets of each metric, with values on and between the bounds of its buckets. */
const everything: readonly Sent[] = appMetrics.flatMap((metric) => {
  const sets = [0, 1].map((index) =>
    Object.fromEntries(metric.labels.map(({ name, values, example }) => [name, values?.at(index) ?? example])),
  );
  const bounds = metric.buckets ?? [];
  const values: Readonly<Record<AppMetric['type'], readonly number[]>> = {
    counter: [1, 2, 40],
    gauge: [7, 3],
    histogram: [bounds[0] ?? 0, ((bounds[1] ?? 0) + (bounds[2] ?? 0)) / 2, (bounds.at(-1) ?? 0) * 2],
  };
  return sets.flatMap((labels) => values[metric.type].map((value) => ({ metric, labels, value })));
});

/** What the page has to say of them, by series. */
function expectedOf(all: readonly Sent[], prefix: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { metric, labels, value } of all) {
    const name = `${prefix}_${metric.name}`;
    const series = (suffix: string, more: Labels = {}) => keyOf(`${name}${suffix}`, { ...labels, ...more });
    const add = (key: string, amount: number) => found.set(key, (found.get(key) ?? 0) + amount);
    if (metric.type === 'counter') add(series(''), value);
    else if (metric.type === 'gauge') found.set(series(''), value);
    else {
      for (const bound of [...(metric.buckets ?? []), Number.POSITIVE_INFINITY])
        add(
          series('_bucket', { le: bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound) }),
          value <= bound ? 1 : 0,
        );
      add(series('_sum'), value);
      add(series('_count'), 1);
    }
  }
  return found;
}

const keyOf = (name: string, labels: Labels): string =>
  `${name} ${JSON.stringify(Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1)))}`;

/** Every series of a page that is not 0. */
function seriesOf(page: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of page.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const [, name = '', labels = '', value = ''] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text]);
    if (Number(value) !== 0) found.set(keyOf(name, Object.fromEntries(pairs)), Number(value));
  }
  return found;
}

const rounded = (all: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...all].filter(([, value]) => value !== 0).map(([key, value]) => [key, Number(value.toPrecision(9))]),
  );

let stop = async (): Promise<void> => {};
afterEach(() => stop());

async function start(mappings: readonly object[] = []) {
  const port = await freePort();
  const daemon = await startDaemon();
  stop = daemon.stop;
  const statsd = { listen: [`udp://127.0.0.1:${port}`], mappings };
  daemon.reload([asked(app, { prefix: 'shop', presets, statsd })]);
  const text = async (path: string): Promise<string> => (await daemon.ask(path)).text();
  await expect.poll(() => text('/metrics/app')).toContain('shop_queries_total');
  const probe = new StatsD({ host: '127.0.0.1', port });
  await expect
    .poll(async () => {
      probe.gauge('listening', 1); // a packet to a port that nobody has is lost without a word
      return text('/metrics/app');
    })
    .toContain('\nlistening 1\n');
  await new Promise<void>((resolve) => {
    probe.close(() => resolve());
  });
  return { port, text };
}

/** Waits until the page says what was sent, and nothing else. */
async function judge(text: (path: string) => Promise<string>, sent: readonly Sent[], leftOut: RegExp = /^listening /) {
  const page = async () =>
    rounded(new Map([...seriesOf(await text('/metrics/app'))].filter(([key]) => !leftOut.test(key))));
  const expected = rounded(expectedOf(sent, 'shop'));
  await expect.poll(page).toEqual(expected);
  expect(await text('/metrics')).toContain(await text('/metrics/app'));
}

test('hot-shots drives every metric', async () => {
  const { port, text } = await start();
  const client = new StatsD({ host: '127.0.0.1', port, prefix: 'shop.', maxBufferSize: 1400 });
  for (const [index, { metric, labels, value }] of everything.entries()) {
    const name = index % 2 === 0 ? metric.name : shortName(metric);
    if (metric.type === 'counter') client.increment(name, value, labels);
    else if (metric.type === 'gauge') client.gauge(name, value, labels);
    else if (metric.unit === 'seconds' && index % 3 === 0) client.timing(name, value * 1000, labels);
    else if (index % 3 === 1) client.histogram(name, value, labels);
    else client.distribution(name, value, labels);
  }
  await new Promise<void>((resolve) => {
    client.close(() => resolve());
  });
  await judge(text, everything);
});

/** Each line of standard input: method, name, value, tags. */
const datadog = `
import json, sys
from datadog.dogstatsd import DogStatsd
with DogStatsd(host='127.0.0.1', port=int(sys.argv[1]), namespace='shop', disable_telemetry=True) as client:
    for method, name, value, tags in json.load(sys.stdin):
        getattr(client, method)(name, value, tags=tags)
`;
const statsd = `
import json, sys
from statsd import StatsClient
with StatsClient('127.0.0.1', int(sys.argv[1]), prefix='shop').pipeline() as pipe:
    for method, name, value, tags in json.load(sys.stdin):
        getattr(pipe, method)(name, value)
`;

async function drive(
  program: string,
  port: number,
  calls: readonly (readonly [string, string, number, readonly string[]])[],
) {
  const python = await locate(pythonClients);
  await new Promise<void>((resolve, reject) => {
    const child = execFile(python, ['-c', program, String(port)], (error) => (error ? reject(error) : resolve()));
    child.stdin?.end(JSON.stringify(calls));
  });
}

test('datadog, of Python, drives every metric', async () => {
  const { port, text } = await start();
  const methods = { counter: 'increment', gauge: 'gauge', histogram: 'distribution' } as const;
  const calls = everything.map(({ metric, labels, value }) => {
    const tags = Object.entries(labels).map(([name, one]) => `${name}:${one}`);
    return [methods[metric.type], metric.name, value, tags] as const;
  });
  await drive(datadog, port, calls);
  await judge(text, everything);
});

/** It has no tags, and of histograms those of milliseconds alone: labels are words of the name, which a mapping takes apart. */
test('statsd, of Python, drives every metric of which it knows the type', async () => {
  const known = everything.filter(({ metric: { type, unit } }) => type !== 'histogram' || unit === 'seconds');
  const labelled = appMetrics.filter(({ labels }) => labels.length > 0);
  const mappings = labelled.map(({ name, labels }) => ({
    match: ['shop', name, ...labels.map(() => '*')].join('.'),
    name: `shop_${name}`,
    labels: Object.fromEntries(labels.map((label, index) => [label.name, `$${index + 1}`])),
  }));
  const { port, text } = await start(mappings);
  const methods = { counter: 'incr', gauge: 'gauge', histogram: 'timing' } as const;
  const calls = known.map(({ metric, labels, value }) => {
    const name = [metric.name, ...metric.labels.map((label) => labels[label.name])].join('.');
    return [methods[metric.type], name, metric.type === 'histogram' ? value * 1000 : value, []] as const;
  });
  await drive(statsd, port, calls);
  await judge(text, known);
});
